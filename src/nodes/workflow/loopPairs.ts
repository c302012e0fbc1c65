// Pairs the two ends of each loop in a workflow file, by the loop wire between them.
import type { FileNode, WorkflowFile } from './file.ts'
import { LOOP } from './slots.ts'

/** Maps each Start to its End, and each End to its Start. */
export function findLoopPairs(
  file: Pick<WorkflowFile, 'nodes' | 'links'>,
): ReadonlyMap<FileNode, FileNode> {
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const pairs = new Map<FileNode, FileNode>()
  for (const [, from, output, to, input] of file.links) {
    const [start, end] = [nodes.get(from), nodes.get(to)]
    if (start?.outputs[output]?.name === LOOP && end?.inputs[input]?.name === LOOP)
      pairs.set(start, end).set(end, start)
  }
  return pairs
}
