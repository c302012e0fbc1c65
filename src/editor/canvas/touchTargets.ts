// Finds the slot or node corner nearest to a finger: both are smaller than a finger.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Side } from '../../workflow/slots.ts'
import { toPagePoint } from './camera.ts'
import type { EditorCanvas, LGraphNode } from './canvas.ts'
import type { Point } from '../ui/geometry.ts'
import { targetSide, type DraggedWire } from './wireChecks.ts'

/** Radius of a touch target, in CSS pixels. */
const TOUCH_RADIUS = 16

interface TouchTarget {
  node: LGraphNode
  /** Position on the page. */
  place: Point
}

/**
 * Returns the slot or node corner nearest to a point of the page. For a dragged wire, considers
 * only slots that accept it.
 */
export function findTouchTarget(
  canvas: EditorCanvas,
  at: Point,
  wire?: DraggedWire,
): TouchTarget | undefined {
  const distance = ({ place }: TouchTarget) => Math.hypot(place[0] - at[0], place[1] - at[1])
  return canvas.visible_nodes
    .filter(({ flags }) => !flags.collapsed)
    .flatMap((node) => (wire ? wireTargets(canvas, node, wire) : nodeTargets(canvas, node)))
    .filter((target) => distance(target) <= TOUCH_RADIUS)
    .sort((a, b) => distance(a) - distance(b))[0]
}

function nodeTargets(canvas: EditorCanvas, node: LGraphNode): TouchTarget[] {
  const slots = [...slotTargets(canvas, node, 'input'), ...slotTargets(canvas, node, 'output')]
  if (node.resizable === false) return slots
  const corner: Point = [node.pos[0] + node.size[0] - 1, node.pos[1] + node.size[1] - 1]
  return [...slots, { node, place: toPagePoint(canvas, corner) }]
}

function wireTargets(canvas: EditorCanvas, node: LGraphNode, wire: DraggedWire): TouchTarget[] {
  if (node === wire.node) return []
  const { type } = wire.start
  return slotTargets(canvas, node, targetSide(wire), (target) =>
    wire.side === 'output'
      ? LiteGraph.isValidConnection(type, target)
      : LiteGraph.isValidConnection(target, type),
  )
}

function slotTargets(
  canvas: EditorCanvas,
  node: LGraphNode,
  side: Side,
  accepts: (type: string | number) => boolean = () => true,
): TouchTarget[] {
  const slots: readonly { type: string | number }[] =
    (side === 'input' ? node.inputs : node.outputs) ?? []
  return slots.flatMap(({ type }, index) => {
    if (!accepts(type)) return []
    const [x, y] = node.getConnectionPos(side === 'input', index)
    return [{ node, place: toPagePoint(canvas, [x, y]) }]
  })
}
