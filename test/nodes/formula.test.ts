// The Formula node: kinds, casts, faults with their place, gradients in a training.
import { describe, expect, test } from 'vitest'
import { GraphError, type Fault } from '../../src/engine/messages/fault.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { computeKeys } from '../../src/engine/plan/keys.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/process/schedule.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { trainingGraph } from '../trainingGraph.ts'

const schedule = node(
  'schedule',
  'NoiseSchedule',
  {},
  { num_train_timesteps: 100, beta_schedule: 'squaredcos_cap_v2' },
)
const levels = noiseSchedule({ name: 'squaredcos_cap_v2', T: 100 })
const grid = node('grid', 'Grid', {}, { count: 2, extent: 1 })
const clouds = node('clouds', 'GaussianNoise', { like: 'grid.x' })
const times = node('times', 'RandomTimesteps', { like: 'grid.x', schedule: 'schedule.schedule' })
const late = node('late', 'Timestep', { schedule: 'schedule.schedule' }, { t: 60 })
const inputs = [schedule, grid, clouds, times, late]

const formula = (
  expression: string,
  wires: Record<string, string>,
  params: Record<string, unknown> = {},
) => node('formula', 'Formula', wires, { expression, ...params })

const compute = async (graph: GraphNode) =>
  (await evaluate([...inputs, graph], { result: 'formula.result' })).result as unknown as {
    type: string
    space?: string
    predicts?: string
    value?: number
    tensor: { shape: number[]; data: Float32Array }
    t: Float64Array
    weights: Float64Array
    labels: Int32Array
  }

const faultOf = async (graph: GraphNode): Promise<Fault> => {
  try {
    await compute(graph)
  } catch (error) {
    if (error instanceof GraphError) return error.faults[0]
    throw error
  }
  throw new Error('There is no fault.')
}

const marked = ({ range }: Fault, text: string) => range && text.slice(...range)

const ops = opTable(nodes)
const faultsBefore = (graph: GraphNode) =>
  tryCompile({ nodes: [...inputs, graph] }, ['formula'], ops).faults

const keyOf = (expression: string) => {
  const graph = formula(expression, { a: 'grid.x' })
  const { plan } = tryCompile({ nodes: [...inputs, graph] }, ['formula'], ops)
  if (!plan) throw new Error('No plan.')
  return computeKeys(plan, ops).values.get('formula.result')
}

onEachBackend(() => {
  test('computes per item with the levels of the schedule', async () => {
    const graph = [
      ...inputs,
      formula('alpha * a + sigma * b', {
        a: 'grid.x',
        b: 'clouds.noise',
        t: 'times.t',
        schedule: 'schedule.schedule',
      }),
      node('forward', 'ForwardNoise', {
        x_0: 'grid.x',
        noise: 'clouds.noise',
        t: 'times.t',
        schedule: 'schedule.schedule',
      }),
    ]
    const seen = await evaluate(graph, { own: 'formula.result', forward: 'forward.x_t' })
    expect(seen.own).toMatchObject({ type: 'samples', space: 'point', tensor: { shape: [4, 2] } })
    seen.forward.tensor.data.forEach((value, i) =>
      expect(seen.own.tensor.data[i]).toBeCloseTo(value, 5),
    )
  })

  test('gradients flow through branches, reductions and extrema in a training', async () => {
    const loss =
      'w = if(item_mean(a^2) > 0.1, sqrt(item_mean((a - b)^2)), item_norm(a - b)); mean(w)'
    const { nodes: training } = trainingGraph(3)
    const graph = training
      .filter(({ id }) => !['Error', 'x_T', 'Samples', 'Picture', 'Numbers', 'Keep'].includes(id))
      .concat(
        node(
          'Error',
          'Formula',
          { a: 'Guess.prediction', b: 'Truth.target' },
          { expression: loss, output: 'loss' },
        ),
      )
      .map((each) =>
        each.id === 'End'
          ? { ...each, inputs: { ...each.inputs, loss: { node: 'Error', slot: 'result' } } }
          : each,
      )
    const seen = await evaluate(graph, { history: 'End.history', error: 'Error.result' })
    expect(seen.error.type).toBe('loss')
    const losses = (seen.history as unknown as { losses: { data: Float32Array }[] }).losses
    const numbers = losses.flatMap(({ data }) => [...data])
    expect(numbers).toHaveLength(3)
    expect(numbers.every(Number.isFinite)).toBe(true)
    expect(new Set(numbers).size).toBe(3)
  })
})

