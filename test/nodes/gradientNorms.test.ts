// GradientNorms: norms of the gradient per layer, without any effect on the training.
import { expect, test } from 'vitest'
import type { RowsView } from '../../src/engine/base/view.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'
import { shownBy } from './shown.ts'

type Weights = Record<string, { data: Float32Array }>

/** A training by steps of -lr times the gradient. */
function descent(steps: number, lr: number, params: object = {}): GraphNode[] {
  const changed = new Map<string, object>([
    ['Adam', { algorithm: 'sgd', momentum: 0, clip_norm: 0, lr }],
    ['Start', params],
    ['End', { emit_every: 1 }],
  ])
  return trainingGraph(steps)
    .nodes.filter(({ id }) => !['Keep', 'Picture', 'Numbers'].includes(id))
    .map((own) => ({ ...own, params: { ...own.params, ...changed.get(own.id) } }))
}

const watching = (graph: GraphNode[]) => [
  ...graph,
  node('Norms', 'GradientNorms', { training: 'End.training' }),
]

async function weightsOf(graph: GraphNode[], id: string): Promise<Weights> {
  const { model } = await evaluate(graph, { model: `${id}.model` })
  return (model as unknown as { weights: Weights }).weights
}

const lastRows = async (graph: GraphNode[]) =>
  (await shownBy(graph)).get('Norms')!.at(-1) as RowsView

onEachBackend(() => {
  test('norms are those of the change of the weights of each layer', async () => {
    const [lr, graph] = [0.5, descent(1, 0.5)]
    const [before, after] = [await weightsOf(graph, 'Net'), await weightsOf(graph, 'End')]
    const squares = new Map<string, number>()
    for (const [name, { data }] of Object.entries(before)) {
      const layer = name.replace(/\.\w+$/, '')
      const own = data.reduce((sum, value, i) => sum + ((after[name].data[i] - value) / lr) ** 2, 0)
      squares.set(layer, (squares.get(layer) ?? 0) + own)
    }
    const { rows, bars } = await lastRows(watching(graph))
    expect(rows[0]).toEqual(['training steps', '1'])
    const shown = new Map(rows.slice(2).map(([name, text]) => [name, Number(text)]))
    expect([...shown.keys()]).toEqual([...squares.keys()])
    for (const [layer, sum] of squares)
      expect(Math.abs(shown.get(layer)! / Math.sqrt(sum) - 1), layer).toBeLessThan(0.01)
    const total = Math.sqrt([...squares.values()].reduce((sum, one) => sum + one, 0))
    expect(Math.abs(Number(rows[1][1]) / total - 1)).toBeLessThan(0.01)
    expect(bars!.length).toBe(rows.length)
    expect(bars![1]).toBe(1)
  })
})

onCpu(() => {
  test('watching changes no bit, also with accumulated gradients', async () => {
    for (const params of [{}, { gradient_accumulation_steps: 3 }]) {
      const graph = descent(4, 0.01, params)
      const watched = await weightsOf(watching(graph), 'End')
      expect(watched).toEqual(await weightsOf(graph, 'End'))
      const { rows } = await lastRows(watching(graph))
      expect(rows[0][1]).toBe('4')
      expect(Number(rows[1][1])).toBeGreaterThan(0)
    }
  })

  test('each emission has the norms of its own step', async () => {
    const views = (await shownBy(watching(descent(3, 0.5)))).get('Norms') as RowsView[]
    expect(views.at(-1)!.rows[0][1]).toBe('3')
    expect(new Set(views.map(({ rows }) => rows[1]?.[1])).size).toBeGreaterThan(1)
  })
})
