// Nesting of loops and frames: the tree that a composition follows.
import type { Id } from './blocks.ts'

/** A loop with both ends and its body, or the nodes in a frame (a group of litegraph). */
export interface Group {
  readonly kind: 'loop' | 'frame'
  readonly members: ReadonlySet<Id>
}

/** A group, or the graph itself, with what is directly inside. */
export interface Region {
  readonly kind: Group['kind'] | 'graph'
  /** The group, for its place afterwards. */
  readonly group?: Group
  readonly regions: readonly Region[]
  /** Nodes that are in no inner region. */
  readonly nodes: readonly Id[]
}

/** Smaller groups are left out, because nesting takes time in the square of their number. */
const MAX_GROUPS = 100

/**
 * Nests groups. Of two groups that overlap without one containing the other, the smaller one is left
 * out.
 */
export function nestGroups(nodes: readonly Id[], groups: readonly Group[]): Region {
  const sorted = [...groups]
    .filter(({ members }) => members.size > 0)
    .sort((a, b) => b.members.size - a.members.size || (a.kind === 'frame' ? -1 : 1))
    .slice(0, MAX_GROUPS)
  const accepted: Group[] = []
  for (const group of sorted)
    if (accepted.every((outer) => contains(outer, group) || isDisjoint(outer, group)))
      accepted.push(group)
  return createRegion('graph', undefined, new Set(nodes), accepted)
}

function createRegion(
  kind: Region['kind'],
  group: Group | undefined,
  members: ReadonlySet<Id>,
  inside: readonly Group[],
): Region {
  const outermost = inside.filter(
    (inner, i) => !inside.some((outer, k) => k < i && contains(outer, inner)),
  )
  const regions = outermost.map((outer) =>
    createRegion(
      outer.kind,
      outer,
      outer.members,
      inside.filter((inner) => inner !== outer && contains(outer, inner)),
    ),
  )
  const nested = new Set(outermost.flatMap((outer) => [...outer.members]))
  const nodes = [...members].filter((id) => !nested.has(id))
  return { kind, ...(group && { group }), regions, nodes }
}

const contains = (outer: Group, inner: Group) =>
  [...inner.members].every((id) => outer.members.has(id))

const isDisjoint = (a: Group, b: Group) => ![...b.members].some((id) => a.members.has(id))

/** All nodes of a region, at any depth. */
export const regionMembers = (region: Region): Id[] => [
  ...region.nodes,
  ...region.regions.flatMap(regionMembers),
]
