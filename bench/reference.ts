// The reference UNet: 32 x 32 RGB, 6.5 million parameters, batch 64. As node graphs, which is how
// workflows run it, and as a user of stock tfjs would write the same steps.
import type { Graph, GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { Op } from '../src/engine/plan/op.ts'
import { createRandom } from '../src/engine/base/random.ts'
import type { Levels } from '../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../src/engine/process/schedule.ts'
import type { Scalar, Tensor4D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { ActivationStorage, Weights } from '../src/engine/base/values.ts'
import { defineNode, slot } from '../src/nodes/define.ts'
import { stockUnet } from '../src/hosts/bench/stockUnet.ts'
import { models, newUnet } from '../src/hosts/bench/unets.ts'

export const { config, batch: BATCH } = models.reference
export const PARAMETERS = 6_472_195
const SIDE = 32

const schedule = noiseSchedule({ name: 'linear', T: 1000 })

// ---- as nodes

const node = (
  id: string,
  type: string,
  inputs: Record<string, readonly [from: string, slot: string]>,
  params: GraphNode['params'] = {},
): GraphNode => ({
  id,
  op: type.includes('/') ? type : `diffusion/${type}`,
  params,
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([slot, [from, output]]) => [slot, wire(from, output)]),
  ),
})

/** Nodes for the bench: random images, and an observer of each iteration. */
export const ops = (onIteration: () => void): Op[] => [
  defineNode({
    type: 'bench/Images',
    category: 'data',
    summary: 'Pictures of noise.',
    inputs: {},
    outputs: { dataset: slot.dataset() },
    params: {},
    run: () => {
      const size = 4 * BATCH
      const data = createRandom(1).uniform(size * SIDE * SIDE * 3)
      return { dataset: { type: 'dataset', data, shape: [SIDE, SIDE, 3], size, space: 'image' } }
    },
  }),
  defineNode({
    type: 'bench/Mark',
    category: 'view',
    summary: 'Tells that an iteration has come here.',
    inputs: { value: slot.samples() },
    outputs: { value: slot.like('value') },
    params: {},
    run: ({ value }) => {
      onIteration()
      return { value }
    },
  }),
]

const model: GraphNode[] = [
  node('attention', 'Attention', {}, { resolutions: '8', by: 'heads', heads: 1 }),
  node(
    'net',
    'UNet',
    { attention: ['attention', 'attention'] },
    {
      sample_size: SIDE,
      channels: 3,
      block_out_channels: '64, 128, 128',
      layers_per_block: 2,
      norm_num_groups: 32,
    },
  ),
  node('schedule', 'NoiseSchedule', {}),
]

/** Training graph: Adam without clipping and EMA, MSE on the noise. */
export const trainingGraph = (
  steps: number,
  activations: ActivationStorage = 'float32',
): Graph => ({
  nodes: [
    ...model,
    node('data', 'bench/Images', {}),
    node('adam', 'Optimizer', {}, { algorithm: 'adam', clip_norm: 0 }),
    node(
      'start',
      'TrainingStart',
      { model: ['net', 'model'], dataset: ['data', 'dataset'], optimizer: ['adam', 'optimizer'] },
      { steps, batch_size: BATCH, activations },
    ),
    node('x_0', 'bench/Mark', { value: ['start', 'x_0'] }),
    node('t', 'RandomTimesteps', { like: ['x_0', 'value'], schedule: ['schedule', 'schedule'] }),
    node('noise', 'GaussianNoise', { like: ['x_0', 'value'] }),
    node('x_t', 'ForwardNoise', {
      x_0: ['x_0', 'value'],
      t: ['t', 't'],
      noise: ['noise', 'noise'],
      schedule: ['schedule', 'schedule'],
    }),
    node('says', 'Predict', { model: ['start', 'model'], x_t: ['x_t', 'x_t'], t: ['t', 't'] }),
    node('target', 'Target', {
      model: ['start', 'model'],
      x_0: ['x_0', 'value'],
      noise: ['noise', 'noise'],
      t: ['t', 't'],
      schedule: ['schedule', 'schedule'],
    }),
    node('loss', 'Loss', { prediction: ['says', 'prediction'], target: ['target', 'target'] }),
    node(
      'end',
      'TrainingEnd',
      { loop: ['start', 'loop'], loss: ['loss', 'loss'] },
      { emit_every: 0 },
    ),
    node('history', 'Inspect', { value: ['end', 'history'] }),
  ],
})