onCpu(() => {
  describe('casts', () => {
    test('numbers computed on the CPU are exact', async () => {
      const result = await compute(
        formula('0.1 + 0.2 * T', { schedule: 'schedule.schedule' }, { output: 'number' }),
      )
      expect(result).toMatchObject({ type: 'number', value: 0.1 + 0.2 * 100 })
      expect(result.tensor.data[0]).toBe(Math.fround(0.1 + 0.2 * 100))
    })

    test('numbers computed on the device have no exact value', async () => {
      const result = await compute(formula('max(a)', { a: 'grid.x' }, { output: 'number' }))
      expect([result.tensor.data[0], result.value]).toEqual([1, undefined])
    })

    test('weights by the SNR, one per item', async () => {
      const wires = { t: 'times.t', schedule: 'schedule.schedule' }
      const result = await compute(formula('min(snr, 5) / snr', wires, { output: 'weights' }))
      const { t } = (await evaluate(inputs, { t: 'times.t' })).t
      const { alpha, sigma } = levelsAt(levels, { t })
      expect([...result.weights]).toEqual(
        [...alpha].map((a, i) => {
          const snr = (a / sigma[i]) ** 2
          return Math.min(snr, 5) / snr
        }),
      )
    })

    test('timesteps: differences, and the time at a ratio', async () => {
      const wires = { t: 'late.t', schedule: 'schedule.schedule' }
      const earlier = await compute(formula('max(t - 70, -1)', wires, { output: 'timestep' }))
      expect([...earlier.t]).toEqual([-1])
      const same = await compute(formula('time(sigma / alpha)', wires, { output: 'timestep' }))
      expect(same.t[0]).toBeCloseTo(60, 9)
      const nearer = await compute(
        formula('if(t >= 90, t, alpha(t - 60))', wires, { output: 'number' }),
      )
      expect(nearer.value).toBe(levelsAt(levels, { t: Float64Array.of(0) }).alpha[0])
    })

    test('labels, from labels', async () => {
      const labels = node('labels', 'Labels', { like: 'grid.x' }, { label: 3, num_classes: 5 })
      const graph = formula('mod(a + 1, 4)', { a: 'labels.labels' })
      const seen = await evaluate([...inputs, labels, graph], { result: 'formula.result' })
      expect(seen.result).toMatchObject({ type: 'labels', labels: new Int32Array(4) })
    })

    test('noise and predictions, with the space of the data', async () => {
      const noise = await compute(formula('-a', { a: 'grid.x' }, { output: 'noise' }))
      expect(noise).toMatchObject({ type: 'noise', space: 'point' })
      const prediction = await compute(
        formula('-a', { a: 'grid.x' }, { output: 'prediction', predicts: 'sample' }),
      )
      expect(prediction).toMatchObject({ type: 'prediction', space: 'point', predicts: 'sample' })
    })

    test('a bare input passes unchanged, with its place', async () => {
      const shift = await compute(formula('t', { t: 'late.t' }, { output: 'timestep' }))
      expect(shift.t).toEqual(Float64Array.of(60))
      const same = await compute(formula('a', { a: 'clouds.noise' }))
      expect(same.type).toBe('noise')
    })

    test('items broadcast over their item, and sizes of 1 over the batch', async () => {
      const image = node('image', 'GaussianNoise', {}, { batch_size: 2, shape: '2, 2, 3' })
      const mask = node('mask', 'Mask', { like: 'image.noise' }, {})
      const graph = formula('a - item_mean(a) + 0 * b', { a: 'image.noise', b: 'mask.mask' })
      const seen = await evaluate([image, mask, graph], { result: 'formula.result' })
      const data = [...seen.result.tensor.data]
      expect(seen.result.tensor.shape).toEqual([2, 2, 2, 3])
      for (const item of [data.slice(0, 12), data.slice(12)])
        expect(item.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4)
    })
  })

  describe('faults before the run', () => {
    test.each([
      ['a + q', 'q', /name defined before, got "q"/],
      ['a + b', 'b', /value of b/],
      ['2 * snr * a', 'snr', /schedule/],
      ['a + (1 / 0)', '1 / 0', /finite constant/],
      ['alpha(mean(a)) * a', 'alpha(mean(a))', /schedule/],
      ['item_mean(a)', 'item_mean(a)', /batch for the output samples/],
      ['a < 1 < 2', '<', /one comparison/],
    ])('%s marks %s', (text, place, message) => {
      const [fault] = faultsBefore(formula(text, { a: 'grid.x', t: 'times.t' }))
      expect(fault).toMatchObject({ node: 'formula', param: 'expression' })
      expect(fault.message).toMatch(message)
      expect(marked(fault, text)).toBe(place)
    })

    test('of outputs', () => {
      const wires = { a: 'grid.x', t: 'times.t', schedule: 'schedule.schedule' }
      const messages = (['number', 'weights', 'labels', 'timestep', 'prediction'] as const).map(
        (output) => faultsBefore(formula('a', wires, { output }))[0].message,
      )
      expect(messages).toEqual([
        'Expected one number for the output number, got a batch.',
        ...['weights', 'labels', 'timestep'].map(
          (output) => `Expected one number per item for the output ${output}, got a batch.`,
        ),
        'Expected a prediction type for the output, but no prediction is connected.',
      ])
      const onDevice = formula('mean(a) * t', wires, { output: 'weights' })
      expect(faultsBefore(onDevice)[0].message).toMatch(/known on the CPU/)
      expect(faultsBefore(formula('1', {}))[0]).toMatchObject({ slot: 'a' })
    })

    test('a time outside the schedule', () => {
      const wires = { t: 'late.t', schedule: 'schedule.schedule' }
      const text = 't + 50'
      const [fault] = faultsBefore(formula(text, wires, { output: 'timestep' }))
      expect(fault.message).toMatch(/from 0 to 99 .* got 110/)
      expect(marked(fault, text)).toBe(text)
    })

    test('the type of the output follows from the param', () => {
      const wires = { t: 'times.t', schedule: 'schedule.schedule' }
      const weights = formula('snr', wires, { output: 'weights' })
      const target = node('forward', 'ForwardNoise', {
        x_0: 'formula.result',
        t: 'times.t',
        noise: 'clouds.noise',
        schedule: 'schedule.schedule',
      })
      const { faults } = tryCompile({ nodes: [...inputs, weights, target] }, ['forward'], ops)
      expect(faults).toMatchObject([{ node: 'forward', slot: 'x_0' }])
      expect(faults[0].message).toMatch(/weights/)
    })
  })

  test('faults during the run mark the operation', async () => {
    const text = 'a * (a + b)'
    const other = node('other', 'GaussianNoise', {}, { batch_size: 3, shape: '2' })
    const graph = formula(text, { a: 'grid.x', b: 'other.noise' })
    const fault = await evaluate([...inputs, other, graph], { x: 'formula.result' }).then(
      () => undefined,
      (error: GraphError) => error.faults[0],
    )
    expect(fault?.message).toBe('Expected shapes that broadcast, got [4, 2] and [3, 2].')
    expect(fault && marked(fault, text)).toBe('a + b')
    const labels = await faultOf(formula('t / 7', { t: 'late.t' }, { output: 'labels' }))
    expect(labels.message).toMatch(/integers of at least -1/)
    const weights = await faultOf(formula('-t', { t: 'times.t' }, { output: 'weights' }))
    expect(weights.message).toMatch(/weights of at least 0/)
  })

  test('a connected input that is not used is a notice', () => {
    const graph = formula('a', { a: 'grid.x', b: 'clouds.noise' })
    const { plan } = tryCompile({ nodes: [...inputs, graph] }, ['formula'], ops)
    expect(plan?.notices.map(({ message }) => message)).toEqual([
      'b is connected, but the expression does not use it.',
    ])
  })

  test('keys do not depend on spaces, brackets and names', () => {
    const [first, ...others] = ['(a+1)*(a+1)', 'x = a + 1; x * x', '( a + 1 )*(1*0 + a+1)'].map(
      keyOf,
    )
    expect(others[0]).toBe(first)
    expect(others[1]).not.toBe(first)
  })
})
