// Metrics whose numbers are wired: for charts, early ends and losses.
import { expect, test } from 'vitest'
import { slicedWasserstein } from '../../src/engine/metrics/distributions.ts'
import { chamferDistance, kernelLoss } from '../../src/engine/metrics/differentiable.ts'
import { kernelDistance } from '../../src/engine/metrics/kernel.ts'
import { viewText } from '../../src/engine/base/viewTexts.ts'
import { tf, type Tensor2D } from '../../src/engine/base/tf.ts'
import { differentiate } from '../../src/engine/gradients/differentiate.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import type { ChartView, NumbersView } from '../../src/engine/base/view.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { rowsOf, shownBy } from './shown.ts'

const points = (id: string, seed: number, params: Record<string, unknown> = {}) =>
  node(id, 'Points', {}, { distribution: 'eight_gaussians', count: 400, seed, ...params })

const data = [
  points('real', 1),
  points('others', 2),
  points('moved', 2, { distribution: 'drawn', points: [[1, 0]] }),
]

/** Random rows of three numbers. */
const rows = (count: number, seed: number) =>
  tf.randomNormal([count, 3], 0, 1, 'float32', seed) as Tensor2D

onEachBackend(() => {
  test('differentiable distances match their definitions and central differences', async () => {
    const [a, b] = [rows(7, 1), rows(9, 2)]
    const [x, y] = [a.arraySync(), b.arraySync()]
    const square = (p: number[], q: number[]) =>
      p.reduce((sum, value, i) => sum + (value - q[i]) ** 2, 0)
    const nearest = (from: number[][], to: number[][]) =>
      from.reduce((sum, p) => sum + Math.min(...to.map((q) => square(p, q))), 0) / from.length
    const expected = {
      chamfer: (at: number[][]) => nearest(at, y) + nearest(y, at),
      kernel: (at: number[][]) => kernelDistance(at.flat(), y.flat(), 3),
    }
    const given = { chamfer: chamferDistance, kernel: kernelLoss }
    for (const name of ['chamfer', 'kernel'] as const) {
      const { value, grads } = differentiate(() => given[name](a, b), [a])
      const at = expected[name](x)
      expect((await value.data())[0]).toBeCloseTo(at, Math.abs(at) > 1 ? 3 : 4)
      const gradient = (await grads[0]!.array()) as number[][]
      for (const [i, j] of [
        [0, 0],
        [3, 1],
        [6, 2],
      ]) {
        const moved = (by: number) =>
          expected[name](x.map((row, r) => row.map((v, c) => (r === i && c === j ? v + by : v))))
        const slope = (moved(1e-4) - moved(-1e-4)) / 2e-4
        expect(gradient[i][j]).toBeCloseTo(slope, 3)
      }
      tf.dispose([value, grads as never])
    }
    tf.dispose([a, b])
  })
}, ['cpu', 'wasm'])

