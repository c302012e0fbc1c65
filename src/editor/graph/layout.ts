// Layout of nodes: by wires, aligned, or distributed. Positions and sizes in, positions out.
import { Graph, layout } from '@dagrejs/dagre'
import { TITLE } from './nodeSize.ts'

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

const minimum = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Infinity)
const maximum = (values: readonly number[]) => -minimum(values.map((value) => -value))

export type Edge = 'left' | 'right' | 'top' | 'bottom'

/** Aligns one edge of all nodes to that of the outermost node. */
export function alignBoxes(nodes: readonly NodeBox[], edge: Edge): Positions {
  const axis = edge === 'left' || edge === 'right' ? 0 : 1
  const far = edge === 'right' || edge === 'bottom'
  const getEdge = ({ pos, size }: NodeBox) => pos[axis] + (far ? size[axis] : 0)
  const line = far ? maximum(nodes.map(getEdge)) : minimum(nodes.map(getEdge))
  return shiftNodes(nodes, axis, (node) => line - getEdge(node))
}

/** Distributes nodes with equal gaps between the first and the last, which do not move. */
export function distributeBoxes(nodes: readonly NodeBox[], axis: 0 | 1): Positions {
  const title = axis === 1 ? TITLE : 0
  const inOrder = [...nodes].sort((a, b) => a.pos[axis] - b.pos[axis])
  const length = ({ size }: NodeBox) => size[axis] + title
  const [first, last] = [inOrder[0], inOrder.at(-1)]
  if (!first || !last || nodes.length < 3) return new Map()
  const room = last.pos[axis] + length(last) - first.pos[axis]
  const gap = (room - inOrder.reduce((sum, node) => sum + length(node), 0)) / (nodes.length - 1)
  const places = new Map<NodeBox, number>()
  let place: number = first.pos[axis]
  for (const node of inOrder) {
    places.set(node, place)
    place += length(node) + gap
  }
  return shiftNodes(nodes, axis, (node) => (places.get(node) ?? node.pos[axis]) - node.pos[axis])
}

const shiftNodes = (
  nodes: readonly NodeBox[],
  axis: 0 | 1,
  by: (node: NodeBox) => number,
): Positions =>
  new Map(
    nodes.map((node) => {
      const pos: [number, number] = [node.pos[0], node.pos[1]]
      pos[axis] = Math.round(pos[axis] + by(node))
      return [node.id, pos]
    }),
  )
