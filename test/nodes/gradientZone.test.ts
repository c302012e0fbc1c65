// Gradient and JVP zones, against closed forms and finite differences.
import { describe, expect, test } from 'vitest'
import { GraphError } from '../../src/engine/base/fault.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node, type Numbers } from './evaluate.ts'

const faultsOf = (graph: GraphNode[]) =>
  tryCompile({ nodes: graph }, undefined, opTable(nodes))
    .faults.filter(({ notice }) => !notice)
    .map(({ node: id, slot, message, cure }) => `${id}.${slot ?? ''}: ${message} ${cure}`)

const expectNear = (got: ArrayLike<number>, right: ArrayLike<number>, tolerance: number) => {
  expect(got.length).toBe(right.length)
  for (let i = 0; i < right.length; i++)
    expect(Math.abs(got[i] - right[i]), `element ${i}`).toBeLessThanOrEqual(tolerance)
}

const points = node('data', 'Points', {}, { count: 5, distribution: 'moons' })
const noise = node('noise', 'GaussianNoise', { like: 'data.x_0' }, { seed: 3 })

/** The mean of (x - noise)² over 5 points of 2 coordinates: its gradient is (x - noise) / 5. */
const squares = [
  points,
  noise,
  node('from', 'GradientStart', { x: 'data.x_0' }),
  node('loss', 'Loss', { prediction: 'from.x', target: 'noise.noise' }),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss', also_1: 'from.x' }),
]

const schedule = node('schedule', 'FlowSchedule')
const net = node('net', 'MLP', {}, { hidden: 16, layers: 2, predicts: 'flow_prediction', seed: 2 })

onEachBackend(() => {
  test('the gradient of a mean of squares', async () => {
    const { x, n, gradient, value, also } = await evaluate(squares, {
      x: 'data.x_0',
      n: 'noise.noise',
      gradient: 'to.gradient',
      value: 'to.value',
      also: 'to.also_1',
    })
    const residual = [...x.tensor.data].map((each, i) => each - n.tensor.data[i])
    expectNear(
      gradient.tensor.data,
      residual.map((each) => each / 5),
      1e-6,
    )
    const mean = residual.reduce((sum, each) => sum + each * each, 0) / residual.length
    expect(value.tensor.data[0]).toBeCloseTo(mean, 5)
    expect(also.tensor.data).toEqual(x.tensor.data)
  })

  test('a gradient of a gradient', async () => {
    // With g = (x - n) / 5, the gradient of the mean of (g - n)² is (g - n) / 5 dg/dx.
    const { n, gradient, outer } = await evaluate(
      [
        points,
        noise,
        node('out', 'GradientStart', { x: 'data.x_0' }),
        node('from', 'GradientStart', { x: 'out.x' }),
        node('loss', 'Loss', { prediction: 'from.x', target: 'noise.noise' }),
        node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss' }),
        node('penalty', 'Loss', { prediction: 'to.gradient', target: 'noise.noise' }),
        node('end', 'GradientEnd', {
          loop: 'out.loop',
          value: 'penalty.loss',
          also_1: 'to.gradient',
        }),
      ],
      { n: 'noise.noise', gradient: 'end.also_1', outer: 'end.gradient' },
    )
    const right = [...gradient.tensor.data].map((each, i) => (each - n.tensor.data[i]) / 25)
    expectNear(outer.tensor.data, right, 1e-6)
  })

  test('the gradient of a loss of a network is its derivative along every direction', async () => {
    const at = { t: 't.t' }
    const zone = (kind: 'Gradient' | 'Jvp', inputs: Record<string, string>) => [
      node(`${kind}from`, `${kind}Start`, inputs),
      node(`${kind}predict`, 'Predict', { model: 'net.model', x_t: `${kind}from.x`, ...at }),
      node(`${kind}loss`, 'Loss', { prediction: `${kind}predict.prediction`, target: 'data.x_0' }),
      node(`${kind}to`, `${kind}End`, { loop: `${kind}from.loop`, value: `${kind}loss.loss` }),
    ]
    const { gradient, jvp, n, value } = await evaluate(
      [
        points,
        noise,
        net,
        node('t', 'Timestep', {}, { t: 400 }),
        ...zone('Gradient', { x: 'data.x_0' }),
        ...zone('Jvp', { x: 'data.x_0', tangent: 'noise.noise' }),
      ],
      { gradient: 'Gradientto.gradient', jvp: 'Jvpto.jvp', n: 'noise.noise', value: 'Jvpto.value' },
    )
    const along = [...gradient.tensor.data].reduce((sum, g, i) => sum + g * n.tensor.data[i], 0)
    expect(Math.abs(along)).toBeGreaterThan(1e-3)
    expect(jvp.tensor.data[0]).toBeCloseTo(along, 5)
    expect(value.type).toBe('loss')
  })
})

