// JoinConditions, and predictions and samples with conditions of several parts.
import { expect, test } from 'vitest'
import type { Conditioning } from '../../src/engine/base/values.ts'
import { onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const graph = (join: Record<string, string>, params: Record<string, unknown> = {}) => [
  node('noise', 'GaussianNoise', {}, { batch_size: 3, shape: '2', seed: 1 }),
  node('known', 'GaussianNoise', {}, { batch_size: 3, shape: '2', seed: 2 }),
  node('single', 'GaussianNoise', {}, { batch_size: 1, shape: '1', seed: 3 }),
  node('images', 'GaussianNoise', {}, { batch_size: 3, shape: '4, 4, 1', seed: 3 }),
  node('class', 'Labels', { like: 'noise.noise' }, { label: 1, num_classes: 3 }),
  node('r', 'Timestep', {}, { t: 20 }),
  node('t', 'Timestep', {}, { t: 500 }),
  node('schedule', 'NoiseSchedule'),
  node('join', 'JoinConditions', join),
  node(
    'model',
    'MLP',
    {},
    { num_classes: 3, second_time: true, extra_dim: 3, hidden: 8, ...params },
  ),
  node('predict', 'Predict', {
    model: 'model.model',
    x_t: 'noise.noise',
    t: 't.t',
    condition: 'join.condition',
  }),
  node('guided', 'GuidedModel', { model: 'model.model' }, { scale: 2 }),
  node(
    'sampler',
    'Sampler',
    {
      model: 'guided.model',
      x_T: 'noise.noise',
      schedule: 'schedule.schedule',
      condition: 'join.condition',
    },
    { num_inference_steps: 2 },
  ),
]
const all = {
  condition_1: 'class.labels',
  condition_2: 'r.t',
  channels_1: 'known.noise',
  channels_2: 'single.noise',
}

onEachBackend(() => {
  test('a class, a second time and extra coordinates reach the model', async () => {
    const { condition, prediction, samples } = await evaluate(graph(all), {
      condition: 'join.condition',
      prediction: 'predict.prediction',
      samples: 'sampler.x_0',
    })
    const joined = (condition as unknown as { condition: Conditioning }).condition
    expect(joined).toMatchObject({
      kind: 'joint',
      parts: [
        { kind: 'labels', labels: Int32Array.of(1, 1, 1) },
        { kind: 'values', values: Float64Array.of(20) },
        { kind: 'channels', channels: { shape: [3, 3] } },
      ],
    })
    expect(prediction.tensor.shape).toEqual([3, 2])
    expect(samples.tensor.shape).toEqual([3, 2])
    expect(samples.tensor.data.every(Number.isFinite)).toBe(true)
    const { other } = await evaluate(graph({ ...all, condition_2: 't.t' }), {
      other: 'predict.prediction',
    })
    expect(other.tensor.data).not.toEqual(prediction.tensor.data)
  })

  test('derivatives with respect to a second time pass through', async () => {
    const zone = (condition: string) => [
      ...graph({ condition_1: 'class.labels', condition_2: 'from.t' }, { extra_dim: 0 }),
      node('from', 'JvpStart', { x: 'noise.noise', t: 'r.t' }),
      node('joined', 'JoinConditions', { condition_1: 'from.t' }),
      node('inside', 'Predict', { model: 'model.model', x_t: 'from.x', t: 't.t', condition }),
      node('to', 'JvpEnd', { loop: 'from.loop', value: 'inside.prediction' }),
    ]
    const derivative = async (condition: string) => {
      const seen = await evaluate(zone(condition), { jvp: 'to.jvp' }, { only: true })
      return [...seen.jvp.tensor.data]
    }
    const direct = await derivative('from.t')
    expect(Math.max(...direct.map(Math.abs))).toBeGreaterThan(1e-4)
    expect(await derivative('joined.condition')).toEqual(direct)
  })

  test('rejects what cannot be joined, with node and cure', async () => {
    const faultOf = async (join: Record<string, string>) => {
      try {
        await evaluate(graph(join), { condition: 'join.condition' }, { only: true })
      } catch (error) {
        const [{ node: at, slot, message, cure }] = (
          error as { faults: { node: string; slot?: string; message: string; cure: string }[] }
        ).faults
        return [at, slot, message, cure]
      }
      return 'accepted'
    }
    expect([
      await faultOf({ condition_1: 'r.t', condition_2: 't.t' }),
      await faultOf({ channels_1: 'known.noise', channels_2: 'images.noise' }),
      await faultOf({}),
    ]).toMatchInlineSnapshot(`
      [
        [
          "join",
          undefined,
          "Expected conditions of different kinds, got two of kind "values".",
          "Remove one of them. LabelTokens combines several labels; ConcatChannels joins vectors.",
        ],
        [
          "join",
          "channels_2",
          "Expected extra channels with the sides of [3,2], got [3,4,4,1].",
          "Connect images of one size, or points of one batch; one item may apply to all.",
        ],
        [
          "join",
          undefined,
          "Expected a condition or extra channels, got nothing.",
          "Connect a condition, or remove the node.",
        ],
      ]
    `)
  })
})
