// Wires and parts of nodes at a point of the graph.
import type { LGraph, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { isReroute, REROUTE_RADIUS, REROUTE_SIZE } from '../../litegraph/reroute.ts'
import { TITLE } from '../graph/nodeSize.ts'
import type { Point } from '../ui/geometry.ts'
import { loopCorners, wirePoints } from '../../workflow/wireShape.ts'
import type { StageHooks } from './stageHooks.ts'

/** Members of the canvas that the search for wires needs. */
interface WireHitCanvas {
  readonly graph: LGraph
  readonly ds: { scale: number }
  readonly visible_links: readonly LLink[]
  readonly selected_nodes: Readonly<Record<string, LGraphNode>>
  readonly hooks: Pick<StageHooks, 'fits'>
  /** Height at which the wire of a loop runs; undefined for other wires. */
  loopTop(link: LLink): number | undefined
}

/** Maximal distance between pointer and wire, in CSS pixels. */
const HIT_DISTANCE = 7

/** Returns the nearest visible wire to a point of the graph within {@link HIT_DISTANCE}. */
export function wireAt(canvas: WireHitCanvas, [x, y]: Point): LLink | undefined {
  const { graph, ds, visible_links } = canvas
  const hitDistance = HIT_DISTANCE / Math.max(0.4, ds.scale)
  let [found, minDistance]: [LLink | undefined, number] = [undefined, hitDistance]
  for (const link of visible_links) {
    const ends = graph.links[link.id] === link && wireEndPoints(graph, link)
    if (!ends) continue
    const top = canvas.loopTop(link)
    const points =
      top === undefined ? [ends[0], ...wirePoints(...ends), ends[1]] : loopCorners(...ends, top)
    for (let i = 1; i < points.length; i++) {
      const far = segmentDistance(x, y, points[i - 1], points[i])
      if (far < minDistance) [found, minDistance] = [link, far]
    }
  }
  return found
}

/**
 * Returns the wire under a node, nearest to its middle, into which the node can be inserted.
 * Undefined if several nodes are dragged.
 */
export function wireUnderNode(
  { graph, selected_nodes, hooks }: WireHitCanvas,
  node: LGraphNode,
): LLink | undefined {
  if (Object.keys(selected_nodes).length !== 1) return undefined
  const [x, y] = [node.pos[0], node.pos[1] - TITLE]
  const [width, height] = [node.size[0], node.size[1] + TITLE]
  const distance = ([px, py]: Point) =>
    px < x || px > x + width || py < y || py > y + height
      ? Infinity
      : Math.hypot(px - x - width / 2, py - y - height / 2)
  return Object.values(graph.links)
    .flatMap((link) => {
      const ends = wireEndPoints(graph, link)
      if (!ends || [link.origin_id, link.target_id].includes(node.id)) return []
      const far = Math.min(...wirePoints(...ends).map(distance))
      return far < Infinity && hooks.fits(node, link) ? [{ link, far }] : []
    })
    .sort((a, b) => a.far - b.far)[0]?.link
}

export function wireEndPoints(
  graph: LGraph,
  link: LLink,
): [ArrayLike<number>, ArrayLike<number>] | undefined {
  const [from, to] = [graph.getNodeById(link.origin_id), graph.getNodeById(link.target_id)]
  return from && to
    ? [from.getConnectionPos(false, link.origin_slot), to.getConnectionPos(true, link.target_slot)]
    : undefined
}

/** Returns the distance between a point and a line segment. */
function segmentDistance(x: number, y: number, a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const along = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.max(0, Math.min(1, along))
  return Math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)
}

/** Runs a press at a point of a node. A reroute is moved by its dot, and wired at its sides. */
export function pressNodePart<T>(node: LGraphNode | null, [x, y]: Point, press: () => T): T {
  if (!node || !isReroute(node)) return press()
  const middle = REROUTE_SIZE / 2
  const [dx, dy] = [x - node.pos[0] - middle, y - node.pos[1] - middle]
  node.pressed = Math.hypot(dx, dy) < REROUTE_RADIUS ? 'dot' : dx < 0 ? 'input' : 'output'
  const result = press()
  node.pressed = undefined
  return result
}
