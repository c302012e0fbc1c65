// The one place that touches litegraph's canvas: its looks, pointer and menus are replaced by ours, its graph is kept.
import type { CanvasEvent, DragAndScale, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Fault } from '../engine/plan/fault.ts'
import type { Event, Kept } from '../engine/protocol.ts'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { fileOf, showEvent, showWorkflow } from '../nodes/litegraph/graph.ts'
import type { DiffusionNode } from '../nodes/litegraph/node.ts'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { registerNodes } from '../nodes/litegraph/register.ts'
import { reasonAgainstWire } from '../nodes/litegraph/wires.ts'
import { installZones } from '../nodes/litegraph/zones.ts'
import { declarations } from './declarations.ts'
import type { Painted, PaintedWidget, Painting } from './look.ts'
import {
  OVERVIEW,
  paintBody,
  paintGrid,
  paintOverview,
  paintSlots,
  paintTip,
  paintView,
  paintWidgets,
  paintWire,
  TITLE,
} from './look.ts'
import { acceptsOf, slotFor, type LooseEnd } from './search.ts'
import { typeColour, type Colours } from './theme.ts'

export type Point = [number, number]

/** Where something was asked for: on the page, and in the graph. */
export interface Spot {
  page: Point
  graph: Point
}

/** A wire in the air, from a slot of a node. */
export interface PendingWire {
  node: LGraphNode
  side: 'output' | 'input'
  slot: number
}

export interface MenuEntry {
  label: string
  run: () => void
  checked?: boolean
}

/** What the canvas asks of the rest of the editor. */
export interface StageHooks {
  /** Something in the graph may be different now. */
  changed(): void
  /** The pointer went down (true) or up (false). */
  pressed(down: boolean): void
  selected(): void
  palette(spot: Spot, wire?: PendingWire): void
  menu(spot: Spot, target: { node?: LGraphNode; link?: LLink; input?: number; output?: number }): void
  choose(page: Point, entries: MenuEntry[], title?: string): void
  ask(
    page: Point,
    question: { title: string; value: string; multiline: boolean; numeric: boolean },
    answer: (text: string) => void,
  ): void
  rename(node: LGraphNode, page: Point): void
  /** A param is to be typed. */
  edit(node: DiffusionNode, param: string, page: Point): void
  chooseFile(node: DiffusionNode, param: string, what: Kept, page: Point): void
  refused(reason: string): void
  /** Observers on screen. */
  visible(ids: string[]): void
}

/** Space around the part of the canvas that panels leave free, in CSS pixels. */
export interface Insets {
  top: number
  right: number
  bottom: number
  left: number
}

const calm = matchMedia('(prefers-reduced-motion: reduce)')

class EditorCanvas extends LGraphCanvas {
  declare hooks: StageHooks
  declare colours: Colours
  declare pending: PendingWire | undefined
  declare pixelRatio: number
  declare spaceHeld: boolean
  declare refusal: string | undefined
  /** The wire being dragged was taken off an input: dropped in the empty it is gone, nothing is looked for. */
  declare takenOff: boolean
  declare last_click_at: Point

  get camera() {
    return this.ds as unknown as DragAndScale
  }

  // ---- painting

