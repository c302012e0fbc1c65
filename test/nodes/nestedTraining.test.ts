// Trainings inside other loops, and observers of their results.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { Graph, GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import type { ChartView, View } from '../../src/engine/base/view.ts'
import { nodes } from '../../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../../src/workflow/index.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { declarations } from '../readyWorkflows.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { workflowOf } from '../workflowOf.ts'
import { node } from './evaluate.ts'
import { run } from './resuming.ts'
import { shownBy } from './shown.ts'

const ops = opTable(nodes)

/** Reads a graph of test/fixtures/experiments; `change` replaces nodes. */
function experiment(name: string, change: (node: GraphNode) => GraphNode = (same) => same): Graph {
  const text = readFileSync(`test/fixtures/experiments/${name}.json`, 'utf8')
  const { nodes } = toGraph(parseWorkflow(text, declarations).workflow, declarations)
  return { nodes: nodes.map(change) }
}

const withParams = (id: string, params: object) => (node: GraphNode) =>
  node.id === id ? { ...node, params: { ...node.params, ...params } } : node

const lastLines = (views: Map<string, View[]>, id: string) =>
  ((views.get(id) ?? []).at(-1) as ChartView).lines

onCpu(() => {
  test('a chart of a held-out loss keeps its curve when the training has ended', async () => {
    const graph = experiment('held-out-chart', withParams('6', { steps: 60 }))
    const [line] = lastLines(await shownBy(graph.nodes), '20')
    // Emissions take at most a fifth of the time, so that their number depends on the machine.
    expect(line.x.length).toBeGreaterThan(2)
    expect([line.x[0], line.x.at(-1)]).toEqual([5, 60])
    expect([...line.x]).toEqual([...line.x].sort((a, b) => a - b))
    expect(line.y.every(Number.isFinite)).toBe(true)
  })

  test('charts of a training in a Repeat show the losses of all rounds', async () => {
    const views = await shownBy(experiment('nested-training').nodes)
    const [histories] = lastLines(views, '15')
    const [losses] = lastLines(views, '16')
    const steps = Array.from({ length: 30 }, (_, i) => i)
    expect([...losses.x]).toEqual(steps)
    expect([...histories.x]).toEqual(steps)
    expect(histories.y).toEqual(losses.y)
  })

  test('a chart of a held-out loss in a Repeat continues in each round', async () => {
    const graph = experiment('nested-training')
    const [line] = lastLines(
      await shownBy([
        ...graph.nodes,
        node('noise', 'GaussianNoise', { like: '1.x_0' }),
        node('predict', 'Predict', { model: '13.model', x_t: 'noise.noise', t: 't.t' }),
        node('t', 'Timestep', {}, { t: 500 }),
        node('loss', 'Loss', { prediction: 'predict.prediction', target: 'predict.prediction' }),
        node('chart', 'Chart', { values_1: 'loss.loss' }),
      ]),
      'chart',
    )
    expect([...line.x]).toEqual([10, 20, 30])
  })

  test('a carried training makes `steps` more in each round', async () => {
    const made = async (params: object) => {
      const graph = experiment('carried-training', withParams('15', params)).nodes.map(
        (one): GraphNode =>
          one.op === 'diffusion/SaveCheckpoint' ? { ...one, params: { name: 'carried' } } : one,
      )
      const chart = node('chart', 'Chart', { values_1: '21.loss' })
      return lastLines(await shownBy([...graph, chart]), 'chart')[0].x.length
    }
    // The training that enters the loop has made one step.
    expect(await made({ steps: 10, count: 'in_all' })).toBe(9)
    expect(await made({ steps: 10, count: 'more' })).toBe(30)
  })

  test('a carried training whose steps count in all is a notice', () => {
    const noticesOf = (count: string) =>
      tryCompile(experiment('carried-training', withParams('15', { count })), undefined, ops)
        .plan?.notices.filter(({ node }) => node === '15')
        .map(({ message }) => message)
    expect(noticesOf('in_all')).toEqual([expect.stringContaining('Set count to more.')])
    expect(noticesOf('more')).toEqual([])
  })

  test('a training alone is something to run', async () => {
    const alone = experiment('held-out-chart', withParams('6', { steps: 3 })).nodes.filter(
      ({ id }) => Number(id) < 14,
    )
    const { faults } = await run(alone)
    expect(faults).toEqual([])
    expect(tryCompile({ nodes: alone }, undefined, ops).plan?.steps.at(-1)).toMatchObject({
      kind: 'loop',
      outputs: ['model', 'ema', 'history', 'training'],
    })
    const trimmed = alone.filter(({ op }) => !op.startsWith('diffusion/Training'))
    expect(tryCompile({ nodes: trimmed.slice(0, 3) }, undefined, ops).faults).toMatchObject([
      { message: 'There is nothing to run: no node shows or saves a result.' },
    ])
  })
})

onEachBackend(() => {
  test('a loss in the body that is not trained on is shown at every step', async () => {
    const views = await shownBy([
      ...trainingGraph(12).nodes.filter(
        ({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers', 'Keep'].includes(id),
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 16, shape: '2', seed: 5 }),
      node('t', 'Timestep', {}, { t: 20 }),
      node('predict', 'Predict', { model: 'Start.model', x_t: 'noise.noise', t: 't.t' }),
      node('still', 'Predict', { model: 'Net.model', x_t: 'noise.noise', t: 't.t' }),
      node('loss', 'Loss', { prediction: 'predict.prediction', target: 'still.prediction' }),
      node('chart', 'Chart', { values_1: 'loss.loss' }),
    ])
    const [{ x, y }] = lastLines(views, 'chart')
    expect(x).toHaveLength(12)
    expect(y[0]).toBe(0)
    expect(y[11]).toBeGreaterThan(0)
  })
})

test('a graph with many-outputs is written as a file and read back', () => {
  const graph = experiment('nested-training')
  const { workflow, notices } = parseWorkflow(workflowOf(graph), declarations)
  expect(notices).toEqual([])
  const numbers = new Map(graph.nodes.map(({ id }, i) => [id, String(i + 1)]))
  const renamed = graph.nodes.map(({ id, inputs }) => [
    numbers.get(id),
    Object.entries(inputs).map(([slot, from]) => [slot, numbers.get(from.node), from.slot]),
  ])
  const read = toGraph(workflow, declarations).nodes.map(({ id, inputs }) => [
    id,
    Object.entries(inputs).map(([slot, from]) => [slot, from.node, from.slot]),
  ])
  expect(read).toEqual(renamed)
})

/** The nodes of which a graph has a notice that they draw once. */
const drawnOnce = (graph: GraphNode[]) =>
  tryCompile({ nodes: graph }, undefined, ops)
    .plan?.notices.filter(({ message }) => message.includes('draws once'))
    .map(({ node }) => node)

test('a notice about noise that is drawn once is given once, and only if it is trained on', () => {
  const { nodes } = experiment('held-out-chart')
  const wired = nodes.map((one) =>
    one.op === 'diffusion/GaussianNoise' && one.id === '7'
      ? { ...one, inputs: {}, params: { batch_size: 32 } }
      : one,
  )
  // Both ForwardNoise and Target read it.
  expect(drawnOnce(wired)).toEqual(['7'])
  // A held-out loss in the body, for a chart.
  const heldOut = nodes.map((one) =>
    one.id === '17' || one.id === '18'
      ? { ...one, inputs: { ...one.inputs, model: { node: '6', slot: 'model' } } }
      : one,
  )
  expect(drawnOnce(heldOut)).toEqual([])
})
