// Gradient and JVP zones, against closed forms and finite differences.
import { describe, expect, test } from 'vitest'
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

const schedule = node('schedule', 'FlowSchedule')

/** The mean squared difference of two batches, as a loss of predictions of clean data. */
const distance = (id: string, a: string, b: string) => [
  ...Object.entries({ a, b }).map(([side, x_0]) =>
    node(`${id}_${side}`, 'Target', {
      model: 'clean.model',
      x_0,
      noise: x_0,
      t: 'middle.t',
      schedule: 'schedule.schedule',
    }),
  ),
  node(id, 'Loss', { prediction: `${id}_a.target`, target: `${id}_b.target` }),
]

const constants = [
  schedule,
  node('clean', 'Gaussian', { schedule: 'schedule.schedule' }, { predicts: 'sample' }),
  node('middle', 'Timestep', {}, { t: 300 }),
]

const points = node('data', 'Points', {}, { count: 5, distribution: 'moons' })
const noise = node('noise', 'GaussianNoise', { like: 'data.x_0' }, { seed: 3 })

/** The mean of (x - noise)² over 5 points of 2 coordinates: its gradient is (x - noise) / 5. */
const squares = [
  ...constants,
  points,
  noise,
  node('from', 'GradientStart', { x: 'data.x_0' }),
  ...distance('loss', 'from.x', 'noise.noise'),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss', also_1: 'from.x' }),
]

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
        ...constants,
        points,
        noise,
        node('out', 'GradientStart', { x: 'data.x_0' }),
        node('from', 'GradientStart', { x: 'out.x' }),
        ...distance('loss', 'from.x', 'noise.noise'),
        node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss' }),
        ...distance('penalty', 'to.gradient', 'noise.noise'),
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
      node(`${kind}loss`, 'Loss', {
        prediction: `${kind}predict.prediction`,
        target: 'target.target',
      }),
      node(`${kind}to`, `${kind}End`, { loop: `${kind}from.loop`, value: `${kind}loss.loss` }),
    ]
    const { gradient, jvp, n, value } = await evaluate(
      [
        points,
        noise,
        net,
        node('t', 'Timestep', {}, { t: 400 }),
        schedule,
        node('target', 'Target', {
          model: 'net.model',
          x_0: 'data.x_0',
          noise: 'noise.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
        }),
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
  ...constants,
  points,
  noise,
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
  ...distance('loss', 'from.x', 'draw.noise'),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss', also_1: 'draw.noise' }),
]

/** Learns a potential: the gradient of the summed outputs of a network is to be its input. */
const potential = [
  node('data', 'Points', {}, { count: 64, distribution: 'moons' }),
  ...constants,
  node('net', 'MLP', {}, { hidden: 8, layers: 1, predicts: 'flow_prediction' }),
  node('optimizer', 'Optimizer', {}, { lr: 0.02 }),
  node(
    'start',
    'TrainingStart',
    { model: 'net.model', dataset: 'data.dataset', optimizer: 'optimizer.optimizer' },
    { steps: 20, batch_size: 64 },
  ),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }),
  node('t', 'Timestep', {}, { t: 300 }),
  node('from', 'GradientStart', { x: 'noise.noise', t: 't.t' }),
  node('predict', 'Predict', { model: 'start.model', x_t: 'from.x', t: 'from.t' }),
  node('to', 'GradientEnd', { loop: 'from.loop', value: 'predict.prediction' }),
  ...distance('penalty', 'to.gradient', 'noise.noise'),
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
        ...constants,
        points,
        noise,
        node('from', 'GradientStart', { x: 'data.x_0', x_2: 'noise.noise' }),
        ...distance('loss', 'from.x', 'from.x_2'),
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
    const graph = [
      ...constants,
      points,
      noise,
      node('from', 'GradientStart', { x: 'data.x_0' }),
      node('stop', 'StopGradient', { value: 'from.x' }),
      ...distance('loss', 'stop.value', 'noise.noise'),
      node('to', 'GradientEnd', { loop: 'from.loop', value: 'loss.loss' }),
    ]
    await expect(evaluate(graph, { g: 'to.gradient' })).rejects.toThrow(
      /depends on an x of GradientStart.*Connect x of GradientStart/,
    )
  })
})

describe('a gradient inside a training', () => {
  const runs: number[][] = []
  onEachBackend(() => {
    test('falls', async () => {
      const losses = await lossesOf(potential)
      runs.push(losses)
      expect(losses.at(-1)).toBeLessThan(0.7 * losses[0])
    })
  }, ['cpu', 'wasm'])

  test('has equal losses on cpu and wasm', () => {
    expect(runs).toHaveLength(2)
    expectNear(runs[1], runs[0], 1e-4)
  })
})

/**
 * A training towards a target with the derivative of the network along its path, a constant, as in
 * MeanFlow (Geng et al. 2025).
 */
const meanFlow = [
  ...potential.slice(
    0,
    potential.findIndex(({ id }) => id === 'from'),
  ),
  node('forward', 'ForwardNoise', {
    x_0: 'start.x_0',
    noise: 'noise.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  node('v', 'Target', {
    model: 'start.model',
    x_0: 'start.x_0',
    noise: 'noise.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  node('velocity', 'Mix', { a: 'start.x_0', b: 'noise.noise' }),
  node(
    'from',
    'JvpStart',
    { x: 'forward.x_t', tangent: 'velocity.mix', t: 't.t' },
    { t_tangent: 1000 },
  ),
  node('predict', 'Predict', { model: 'start.model', x_t: 'from.x', t: 'from.t' }),
  node('to', 'JvpEnd', { loop: 'from.loop', value: 'predict.prediction' }),
  node('target', 'Mix', { a: 'v.target', b: 'to.jvp' }, { w: 0.01 }),
  node('loss', 'Loss', { prediction: 'to.value', target: 'target.mix' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
]

describe('a JVP zone inside a training', () => {
  const runs: number[][] = []
  onEachBackend(() => {
    test('gives a target for the value', async () => {
      const losses = await lossesOf(meanFlow)
      runs.push(losses)
      expect(losses.every(Number.isFinite)).toBe(true)
      expect(losses.at(-1)).toBeLessThan(losses[0])
    })
  }, ['cpu', 'wasm'])

  test('has equal losses on cpu and wasm', () => {
    expect(runs).toHaveLength(2)
    expectNear(runs[1], runs[0], 1e-3)
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
    expect(faultsOf(zone([predict, convert], 'convert.x_0'))).toMatchInlineSnapshot(`
      [
        "to.value: Convert Prediction has no output x_0. Use one of its outputs: prediction, x.",
        "convert.t: Convert Prediction cannot be differentiated with respect to the timestep of Jvp Start. Connect the timestep that is wired to Jvp Start, which is a constant.",
      ]
    `)
  })
})
