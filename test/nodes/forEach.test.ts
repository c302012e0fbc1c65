// ForEach: lists, the bits of separate runs, collected numbers and samples.
import { expect, test } from 'vitest'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { compile, tryCompile } from '../../src/engine/plan/compile.ts'
import { computeKeys } from '../../src/engine/plan/keys.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { ChartView, FilmView, ScatterView } from '../../src/engine/base/view.ts'
import { parseElements } from '../../src/nodes/loops/elements.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler } from './samplingLoop.ts'
import { lastView } from './shown.ts'

test.each([
  ['1, 2, 5', [1, 2, 5]],
  ['0:10:2', [0, 2, 4, 6, 8]],
  ['3:0:-1, 7', [3, 2, 1, 7]],
  ['0:3', [0, 1, 2]],
  ['0:0.3:0.1', [0, 0.1, 0.2]],
  [' 1e-3 ,, -2 ', [0.001, -2]],
])('the numbers of %s', (list, numbers) => {
  expect(parseElements(list).map(({ number }) => number)).toEqual(
    numbers.map((number) => expect.closeTo(number, 12)),
  )
})

test('names, and texts of numbers', () => {
  expect(parseElements('ddim, a:b, 0:0.3:0.1')).toMatchObject([
    { text: 'ddim', number: undefined },
    { text: 'a:b', number: undefined },
    { text: '0' },
    { text: '0.1' },
    { text: '0.2' },
  ])
})

test.each(['', ' , ', '5:1', '0:10:0', '0:1e9', '0:100000', 'x,'.repeat(10_001)])(
  'the list "%s" is a fault',
  (list) => {
    expect(() => parseElements(list)).toThrow(/^Expected .* (Write|Remove) /s)
  },
)

const sources: GraphNode[] = [
  node('schedule', 'NoiseSchedule'),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.1 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 8, shape: '2', seed: 3 }),
]
const sampler = (name: string, wires: Record<string, string>, params = {}): GraphNode => ({
  ...closedSampler({ sampler: name, num_inference_steps: 50, ...params }),
  inputs: { ...closedSampler({}).inputs, ...node('', '', wires).inputs },
})
const density = node('density', 'LogDensity', { model: 'model.model', x_t: 'sampler.x_0' })
const loop = (list: string, params = {}) => [
  node('each', 'ForEachStart', {}, { list, ...params }),
  node('end', 'ForEachEnd', {
    loop: 'each.loop',
    number_1: 'density.log_density',
    samples_1: 'sampler.x_0',
  }),
]

