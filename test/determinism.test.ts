// Reproducibility of the ready workflows, trainings and samplings: two runs on one backend are
// bit-identical, and the backends agree within bounds. FULL=1 runs all workflows with a bound;
// MEASURE=name,name prints the differences of others.
import { expect, test } from 'vitest'
import type { Graph } from '../src/engine/plan/graph.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { firstDifference } from '../src/hosts/cli/outcome.ts'
import { bounds, relativeDifference } from './backendBounds.ts'
import { onEachBackend } from './backends.ts'
import { evaluate } from './nodes/evaluate.ts'
import { datasets, readWorkflow, testGraph } from './readyWorkflows.ts'
import { shownWires } from './shownWires.ts'

/** The values that nodes show, and the trained models, as plain data by `node.slot`. */
async function results(graph: Graph): Promise<Record<string, unknown>> {
  const wanted = shownWires(graph)
  const values = await evaluate(graph.nodes, Object.fromEntries(wanted.entries()), { datasets })
  return Object.fromEntries(wanted.map((name, i) => [name, values[i]]))
}

const small = ['points', 'ddpm-ddim', 'marginal']
const measured = process.env.MEASURE?.split(',')
const names = measured ?? (process.env.FULL ? Object.keys(bounds) : small)
const onCpu = new Map<string, unknown>()

onEachBackend((backend: BackendName) => {
  test.each(names)('%s: equal bits in two runs, and close to cpu', async (name) => {
    const graph = testGraph(readWorkflow(name))
    const first = await results(graph)
    if (!measured) expect(firstDifference(first, await results(graph))).toBeUndefined()
    if (backend === 'cpu') {
      onCpu.set(name, first)
      return
    }
    const found = relativeDifference(onCpu.get(name), first)
    if (measured) return console.log(`${name} ${backend} ${found.toExponential(2)}`)
    expect(found).toBeLessThanOrEqual(bounds[name]?.[backend] ?? 0)
  })
})
