// Graphs written as workflow files, for graphs made by programs.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { Graph } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes as ready } from '../../src/nodes/table.ts'
import {
  createWorkflow,
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  WorkflowError,
} from '../../src/workflow/index.ts'
import { declarations, readWorkflow, workflowNames } from '../readyWorkflows.ts'
import { node } from '../nodes/evaluate.ts'
import { casesOf } from '../families.ts'

/** The graph with ids 1, 2, ..., and without titles that are those of the types. */
function normalise({ nodes }: Graph): Graph {
  const ids = new Map(nodes.map(({ id }, i) => [id, String(i + 1)]))
  return {
    nodes: nodes.map(({ id, inputs, ...rest }) => ({
      ...rest,
      id: ids.get(id)!,
      inputs: Object.fromEntries(
        Object.entries(inputs)
          .map(([slot, from]) => [slot, { ...from, node: ids.get(from.node)! }] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    })),
  }
}

/** Each fourth one in `npm test`. */
const names = casesOf(workflowNames, (name) => workflowNames.indexOf(name) % 4 === 0)

test.each(names)('the graph of %s survives writing and reading', async (name) => {
  const graph = toGraph(readWorkflow(name), declarations)
  const file = await createWorkflow(graph, declarations, { title: name })
  const { workflow, notices } = parseWorkflow(stringifyWorkflow(file), declarations)
  expect(notices).toEqual([])
  expect(normalise(toGraph(workflow, declarations))).toEqual(normalise(graph))
  expect(workflow.extra.diffusion?.title).toBe(name)
})

test('undeclared nodes and slots are errors with their place', async () => {
  const write = (graph: Graph) => createWorkflow(graph, declarations)
  await expect(write({ nodes: [node('a', 'mine/Mirror')] })).rejects.toThrow(WorkflowError)
  await expect(write({ nodes: [node('a', 'mine/Mirror')] })).rejects.toThrow(
    'nodes[0].op: unknown node type mine/Mirror. Pass its declaration as well.',
  )
  const points = node('a', 'Points')
  await expect(
    write({ nodes: [points, node('b', 'Inspect', { value: 'a.pixels' })] }),
  ).rejects.toThrow('nodes[1].inputs.value: there is no slot for the wire from a.pixels.')
  await expect(
    write({ nodes: [points, node('b', 'Inspect', { colour: 'a.dataset' })] }),
  ).rejects.toThrow('nodes[1].inputs.colour')
})

test('the example of the documentation writes a workflow', async () => {
  const docs = readFileSync('docs/command-line.md', 'utf8')
  const code = /^import \{ createWorkflow[^\n]*\n([^]*?)^```/m.exec(docs)?.[1] ?? ''
  const printed: string[] = []
  // oxlint-disable-next-line no-new-func -- the example is our own
  const run = new Function(
    'createWorkflow',
    'declarations',
    'stringifyWorkflow',
    'console',
    `return (async () => { ${code} })()`,
  )
  const log = (line: string) => printed.push(line)
  await (run as (...given: unknown[]) => Promise<void>)(
    createWorkflow,
    declarations,
    stringifyWorkflow,
    { log },
  )
  const { workflow } = parseWorkflow(printed.join('\n'), declarations)
  const { plan } = tryCompile(toGraph(workflow, declarations), undefined, opTable(ready))
  expect(plan?.steps).toHaveLength(3)
})
