// The nodes at the border of a subgraph, and names and types of its slots.
import { INPUTS, OUTPUTS, type FileNode } from '../../workflow/file.ts'
import { isSlotName } from '../../workflow/subgraphs.ts'

export const isBorderNode = ({ type }: Pick<FileNode, 'type'>) =>
  type === INPUTS || type === OUTPUTS

/** Returns a name that is not in `taken`, and adds it. */
export function makeUniqueName(wanted: string, taken: Set<string>): string {
  const base = isSlotName(wanted) ? wanted : 'value'
  let name = base
  for (let i = 2; taken.has(name); i++) name = `${base}_${i}`
  taken.add(name)
  return name
}

/** The types that all inputs accept, as litegraph writes them. */
export function intersectTypes(types: readonly (string | number)[]): string {
  const lists = types
    .map(String)
    .filter((type) => type !== '*')
    .map((type) => type.split(','))
  if (!lists.length) return '*'
  return lists.reduce((all, list) => all.filter((type) => list.includes(type))).join(',') || '*'
}

export const createBorderNode = (
  type: string,
  pos: [number, number],
  slots: readonly { name: string; type: string | number }[],
): FileNode => ({
  id: type,
  type,
  pos,
  size: [180, 34 + 20 * slots.length],
  flags: {},
  mode: 0,
  inputs: type === OUTPUTS ? slots.map(({ name, type }) => ({ name, type, link: null })) : [],
  outputs: type === INPUTS ? slots.map(({ name, type }) => ({ name, type, links: null })) : [],
  properties: {},
})
