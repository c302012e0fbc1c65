// Alignment and distribution of nodes. Positions and sizes in, positions out.
import type { NodeBox, Positions } from '../../workflow/nodeBox.ts'
import { TITLE } from './nodeSize.ts'

const minimum = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Infinity)
const maximum = (values: readonly number[]) => -minimum(values.map((value) => -value))

export type Edge = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'

/**
 * Aligns one edge of all nodes to that of the outermost node, or their middles to the middle of all.
 */
export function alignBoxes(nodes: readonly NodeBox[], edge: Edge): Positions {
  const axis = edge === 'left' || edge === 'centre' || edge === 'right' ? 0 : 1
  if (edge === 'centre' || edge === 'middle') return alignMiddles(nodes, axis)
  const far = edge === 'right' || edge === 'bottom'
  const getEdge = ({ pos, size }: NodeBox) => pos[axis] + (far ? size[axis] : 0)
  const line = far ? maximum(nodes.map(getEdge)) : minimum(nodes.map(getEdge))
  return shiftNodes(nodes, axis, (node) => line - getEdge(node))
}

function alignMiddles(nodes: readonly NodeBox[], axis: 0 | 1): Positions {
  // The title bar is above the position of a node.
  const title = axis === 1 ? TITLE : 0
  const from = minimum(nodes.map(({ pos }) => pos[axis] - title))
  const to = maximum(nodes.map(({ pos, size }) => pos[axis] + size[axis]))
  return shiftNodes(
    nodes,
    axis,
    ({ pos, size }) => (from + to) / 2 - (pos[axis] + (size[axis] - title) / 2),
  )
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
