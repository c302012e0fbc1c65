// litegraph's canvas with the editor's painting, pointer input and menus. Other folders use it
// through the stage (stage.ts).
import type {
  CanvasEvent,
  DragAndScale,
  LGraph,
  LGraphNode,
  LLink,
} from 'litegraph.js/build/litegraph.core.js'
import { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import { valueAsText } from '../../engine/base/quote.ts'
import type { Measure } from '../../engine/protocol.ts'
import { parseNumber } from '../../workflow/controlSpec.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { isReroute } from '../../litegraph/reroute.ts'
import { createZoneCache } from '../../litegraph/canvasZones.ts'
import type { Zone } from '../../litegraph/zones.ts'
import { TITLE } from '../graph/nodeSize.ts'
import type { Point, Spot } from '../ui/geometry.ts'
import { typeColour, type Colours } from '../ui/theme.ts'
import { LoopHint, createLoopLookup } from './loopHint.ts'
import { createVisibleParts, type Bounds } from './visibleParts.ts'
import { paintGroup } from './paint/group.ts'
import { paintViewInParts } from './paint/view.ts'
import { paintOverlay } from './paint/overlay.ts'
import { paintVeil, type Spotlight } from './spotlight.ts'
import type { PartialRepaint } from './partialRepaint.ts'
import type { PendingWire } from './pendingWire.ts'
import { PointerTools } from './pointerTools.ts'
import type { StageHooks } from './stageHooks.ts'
import { WireChecks } from './wireChecks.ts'
import { pressNodePart, wireAt, wireUnderNode } from './wireHits.ts'
import { createPaintContext, paintCanvasNode } from './canvasNodes.ts'
import { paintCanvasWire, loopTop } from './canvasWires.ts'
import { turnWheel } from './wheel.ts'

export class EditorCanvas extends LGraphCanvas {
  /** Never null: created with a graph, and only replaced by another one. */
  declare graph: LGraph
  declare ds: DragAndScale
  declare hooks: StageHooks
  declare colours: Colours
  declare pending: PendingWire | undefined
  declare pixelRatio: number
  /** Size of the canvas in CSS pixels. Asking the element could make the page compute its layout. */
  declare pageSize: readonly [width: number, height: number]
  declare spaceHeld: boolean
  declare running: boolean
  /** Part of the graph that a presentation shows. */
  declare spotlight: Spotlight | undefined
  /** Time and memory of a node in the last run. */
  declare getMeasure: (node: LGraphNode) => Measure | undefined
  /** Shape of the features of an output, as text; undefined if it is not known. */
  declare getShape: (node: LGraphNode, output: number) => string | undefined
  /** Time of all nodes together. */
  declare measuredSeconds: number
  declare refusedReason: string | undefined
  /**
   * The wire being dragged was disconnected from an input. Dropped on empty canvas, it is removed
   * and no node search opens.
   */
  declare tookInputWire: boolean
  declare lastClickAt: Point
  readonly wireChecks = new WireChecks(this)
  readonly findZones = this.createPaintedZones()
  readonly visibleParts = createVisibleParts(
    () => this.graph,
    () => this.repainting.version(),
  )
  readonly findNodeLoops = createLoopLookup()
  private readonly loopHint = new LoopHint(this)
  readonly tools = new PointerTools(this)
  /** The wire into which the dragged node would be inserted. */
  declare insertTarget: LLink | undefined
  declare repainting: PartialRepaint

  get camera() {
    return this.ds
  }

  // ---- painting

  override draw(front?: boolean, behind?: boolean) {
    if (front) this.dirty_canvas = true
    if (behind) this.dirty_bgcanvas = true
    this.repainting.draw(() => super.draw(true))
  }

  /** Every painted node needs the zones, so they are cached until the next complete paint. */
  private createPaintedZones(): (graph: LGraph) => Zone[] {
    const find = createZoneCache()
    let known: { version: number; graph: LGraph; zones: Zone[] } | undefined
    return (graph) => {
      const version = this.repainting.version()
      if (known?.version !== version || known.graph !== graph)
        known = { version, graph, zones: find(graph) }
      return known.zones
    }
  }

  repaintNode(node: LGraphNode) {
    const { flags, pos, size } = node
    const margin = 14 // for the ring and the shadow
    this.repainting.repaint({
      x: pos[0] - margin,
      y: pos[1] - TITLE - margin,
      width: (flags.collapsed ? (node._collapsed_width ?? size[0]) : size[0]) + 2 * margin,
      height: (flags.collapsed ? 0 : size[1]) + TITLE + 2 * margin,
    })
  }

  /** Shows the changed view of a node, in this frame or soon. */
  repaintView(node: DiffusionNode) {
    if (paintViewInParts(node, createPaintContext(this, this.ctx, node), this.pixelRatio))
      this.repainting.onDue()
    else this.repaintNode(node)
  }

  /** Same result as in litegraph, but from cached bounds: this runs for each painted part. */
  override computeVisibleNodes(_: LGraphNode[] | null, out: LGraphNode[]) {
    out.splice(0, out.length, ...this.visibleParts.nodes(this.visibleBounds()))
    return out
  }

  override drawConnections(ctx: CanvasRenderingContext2D) {
    for (const { link, ends } of this.visibleParts.wires(this.visibleBounds()))
      this.renderLink(ctx, ...ends, link)
  }

  visibleBounds(): Bounds {
    const { 0: x, 1: y, 2: width, 3: height } = this.camera.visible_area
    return [x, y, x + width, y + height]
  }

  slotColour(type: string | number): string {
    return typeColour(type, this.colours.dark)
  }

  override drawNode(node: LGraphNode, ctx: CanvasRenderingContext2D) {
    paintCanvasNode(this, node, ctx)
  }

  override renderLink(
    ctx: CanvasRenderingContext2D,
    a: ArrayLike<number>,
    b: ArrayLike<number>,
    link: LLink | null,
  ) {
    paintCanvasWire(this, ctx, a, b, link)
  }

  /** Height at which the wire of a loop runs, in the upper border of its zone. */
  loopTop(link: LLink): number | undefined {
    return loopTop(this, link)
  }

  /** Also removes the node from the table of selected nodes, which litegraph forgets. */
  override deselectNode(node: LGraphNode) {
    super.deselectNode(node)
    delete this.selected_nodes[node.id]
    this.setDirty(true, true)
  }

  override drawGroups(_: HTMLCanvasElement, ctx: CanvasRenderingContext2D) {
    for (const group of this.graph._groups) paintGroup(ctx, group, this.colours, this.ds.scale)
  }

  drawOnTop(ctx: CanvasRenderingContext2D) {
    const { danger, warn, canvas: ground } = this.colours
    if (this.spotlight) paintVeil(ctx, this.spotlight, this.camera.visible_area, ground)
    const warning = this.connecting_node ? this.wireChecks.warning() : undefined
    const { tip, ...tools } = this.tools.overlay()
    const message = this.refusedReason ?? warning ?? tip
    paintOverlay(ctx, {
      scale: this.ds.scale,
      colours: this.colours,
      slotColour: (type) => this.slotColour(type),
      pending: this.pending,
      pendingEnd: this.pendingWireEnd,
      pointer: this.graph_mouse,
      message: message ? { text: message, tint: this.refusedReason ? danger : warn } : undefined,
      loopHint: this.loopHint.current(),
      selection: this.dragging_rectangle ?? undefined,
      ...tools,
    })
  }

  declare pendingWireEnd: Point

  // ---- pointer

  /** Keeps the position from which litegraph measures the next move: edits fill the graph again. */
  override clear() {
    const before: Point | undefined = this.last_mouse
    super.clear()
    if (before) this.last_mouse = [before[0], before[1]]
  }

  override processMouseDown(event: MouseEvent) {
    this.tools.room.finish()
    this.hooks.pressed(true)
    this.pending = undefined
    // litegraph detects double-clicks by time only. Two distant presses are not a double-click.
    const [x, y] = this.lastClickAt
    if (Math.hypot(event.clientX - x, event.clientY - y) > 6) this.last_mouseclick = 0
    this.lastClickAt = [event.clientX, event.clientY]
    const links = Object.keys(this.graph.links).length
    const place = this.convertEventToCanvasOffset(event)
    const node = this.graph.getNodeOnPos(place[0], place[1], this.visible_nodes, 5)
    const link = event.altKey && event.button === 0 && !node ? wireAt(this, place) : undefined
    if (link) return this.hooks.reroute(link, place)
    if (this.tools.press(event, place, node)) return undefined
    const result = pressNodePart(node, place, () => super.processMouseDown(event))
    this.tookInputWire =
      this.connecting_output !== null && Object.keys(this.graph.links).length < links
    return result
  }

  override processMouseMove(event: MouseEvent) {
    if (this.tools.isCutting) return this.tools.continueStroke(event)
    const pinned = Object.values(this.node_dragged ? this.selected_nodes : {}).filter(
      ({ flags }) => flags.pinned,
    )
    const places = pinned.map(({ pos }) => [pos[0], pos[1]])
    const move = () => super.processMouseMove(event)
    const result = this.dragging_canvas
      ? this.repainting.whileMoving(move)
      : this.tools.move(event, move)
    pinned.forEach(({ pos }, i) => ([pos[0], pos[1]] = places[i] as Point))
    this.loopHint.update(this.node_dragged)
    this.insertTarget =
      this.node_dragged && !event.altKey ? wireUnderNode(this, this.node_dragged) : undefined
    this.refusedReason = this.connecting_node ? this.wireChecks.refusalAtPointer() : undefined
    this.tools.afterMove()
    return result
  }

  override processNodeSelected(node: LGraphNode, event: MouseEvent) {
    const select = () => super.processNodeSelected(node, event)
    if (!this.tools.delaysSelection(node, event, select)) select()
  }

  override processMouseUp(event: MouseEvent) {
    if (this.tools.isCutting) return this.tools.endStroke(event)
    const [dropped, target] = [this.node_dragged, this.insertTarget]
    const result = this.tools.release(dropped, () => super.processMouseUp(event))
    if (dropped && target) this.hooks.insert(dropped, target)
    this.loopHint.update(null)
    this.wireChecks.end()
    this.insertTarget = this.refusedReason = undefined
    this.tookInputWire = false
    this.tools.end(event, dropped)
    return result
  }

  override processMouseWheel(event: WheelEvent) {
    turnWheel(this, event)
  }

  nodeUnderPointer(): LGraphNode | null {
    return this.graph.getNodeOnPos(this.graph_mouse[0], this.graph_mouse[1], this.visible_nodes, 5)
  }

  isOverSlot(): boolean {
    const node = this.nodeUnderPointer()
    const [x, y] = this.graph_mouse
    return Boolean(node && !node.flags.collapsed && node.getSlotInPosition(x, y))
  }

  // ---- replacements for litegraph's keys, menus and dialogs

  /** Disabled: the editor handles keys, see app/commands.ts. */
  override processKey() {}

  /** Disabled: the window handles dropped files. */
  override processDrop() {}

  override showSearchBox(event: CanvasEvent) {
    const group = this.graph.getGroupOnPos(event.canvasX, event.canvasY)
    if (group) this.hooks.rename(group, [event.clientX, event.clientY])
    else this.hooks.searchNodes(eventSpot(event))
  }

  override showConnectionMenu({
    nodeFrom,
    slotFrom,
    nodeTo,
    slotTo,
    e,
  }: Parameters<LGraphCanvas['showConnectionMenu']>[0]) {
    if (this.tookInputWire) return
    const wire: PendingWire | undefined =
      nodeFrom && slotFrom
        ? { node: nodeFrom, side: 'output', slot: nodeFrom.outputs.indexOf(slotFrom) }
        : nodeTo && slotTo
          ? { node: nodeTo, side: 'input', slot: nodeTo.inputs.indexOf(slotTo) }
          : undefined
    this.pending = wire
    this.pendingWireEnd = [e.canvasX, e.canvasY]
    this.hooks.searchNodes(eventSpot(e), wire)
  }

  override showLinkMenu(link: LLink, event: CanvasEvent) {
    this.hooks.menu(eventSpot(event), { link })
    return false
  }

  override processContextMenu(node: LGraphNode | null, event: CanvasEvent) {
    const at: Point = [event.canvasX, event.canvasY]
    const slot = node && !isReroute(node) ? node.getSlotInPosition(...at) : null
    const link = node ? undefined : wireAt(this, at)
    const group = node || link ? null : this.graph.getGroupOnPos(...at)
    this.hooks.menu(eventSpot(event), {
      ...(node && { node }),
      ...(link && { link }),
      ...(group && { group }),
      ...(slot?.input && { input: slot.slot }),
      ...(slot?.output && { output: slot.slot }),
    })
  }

  /** Replaces litegraph's prompt, which evaluates the text of a number as JavaScript. */
  override prompt(
    title: string,
    value: unknown,
    callback: (value: string) => void,
    event: MouseEvent,
    multiline = false,
  ) {
    const numeric = typeof value === 'number'
    this.hooks.ask(
      [event.clientX, event.clientY],
      { title, value: valueAsText(value), multiline, numeric },
      (text) => {
        const typed = numeric ? parseNumber(text) : text
        if (typed === undefined) return
        callback(typed as string)
        this.setDirty(true, true)
        this.hooks.changed()
      },
    )
    return document.createElement('div')
  }
}

// LGraph.attachCanvas requires that a canvas has the constructor LGraphCanvas.
Object.defineProperty(EditorCanvas.prototype, 'constructor', { value: LGraphCanvas })

const eventSpot = (event: CanvasEvent): Spot => ({
  page: [event.clientX, event.clientY],
  graph: [event.canvasX, event.canvasY],
})

export type { LGraphNode, LLink, PendingWire }
