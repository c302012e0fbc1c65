// Counts wires that run behind nodes which they do not belong to.
import { wirePoints } from '../wireShape.ts'
import type { Id } from './blocks.ts'
import type { Edges } from './opening.ts'

export interface PlacedWire {
  readonly from: Id
  readonly to: Id
  readonly start: readonly [number, number]
  readonly end: readonly [number, number]
}

/** Points along a wire that are tested. */
const POINTS = 24

/** Number of pairs of a wire and a node behind which it runs, its own two ends excepted. */
export function countCrossings(
  nodes: readonly { id: Id; edges: Edges }[],
  wires: readonly PlacedWire[],
): number {
  let count = 0
  for (const { from, to, start, end } of wires) {
    const points = wirePoints(start, end, POINTS)
    const [left, top] = [0, 1].map((k) => Math.min(...points.map((point) => point[k])))
    const [right, bottom] = [0, 1].map((k) => Math.max(...points.map((point) => point[k])))
    for (const { id, edges } of nodes) {
      if (id === from || id === to) continue
      if (edges[0] > right || edges[2] < left || edges[1] > bottom || edges[3] < top) continue
      if (points.some((point) => isInside(point, edges))) count++
    }
  }
  return count
}

const isInside = ([x, y]: readonly number[], [left, top, right, bottom]: Edges) =>
  x > left && x < right && y > top && y < bottom
