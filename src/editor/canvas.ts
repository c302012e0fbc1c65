// litegraph's canvas with our looks, pointer and menus in place of its own. The stage (stage.ts) is how others use it.
import type { CanvasEvent, DragAndScale, LGraph, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Measure } from '../engine/protocol.ts'
import { hasView } from '../nodes/litegraph/body.ts'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { isReroute } from '../nodes/litegraph/reroute.ts'
import { rememberZones, type Zone } from '../nodes/litegraph/zones.ts'
import type { Part } from '../nodes/workflow/play.ts'
import type { Side } from '../nodes/workflow/slots.ts'
import { Following, loopsByNode } from './belonging.ts'
import { createLookout, type Bounds } from './bounds.ts'
import { paintGroup } from './look/group.ts'
import { paintMeasure } from './look/measure.ts'
import { OVERVIEW, paintBody, paintGround, paintOverview } from './look/node.ts'
import type { Painted, PaintedWidget, Painting } from './look/painting.ts'
import { TITLE } from './look/painting.ts'
import { paintReroute } from './look/reroute.ts'
import { paintSlots } from './look/slots.ts'
import { paintView } from './look/view.ts'
import { paintWidgets } from './look/widgets.ts'
import { paintTip, paintWire } from './look/wires.ts'
import type { Scrolling } from './scroll.ts'
import type { StageHooks } from './stageHooks.ts'
import { typeColour, type Colours } from './theme.ts'
import { pressing, wireAt, wireUnderNode, Wiring } from './wiring.ts'

export type Point = [number, number]

/** Where something was asked for: on the page, and in the graph. */
export interface Spot {
  page: Point
  graph: Point
}

/** A wire in the air, from a slot of a node. */
export interface PendingWire {
  node: LGraphNode
  side: Side
  slot: number
}

/** Nodes that do not run are paler. */
const opacities: { [P in Part]: number } = { runs: 1, muted: 0.4, waits: 0.6, bypassed: 0.6 }

export const calm = matchMedia('(prefers-reduced-motion: reduce)')

export class EditorCanvas extends LGraphCanvas {
  declare hooks: StageHooks
  declare colours: Colours
  declare pending: PendingWire | undefined
  declare pixelRatio: number
  declare spaceHeld: boolean
  declare running: boolean
  /** What a node took, and all together. */
  declare measureOf: (node: LGraphNode) => Measure | undefined
  declare measuredSeconds: number
  declare refusal: string | undefined
  /** The wire being dragged was taken off an input: dropped where nothing is, it is gone, and no search opens. */
  declare takenOff: boolean
  declare last_click_at: Point
  readonly wiring = new Wiring(this)
  readonly zonesIn = this.zonesPainted()
  readonly lookout = createLookout(
    () => this.graph!,
    () => this.scrolling.version(),
  )
  private readonly loopsIn = loopsByNode()
  private readonly following = new Following(this)
  /** The wire that the dragged node would be put into. */
  declare target: LLink | undefined
  declare scrolling: Scrolling

  get camera() {
    return this.ds as unknown as DragAndScale
  }

  // ---- painting

  override draw(front?: boolean, behind?: boolean) {
    if (front) this.dirty_canvas = true
    if (behind) this.dirty_bgcanvas = true
    this.scrolling.draw(() => super.draw(true))
  }

  /** Zones are asked for by every node that is painted: where nothing has moved since all was, they are not looked for again. */
  private zonesPainted(): (graph: LGraph) => Zone[] {
    const find = rememberZones()
    let known: { version: number; graph: LGraph; zones: Zone[] } | undefined
    return (graph) => {
      const version = this.scrolling.version()
      if (known?.version !== version || known.graph !== graph) known = { version, graph, zones: find(graph) }
      return known.zones
    }
  }

  repaintNode(node: LGraphNode) {
    const { flags, pos, size } = node
    const margin = 14 // a ring, and the shadow
    this.scrolling.repaint({
      x: pos[0]! - margin,
      y: pos[1]! - TITLE - margin,
      width: (flags.collapsed ? (node._collapsed_width ?? size[0]!) : size[0]!) + 2 * margin,
      height: (flags.collapsed ? 0 : size[1]!) + TITLE + 2 * margin,
    })
  }

  /** As litegraph does it, but what lies where is not found anew for each part that is painted. */
  override computeVisibleNodes(_: LGraphNode[] | null, out: LGraphNode[]) {
    out.splice(0, out.length, ...this.lookout.nodes(this.seen()))
    return out
  }

  override drawConnections(ctx: CanvasRenderingContext2D) {
    for (const { link, ends } of this.lookout.wires(this.seen())) this.renderLink(ctx, ...ends, link)
  }

  seen(): Bounds {
    const [x, y, width, height] = this.camera.visible_area as unknown as [number, number, number, number]
    return [x, y, x + width, y + height]
  }

