// Bounds of nodes and wires. They are computed once per complete paint, since nothing moves between
// two complete paints.
import type { LGraph, LGraphCanvas, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { TITLE } from '../graph/nodeSize.ts'
import type { Point } from '../ui/geometry.ts'
import { wireBends } from '../../workflow/wireShape.ts'
import { wireEndPoints } from './wireHits.ts'

/** Left, top, right and bottom, in graph units. */
export type Bounds = readonly [number, number, number, number]

interface Bounded<T> {
  what: T
  bounds: Bounds
}

interface Wire {
  link: LLink
  ends: readonly [ArrayLike<number>, ArrayLike<number>]
}

interface BoundedParts {
  graph: LGraph
  version: number
  nodes: Bounded<LGraphNode>[]
  wires: Bounded<Wire>[]
}

export interface VisibleParts {
  nodes(area: Bounds): LGraphNode[]
  /** Wires in litegraph's paint order: by target node. */
  wires(area: Bounds): Wire[]
}

/** @param version increases when something may have moved */
export function createVisibleParts(graph: () => LGraph, version: () => number): VisibleParts {
  let known: BoundedParts | undefined
  const currentParts = (): BoundedParts => {
    if (known?.version !== version() || known.graph !== graph())
      known = boundParts(graph(), version())
    return known
  }
  const within = <T>(parts: readonly Bounded<T>[], [left, top, right, bottom]: Bounds) =>
    parts
      .filter(({ bounds: [l, t, r, b] }) => l <= right && left <= r && t <= bottom && top <= b)
      .map(({ what }) => what)
  return {
    nodes: (area) => within(currentParts().nodes, area),
    wires: (area) => within(currentParts().wires, area),
  }
}

const boundParts = (graph: LGraph, version: number): BoundedParts => ({
  graph,
  version,
  nodes: graph._nodes.map((node) => ({ what: node, bounds: nodeBounds(node) })),
  wires: graph._nodes
    .flatMap(({ inputs }) => inputs ?? [])
    .flatMap(({ link }) => {
      const wire = link == null ? undefined : graph.links[link]
      const ends = wire && wireEndPoints(graph, wire)
      return ends ? [{ what: { link: wire, ends }, bounds: wireBounds(wire, ...ends) }] : []
    }),
})

function nodeBounds(node: LGraphNode): Bounds {
  const { 0: x, 1: y, 2: width, 3: height } = node.getBounding(new Float32Array(4), true)
  // The width of a collapsed node is known only after it is painted. It is at most the full width.
  return [x, y, x + (node.flags.collapsed ? Math.max(width, node.size[0]) : width), y + height]
}

/**
 * Bounds of the end and control points, which contain the curve. The wire of a loop runs above all
 * nodes of its zone.
 */
function wireBounds({ type }: LLink, a: ArrayLike<number>, b: ArrayLike<number>): Bounds {
  const points = [a, b, ...wireBends(a, b)]
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])]
  return [
    Math.min(...xs) - WIRE_MARGIN,
    type === 'loop' ? -Infinity : Math.min(...ys) - WIRE_MARGIN,
    Math.max(...xs) + WIRE_MARGIN,
    Math.max(...ys) + WIRE_MARGIN,
  ]
}

/** Half the width of the widest wire, and its round caps, in graph units. */
const WIRE_MARGIN = 4

/**
 * True if the painted part can contain only the shadow and the measure of a node.
 * @param hasRing true if a ring is painted around the node
 */
export function showsOnlySurroundings(
  { viewport, ds, pixelRatio }: Pick<LGraphCanvas, 'viewport' | 'ds'> & { pixelRatio: number },
  { pos }: LGraphNode,
  [nodeWidth, nodeHeight]: Point,
  hasRing: boolean,
): boolean {
  if (!viewport) return false
  const zoom = ds.scale * pixelRatio
  // Slots and rings extend this far, and the border half of its width.
  const margin = 8 * Math.max(1, 1 / ds.scale)
  const above = hasRing ? margin : 2 * Math.max(1, 1 / ds.scale)
  const left = viewport[0] / zoom - ds.offset[0] - pos[0]
  const top = viewport[1] / zoom - ds.offset[1] - pos[1]
  return (
    left > nodeWidth + margin ||
    top > nodeHeight + margin ||
    left + viewport[2] / zoom < -margin ||
    top + viewport[3] / zoom < -TITLE - above
  )
}