/** A sampling loop that moves x towards `target`, computed by `inside` from x_t. */
const sampling = (inside: GraphNode[], target: string) => [
  points,
  noise,
  schedule,
  node('times', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 4 }),
  node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'times.timesteps' }),
  ...inside,
  node('moved', 'Mix', { a: 'start.x_t', b: target }, { w: 0.3 }),
  node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'moved.mix' }),
]

/** The gradient zone of the squared distance to noise that is drawn inside. */
const distanceZone = [
  node('from', 'GradientStart', { x: 'start.x_t' }),
  node('draw', 'GaussianNoise', { like: 'from.x' }, { seed: 9 }),
  node('loss', 'Loss', { prediction: 'from.x', target: 'draw.noise' }),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss', also_1: 'draw.noise' }),
]

/** A training with a gradient penalty: the mean square of the gradient of the loss. */
const penalised = [
  node('data', 'Points', {}, { count: 64, distribution: 'moons' }),
  schedule,
  node('net', 'MLP', {}, { hidden: 8, layers: 1, predicts: 'flow_prediction' }),
  node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
  node(
    'start',
    'TrainingStart',
    { model: 'net.model', dataset: 'data.dataset', optimizer: 'optimizer.optimizer' },
    { steps: 12, batch_size: 16 },
  ),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }),
  node('t', 'Timestep', {}, { t: 300 }),
  node('from', 'GradientStart', { x: 'noise.noise', t: 't.t' }),
  node('predict', 'Predict', { model: 'start.model', x_t: 'from.x', t: 'from.t' }),
  node('energy', 'Loss', { prediction: 'predict.prediction', target: 'start.x_0' }),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'energy.loss' }),
  node('penalty', 'Loss', { prediction: 'to.gradient', target: 'start.x_0' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'penalty.loss' }, { emit_every: 0 }),
]

const lossesOf = async (graph: GraphNode[]) => {
  const { history } = await evaluate(graph, { history: 'end.history' })
  return (history as unknown as { losses: Numbers[] }).losses.flatMap(({ data }) => [...data])
}

onCpu(() => {
  test('in every iteration of a sampling loop', async () => {
    const { x, n, gradient } = await evaluate(sampling(distanceZone, 'to.gradient'), {
      x: 'start.x_t',
      n: 'draw.noise',
      gradient: 'to.gradient',
    })
    const right = [...x.tensor.data].map((each, i) => (each - n.tensor.data[i]) / 5)
    expectNear(gradient.tensor.data, right, 1e-6)
  })

  test('draws the random numbers of the same nodes outside of the zone', async () => {
    const { inside } = await evaluate(sampling(distanceZone, 'to.also_1'), { inside: 'end.x_0' })
    const draw = node('draw', 'GaussianNoise', { like: 'start.x_t' }, { seed: 9 })
    const { outside } = await evaluate(sampling([draw], 'draw.noise'), { outside: 'end.x_0' })
    expect(inside.tensor.data).toEqual(outside.tensor.data)
  })

  test('gives each of several batches its gradient', async () => {
    const { x, n, first, second } = await evaluate(
      [
        points,
        noise,
        node('from', 'GradientStart', { x: 'data.x_0', x_2: 'noise.noise' }),
        node('loss', 'Loss', { prediction: 'from.x', target: 'from.x_2' }),
        node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss' }),
      ],
      { x: 'data.x_0', n: 'noise.noise', first: 'to.gradient', second: 'to.gradient_2' },
    )
    const right = [...x.tensor.data].map((each, i) => (each - n.tensor.data[i]) / 5)
    expectNear(first.tensor.data, right, 1e-6)
    expectNear(
      second.tensor.data,
      right.map((each) => -each),
      1e-6,
    )
  })

  test('refuses a value that depends on no x', async () => {
    const graph = squares.map((each) =>
      each.id === 'loss'
        ? node('loss', 'Loss', { prediction: 'data.x_0', target: 'half.mix' })
        : each,
    )
    const half = node('half', 'Mix', { a: 'noise.noise', b: 'stop.value' })
    const stop = node('stop', 'StopGradient', { value: 'from.x' })
    await expect(evaluate([...graph, half, stop], { g: 'to.gradient' })).rejects.toThrow(
      /depends on an x of GradientStart.*Connect x of GradientStart/,
    )
    await expect(evaluate([...graph, half, stop], { g: 'to.gradient' })).rejects.toThrow(GraphError)
  })
})

