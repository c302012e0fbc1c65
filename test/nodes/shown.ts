// Helpers that run a graph and return the views of its observers.
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { NumbersView, View } from '../../src/engine/base/view.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'

/** Runs a graph and returns all views of its observers in order, by node id. */
export async function shownBy(graph: GraphNode[]): Promise<Map<string, View[]>> {
  const views = new Map<string, View[]>()
  const faults: string[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(
      createStoredFiles(memoryStore()),
      createStoredFiles(memoryStore()),
      shippedInNode(),
    ),
    onEvent: (event) => {
      if (event.type === 'view')
        views.set(event.node, [...(views.get(event.node) ?? []), event.view])
      if (event.type === 'faults')
        faults.push(...event.faults.map(({ message, cure }) => `${message} ${cure}`))
    },
  })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  if (faults.length) throw new Error(faults.join('\n'))
  return views
}

export const lastView = async <V extends View>(graph: GraphNode[], id: string) =>
  (await shownBy(graph)).get(id)!.at(-1) as V

/** Returns the numbers of a view by name. */
export const rowsOf = ({ rows }: NumbersView) =>
  Object.fromEntries(rows.map(({ name, value }) => [name, value]))
