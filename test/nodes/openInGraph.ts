// Opens a block in a handwritten graph.
import { mapEntries } from '../../src/engine/base/records.ts'
import { findStaticOutputs } from '../../src/engine/plan/check.ts'
import { wire, type GraphNode, type Wire } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { openBlock } from '../../src/nodes/layers/openBlock.ts'
import { nodes as allNodes } from '../../src/nodes/table.ts'

/** The graph with the layers of a block in place of its node. */
export function openInGraph(graph: readonly GraphNode[], id: string): GraphNode[] {
  const block = graph.find((each) => each.id === id)!
  const known = findStaticOutputs({ nodes: [...graph] }, opTable(allNodes))
  const { nodes, outputs } = openBlock(block, known)
  const enter = ({ node: from, slot }: Wire) =>
    from === '' ? block.inputs[slot] : wire(`inner ${from}`, slot)
  const leave = (from: Wire) => (from.node === id ? enter(outputs[from.slot]) : from)
  return [
    ...graph
      .filter((each) => each !== block)
      .map((each) => ({ ...each, inputs: mapEntries(each.inputs, (_, from) => leave(from)) })),
    ...nodes.map((each) => ({
      ...each,
      id: `inner ${each.id}`,
      inputs: mapEntries(each.inputs, (_, from) => enter(from)),
    })),
  ]
}