describe('a gradient penalty inside a training', () => {
  const runs: number[][] = []
  onEachBackend(() => {
    test('falls', async () => {
      const losses = await lossesOf(penalised)
      runs.push(losses)
      expect(losses.at(-1)).toBeLessThan(losses[0])
    })
  }, ['cpu', 'wasm'])

  test('has equal losses on cpu and wasm', () => {
    expect(runs).toHaveLength(2)
    expectNear(runs[1], runs[0], 1e-4)
  })
})

describe('a JVP zone', () => {
  const zone = (read: GraphNode[], value: string) => [
    points,
    noise,
    net,
    schedule,
    node('t', 'Timestep', {}, { t: 400 }),
    node('from', 'JvpStart', { x: 'data.x_0', tangent: 'noise.noise', t: 't.t' }, { t_tangent: 2 }),
    ...read,
    node('to', 'JvpEnd', { loop: 'from.loop', value }),
    node('show', 'Inspect', { value: 'to.jvp' }),
  ]
  const predict = node('predict', 'Predict', {
    model: 'net.model',
    x_t: 'from.x',
    t: 'from.t',
  })

  onEachBackend(() => {
    test('differentiates a network along x and t', async () => {
      const { jvp, value } = await evaluate(zone([predict], 'predict.prediction'), {
        jvp: 'to.jvp',
        value: 'to.value',
      })
      const plain = await evaluate(
        [
          points,
          net,
          node('t', 'Timestep', {}, { t: 400 }),
          node('predict', 'Predict', { model: 'net.model', x_t: 'data.x_0', t: 't.t' }),
        ],
        { value: 'predict.prediction' },
      )
      expect(value.tensor.data).toEqual(plain.value.tensor.data)
      expect(jvp.type).toBe('prediction')
      expect(jvp.tensor.shape).toEqual(value.tensor.shape)
      // The derivatives along x and along t alone sum up to that along both.
      const parts = await evaluate(
        [
          ...zone([predict], 'predict.prediction'),
          node('fromX', 'JvpStart', { x: 'data.x_0', tangent: 'noise.noise' }),
          node('predictX', 'Predict', { model: 'net.model', x_t: 'fromX.x', t: 't.t' }),
          node('toX', 'JvpEnd', { loop: 'fromX.loop', value: 'predictX.prediction' }),
          node('fromT', 'JvpStart', { x: 'data.x_0', t: 't.t' }, { t_tangent: 2 }),
          node('predictT', 'Predict', { model: 'net.model', x_t: 'fromT.x', t: 'fromT.t' }),
          node('toT', 'JvpEnd', { loop: 'fromT.loop', value: 'predictT.prediction' }),
        ],
        { x: 'toX.jvp', t: 'toT.jvp' },
      )
      expect(Math.max(...parts.t.tensor.data.map(Math.abs))).toBeGreaterThan(1e-4)
      const sums = [...parts.x.tensor.data].map((each, i) => each + parts.t.tensor.data[i])
      expectNear(jvp.tensor.data, sums, 1e-5)
    })
  }, ['cpu', 'wasm'])

  test('refuses other readers of its timestep before the run', () => {
    const convert = node('convert', 'ConvertPrediction', {
      prediction: 'predict.prediction',
      x_t: 'from.x',
      t: 'from.t',
      schedule: 'schedule.schedule',
    })
    expect(faultsOf(zone([predict, convert], 'convert.x_0'))).toMatchInlineSnapshot()
  })
})
