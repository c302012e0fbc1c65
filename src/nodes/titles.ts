// Names in words.
import type { Declaration } from '../engine/plan/op.ts'

/** `diffusion/DDPMStep` -> "DDPM Step". */
export const titleOf = (type: string): string =>
  type
    .replace(/^.*\//, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')

/** What a node is called: by whoever made the graph, by its declaration, or else by its type. */
export function titleOfNode(
  node: { title?: string } & ({ type: string } | { op: string }),
  declared: ReadonlyMap<string, Pick<Declaration, 'title'>>,
): string {
  const type = 'op' in node ? node.op : node.type
  return node.title || declared.get(type)?.title || type.replace(/^.*\//, '')
}