  painting(ctx: CanvasRenderingContext2D): Painting {
    const { connecting_output: output, connecting_input: input } = this
    const fits = (node: Painted, side: Side, index: number) => this.wiring.fits(node as unknown as LGraphNode, side, index)
    return {
      ctx,
      colours: this.colours,
      scale: this.ds.scale,
      clock: calm.matches ? 0 : performance.now() / 1000,
      running: this.running,
      slotColour: (type) => this.slotColour(type),
      ...((output || input) && { fits }),
    }
  }

  slotColour(type: string | number): string {
    return typeColour(type, this.colours.dark)
  }

  override drawNode(node: LGraphNode, ctx: CanvasRenderingContext2D) {
    const painted = node as unknown as Painted
    const painting = this.painting(ctx)
    if (isReroute(node)) {
      ctx.globalAlpha = opacities[painted.part ?? 'runs']
      paintReroute(painted, node.title === node.diffusion.declaration.title ? undefined : node.title, painting)
      ctx.globalAlpha = 1
      return
    }
    const collapsed = Boolean(node.flags.collapsed)
    if (collapsed) {
      ctx.font = `560 13px ${this.colours.font}`
      node._collapsed_width = Math.min(node.size[0]!, ctx.measureText(node.getTitle()).width + 58)
    }
    const size: Point = collapsed ? [node._collapsed_width!, 0] : [node.size[0]!, node.size[1]!]
    ctx.globalAlpha = opacities[painted.part ?? 'runs']
    painted.loop = this.loopsIn(this.zonesIn(this.graph!)).get(String(node.id))?.category
    paintGround(painted, size, painting)
    if (!this.onlyAround(node, size)) this.drawBody(node, size, painting)
    const measure = this.measureOf(node)
    if (measure) {
      const share = this.measuredSeconds ? (measure.seconds ?? 0) / this.measuredSeconds : 0
      paintMeasure(measure, share, size[1], painting)
    }
    ctx.globalAlpha = 1
  }

  private drawBody(node: LGraphNode, size: Point, painting: Painting) {
    const { ctx } = painting
    const painted = node as unknown as Painted
    const collapsed = Boolean(node.flags.collapsed)
    const afar = this.ds.scale < OVERVIEW
    paintBody(painted, size, painting)
    const viewed = isDiffusionNode(node) && node.diffusion.view !== undefined
    if (isDiffusionNode(node)) {
      if (!collapsed && hasView(node.diffusion.declaration) && (viewed || !afar)) paintView(node, painting, this.pixelRatio)
    } else node.onDrawForeground?.(ctx, this, this.canvas)
    if (afar) paintOverview(painted, size, painting, collapsed || viewed)
    if (collapsed) return this.drawCollapsedSlots(node, ctx)
    const place = new Float32Array(2)
    const bottom = paintSlots(
      painted,
      (side, index) => {
        node.getConnectionPos(side === 'input', index, place)
        return [place[0]! - node.pos[0]!, place[1]! - node.pos[1]!]
      },
      painting,
    )
    if (afar) return
    const active = this.node_widget?.[0] === node ? (this.node_widget[1] as unknown as PaintedWidget) : undefined
    paintWidgets(painted, bottom, active, painting)
  }

  /** Whether of what is being painted only the shadow of a node, and what is below it, may be in sight. */
  private onlyAround({ pos }: LGraphNode, [width, height]: Point): boolean {
    if (!this.viewport) return false
    const [left, top, wide, high] = this.viewport
    const zoom = this.ds.scale * this.pixelRatio
    const near = 8 * Math.max(1, 1 / this.ds.scale)
    const [x, y] = [left / zoom - this.ds.offset[0] - pos[0]!, top / zoom - this.ds.offset[1] - pos[1]!]
    return x > width + near || y > height + near || x + wide / zoom < -near || y + high / zoom < -TITLE - near
  }

  drawCollapsedSlots(node: LGraphNode, ctx: CanvasRenderingContext2D) {
    ctx.fillStyle = this.colours.nodeFaint
    const dot = (x: number) => {
      ctx.beginPath()
      ctx.arc(x, -TITLE / 2, 4, 0, 2 * Math.PI)
      ctx.fill()
    }
    if (node.inputs?.some((slot) => slot.link != null)) dot(0)
    if (node.outputs?.some((slot) => slot.links?.length)) dot(node._collapsed_width!)
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
      if (link._pos) link._pos.set([(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2])
    }
    // A wire being drawn from an input runs the other way.
    const [from, to] = !link && this.connecting_input ? [b, a] : [a, b]
    const type = link?.type ?? this.connecting_output?.type ?? this.connecting_input?.type ?? '*'
    const marked = Boolean(link && (this.highlighted_links[link.id] || link === this.target || this.leadsToNext(link)))
    const busy = this.connecting_node !== null && link !== null
    const colour = this.slotColour(type)
    paintWire(ctx, from, to, {
      colour,
      wide: marked,
      loop: type === 'loop',
      alpha: busy ? 0.3 : marked || !link ? 1 : 0.78,
    })
    ctx.fillStyle = colour // litegraph dots the ends of a wire that is being drawn with it
  }

