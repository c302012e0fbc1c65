// Syntax of ids. No other file formats or parses them.
//
//   5:3           node 3 inside the subgraph of node 5
//   closed/inner  a node that the closed node expands into
//   node.slot     a value: one output slot of a node
//   value_3       the third slot of the many-slot `value`

// ---- subgraphs: 5:3

type Id = string | number

/** The full id of a node inside `outer`; undefined is the top level. */
export const innerId = (outer: Id | undefined, inner: Id): string =>
  outer === undefined ? String(inner) : `${outer}:${inner}`

/** The parts of an id, outermost first. Ignores nodes that a closed node expands into. */
export const idPath = (id: string): string[] => outerId(id).split(':')

/** Inverse of {@link idPath}; undefined for the empty path, the top level of the workflow. */
export const joinIds = (path: readonly Id[]): string | undefined =>
  path.length ? path.join(':') : undefined

/** The subgraph node that contains a node; undefined at the top level. */
export const parentId = (id: string): string | undefined => joinIds(idPath(id).slice(0, -1))

export const isInside = (id: string, outer: string): boolean => id.startsWith(innerId(outer, ''))

/** The node directly inside `outer` that is or contains `id`: `3` for `5:3:1` in `5`. */
export function childId(id: string, outer: string | undefined): string | undefined {
  if (outer === undefined) return idPath(id)[0]
  return isInside(id, outer) ? idPath(id.slice(innerId(outer, '').length))[0] : undefined
}

/** True for the node itself, the nodes it expands into and the nodes of its subgraph. */
export const isWithin = (id: string, outer: string): boolean =>
  outerId(id) === outer || isInside(id, outer)

// ---- closed nodes: closed/inner

export const closedInnerId = (closed: string, inner: string): string => `${closed}/${inner}`

/** The visible node that shows faults and progress of `id`. */
export const outerId = (id: string): string => id.split('/')[0]

/** The closed node that expands into `id`, if there is one. */
export const closedId = (id: string): string | undefined =>
  id.includes('/') ? outerId(id) : undefined

// ---- values: node.slot

export type ValueId = string

export const valueId = ({ node, slot }: { node: string; slot: string }): ValueId =>
  `${node}.${slot}`

/** Inverse of {@link valueId}. Node ids may contain dots, slot names may not. */
export function splitValue(value: ValueId): { node: string; slot: string } {
  const dot = value.lastIndexOf('.')
  return { node: value.slice(0, dot), slot: value.slice(dot + 1) }
}

// ---- many-slots: value_3

/** Counts from 1. */
export const manySlot = (name: string, index: number): string => `${name}_${index}`

/** Splits `value_3` into ['value', 3]; the index is undefined if the name has no number. */
export function splitMany(slot: string): [name: string, index: number | undefined] {
  const [, name, index] = /^(.+)_([1-9]\d{0,2})$/.exec(slot) ?? []
  return name === undefined ? [slot, undefined] : [name, Number(index)]
}