  painting(ctx: CanvasRenderingContext2D): Painting {
    const { connecting_output: output, connecting_input: input, connecting_node: from } = this
    const fits = (node: Painted, side: 'input' | 'output', index: number): boolean => {
      if (side === (output ? 'output' : 'input') || (node as unknown) === from) return false
      const slot = (side === 'input' ? node.inputs : node.outputs)![index]!
      return output ? LiteGraph.isValidConnection(output.type, slot.type) : LiteGraph.isValidConnection(slot.type, input!.type)
    }
    return {
      ctx,
      colours: this.colours,
      scale: this.ds.scale,
      clock: calm.matches ? 0 : performance.now() / 1000,
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
    const collapsed = Boolean(node.flags.collapsed)
    if (collapsed) {
      ctx.font = `560 13px ${this.colours.font}`
      node._collapsed_width = Math.min(node.size[0]!, ctx.measureText(node.getTitle()).width + 58)
    }
    const size: Point = collapsed ? [node._collapsed_width!, 0] : [node.size[0]!, node.size[1]!]
    ctx.globalAlpha = node.mode === LiteGraph.NEVER ? 0.45 : 1
    paintBody(painted, size, painting)
    const viewed = isDiffusionNode(node) && node.diffusion.view !== undefined
    if (isDiffusionNode(node)) {
      if (!collapsed && node.diffusion.declaration.role === 'observer' && (viewed || this.ds.scale >= OVERVIEW)) {
        paintView(node, painting, this.pixelRatio)
      }
    } else node.onDrawForeground?.(ctx, this, this.canvas)
    const place = new Float32Array(2)
    const afar = this.ds.scale < OVERVIEW
    if (afar) paintOverview(painted, size, painting, collapsed || viewed)
    if (collapsed) this.drawCollapsedSlots(node, ctx)
    else {
      const bottom = paintSlots(
        painted,
        (side, index) => {
          node.getConnectionPos(side === 'input', index, place)
          return [place[0]! - node.pos[0]!, place[1]! - node.pos[1]!]
        },
        painting,
      )
      if (afar) {
        ctx.globalAlpha = 1
        return
      }
      const active = this.node_widget?.[0] === node ? (this.node_widget[1] as unknown as PaintedWidget) : undefined
      paintWidgets(painted, bottom, active, painting)
    }
    ctx.globalAlpha = 1
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
    const marked = Boolean(link && this.highlighted_links[link.id])
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

  drawOnTop(ctx: CanvasRenderingContext2D) {
    const { pending } = this
    if (pending?.node.graph) {
      const end = pending.node.getConnectionPos(pending.side === 'input', pending.slot)
      const slot = (pending.side === 'input' ? pending.node.inputs : pending.node.outputs)[pending.slot]
      const drop = this.pendingAt
      const [from, to] = pending.side === 'output' ? [end, drop] : [drop, end]
      if (slot) paintWire(ctx, from, to, { colour: this.slotColour(slot.type), wide: false, loop: false, alpha: 0.9 })
    }
    if (this.refusal) {
      const [x, y] = this.graph_mouse
      const scale = 1 / this.ds.scale
      ctx.save()
      ctx.translate(x + 16 * scale, y + 14 * scale)
      ctx.scale(scale, scale)
      paintTip(ctx, 0, 0, wrapped(this.refusal), this.colours, this.colours.danger)
      ctx.restore()
    }
    if (this.dragging_rectangle) this.drawSelectionBox(ctx)
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
    const result = super.processMouseDown(event)
    this.takenOff = this.connecting_output !== null && Object.keys(this.graph?.links ?? {}).length < links
    return result
  }

  override processMouseMove(event: MouseEvent) {
    const result = super.processMouseMove(event)
    this.refusal = this.connecting_node ? this.whyRefused() : undefined
    const style = this.canvas.style
    if (this.dragging_canvas && (this.spaceHeld || this.pointer_is_down)) style.cursor = 'grabbing'
    else if (this.spaceHeld) style.cursor = 'grab'
    else if (style.cursor === 'crosshair' && !this.overSlot()) style.cursor = 'default'
    return result
  }

  override processMouseUp(event: MouseEvent) {
    const result = super.processMouseUp(event)
    this.refusal = undefined
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
      this.ds.offset[0] -= dx / this.ds.scale
      this.ds.offset[1] -= dy / this.ds.scale
    } else {
      const step = Math.sign(event.deltaY) * Math.min(60, Math.abs(event.deltaY))
      this.camera.changeScale(this.ds.scale * Math.exp(-step * (event.ctrlKey ? 0.012 : 0.0022)), [event.clientX, event.clientY])
    }
    this.setDirty(true, true)
  }

  nodeUnderPointer(): LGraphNode | null {
    return this.graph!.getNodeOnPos(this.graph_mouse[0], this.graph_mouse[1], this.visible_nodes, 5)
  }

  overSlot(): boolean {
    const node = this.nodeUnderPointer()
    const [x, y] = this.graph_mouse
    return Boolean(node && !node.flags.collapsed && node.getSlotInPosition(x, y))
  }

  /** Why the wire cannot go where the pointer is; undefined if it can, or if nothing is there. */
  whyRefused(): string | undefined {
    const node = this.nodeUnderPointer()
    if (!node) return undefined
    const [x, y] = this.graph_mouse
    const { connecting_node: from, connecting_output: output, connecting_input: input } = this
    if (output && from) {
      const index = this.isOverNodeInput(node, x, y)
      return index < 0 ? undefined : reasonAgainstWire(from, from.outputs.indexOf(output), node, index)
    }
    if (input && from) {
      const index = this.isOverNodeOutput(node, x, y)
      return index < 0 ? undefined : reasonAgainstWire(node, index, from, from.inputs.indexOf(input))
    }
    return undefined
  }

  // ---- what litegraph would ask by menus and dialogs of its own

  /** Keys are the editor's, see commands.ts. */
  override processKey() {}

  /** Files are dropped on the window, see files.ts. */
  override processDrop() {}

  override showSearchBox(event: CanvasEvent) {
    this.hooks.palette(spotOf(event))
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
    const slot = node?.getSlotInPosition(event.canvasX, event.canvasY)
    this.hooks.menu(spotOf(event), {
      ...(node && { node }),
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

function wrapped(text: string, width = 46): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    if ((lines.at(-1) + word).length > width) lines.push('')
    lines[lines.length - 1] += (lines.at(-1) ? ' ' : '') + word
  }
  return lines
}

// ---- the stage: what the rest of the editor does with the canvas

export interface Stage {
  readonly graph: LGraph
  /** The workflow as it stands. */
  file(): WorkflowFile
  /** Shows another state of the graph; what nodes of the same id and type show of a run stays, and so does the selection. */
  load(file: WorkflowFile): void
  node(id: NodeId): LGraphNode | undefined
  nodes(): readonly LGraphNode[]
  selection(): LGraphNode[]
  select(ids: readonly NodeId[]): void
  add(type: string, at: Point, wire?: PendingWire): LGraphNode | undefined
  remove(nodes: readonly LGraphNode[]): void
  /** Shows an event of the engine on the nodes it is about. */
  event(event: Event): void
  /** Nodes look as before any run, but keep what they show. */
  forgetRun(): void
  /** The faults there are now, in place of those shown. */
  setFaults(faults: readonly Fault[]): void
  animate(on: boolean): void
  fit(insets: Insets): void
  zoom(by: number): void
  goTo(node: LGraphNode, insets: Insets): void
  /** A free place near the middle of what is seen. */
  middle(insets: Insets): Point
  onPage(point: Point): Point
  pointer(): Spot
  holdSpace(held: boolean): void
  dropWire(): void
  redraw(): void
  paint(colours: Colours): void
  scale(): number
  focus(): void
}

/** Takes over a canvas element. */
export function createStage(element: HTMLCanvasElement, colours: Colours, hooks: StageHooks): Stage {
  LiteGraph.release_link_on_empty_shows_menu = true
  const own = new LGraph()
  let animated = false
  let shown = ''

  registerNodes(LiteGraph, declarations, {
    changed: () => hooks.changed(),
    refused: (reason) => hooks.refused(reason),
    edit: (node, param, event) => hooks.edit(node, param, [event.clientX, event.clientY]),
    chooseFile: (node, param, what) => hooks.chooseFile(node, param, what, [canvas.mouse[0], canvas.mouse[1]]),
  })
  const canvas = new EditorCanvas(element, own, { skip_render: true })
  replaceMenus(canvas, hooks)
  Object.assign(canvas, {
    hooks,
    pixelRatio: 1,
    background_image: null,
    show_info: false,
    render_canvas_border: false,
    render_link_tooltip: false,
    pending: undefined,
    pendingAt: [0, 0],
    last_click_at: [0, 0],
    spaceHeld: false,
    onSelectionChange: hooks.selected,
    onShowNodePanel: (node: LGraphNode) => {
      const [x, y] = canvas.graph_mouse
      if (y < node.pos[1]! && x > node.pos[0]! + TITLE) hooks.rename(node, [canvas.mouse[0], canvas.mouse[1]])
    },
    onDrawForeground: (ctx: CanvasRenderingContext2D) => canvas.drawOnTop(ctx),
    onRenderBackground: (target: HTMLCanvasElement, ctx: CanvasRenderingContext2D) => {
      const scale = canvas.ds.scale * canvas.pixelRatio
      const [x, y] = canvas.ds.offset
      paintGrid(ctx, target.width, target.height, { x, y, scale }, canvas.colours)
      return true
    },
    onMouse: (event: CanvasEvent) => {
      const node = own.getNodeOnPos(event.canvasX, event.canvasY, canvas.visible_nodes, 5)
      if (canvas.spaceHeld) canvas.dragging_canvas = true
      else if (event.shiftKey && !node && event.button === 0) {
        canvas.dragging_rectangle = new Float32Array([event.canvasX, event.canvasY, 1, 1])
      } else return false
      return true
    },
  } satisfies Partial<EditorCanvas>)
  const zoneLook = { ground: colours.canvas, colour: colours.category }
  installZones(canvas, zoneLook)
  element.tabIndex = 0
  element.addEventListener('mouseleave', () => canvas.setDirty(true))
  sharpen(canvas)

  own.onNodeAdded = own.onNodeRemoved = own.onAfterChange = own.onConnectionChange = () => hooks.changed()

  const paint = (next: Colours) => {
    canvas.colours = next
    Object.assign(zoneLook, { ground: next.canvas, colour: next.category })
    Object.assign(LiteGraph, {
      NODE_TEXT_COLOR: next.nodeText,
      NODE_TITLE_COLOR: next.nodeTitle,
      NODE_DEFAULT_BGCOLOR: next.node,
      WIDGET_BGCOLOR: next.widget,
      WIDGET_OUTLINE_COLOR: next.widgetLine,
      WIDGET_TEXT_COLOR: next.nodeTitle,
      WIDGET_SECONDARY_TEXT_COLOR: next.nodeFaint,
    })
    canvas.setDirty(true, true)
  }
  paint(colours)

  const frame = () => {
    requestAnimationFrame(frame)
    if (animated && !calm.matches) canvas.dirty_canvas = true
    if (canvas.dirty_canvas || (canvas as unknown as { dirty_bgcanvas: boolean }).dirty_bgcanvas) canvas.draw()
    const observers = canvas.visible_nodes
      .filter((node) => isDiffusionNode(node) && node.diffusion.declaration.role === 'observer' && !node.flags.collapsed)
      .map((node) => String(node.id))
    if (observers.join() !== shown) hooks.visible(observers)
    shown = observers.join()
  }
  requestAnimationFrame(frame)

  const idOf = (id: NodeId) => own.getNodeById(id) ?? own.getNodeById(Number(id)) ?? undefined
  const free = ({ top, right, bottom, left }: Insets) => {
    const { clientWidth: width, clientHeight: height } = element
    return { x: left, y: top, width: Math.max(100, width - left - right), height: Math.max(100, height - top - bottom) }
  }
  const look = (x: number, y: number, scale: number, insets: Insets) => {
    const area = free(insets)
    canvas.ds.scale = scale
    canvas.ds.offset[0] = (area.x + area.width / 2) / scale - x
    canvas.ds.offset[1] = (area.y + area.height / 2) / scale - y
    canvas.setDirty(true, true)
  }

  return {
    graph: own,
    file: () => fileOf(own),
    load(file) {
      const before = new Map(own._nodes.map((node) => [node.id, node]))
      const selected = new Set(Object.values(canvas.selected_nodes).map((node) => node.id))
      canvas.deselectAllNodes()
      showWorkflow(LiteGraph, own, file)
      for (const node of own._nodes) {
        const was = before.get(node.id)
        if (was?.type !== node.type || !isDiffusionNode(was) || !isDiffusionNode(node)) continue
        const { declaration: _, ...shown } = was.diffusion
        Object.assign(node.diffusion, shown)
      }
      canvas.selectNodes(own._nodes.filter((node) => selected.has(node.id)))
      canvas.setDirty(true, true)
    },
    node: idOf,
    nodes: () => own._nodes,
    selection: () => Object.values(canvas.selected_nodes),
    select: (ids) => canvas.selectNodes(ids.map(idOf).filter((node) => node !== undefined)),
    add(type, at, wire) {
      const node = LiteGraph.createNode(type)
      if (!node) return undefined
      node.pos = [Math.round(at[0]), Math.round(at[1])]
      own.add(node)
      if (wire) connect(wire, node)
      canvas.pending = undefined
      canvas.selectNodes([node])
      canvas.setDirty(true, true)
      return node
    },
    remove(nodes) {
      for (const node of nodes) if (node.graph) own.remove(node)
      canvas.deselectAllNodes()
      canvas.setDirty(true, true)
    },
    event(event) {
      showEvent(own, event)
      canvas.setDirty(true)
    },
    forgetRun() {
      for (const node of own._nodes) {
        if (!isDiffusionNode(node)) continue
        node.diffusion.state = 'idle'
        delete node.diffusion.progress
        delete node.diffusion.fault
      }
      canvas.setDirty(true, true)
    },
    setFaults(faults) {
      for (const node of own._nodes) {
        if (!isDiffusionNode(node) || node.diffusion.state !== 'fault') continue
        node.diffusion.state = 'idle'
        delete node.diffusion.fault
      }
      showEvent(own, { type: 'faults', run: 0, faults: [...faults] })
      canvas.setDirty(true)
    },
    animate(on) {
      animated = on
      canvas.setDirty(true, true)
    },
    fit(insets) {
      const nodes = own._nodes
      if (!nodes.length) return look(0, 0, 1, insets)
      const left = Math.min(...nodes.map(({ pos }) => pos[0]!))
      const top = Math.min(...nodes.map(({ pos }) => pos[1]! - TITLE))
      const right = Math.max(...nodes.map((node) => node.pos[0]! + node.size[0]!))
      const bottom = Math.max(...nodes.map((node) => node.pos[1]! + (node.flags.collapsed ? 0 : node.size[1]!)))
      const area = free(insets)
      const margin = 56
      const scale = Math.min(1.1, (area.width - margin) / (right - left), (area.height - margin) / (bottom - top))
      look((left + right) / 2, (top + bottom) / 2, Math.max(0.12, scale), insets)
    },
    zoom(by) {
      canvas.camera.changeScale(canvas.ds.scale * by)
      canvas.setDirty(true, true)
    },
    goTo(node, insets) {
      look(node.pos[0]! + node.size[0]! / 2, node.pos[1]! + node.size[1]! / 2, Math.max(0.8, canvas.ds.scale), insets)
      canvas.selectNodes([node])
    },
    middle(insets) {
      const { x, y, width, height } = free(insets)
      const { scale, offset } = canvas.ds
      let at: Point = [(x + width / 2) / scale - offset[0] - 100, (y + height / 2) / scale - offset[1] - 40]
      while (own._nodes.some(({ pos }) => Math.hypot(pos[0]! - at[0], pos[1]! - at[1]) < 20)) at = [at[0] + 30, at[1] + 30]
      return at
    },
    onPage: ([x, y]) => {
      const { scale, offset } = canvas.ds
      return [(x + offset[0]) * scale, (y + offset[1]) * scale]
    },
    pointer: () => ({ page: [canvas.mouse[0], canvas.mouse[1]], graph: [canvas.graph_mouse[0], canvas.graph_mouse[1]] }),
    holdSpace(held) {
      canvas.spaceHeld = held
      canvas.dragging_canvas = false
      element.style.cursor = held ? 'grab' : ''
    },
    dropWire() {
      canvas.pending = undefined
      canvas.setDirty(true)
    },
    redraw: () => canvas.setDirty(true, true),
    paint,
    scale: () => canvas.ds.scale,
    focus: () => element.focus({ preventScroll: true }),
  }
}

/** What a wire in the air is looking for. */
export function looseEndOf({ node, side, slot }: PendingWire): LooseEnd {
  if (side === 'output') return { from: 'output', type: String(node.outputs[slot]!.type) }
  return { from: 'input', accepts: acceptsOf(String(node.inputs[slot]!.type)) }
}

function connect(wire: PendingWire, node: LGraphNode) {
  const end = looseEndOf(wire)
  const name = isDiffusionNode(node) ? slotFor(node.diffusion.declaration, end) : undefined
  if (name === undefined) return
  if (wire.side === 'output') wire.node.connect(wire.slot, node, name)
  else node.connect(name, wire.node, wire.slot)
}

/** litegraph draws in CSS pixels; a screen with more of them gets them all. */
function sharpen(canvas: EditorCanvas) {
  const { camera, canvas: element } = canvas
  camera.min_scale = 0.12
  camera.max_scale = 4
  camera.toCanvasContext = (ctx) => {
    ctx.scale(camera.scale * canvas.pixelRatio, camera.scale * canvas.pixelRatio)
    ctx.translate(camera.offset[0], camera.offset[1])
  }
  camera.computeVisibleArea = () => {
    const [x, y] = camera.offset
    camera.visible_area.set([-x, -y, element.clientWidth / camera.scale, element.clientHeight / camera.scale])
  }
  const resize = () => {
    canvas.pixelRatio = devicePixelRatio || 1
    element.width = Math.round(element.clientWidth * canvas.pixelRatio)
    element.height = Math.round(element.clientHeight * canvas.pixelRatio)
    canvas.draw(true, true)
  }
  new ResizeObserver(() => canvas.colours && resize()).observe(element)
}

/** litegraph's menus put text into the page as HTML; ours take their place everywhere. */
function replaceMenus(canvas: EditorCanvas, hooks: StageHooks) {
  interface Options {
    event?: MouseEvent
    title?: string
    callback?: (value: unknown, options: unknown, event?: MouseEvent) => unknown
  }
  LiteGraph.ContextMenu = class {
    constructor(values: readonly unknown[], options: Options) {
      const page: Point = options.event ? [options.event.clientX, options.event.clientY] : [canvas.mouse[0], canvas.mouse[1]]
      const entries = values
        .filter((value) => value !== null && value !== undefined)
        .map((value): MenuEntry => {
          const item =
            typeof value === 'object' ? (value as { content?: unknown; callback?: (value: unknown) => void }) : undefined
          return {
            label: String(item?.content ?? value),
            run: () => {
              item?.callback?.(value)
              options.callback?.(value, options, options.event)
              hooks.changed()
            },
          }
        })
      hooks.choose(page, entries, options.title)
    }
    close() {}
  }
}

export type { LGraphNode, LLink }
