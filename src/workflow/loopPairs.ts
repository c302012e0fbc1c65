// Pairs the two ends of each loop, by the loop wire between them.
import type { FileNode, WorkflowFile } from './file.ts'
import { LOOP } from './slots.ts'

/** A wire with the names of its slots. */
export interface NamedWire<N> {
  from: N
  output: string | undefined
  to: N
  input: string | undefined
}

/** Maps each Start to its End, and each End to its Start. A node has one partner. */
export function pairLoopEnds<N>(wires: Iterable<NamedWire<N>>): ReadonlyMap<N, N> {
  const pairs = new Map<N, N>()
  for (const { from, output, to, input } of wires) {
    if (output !== LOOP || input !== LOOP || pairs.has(from) || pairs.has(to)) continue
    pairs.set(from, to).set(to, from)
  }
  return pairs
}

/** Pairs the loops of a file. */
export function findLoopPairs({
  nodes,
  links,
}: Pick<WorkflowFile, 'nodes' | 'links'>): ReadonlyMap<FileNode, FileNode> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return pairLoopEnds(
    links.flatMap(([, source, output, target, input]): NamedWire<FileNode>[] => {
      const [from, to] = [byId.get(source), byId.get(target)]
      if (!from || !to) return []
      return [{ from, output: from.outputs[output]?.name, to, input: to.inputs[input]?.name }]
    }),
  )
}
