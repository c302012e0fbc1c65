// What a finger means: of slots and corners that are smaller than it, the nearest.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Side } from '../nodes/workflow/slots.ts'
import type { EditorCanvas, LGraphNode, Point } from './canvas.ts'

/** So far from their middle they are still meant, in CSS pixels: a target is 32 across. */
const REACH = 16

interface Handle {
  node: LGraphNode
  /** On the page. */
  place: Point
}

/** The slot or corner nearest to a point of the page; with a `side`, of slots there alone that take the wire in the air. */
export function reached(canvas: EditorCanvas, at: Point, side?: Side): Handle | undefined {
  const far = ({ place }: Handle) => Math.hypot(place[0] - at[0], place[1] - at[1])
  return canvas.visible_nodes
    .filter(({ flags }) => !flags.collapsed)
    .flatMap((node) => (side ? slotsOf(canvas, node, side) : handlesOf(canvas, node)))
    .filter((handle) => far(handle) <= REACH)
    .sort((a, b) => far(a) - far(b))[0]
}

const handlesOf = (canvas: EditorCanvas, node: LGraphNode): Handle[] => [
  ...slotsOf(canvas, node, 'input'),
  ...slotsOf(canvas, node, 'output'),
  ...(node.resizable === false
    ? []
    : [{ node, place: onPage(canvas, [node.pos[0]! + node.size[0]! - 1, node.pos[1]! + node.size[1]! - 1]) }]),
]

function slotsOf(canvas: EditorCanvas, node: LGraphNode, side: Side): Handle[] {
  const slots: readonly { type: string | number }[] = (side === 'input' ? node.inputs : node.outputs) ?? []
  return slots.flatMap(({ type }, i) =>
    takesWire(canvas, node, type)
      ? [{ node, place: onPage(canvas, node.getConnectionPos(side === 'input', i) as unknown as Point) }]
      : [],
  )
}

/** Whether a slot of this type fits the wire in the air; any does if there is none. */
function takesWire(
  { connecting_node, connecting_output, connecting_input }: EditorCanvas,
  node: LGraphNode,
  type: string | number,
) {
  if (!connecting_node) return true
  if (node === connecting_node) return false
  return connecting_output
    ? LiteGraph.isValidConnection(connecting_output.type, type)
    : LiteGraph.isValidConnection(type, connecting_input!.type)
}

const onPage = ({ ds: { scale, offset } }: EditorCanvas, [x, y]: Point): Point => [
  (x + offset[0]) * scale,
  (y + offset[1]) * scale,
]
