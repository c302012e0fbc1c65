// DriftField: its output and faults, and a generator that follows it.
import { expect, test } from 'vitest'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { trainingNodeMessages } from '../../src/messages/trainingNodes.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { fullTest } from '../families.ts'

const data = node('data', 'Points', {}, { distribution: 'gaussian', count: 64 })
const noise = (params: Record<string, unknown>) => node('noise', 'GaussianNoise', {}, params)
const drift = node('drift', 'DriftField', { samples: 'noise.noise', data: 'data.x_0' })

/** A generator after some steps along the drift towards points around (3, 0). */
const generator = (steps: number) => [
  node('data', 'Points', {}, { distribution: 'drawn', points: [[3, 0]], noise: 0.3, count: 256 }),
  node('net', 'MLP', {}, { predicts: 'sample', hidden: 16, layers: 1 }),
  node('adam', 'Optimizer', {}, { lr: 0.01 }),
  node('t', 'Timestep', {}, { t: 500 }),
  node(
    'start',
    'TrainingStart',
    { model: 'net.model', dataset: 'data.dataset', optimizer: 'adam.optimizer' },
    { steps, batch_size: 32 },
  ),
  node('latent', 'GaussianNoise', { like: 'start.x_0' }),
  node('generate', 'Predict', { model: 'start.model', x_t: 'latent.noise', t: 't.t' }),
  node(
    'drift',
    'DriftField',
    { samples: 'generate.prediction', data: 'start.x_0' },
    { temperature: 1 },
  ),
  node(
    'loss',
    'Formula',
    { a: 'generate.prediction', b: 'drift.drift' },
    { expression: 'mean((a - stop(a + b))^2)', output: 'loss' },
  ),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.result' }, { emit_every: 0 }),
  noise({ batch_size: 300, seed: 9 }),
  node('samples', 'Predict', { model: 'end.model', x_t: 'noise.noise', t: 't.t' }),
  node('points', 'Formula', { a: 'samples.prediction' }, { output: 'samples' }),
  node('distance', 'SlicedWasserstein', { samples: 'points.result', reference: 'data.dataset' }),
]

onCpu(() => {
  test('has the shape of the samples', async () => {
    const images = [
      noise({ batch_size: 3, shape: '4x4x1', seed: 1 }),
      node('data', 'GaussianNoise', {}, { batch_size: 5, shape: '4x4x1', seed: 2 }),
      node('drift', 'DriftField', { samples: 'noise.noise', data: 'data.noise' }),
    ]
    const { value } = await evaluate(images, { value: 'drift.drift' })
    expect(value).toMatchObject({
      type: 'samples',
      space: 'image',
      tensor: { shape: [3, 4, 4, 1] },
    })
  })

  test('refuses a single sample, and items of another shape', async () => {
    const faults = async (params: Record<string, unknown>) => {
      const error: unknown = await evaluate([data, noise(params), drift], {
        value: 'drift.drift',
      }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(GraphError)
      return (error as GraphError).faults
    }
    expect(await faults({ batch_size: 1 })).toMatchObject([
      { node: 'drift', slot: 'samples', message: trainingNodeMessages.driftCount({ got: 1 }).text },
    ])
    expect(await faults({ batch_size: 4, shape: '3' })).toMatchObject([
      {
        node: 'drift',
        slot: 'samples',
        message: trainingNodeMessages.driftShapes({ expected: [2], got: [3] }).text,
      },
    ])
  })

  fullTest('a generator that follows the drift reaches the data', async () => {
    const distance = async (steps: number) =>
      (await evaluate(generator(steps), { value: 'distance.distance' })).value.tensor.data[0]
    expect(await distance(1)).toBeGreaterThan(1.5)
    expect(await distance(250)).toBeLessThan(0.15)
  })
})