onCpu(() => {
  test.each(['ddim', 'ddpm', 'dpmpp_2m', 'heun'])(
    'an iteration has the bits of a separate run: %s',
    async (name) => {
      const choices = [2, 3, 5]
      const looped = await evaluate(
        [
          ...sources,
          sampler(name, { num_inference_steps: 'each.number' }),
          density,
          ...loop(choices.join(',')),
        ],
        { frames: 'end.frames_1', history: 'end.history_1' },
      )
      expect(Array.from(looped.frames.t)).toEqual(choices)
      for (const [i, num_inference_steps] of choices.entries()) {
        const alone = await evaluate(
          [...sources, sampler(name, {}, { num_inference_steps }), density],
          { x: 'sampler.x_0', density: 'density.log_density' },
        )
        expect(looped.frames.frames[i].data).toEqual(alone.x.tensor.data)
        const { losses } = looped.history as unknown as { losses: { data: Float32Array }[] }
        expect(losses[i].data).toEqual(alone.density.tensor.data)
      }
    },
  )

  test('histories are charted over the numbers of the list, samples become a film', async () => {
    const graph = [
      ...sources,
      sampler('ddim', { num_inference_steps: 'each.number' }),
      density,
      ...loop('8, 2, 4', { name: 'NFE' }),
      node('chart', 'Chart', { values_1: 'end.history_1' }),
      node('film', 'FilmStrip', { trajectory: 'end.frames_1' }),
    ]
    const chart = await lastView<ChartView>(graph, 'chart')
    expect(chart.xLabel).toBe('NFE')
    expect(Array.from(chart.lines[0].x)).toEqual([2, 4, 8])
    const film = await lastView<ScatterView | FilmView>(graph, 'film')
    expect(Array.from(film.t ?? [])).toEqual([8, 2, 4])
  })

  test('timesteps set t, t_prev and number', async () => {
    const seen = await evaluate(
      [
        ...sources,
        node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 2 }),
        node('each', 'ForEachStart', { timesteps: 'list.timesteps' }),
        node('x', 'ForwardNoise', {
          x_0: 'noise.noise',
          t: 'each.t',
          noise: 'noise.noise',
          schedule: 'schedule.schedule',
        }),
        node('end', 'ForEachEnd', {
          loop: 'each.loop',
          number_1: 'each.number',
          samples_1: 'x.x_t',
        }),
      ],
      { list: 'list.timesteps', last: 'each.t_prev', frames: 'end.frames_1' },
    )
    expect(Array.from(seen.frames.t)).toEqual(Array.from(seen.list.t))
    expect(Array.from(seen.last.t)).toEqual([-1])
  })

  test('names set choices; a missing number is a fault with a cure', async () => {
    const named = (wires: Record<string, string>) =>
      evaluate(
        [
          node('schedule', 'NoiseSchedule', wires),
          node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 2 }),
          node('each', 'ForEachStart', {}, { list: 'linear, scaled_linear' }),
          node('end', 'ForEachEnd', { loop: 'each.loop' }),
        ],
        { schedule: 'schedule.schedule' },
      )
    const { schedule } = await named({ beta_schedule: 'each.text' })
    expect(schedule.type).toBe('schedule')
    await expect(named({ steps: 'each.number' })).rejects.toThrow(GraphError)
    await expect(named({ num_train_timesteps: 'each.number' })).rejects.toThrow(
      'Write only numbers in its list',
    )
  })

  test('a value that a param rejects is a fault of its node', async () => {
    const run = (list: string) =>
      evaluate(
        [
          ...sources,
          sampler('ddim', { num_inference_steps: 'each.number' }),
          density,
          ...loop(list),
        ],
        { frames: 'end.frames_1' },
      )
    await expect(run('2, 0')).rejects.toThrow(
      'sampler: Expected num_inference_steps to be an integer from 1 to 100000, got 0. Connect a value',
    )
    await expect(run('2, 2.5')).rejects.toThrow('got 2.5')
  })

  test('ReadNumber sets a param to a number of the device', async () => {
    const seen = await evaluate(
      [
        ...sources,
        node('density', 'LogDensity', { model: 'model.model', x_t: 'noise.noise' }),
        node('read', 'ReadNumber', { number: 'density.log_density' }),
        node('copy', 'Number', { value: 'read.number' }, { value: 1 }),
      ],
      { density: 'density.log_density', copy: 'copy.number' },
    )
    expect((seen.copy as unknown as { value: number }).value).toBe(seen.density.tensor.data[0])
  })

  test('Formula computes params: before the run from constants, in a loop from its numbers', async () => {
    const half = (from: string) => [
      node('half', 'Formula', { a: from }, { expression: 'floor(a / 2)', output: 'number' }),
      sampler('heun', { num_inference_steps: 'half.result' }),
    ]
    const constant = [...sources, node('n', 'Number', {}, { value: 7 }), ...half('n.number')]
    const typed = [...sources, sampler('heun', {}, { num_inference_steps: 3 })]
    const shown = node('shown', 'Inspect', { value: 'sampler.x_0' })
    const keys = (graph: GraphNode[]) => {
      const plan = compile({ nodes: [...graph, shown] }, undefined, opTable(nodes))
      return [...computeKeys(plan, opTable(nodes)).values].sort()
    }
    expect(keys(constant)).toEqual(keys(typed))
    const looped = [
      ...sources,
      ...half('each.number'),
      node('each', 'ForEachStart', {}, { list: '2, 7' }),
      node('end', 'ForEachEnd', { loop: 'each.loop', samples_1: 'sampler.x_0' }),
    ]
    const [inLoop, alone] = [
      await evaluate(looped, { frames: 'end.frames_1' }),
      await evaluate(typed, { x: 'sampler.x_0' }),
    ]
    expect(inLoop.frames.frames[1].data).toEqual(alone.x.tensor.data)
  })

  test('a param that chooses the type of an output has to be known', async () => {
    const { faults } = tryCompile(
      {
        nodes: [
          node('each', 'ForEachStart', {}, { list: 'number, loss' }),
          node('f', 'Formula', { a: 'each.number', output: 'each.text' }, { expression: 'a' }),
          node('shown', 'Inspect', { value: 'f.result' }),
        ],
      },
      undefined,
      opTable(nodes),
    )
    expect(faults).toContainEqual(expect.objectContaining({ node: 'f', slot: 'output' }))
  })

  test('a training in the loop has the bits of a separate one, with a wired learning rate', async () => {
    const training = (lr: Record<string, string>, params = {}): GraphNode[] =>
      [
        ...sources,
        node('data', 'Points', {}, { count: 64 }),
        node('mlp', 'MLP', {}, { hidden: 8, layers: 1 }),
        node('optimizer', 'Optimizer', lr, params),
        node(
          'start',
          'TrainingStart',
          { model: 'mlp.model', dataset: 'data.dataset', optimizer: 'optimizer.optimizer' },
          { steps: 3, batch_size: 8 },
        ),
        node('t', 'RandomTimesteps', { schedule: 'schedule.schedule', like: 'start.x_0' }),
        node('eps', 'GaussianNoise', { like: 'start.x_0' }),
        node('x_t', 'ForwardNoise', {
          x_0: 'start.x_0',
          t: 't.t',
          noise: 'eps.noise',
          schedule: 'schedule.schedule',
        }),
        node('predicted', 'Predict', { model: 'start.model', x_t: 'x_t.x_t', t: 't.t' }),
        node('target', 'Target', {
          x_0: 'start.x_0',
          noise: 'eps.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
          model: 'start.model',
        }),
        node('loss', 'Loss', { prediction: 'predicted.prediction', target: 'target.target' }),
        node('trained', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
        { ...sampler('ddim', {}, { num_inference_steps: 2 }), id: 'drawn' },
      ].map((each) =>
        each.id === 'drawn'
          ? { ...each, inputs: { ...each.inputs, model: { node: 'trained', slot: 'model' } } }
          : each,
      )
    const looped = await evaluate(
      [
        ...training({ lr: 'each.number' }),
        node('each', 'ForEachStart', {}, { list: '0.01, 0.3' }),
        node('end', 'ForEachEnd', { loop: 'each.loop', samples_1: 'drawn.x_0' }),
      ],
      { frames: 'end.frames_1' },
    )
    const alone = await Promise.all(
      [0.01, 0.3].map((lr) => evaluate(training({}, { lr }), { x: 'drawn.x_0' })),
    )
    expect(looped.frames.frames.map(({ data }) => data)).toEqual(
      alone.map(({ x }) => x.tensor.data),
    )
    expect(alone[0].x.tensor.data).not.toEqual(alone[1].x.tensor.data)
  })
})
