// litegraph's canvas with the editor's painting, pointer input and menus. Other folders use it
// through the stage (stage.ts).
import { valueAsText } from '../../engine/base/quote.ts'
import type {
  CanvasEvent,
  DragAndScale,
  LGraph,
  LGraphNode,
  LLink,
} from 'litegraph.js/build/litegraph.core.js'
import { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Measure } from '../../engine/protocol.ts'
import { hasView } from '../../nodes/litegraph/body.ts'
import { isDiffusionNode, type DiffusionNode } from '../../nodes/litegraph/diffusionNode.ts'
import { isReroute } from '../../nodes/litegraph/reroute.ts'
import { createZoneCache } from '../../nodes/litegraph/canvasZones.ts'
import type { Zone } from '../../nodes/litegraph/zones.ts'
import type { NodeActivity } from '../../nodes/workflow/activity.ts'
import type { Side } from '../../nodes/workflow/slots.ts'
import { LoopHint, createLoopLookup } from './loopHint.ts'
import { createVisibleParts, showsOnlySurroundings, type Bounds } from './visibleParts.ts'
import { paintGroup } from './paint/group.ts'
import { paintMeasure } from './paint/measure.ts'
import { hasRing, OVERVIEW, paintBody, paintNodeShadow, paintOverview } from './paint/node.ts'
import type { PaintedNode, PaintContext } from './paint/painting.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { paintReroute } from './paint/reroute.ts'
import { paintCollapsedSlots, paintSlots } from './paint/slots.ts'
import { paintNodeView, paintViewInParts } from './paint/view.ts'
import { paintWidgets } from './paint/widgets.ts'
import { paintOverlay } from './paint/overlay.ts'
import { paintWire } from './paint/wires.ts'
import { isLit, paintVeil, spotlightOpacity, type Spotlight } from './spotlight.ts'
import type { PartialRepaint } from './partialRepaint.ts'
import type { PendingWire } from './pendingWire.ts'
import { PointerTools } from './pointerTools.ts'
import type { StageHooks } from './stageHooks.ts'
import type { Point, Spot } from '../ui/geometry.ts'
import { reducedMotion } from '../ui/motion.ts'
import { typeColour, type Colours } from '../ui/theme.ts'
import { getDraggedWire, WireChecks } from './wireChecks.ts'
import { pressNodePart, wireAt, wireUnderNode } from './wireHits.ts'

/** Nodes that do not run are paler. */
const activityOpacity: { [P in NodeActivity]: number } = {
  runs: 1,
  muted: 0.4,
  waits: 0.6,
  bypassed: 0.6,
}

/** Distance of a loop's wire from the upper edge of its zone, above the nodes. */
const LOOP_LINE = 14

export class EditorCanvas extends LGraphCanvas {
  /** Never null: created with a graph, and only replaced by another one. */
  declare graph: LGraph
  declare ds: DragAndScale
  declare hooks: StageHooks
  declare colours: Colours
  declare pending: PendingWire | undefined
  declare pixelRatio: number
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
  private readonly findNodeLoops = createLoopLookup()
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
    if (paintViewInParts(node, this.createPainting(this.ctx, node), this.pixelRatio))
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

  createPainting(ctx: CanvasRenderingContext2D, painted: LGraphNode): PaintContext {
    const fits = (node: PaintedNode, side: Side, index: number) =>
      this.wireChecks.fits(node as unknown as LGraphNode, side, index)
    return {
      ctx,
      colours: this.colours,
      scale: this.ds.scale,
      clock: reducedMotion.matches ? 0 : performance.now() / 1000,
      running: this.running,
      slotColour: (type) => this.slotColour(type),
      shapeOf: (node, output) => this.getShape(node as unknown as LGraphNode, output),
      titlesOnly: this.ds.scale < OVERVIEW || Boolean(this.spotlight?.titlesOnly),
      minText: isLit(this.spotlight, painted.id) ? (this.spotlight?.minText ?? 0) : 0,
      ...(getDraggedWire(this) && { fits }),
    }
  }

  slotColour(type: string | number): string {
    return typeColour(type, this.colours.dark)
  }

  override drawNode(node: LGraphNode, ctx: CanvasRenderingContext2D) {
    const painted: PaintedNode = node
    const painting = this.createPainting(ctx, node)
    const opacity =
      activityOpacity[painted.part ?? 'runs'] * spotlightOpacity(this.spotlight, node.id)
    if (isReroute(node)) {
      ctx.globalAlpha = opacity
      paintReroute(
        painted,
        node.title === node.diffusion.declaration.title ? undefined : node.title,
        painting,
      )
      ctx.globalAlpha = 1
      return
    }
    const size: Point = node.flags.collapsed
      ? [this.updateCollapsedWidth(node, ctx), 0]
      : [node.size[0], node.size[1]]
    ctx.globalAlpha = opacity
    painted.loop = this.findNodeLoops(this.findZones(this.graph)).get(String(node.id))?.category
    paintNodeShadow(painted, size, painting)
    if (!showsOnlySurroundings(this, node, size, hasRing(painted)))
      this.drawBody(node, size, painting)
    const measure = this.getMeasure(node)
    if (measure) {
      const share = this.measuredSeconds ? (measure.seconds ?? 0) / this.measuredSeconds : 0
      paintMeasure(measure, share, size[1], painting)
    }
    ctx.globalAlpha = 1
  }