  /** In slow motion: to the node that runs next. */
  leadsToNext({ target_id }: LLink): boolean {
    const node = this.graph!.getNodeById(target_id)
    return Boolean(node && isDiffusionNode(node) && node.diffusion.next)
  }

  override drawGroups(_: HTMLCanvasElement, ctx: CanvasRenderingContext2D) {
    for (const group of this.graph!._groups) paintGroup(ctx, group, this.colours, this.ds.scale)
  }

  drawOnTop(ctx: CanvasRenderingContext2D) {
    const { pending } = this
    if (pending?.node.graph) {
      const end = pending.node.getConnectionPos(pending.side === 'input', pending.slot)
      const slot = (pending.side === 'input' ? pending.node.inputs : pending.node.outputs)[pending.slot]
      const drop = this.pendingAt
      const [from, to] = pending.side === 'output' ? [end, drop] : [drop, end]
      if (slot) paintWire(ctx, from, to, { colour: this.slotColour(slot.type), wide: false, loop: false, alpha: 0.9 })
    }
    const [x, y] = this.graph_mouse
    const warning = this.connecting_node ? this.wiring.warning() : undefined
    if (this.refusal) this.tip(ctx, [x, y], [16, 14], this.refusal, this.colours.danger)
    else if (warning) this.tip(ctx, [x, y], [16, 14], warning, this.colours.warn)
    const belonging = this.following.said()
    if (belonging) this.tip(ctx, belonging.at, [0, 10], belonging.words, this.colours.category(belonging.category))
    if (this.dragging_rectangle) this.drawSelectionBox(ctx)
  }

  /** Words near a place in the graph, as large as elsewhere on the screen. */
  private tip(ctx: CanvasRenderingContext2D, [x, y]: Point, [dx, dy]: Point, words: string, tint: string) {
    const scale = 1 / this.ds.scale
    ctx.save()
    ctx.translate(x + dx * scale, y + dy * scale)
    ctx.scale(scale, scale)
    paintTip(ctx, words, this.colours, tint)
    ctx.restore()
  }

  declare pendingAt: Point

  /** Over litegraph's white outline. */
  drawSelectionBox(ctx: CanvasRenderingContext2D) {
    const [x, y, width, height] = this.dragging_rectangle!
    ctx.save()
    ctx.fillStyle = ctx.strokeStyle = this.colours.accent
    ctx.globalAlpha = 0.12
    ctx.fillRect(x!, y!, width!, height!)
    ctx.globalAlpha = 1
    ctx.lineWidth = 1.5 / this.ds.scale
    ctx.strokeRect(x!, y!, width!, height!)
    ctx.restore()
  }

  // ---- pointer

  override processMouseDown(event: MouseEvent) {
    this.hooks.pressed(true)
    this.pending = undefined
    // Two presses far apart are no double-click, however quick.
    const [x, y] = this.last_click_at
    if (Math.hypot(event.clientX - x, event.clientY - y) > 6) this.last_mouseclick = 0
    this.last_click_at = [event.clientX, event.clientY]
    const links = Object.keys(this.graph?.links ?? {}).length
    const place = this.convertEventToCanvasOffset(event)
    const node = this.graph!.getNodeOnPos(place[0]!, place[1]!, this.visible_nodes, 5)
    const link = event.altKey && event.button === 0 && !node ? wireAt(this, place) : undefined
    if (link) return this.hooks.reroute(link, place)
    const result = pressing(node, place, () => super.processMouseDown(event))
    this.takenOff = this.connecting_output !== null && Object.keys(this.graph?.links ?? {}).length < links
    return result
  }

  override processMouseMove(event: MouseEvent) {
    const pinned = Object.values(this.node_dragged ? this.selected_nodes : {}).filter(({ flags }) => flags.pinned)
    const places = pinned.map(({ pos }) => [pos[0]!, pos[1]!])
    const move = () => super.processMouseMove(event)
    const result = this.dragging_canvas ? this.scrolling.moved(move) : move()
    pinned.forEach(({ pos }, i) => ([pos[0], pos[1]] = places[i] as Point))
    this.following.moved(this.node_dragged)
    this.target = this.node_dragged && !event.altKey ? wireUnderNode(this, this.node_dragged) : undefined
    this.refusal = this.connecting_node ? this.wiring.whyRefused() : undefined
    const style = this.canvas.style
    if (this.dragging_canvas && (this.spaceHeld || this.pointer_is_down)) style.cursor = 'grabbing'
    else if (this.spaceHeld) style.cursor = 'grab'
    else if (style.cursor === 'crosshair' && !this.overSlot()) style.cursor = 'default'
    return result
  }

