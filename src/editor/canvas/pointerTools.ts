// What the pointer does beyond litegraph: cutting wires, copying and aligning dragged nodes, room for
// dropped ones, hidden inputs under a wire, and the cursor.
import type {
  CanvasEvent,
  LGraph,
  LGraphCanvas,
  LGraphNode,
} from 'litegraph.js/build/litegraph.core.js'
import { texts } from '../texts/texts.ts'
import type { Point } from '../ui/geometry.ts'
import { CutStroke } from './cutStroke.ts'
import { NodeDrag } from './nodeDrag.ts'
import { RoomMaker } from './roomMaker.ts'
import type { StageHooks } from './stageHooks.ts'
import { canvasTool, setCanvasTool } from './state.ts'
import { isOnTitleDot, TitleDot } from './titleDot.ts'
import { Unfolding } from './unfolding.ts'
import { getDraggedWire } from './wireChecks.ts'

/** Members of the canvas that the tools need. */
interface ToolsCanvas extends LGraphCanvas {
  readonly graph: LGraph
  readonly hooks: Pick<StageHooks, 'addViewer' | 'copyInPlace' | 'cut' | 'pressed'>
  readonly spaceHeld: boolean
  isOverSlot(): boolean
  nodeUnderPointer(): LGraphNode | null
  repaintNode(node: LGraphNode): void
}

export class PointerTools {
  readonly room: RoomMaker
  private readonly unfolding = new Unfolding()
  private readonly drag: NodeDrag
  private readonly stroke: CutStroke
  private readonly titleDot: TitleDot
  /** Press on a selected node, which selects only this node unless a drag follows. */
  private pressedSelected: (() => void) | undefined

  constructor(private readonly canvas: ToolsCanvas) {
    this.room = new RoomMaker(canvas)
    this.drag = new NodeDrag(canvas, (node) => this.copySelection(node))
    this.stroke = new CutStroke(canvas)
    this.titleDot = new TitleDot((node) => canvas.repaintNode(node))
  }

  /** Lines and tip to paint over the graph. */
  overlay() {
    const { crossed, points } = this.stroke
    return {
      lines: this.drag.lines,
      stroke: points,
      tip: crossed.length > 0 ? texts.wires.cuts(crossed.length) : undefined,
    }
  }

  /** Begins a press. Returns true if litegraph must not handle it. */
  press(event: MouseEvent, place: Point, node: LGraphNode | null): boolean {
    const { button, ctrlKey, metaKey, shiftKey } = event
    const cuts = button === 0 ? canvasTool.peek() === 'cut' : button === 2 && ctrlKey
    if (cuts) this.stroke.start(place)
    else if (node && button === 0 && shiftKey && (ctrlKey || metaKey))
      this.canvas.hooks.addViewer(node)
    else {
      this.drag.start(event)
      return false
    }
    return true
  }

  /** True while a stroke is drawn, which gets all moves and the release. */
  get isCutting(): boolean {
    return this.stroke.active
  }

  continueStroke(event: MouseEvent) {
    const { canvas } = this
    // The button may have been released over another element.
    if (event.buttons === 0) return this.endStroke(event)
    canvas.adjustMouseEvent(event)
    const at = canvas.convertEventToCanvasOffset(event)
    canvas.graph_mouse[0] = at[0]
    canvas.graph_mouse[1] = at[1]
    return this.stroke.move(at)
  }

  endStroke(event: MouseEvent) {
    const { canvas } = this
    const crossed = this.stroke.end()
    if (crossed) canvas.hooks.cut(crossed)
    else if (event.button === 2) {
      canvas.adjustMouseEvent(event)
      canvas.processContextMenu(canvas.nodeUnderPointer(), event as CanvasEvent)
    }
    if (canvasTool.peek() === 'cut') setCanvasTool('select')
    canvas.hooks.pressed(false)
  }

  /** Runs litegraph's handler of a move. */
  move<T>(event: MouseEvent, move: () => T): T | undefined {
    return this.drag.move(event, move)
  }

  /** Shows hidden inputs for a dragged wire, and sets the cursor. */
  afterMove() {
    const { canvas } = this
    const wire = getDraggedWire(canvas)
    this.unfolding.update(wire, wire ? canvas.nodeUnderPointer() : null)
    const { style } = canvas.canvas
    const tool = canvasTool.peek()
    const over = canvas.pointer_is_down ? null : canvas.nodeUnderPointer()
    const overDot = this.titleDot.update(over, canvas.graph_mouse)
    if (canvas.dragging_canvas && (canvas.spaceHeld || canvas.pointer_is_down))
      style.cursor = 'grabbing'
    else if (canvas.spaceHeld || tool === 'hand') style.cursor = 'grab'
    else if (tool === 'cut') style.cursor = 'crosshair'
    else if (overDot) {
      style.cursor = 'pointer'
      const { collapse, expand } = texts.commands
      canvas.canvas.title = over?.flags.collapsed ? expand : collapse
    } else if (style.cursor === 'crosshair' && !canvas.isOverSlot()) style.cursor = 'default'
  }

  /** Delays the selection by a press on one of several selected nodes, which may begin a drag. */
  delaysSelection(node: LGraphNode, event: MouseEvent, select: () => void): boolean {
    const several = Object.keys(this.canvas.selected_nodes).length > 1
    const delays = several && node.is_selected === true && event.type === 'mousedown'
    if (delays) this.pressedSelected = select
    return delays
  }

  /**
   * Runs litegraph's handler of a release. litegraph collapses a node after a short click anywhere
   * beside its title, for which it compares the time of the press.
   */
  release<T>(node: LGraphNode | null, release: () => T): T {
    const { canvas } = this
    const { last_mouseclick: pressed } = canvas
    if (node && (this.drag.moved || !isOnTitleDot(node, canvas.graph_mouse)))
      canvas.last_mouseclick = 0
    const result = this.drag.release(node, release)
    canvas.last_mouseclick = pressed
    if (node && !this.drag.moved) this.pressedSelected?.()
    this.pressedSelected = undefined
    return result
  }

  /** Ends a press. Nodes that dropped nodes cover move aside, except with Ctrl or Command. */
  end(event: MouseEvent, dropped: LGraphNode | null) {
    const { canvas } = this
    const isFree = event.ctrlKey || event.metaKey
    const placed = dropped && this.drag.moved && !isFree ? Object.values(canvas.selected_nodes) : []
    this.unfolding.end()
    this.drag.end()
    this.room.make(
      placed.map(({ id }) => id),
      () => canvas.hooks.pressed(false),
    )
  }

  /** Copies the selection in its place. Returns the copy of a node. */
  private copySelection(node: LGraphNode): LGraphNode | undefined {
    const { canvas } = this
    const copy = canvas.hooks.copyInPlace().get(node.id)
    // The graph has new nodes, which litegraph finds once they are painted.
    canvas.draw(true, true)
    return copy === undefined ? undefined : (canvas.graph.getNodeById(copy) ?? undefined)
  }
}
