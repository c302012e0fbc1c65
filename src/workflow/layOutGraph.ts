// Arrangement of nodes by their wires, with dagre. Positions and sizes in, positions out.
import { Graph, layout } from '@dagrejs/dagre'

/** Height of a node's title bar, in units of the graph. */
const TITLE = 30

export interface NodeBox {
  id: number | string
  pos: readonly [number, number]
  /** Size without the title bar. */
  size: readonly [number, number]
}

export type Positions = ReadonlyMap<NodeBox['id'], [number, number]>

/** Gaps between rows and between columns, with room to distinguish wires. */
const [ROW_GAP, COLUMN_GAP] = [34, 70]

/** Nodes that stay together, possibly inside another group. */
export interface NodeGroup {
  members: readonly NodeBox['id'][]
  within?: NodeGroup | undefined
}

/**
 * Arranges nodes in columns, each to the right of its sources, with few crossings (Sugiyama's
 * method, by dagre). The top left corner keeps its position.
 * @param wires pairs of source and target
 * @param groups outer groups first
 */
export function layOutGraph(
  nodes: readonly NodeBox[],
  wires: readonly (readonly [NodeBox['id'], NodeBox['id']])[],
  groups: readonly NodeGroup[] = [],
): Positions {
  const graph = new Graph({ compound: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: ROW_GAP,
    ranksep: COLUMN_GAP,
    ranker: 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  const known = new Set(nodes.map(({ id }) => String(id)))
  for (const { id, size } of nodes)
    graph.setNode(String(id), { width: size[0], height: size[1] + TITLE })
  for (const [from, to] of wires)
    if (known.has(String(from)) && known.has(String(to))) graph.setEdge(String(from), String(to))
  const getGroupName = (group: NodeGroup) => `group ${groups.indexOf(group)}`
  for (const group of groups) {
    graph.setNode(getGroupName(group), {})
    if (group.within) graph.setParent(getGroupName(group), getGroupName(group.within))
    for (const id of group.members)
      if (known.has(String(id))) graph.setParent(String(id), getGroupName(group))
  }
  layout(graph)
  const found = nodes.map(({ id, size }): [NodeBox['id'], [number, number]] => {
    const { x, y } = graph.node(String(id)) as { x: number; y: number }
    return [id, [x - size[0] / 2, y - (size[1] + TITLE) / 2 + TITLE]]
  })
  const left = minimum(nodes.map(({ pos }) => pos[0])) - minimum(found.map(([, [x]]) => x))
  const top = minimum(nodes.map(({ pos }) => pos[1])) - minimum(found.map(([, [, y]]) => y))
  return new Map(found.map(([id, [x, y]]) => [id, [Math.round(x + left), Math.round(y + top)]]))
}

export const minimum = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Infinity)