  override processMouseUp(event: MouseEvent) {
    const [dropped, target] = [this.node_dragged, this.target]
    const result = super.processMouseUp(event)
    if (dropped && target) this.hooks.insert(dropped, target)
    this.following.moved(null)
    this.wiring.end()
    this.target = this.refusal = undefined
    this.takenOff = false
    this.hooks.pressed(false)
    return result
  }

  /** Zoom; two fingers on a trackpad pan, pinching zooms. */
  override processMouseWheel(event: WheelEvent) {
    event.preventDefault()
    const trackpad = event.deltaMode === 0 && !event.ctrlKey && (event.deltaX !== 0 || !Number.isInteger(event.deltaY))
    if (trackpad || event.shiftKey) {
      const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY]
      this.scrolling.moved(() => {
        this.ds.offset[0] -= dx / this.ds.scale
        this.ds.offset[1] -= dy / this.ds.scale
        this.setDirty(true, true)
      })
    } else {
      const step = Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY))
      this.camera.changeScale(this.ds.scale * Math.exp(-step * (event.ctrlKey ? 0.012 : 0.0022)), [event.clientX, event.clientY])
      this.setDirty(true, true)
    }
  }

  nodeUnderPointer(): LGraphNode | null {
    return this.graph!.getNodeOnPos(this.graph_mouse[0], this.graph_mouse[1], this.visible_nodes, 5)
  }

  overSlot(): boolean {
    const node = this.nodeUnderPointer()
    const [x, y] = this.graph_mouse
    return Boolean(node && !node.flags.collapsed && node.getSlotInPosition(x, y))
  }

  // ---- what litegraph would ask by menus and dialogs of its own

  /** Keys are the editor's, see commands.ts. */
  override processKey() {}

  /** Files are dropped on the window, see files.ts. */
  override processDrop() {}

  override showSearchBox(event: CanvasEvent) {
    const group = this.graph!.getGroupOnPos(event.canvasX, event.canvasY)
    if (group) this.hooks.rename(group, [event.clientX, event.clientY])
    else this.hooks.palette(spotOf(event))
  }

  override showConnectionMenu({ nodeFrom, slotFrom, nodeTo, slotTo, e }: Parameters<LGraphCanvas['showConnectionMenu']>[0]) {
    if (this.takenOff) return
    const wire: PendingWire | undefined =
      nodeFrom && slotFrom
        ? { node: nodeFrom, side: 'output', slot: nodeFrom.outputs.indexOf(slotFrom) }
        : nodeTo && slotTo
          ? { node: nodeTo, side: 'input', slot: nodeTo.inputs.indexOf(slotTo) }
          : undefined
    this.pending = wire
    this.pendingAt = [e.canvasX, e.canvasY]
    this.hooks.palette(spotOf(e), wire)
  }

  override showLinkMenu(link: LLink, event: CanvasEvent) {
    this.hooks.menu(spotOf(event), { link })
    return false
  }

  override processContextMenu(node: LGraphNode | null, event: CanvasEvent) {
    const at: Point = [event.canvasX, event.canvasY]
    const slot = node && !isReroute(node) ? node.getSlotInPosition(...at) : null
    const link = node ? undefined : wireAt(this, at)
    const group = node || link ? null : this.graph!.getGroupOnPos(...at)
    this.hooks.menu(spotOf(event), {
      ...(node && { node }),
      ...(link && { link }),
      ...(group && { group }),
      ...(slot?.input && { input: slot.slot }),
      ...(slot?.output && { output: slot.slot }),
    })
  }

  /** litegraph's own evaluates what is typed into a number. */
  override prompt(title: string, value: unknown, callback: (value: string) => void, event: MouseEvent, multiline = false) {
    const numeric = typeof value === 'number'
    this.hooks.ask([event.clientX, event.clientY], { title, value: String(value ?? ''), multiline, numeric }, (text) => {
      if (numeric && !Number.isFinite(Number(text))) return
      callback((numeric ? Number(text) : text) as string)
      this.setDirty(true, true)
      this.hooks.changed()
    })
    return document.createElement('div')
  }
}

// litegraph's graph takes only what calls itself by the name of its own canvas.
Object.defineProperty(EditorCanvas.prototype, 'constructor', { value: LGraphCanvas })

const spotOf = (event: CanvasEvent): Spot => ({ page: [event.clientX, event.clientY], graph: [event.canvasX, event.canvasY] })

export type { LGraphNode, LLink }