export const samplingGraph = (
  steps: number,
  batch: number,
  activations: ActivationStorage = 'float32',
): Graph => ({
  nodes: [
    ...model,
    node('stored', 'ActivationStorage', { model: ['net', 'model'] }, { activations }),
    node('x_T', 'GaussianNoise', {}, { batch_size: batch, shape: `${SIDE}, ${SIDE}, 3` }),
    node(
      'timesteps',
      'Timesteps',
      { schedule: ['schedule', 'schedule'] },
      { num_inference_steps: steps },
    ),
    node('start', 'SamplingStart', {
      x_T: ['x_T', 'noise'],
      timesteps: ['timesteps', 'timesteps'],
    }),
    node('x_t', 'bench/Mark', { value: ['start', 'x_t'] }),
    node('says', 'Predict', {
      model: ['stored', 'model'],
      x_t: ['x_t', 'value'],
      t: ['start', 't'],
    }),
    node('step', 'DDIMStep', {
      x_t: ['x_t', 'value'],
      prediction: ['says', 'prediction'],
      t: ['start', 't'],
      t_prev: ['start', 't_prev'],
      schedule: ['schedule', 'schedule'],
    }),
    node('end', 'SamplingEnd', { loop: ['start', 'loop'], x_prev: ['step', 'x_prev'] }),
    node('x_0', 'Inspect', { value: ['end', 'x_0'] }),
  ],
})

// ---- in stock tfjs

/** A step that resolves when its result is readable. */
type Step = () => Promise<void>

const toNumbers = ({ alpha, sigma }: Levels) =>
  [alpha, sigma].map((each) => tf.tensor4d(Float32Array.from(each), [each.length, 1, 1, 1]))

const newWeights = (): Weights => newUnet('reference').weights

/** Training step with tfjs's Adam and noise; reads the loss. */
export function stockTraining(): Step {
  const weights = Object.fromEntries(
    Object.entries(newWeights()).map(([name, tensor]) => [name, tf.variable(tensor)]),
  )
  const random = createRandom(2)
  const images = random.uniform(BATCH * SIDE * SIDE * 3)
  const adam = tf.train.adam(1e-3)
  const loss = () => {
    const x = tf.tensor4d(images, [BATCH, SIDE, SIDE, 3])
    const noise = tf.randomNormal<Tensor4D['rankType']>([BATCH, SIDE, SIDE, 3])
    const t = Float64Array.from(random.integers(BATCH, schedule.T))
    const [alpha, sigma] = toNumbers(levelsAt(schedule, { t })) as [Tensor4D, Tensor4D]
    return stockUnet(config, weights, x.mul(alpha).add(noise.mul(sigma)), t)
      .sub(noise)
      .square()
      .mean() as Scalar
  }
  return async () => {
    const value = adam.minimize(loss, true)!
    await value.data()
    value.dispose()
  }
}

/** DDIM step from predicted noise, with x_0 clipped to [-1, 1]. */
export function stockSampling(batch: number): Step {
  const weights = newWeights()
  let x = tf.randomNormal([batch, SIDE, SIDE, 3]) as Tensor4D
  const t = Float64Array.of(500)
  const [from, to] = [t, Float64Array.of(480)].map((at) => levelsAt(schedule, { t: at })) as [
    Levels,
    Levels,
  ]
  return async () => {
    const next = tf.tidy(() => {
      const epsilon = stockUnet(config, weights, x, t)
      const x0 = x.sub(epsilon.mul(from.sigma[0])).div(from.alpha[0]).clipByValue(-1, 1)
      return x0.mul(to.alpha[0]).add(epsilon.mul(to.sigma[0])) as Tensor4D
    })
    x.dispose()
    x = next
  }
}
