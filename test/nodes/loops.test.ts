// Repeat loops: values carried between iterations, and conditions that end the loop.
import { expect, test } from 'vitest'
import { alphaBarAt } from '../../src/engine/process/schedule.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

/** Loop whose iterations each halve the distance from value_1 to the goal. */
const halving = (params: Record<string, unknown>) => [
  node('x', 'Grid', {}, { count: 2, extent: 8 }),
  node('goal', 'Grid', {}, { count: 2, extent: 0.001 }),
  node('start', 'RepeatStart', { value_1: 'x.x' }, params),
  node('half', 'Mix', { a: 'start.value_1', b: 'goal.x' }),
  node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'half.mix' }),
]

onCpu(() => {
  test('carries a value from one iteration to the next', async () => {
    const { x } = await evaluate(halving({ times: 3 }), { x: 'end.value_1' })
    expect(x.type).toBe('samples')
    expect(x.tensor.data[0]).toBeCloseTo(-1, 2)
  })

  test('returns its input after 0 iterations', async () => {
    const { before, after } = await evaluate(halving({ times: 0 }), {
      before: 'x.x',
      after: 'end.value_1',
    })
    expect(after).toEqual(before)
  })

  test.each([
    [-1, -8],
    [0, -4],
    [2, -1],
  ])('runs until t = %i', async (t, expected) => {
    const graph = [node('t', 'Timestep', {}, { t }), ...halving({ times: 7 })]
    graph.find(({ id }) => id === 'start')!.inputs.until = { node: 't', slot: 't' }
    const { x } = await evaluate(graph, { x: 'end.value_1' })
    expect(x.tensor.data[0]).toBeCloseTo(expected, 2)
  })

  test('rejects several different timesteps at `until`', async () => {
    const graph = [
      node('schedule', 'NoiseSchedule'),
      node('t', 'RandomTimesteps', { like: 'x.x', schedule: 'schedule.schedule' }),
      ...halving({}),
    ]
    graph.find(({ id }) => id === 'start')!.inputs.until = { node: 't', slot: 't' }
    await expect(evaluate(graph, { x: 'end.value_1' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: start.until: Expected one timestep, got 4 different ones. Connect a Timestep: every item takes the same number of iterations.]`,
    )
  })

  test('carries several values, each of its own type, and can swap them', async () => {
    const graph = [
      node('x', 'Grid', {}, { count: 2 }),
      node('noise', 'GaussianNoise', { like: 'x.x' }),
      node('t', 'Timestep', {}, { t: 7 }),
      node(
        'start',
        'RepeatStart',
        { value_1: 'x.x', value_2: 'noise.noise', value_3: 't.t' },
        { times: 3 },
      ),
      node('end', 'RepeatEnd', {
        loop: 'start.loop',
        value_1: 'start.value_2',
        value_2: 'start.value_1',
        value_3: 'start.value_3',
      }),
    ]
    const found = await evaluate(graph, {
      x: 'x.x',
      noise: 'noise.noise',
      a: 'end.value_1',
      b: 'end.value_2',
      t: 'end.value_3',
    })
    expect(found.a).toEqual({ ...found.noise, type: 'samples' })
    // Samples stay samples where the loop began with noise.
    expect(found.b).toEqual(found.x)
    expect([...found.t.t]).toEqual([7])
  })

  test('ends early if `again` is not above 0', async () => {
    // `again` is the index itself, which is 0 in the first iteration.
    const once = [
      ...halving({ times: 100 }).filter(({ id }) => id !== 'end'),
      node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'half.mix', again: 'start.index' }),
    ]
    const { x } = await evaluate(once, { x: 'end.value_1' })
    expect(x.tensor.data[0]).toBeCloseTo(-4, 2)
  })

  test('a chain of ForwardSteps has the mean and the variance of ForwardNoise', async () => {
    const n = 20_000
    const graph = [
      node(
        'schedule',
        'NoiseSchedule',
        {},
        { beta_schedule: 'linear_openai', num_train_timesteps: 60 },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: n, shape: '1', seed: 1 }),
      node('start', 'RepeatStart', { value_1: 'noise.noise' }, { times: 40 }),
      node('fresh', 'GaussianNoise', { like: 'start.value_1' }, { seed: 2 }),
      node('step', 'ForwardStep', {
        x_prev: 'start.value_1',
        t: 'start.t',
        noise: 'fresh.noise',
        schedule: 'schedule.schedule',
      }),
      node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'step.x_t' }),
    ]
    const { x0, xt, schedule } = await evaluate(graph, {
      x0: 'noise.noise',
      xt: 'end.value_1',
      schedule: 'schedule.schedule',
    })
    const a = alphaBarAt(schedule.schedule, 39)
    const rest = xt.tensor.data.map((value, i) => value - Math.sqrt(a) * x0.tensor.data[i])
    const mean = rest.reduce((sum, r) => sum + r, 0) / n
    const variance = rest.reduce((sum, r) => sum + r * r, 0) / n
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt((1 - a) / n))
    expect(Math.abs(variance / (1 - a) - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
  })

  test('rejects a value that is fed back with another type', async () => {
    const graph = [
      node('t', 'Timestep'),
      node('start', 'RepeatStart', { value_1: 't.t' }),
      node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'start.index' }),
    ]
    await expect(evaluate(graph, { x: 'end.value_1' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: end.value_1: Expected timestep, as at value_1 of RepeatStart, got number. Connect the same type to both ends: a loop keeps the type of its values.]`,
    )
  })
})
