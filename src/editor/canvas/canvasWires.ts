// Painting of the wires on the canvas.
import type { LGraph, LGraphCanvas, LLink } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Zone } from '../../litegraph/zones.ts'
import { paintWire } from './paint/wires.ts'
import { getDraggedWire } from './wireChecks.ts'

/** Members of the canvas that the painting of wires needs. */
interface WiredCanvas extends Pick<
  LGraphCanvas,
  'connecting_node' | 'connecting_output' | 'connecting_input' | 'visible_links'
> {
  readonly graph: LGraph
  /** The wire into which the dragged node would be inserted. */
  readonly insertTarget: LLink | undefined
  findZones(graph: LGraph): readonly Zone[]
  slotColour(type: string | number): string
}

/** Distance of a loop's wire from the upper edge of its zone, above the nodes. */
const LOOP_LINE = 14

/** Paints a wire of the graph, or the wire that is dragged. */
export function paintCanvasWire(
  canvas: WiredCanvas,
  ctx: CanvasRenderingContext2D,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  link: LLink | null,
) {
  if (link) {
    canvas.visible_links.push(link)
    if (link._pos) link._pos.set([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])
  }
  // A wire dragged from an input has the opposite direction.
  const [from, to] = !link && canvas.connecting_input ? [b, a] : [a, b]
  const type = link?.type ?? getDraggedWire(canvas)?.start.type ?? '*'
  const marked = Boolean(
    link &&
    (touchesSelection(canvas, link) || link === canvas.insertTarget || leadsToNext(canvas, link)),
  )
  const dragging = canvas.connecting_node !== null && link !== null
  const colour = canvas.slotColour(type)
  paintWire(ctx, from, to, {
    colour,
    wide: marked,
    loop: type === 'loop',
    top: link ? loopTop(canvas, link) : undefined,
    alpha: dragging ? 0.3 : marked || !link ? 1 : 0.78,
  })
  ctx.fillStyle = colour // litegraph fills the end dots of a dragged wire with it
}

/** Height at which the wire of a loop runs, in the upper border of its zone. */
export function loopTop(canvas: WiredCanvas, { type, origin_id }: LLink): number | undefined {
  if (type !== 'loop') return undefined
  const zone = canvas.findZones(canvas.graph).find(({ start }) => start === String(origin_id))
  return zone && zone.box.y + LOOP_LINE
}

/**
 * True if the wire starts or ends at a selected node. litegraph's own table of such wires is not
 * updated when wires change, or when one of two selected nodes is deselected.
 */
function touchesSelection({ graph }: WiredCanvas, { origin_id, target_id }: LLink): boolean {
  return [origin_id, target_id].some((id) => graph.getNodeById(id)?.is_selected)
}

/** True in slow motion if the wire leads to the node that runs next. */
function leadsToNext({ graph }: WiredCanvas, { target_id }: LLink): boolean {
  const node = graph.getNodeById(target_id)
  return Boolean(node && isDiffusionNode(node) && node.diffusion.next)
}
