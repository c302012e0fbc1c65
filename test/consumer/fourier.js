// Random Fourier features (Rahimi & Recht 2007) as a denoiser of points: a network that computes
// itself. Only its last layer is trained, so that the loss is convex.
import { configSchema, defineModel, param } from 'litegraph-diffusion'

export const fourier = defineModel({
  kind: 'random_fourier',
  config: configSchema({
    dim: param.integer(2, { min: 1, max: 16 }, 'Dimension of a point'),
    count: param.integer(256, { min: 1, max: 4096 }, 'Random waves'),
  }),
  itemShape: ({ dim }) => [dim],
  weights: ({ dim, count }) => ({
    // Frequencies of x and t, and phases: fixed numbers, which files have among the weights.
    'waves.frequency': {
      shape: [(dim + 1) * count],
      start: { kind: 'normal', deviation: 2 },
      fixed: true,
    },
    'out.weight': { shape: [2 * count, dim], start: { kind: 'zeros' }, layout: 'linear' },
    'out.bias': { shape: [dim], start: { kind: 'zeros' } },
  }),
  run({ config: { dim, count }, x, times, weights, buffers, tf }) {
    const frequencies = tf.tensor2d(buffers['waves.frequency'], [dim + 1, count])
    const time = tf.tensor1d(Float32Array.from(times.t, (t) => t / 500 - 1)).reshape([-1, 1])
    const rows = time.shape[0] === 1 ? time.tile([x.shape[0], 1]) : time
    const phases = tf.concat([x, rows], 1).matMul(frequencies)
    const waves = tf.concat([phases.sin(), phases.cos()], 1)
    return waves.matMul(weights['out.weight']).add(weights['out.bias'])
  },
})
