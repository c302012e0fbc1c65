// Where nodes stand: in the order of their wires, or in line with each other. Positions and sizes in, positions out.
import { Graph, layout } from '@dagrejs/dagre'
import { TITLE } from './look/painting.ts'

export interface Standing {
  id: number | string
  pos: readonly [number, number]
  /** Without its title bar. */
  size: readonly [number, number]
}

export type Positions = ReadonlyMap<Standing['id'], [number, number]>

/** Between nodes beside each other, and between columns: room for wires to be told apart. */
const [ROW_GAP, COLUMN_GAP] = [34, 70]

/** Nodes that stay together, inside of another such group or not. */
export interface Together {
  members: readonly Standing['id'][]
  within?: Together | undefined
}

/**
 * Nodes in columns, each right of what it needs, with few crossings (Sugiyama's method, by dagre). The whole stays where its
 * top left corner was. `wires`: from, to; `groups`: outer ones first.
 */
export function arranged(
  nodes: readonly Standing[],
  wires: readonly (readonly [Standing['id'], Standing['id']])[],
  groups: readonly Together[] = [],
): Positions {
  const graph = new Graph({ compound: true })
  graph.setGraph({ rankdir: 'LR', nodesep: ROW_GAP, ranksep: COLUMN_GAP, ranker: 'network-simplex' })
  graph.setDefaultEdgeLabel(() => ({}))
  const known = new Set(nodes.map(({ id }) => String(id)))
  for (const { id, size } of nodes) graph.setNode(String(id), { width: size[0], height: size[1] + TITLE })
  for (const [from, to] of wires) if (known.has(String(from)) && known.has(String(to))) graph.setEdge(String(from), String(to))
  const nameOf = (group: Together) => `group ${groups.indexOf(group)}`
  for (const group of groups) {
    graph.setNode(nameOf(group), {})
    if (group.within) graph.setParent(nameOf(group), nameOf(group.within))
    for (const id of group.members) if (known.has(String(id))) graph.setParent(String(id), nameOf(group))
  }
  layout(graph)
  const found = nodes.map(({ id, size }): [Standing['id'], [number, number]] => {
    const { x, y } = graph.node(String(id)) as { x: number; y: number }
    return [id, [x - size[0] / 2, y - (size[1] + TITLE) / 2 + TITLE]]
  })
  const left = least(nodes.map(({ pos }) => pos[0])) - least(found.map(([, [x]]) => x))
  const top = least(nodes.map(({ pos }) => pos[1])) - least(found.map(([, [, y]]) => y))
  return new Map(found.map(([id, [x, y]]) => [id, [Math.round(x + left), Math.round(y + top)]]))
}

const least = (values: readonly number[]) => values.reduce((least, value) => Math.min(least, value), Infinity)
const most = (values: readonly number[]) => -least(values.map((value) => -value))

export type Edge = 'left' | 'right' | 'top' | 'bottom'

/** Nodes with one edge in line: that of the outermost. */
export function aligned(nodes: readonly Standing[], edge: Edge): Positions {
  const axis = edge === 'left' || edge === 'right' ? 0 : 1
  const far = edge === 'right' || edge === 'bottom'
  const edgeOf = ({ pos, size }: Standing) => pos[axis] + (far ? size[axis] : 0)
  const line = far ? most(nodes.map(edgeOf)) : least(nodes.map(edgeOf))
  return moved(nodes, axis, (node) => line - edgeOf(node))
}

/** Nodes with equal gaps between them, from the first to the last, which stay. */
export function spread(nodes: readonly Standing[], axis: 0 | 1): Positions {
  const title = axis === 1 ? TITLE : 0
  const inOrder = [...nodes].sort((a, b) => a.pos[axis] - b.pos[axis])
  const length = ({ size }: Standing) => size[axis] + title
  const [first, last] = [inOrder[0], inOrder.at(-1)]
  if (!first || !last || nodes.length < 3) return new Map()
  const room = last.pos[axis] + length(last) - first.pos[axis]
  const gap = (room - inOrder.reduce((sum, node) => sum + length(node), 0)) / (nodes.length - 1)
  const places = new Map<Standing, number>()
  let place: number = first.pos[axis]
  for (const node of inOrder) {
    places.set(node, place)
    place += length(node) + gap
  }
  return moved(nodes, axis, (node) => places.get(node)! - node.pos[axis])
}

const moved = (nodes: readonly Standing[], axis: 0 | 1, by: (node: Standing) => number): Positions =>
  new Map(
    nodes.map((node) => {
      const pos: [number, number] = [node.pos[0], node.pos[1]]
      pos[axis] = Math.round(pos[axis] + by(node))
      return [node.id, pos]
    }),
  )
