// Sampling loops with several samples and carried values.
import { expect, test } from 'vitest'
import { GraphError } from '../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const common = [
  node('schedule', 'NoiseSchedule'),
  node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'gaussian', std: 0.5 }),
  node('noise', 'GaussianNoise', {}, { batch_size: 8, shape: '2', seed: 1 }),
  node('other', 'GaussianNoise', {}, { batch_size: 4, shape: '2', seed: 2 }),
  node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 6 }),
]

/** A DDIM step of one of the samples, with nodes named by its number. */
const stepOf = (number: string, prediction = `predict${number}.prediction`): GraphNode[] => [
  node(`predict${number}`, 'Predict', {
    model: 'model.model',
    x_t: `start.x_t${number}`,
    t: 'start.t',
  }),
  node(`step${number}`, 'DDIMStep', {
    x_t: `start.x_t${number}`,
    prediction,
    t: 'start.t',
    t_prev: 'start.t_prev',
    schedule: 'schedule.schedule',
  }),
]

const loop = (x_T: Record<string, string>, next: Record<string, string>) => [
  node('start', 'SamplingStart', { ...x_T, timesteps: 'list.timesteps' }),
  node('end', 'SamplingEnd', { loop: 'start.loop', ...next }),
]

const single = (noise: string) => [
  ...common,
  ...loop({ x_T: `${noise}.noise` }, { x_prev: 'step.x_prev' }),
  ...stepOf(''),
]

onCpu(() => {
  test('two samples in one loop have the bits of two loops', async () => {
    const both = await evaluate(
      [
        ...common,
        ...loop(
          { x_T: 'noise.noise', x_T_2: 'other.noise' },
          { x_prev: 'step.x_prev', x_prev_2: 'step_2.x_prev' },
        ),
        ...stepOf(''),
        ...stepOf('_2'),
      ],
      { a: 'end.x_0', b: 'end.x_0_2', path: 'end.trajectory', path2: 'end.trajectory_2' },
    )
    for (const [noise, x_0, path] of [
      ['noise', both.a, both.path],
      ['other', both.b, both.path2],
    ] as const) {
      const own = await evaluate(single(noise), { x_0: 'end.x_0', path: 'end.trajectory' })
      expect(x_0).toEqual(own.x_0)
      expect(path).toEqual(own.path)
    }
  })

  test('two samples can share their prediction', async () => {
    const { a, b } = await evaluate(
      [
        ...common,
        ...loop(
          { x_T: 'noise.noise', x_T_2: 'noise.noise' },
          { x_prev: 'step.x_prev', x_prev_2: 'step_2.x_prev' },
        ),
        ...stepOf('', 'mean.mix'),
        ...stepOf('_2', 'mean.mix'),
        node('mean', 'Mix', { a: 'predict.prediction', b: 'predict_2.prediction' }),
      ],
      { a: 'end.x_0', b: 'end.x_0_2' },
    )
    const own = await evaluate(single('noise'), { x_0: 'end.x_0' })
    for (const { tensor } of [a, b])
      tensor.data.forEach((x, i) => expect(x).toBeCloseTo(own.x_0.tensor.data[i], 5))
  })

  test('a second sample without a step is a fault', async () => {
    const graph = [
      ...common,
      ...loop({ x_T: 'noise.noise', x_T_2: 'other.noise' }, { x_prev: 'step.x_prev' }),
      ...stepOf(''),
    ]
    const error = await evaluate(graph, { x: 'end.x_0' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GraphError)
    expect((error as GraphError).faults).toMatchObject([
      { node: 'end', slot: 'x_prev_2', message: expect.stringContaining('x_T_2') },
    ])
  })

  test('a carried value is the one of the step before', async () => {
    // Each step uses the prediction of the step before: the first one that of the noise.
    const graph = [
      ...common,
      ...loop(
        { x_T: 'noise.noise', value_1: 'first.prediction' },
        { x_prev: 'step.x_prev', value_1: 'predict.prediction' },
      ),
      ...stepOf('', 'start.value_1'),
      node('first t', 'Timestep', {}, { t: 999 }),
      node('first', 'Predict', { model: 'model.model', x_t: 'noise.noise', t: 'first t.t' }),
    ]
    const carried = await evaluate(graph, {
      x_0: 'end.x_0',
      last: 'end.value_1',
      used: 'start.value_1',
      made: 'predict.prediction',
    })
    expect(carried.last).toEqual(carried.made)
    expect(carried.used).not.toEqual(carried.made)
    const own = await evaluate(single('noise'), { x_0: 'end.x_0' })
    expect(carried.x_0).not.toEqual(own.x_0)
  })
})
