// Inspect nodes for running to a node.
import { wire, type Graph, type GraphNode } from './graph.ts'
import type { Ops } from './op.ts'

/** Adds an Inspect node to each target that shows nothing itself. */
export function withInspects(graph: Graph, targets: readonly string[] | undefined, ops: Ops) {
  const inspect = ops.get('diffusion/Inspect')
  const slot = Object.keys(inspect?.inputs ?? {})[0]
  const added = (targets ?? []).flatMap((target): GraphNode[] => {
    const op = ops.get(graph.nodes.find(({ id }) => id === target)?.op ?? '')
    const output = Object.keys(op?.outputs ?? {}).find((name) => name !== 'loop')
    if (!inspect || slot === undefined || !op || output === undefined || op.outputs[output].many)
      return []
    return [
      {
        id: `${target}/inspect`,
        op: inspect.type,
        params: {},
        inputs: { [slot]: wire(target, output) },
      },
    ]
  })
  return {
    graph: { nodes: [...graph.nodes, ...added] },
    targets: targets?.map(
      (target) => added.find(({ id }) => id === `${target}/inspect`)?.id ?? target,
    ),
  }
}