onCpu(() => {
  test('every metric outputs the numbers that it shows', async () => {
    const wired: Record<string, Record<string, string>> = {
      FrechetDistance: { distance: 'Fréchet distance' },
      KernelDistance: { distance: 'kernel distance' },
      SlicedWasserstein: { distance: 'sliced Wasserstein' },
      ChamferDistance: { distance: 'chamfer distance' },
      PrecisionRecall: {
        precision: 'precision',
        recall: 'recall',
        density: 'density',
        coverage: 'coverage',
      },
      ModeCoverage: { modes: 'modes hit', near: viewText('nearMode', 3) },
    }
    for (const [type, outputs] of Object.entries(wired)) {
      const slots = Object.keys(outputs)
      const measure = node('measure', type, { samples: 'others.x_0', reference: 'real.dataset' })
      const numbers = node(
        'numbers',
        'Numbers',
        Object.fromEntries(slots.map((slot, i) => [`numbers_${i + 1}`, `measure.${slot}`])),
        { names: slots.join(',') },
      )
      const observed = await shownBy([...data, measure])
      const both = await shownBy([...data, measure, numbers])
      const shown = observed.get('measure')!.at(-1) as NumbersView
      expect(both.get('measure')!.at(-1), type).toEqual(shown)
      const values = rowsOf(both.get('numbers')!.at(-1) as NumbersView)
      const all = rowsOf(shown)
      for (const [slot, name] of Object.entries(outputs)) {
        expect(Object.keys(all), type).toContain(name)
        expect(values[slot], `${type}.${slot}`).toBeCloseTo(all[name], 5)
      }
    }
  })

  test('a metric in a loop is a number of each iteration, and can end the loop', async () => {
    const loop = (again: Record<string, string>): GraphNode[] => [
      ...data,
      node('start', 'RepeatStart', { value_1: 'moved.x_0' }, { times: 6 }),
      node('step', 'Mix', { a: 'start.value_1', b: 'others.x_0' }, { w: 0.5 }),
      node('measure', 'SlicedWasserstein', { samples: 'step.mix', reference: 'real.dataset' }),
      node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'step.mix', ...again }),
      node('chart', 'Chart', { values_1: 'measure.distance' }),
      node('last', 'Inspect', { value: 'end.value_1' }),
    ]
    const line = async (graph: GraphNode[]) =>
      ((await shownBy(graph)).get('chart')!.at(-1) as ChartView).lines[0]
    const { x, y } = await line(loop({}))
    expect([...x]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...y]).toEqual([...y].sort((a, b) => b - a))
    const { x_0, real } = await evaluate(loop({}), { x_0: 'end.value_1', real: 'real.x_0' })
    expect(y[5]).toBeCloseTo(slicedWasserstein(x_0.tensor.data, real.tensor.data), 5)
    // A metric that is zero ends the loop: the distance of the data to itself.
    const none = node('none', 'ChamferDistance', {
      samples: 'start.value_1',
      reference: 'moved.x_0',
    })
    const ended = await line([...loop({ again: 'none.distance' }), none])
    expect([...ended.x]).toEqual([0])
  })

  test('points move to the data by a differentiable distance', async () => {
    for (const [type, slot] of [
      ['ChamferDistance', 'distance'],
      ['KernelDistance', 'loss'],
    ]) {
      const views = await shownBy([
        ...data,
        node('schedule', 'FlowSchedule'),
        node('net', 'MLP', {}, { hidden: 16, layers: 1, predicts: 'sample' }),
        node('adam', 'Optimizer', {}, { lr: 0.02 }),
        node(
          'start',
          'TrainingStart',
          { model: 'net.model', dataset: 'real.dataset', optimizer: 'adam.optimizer' },
          { steps: 40, batch_size: 64 },
        ),
        node('noise', 'GaussianNoise', { like: 'start.x_0' }),
        node('t', 'Timestep', {}, { t: 500 }),
        node('predict', 'Predict', { model: 'start.model', x_t: 'noise.noise', t: 't.t' }),
        node(
          'x',
          'ConvertPrediction',
          {
            prediction: 'predict.prediction',
            x_t: 'noise.noise',
            t: 't.t',
            schedule: 'schedule.schedule',
          },
          { to: 'sample' },
        ),
        node('measure', type, { samples: 'x.x', reference: 'start.x_0' }),
        node(
          'end',
          'TrainingEnd',
          { loop: 'start.loop', loss: `measure.${slot}` },
          { emit_every: 0 },
        ),
        node('chart', 'Chart', { values_1: 'end.history' }),
      ])
      const { y } = (views.get('chart')!.at(-1) as ChartView).lines[0]
      expect(y[39]).toBeLessThan(y[0] / 2)
    }
  })

  test('a metric that reads values back is a fault inside a training step', () => {
    const graph = [
      ...data,
      node('net', 'MLP'),
      node('adam', 'Optimizer'),
      node('start', 'TrainingStart', {
        model: 'net.model',
        dataset: 'real.dataset',
        optimizer: 'adam.optimizer',
      }),
      node('noise', 'GaussianNoise', { like: 'start.x_0' }),
      node('t', 'Timestep', {}, { t: 500 }),
      node('predict', 'Predict', { model: 'start.model', x_t: 'noise.noise', t: 't.t' }),
      node('loss', 'Loss', { prediction: 'predict.prediction', target: 'predict.prediction' }),
      node('measure', 'SlicedWasserstein', { samples: 'start.x_0', reference: 'real.dataset' }),
      node('mix', 'Mix', { a: 'loss.loss', b: 'measure.distance' }),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'mix.mix' }),
      node('show', 'Inspect', { value: 'end.model' }),
    ]
    const { faults } = tryCompile({ nodes: graph }, undefined, opTable(nodes))
    expect(faults).toMatchObject([{ node: 'measure', also: ['start'] }])
  })
})
