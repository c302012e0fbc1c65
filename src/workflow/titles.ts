// Titles of nodes.
import type { Declaration } from '../engine/plan/op.ts'

/** `diffusion/DDPMStep` -> "DDPM Step". */
export const typeTitle = (type: string): string =>
  type
    .replace(/^.*\//, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')

/** The title of a node: its own, the one of its declaration, or one derived from its type. */
export function nodeTitle(
  node: { title?: string } & ({ type: string } | { op: string }),
  declared: ReadonlyMap<string, Pick<Declaration, 'title'>>,
): string {
  const type = 'op' in node ? node.op : node.type
  return node.title || declared.get(type)?.title || type.replace(/^.*\//, '')
}