  private updateCollapsedWidth(node: LGraphNode, ctx: CanvasRenderingContext2D): number {
    ctx.font = `560 13px ${this.colours.font}`
    const width = Math.min(node.size[0], ctx.measureText(node.getTitle()).width + 58)
    node._collapsed_width = width
    return width
  }

  private drawBody(node: LGraphNode, size: Point, painting: PaintContext) {
    const { ctx } = painting
    const painted: PaintedNode = node
    const collapsed = Boolean(node.flags.collapsed)
    const isOverview = painting.titlesOnly
    paintBody(painted, size, painting)
    const viewed = isDiffusionNode(node) && node.diffusion.view !== undefined
    if (isDiffusionNode(node)) {
      if (!collapsed && hasView(node.diffusion.declaration) && (viewed || !isOverview))
        paintNodeView(node, painting, this.pixelRatio)
    } else node.onDrawForeground?.(ctx, this, this.canvas)
    if (isOverview) paintOverview(painted, size, painting, collapsed || viewed)
    if (collapsed) return paintCollapsedSlots(painted, size[0], painting)
    const place = new Float32Array(2)
    const bottom = paintSlots(
      painted,
      (side, index) => {
        node.getConnectionPos(side === 'input', index, place)
        return [place[0] - node.pos[0], place[1] - node.pos[1]]
      },
      painting,
    )
    if (isOverview) return
    const active = this.node_widget?.[0] === node ? this.node_widget[1] : undefined
    paintWidgets(painted, bottom, active, painting)
  }

  override renderLink(
    ctx: CanvasRenderingContext2D,
    a: ArrayLike<number>,
    b: ArrayLike<number>,
    link: LLink | null,
    _border?: boolean,
    _flow?: unknown,
    _colour?: string | null,
  ) {
    if (link) {
      this.visible_links.push(link)
      if (link._pos) link._pos.set([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])
    }
    // A wire dragged from an input has the opposite direction.
    const [from, to] = !link && this.connecting_input ? [b, a] : [a, b]
    const type = link?.type ?? getDraggedWire(this)?.start.type ?? '*'
    const marked = Boolean(
      link && (this.touchesSelection(link) || link === this.insertTarget || this.leadsToNext(link)),
    )
    const dragging = this.connecting_node !== null && link !== null
    const colour = this.slotColour(type)
    paintWire(ctx, from, to, {
      colour,
      wide: marked,
      loop: type === 'loop',
      top: link ? this.loopTop(link) : undefined,
      alpha: dragging ? 0.3 : marked || !link ? 1 : 0.78,
    })
    ctx.fillStyle = colour // litegraph fills the end dots of a dragged wire with it
  }

  /** Height at which the wire of a loop runs, in the upper border of its zone. */
  loopTop({ type, origin_id }: LLink): number | undefined {
    if (type !== 'loop') return undefined
    const zone = this.findZones(this.graph).find(({ start }) => start === String(origin_id))
    return zone && zone.box.y + LOOP_LINE
  }

  /**
   * True if the wire starts or ends at a selected node. litegraph's own table of such wires is not
   * updated when wires change, or when one of two selected nodes is deselected.
   */
  touchesSelection({ origin_id, target_id }: LLink): boolean {
    return [origin_id, target_id].some((id) => this.graph.getNodeById(id)?.is_selected)
  }

  /** Also removes the node from the table of selected nodes, which litegraph forgets. */
  override deselectNode(node: LGraphNode) {
    super.deselectNode(node)
    delete this.selected_nodes[node.id]
    this.setDirty(true, true)
  }

  /** True in slow motion if the wire leads to the node that runs next. */
  leadsToNext({ target_id }: LLink): boolean {
    const node = this.graph.getNodeById(target_id)
    return Boolean(node && isDiffusionNode(node) && node.diffusion.next)
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

  /** Zooms with a mouse wheel or a pinch, pans with two fingers on a trackpad or the Shift key. */
  override processMouseWheel(event: WheelEvent) {
    event.preventDefault()
    const trackpad =
      event.deltaMode === 0 &&
      !event.ctrlKey &&
      (event.deltaX !== 0 || !Number.isInteger(event.deltaY))
    if (trackpad || event.shiftKey) {
      const [dx, dy] =
        event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY]
      this.repainting.whileMoving(() => {
        this.ds.offset[0] -= dx / this.ds.scale
        this.ds.offset[1] -= dy / this.ds.scale
        this.setDirty(true, true)
      })
    } else {
      const step = Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY))
      this.camera.changeScale(this.ds.scale * Math.exp(-step * (event.ctrlKey ? 0.012 : 0.0022)), [
        event.clientX,
        event.clientY,
      ])
      this.setDirty(true, true)
    }
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
        if (numeric && !Number.isFinite(Number(text))) return
        callback((numeric ? Number(text) : text) as string)
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
