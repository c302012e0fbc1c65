// What the rest of the editor does with the canvas: nodes, selection, camera, what a run shows. Nothing else of the
// editor reaches litegraph's canvas.
import type { CanvasEvent } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Fault } from '../engine/plan/fault.ts'
import type { Declaration } from '../engine/plan/op.ts'
import type { Event, Measure } from '../engine/protocol.ts'
import { applyEvent, fileOf } from '../nodes/litegraph/graph.ts'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { registerNodes, type RegisterOptions } from '../nodes/litegraph/register.ts'
import { onView, scrubByTouch } from '../nodes/litegraph/scrub.ts'
import { headOf, installZones, rememberZones } from '../nodes/litegraph/zones.ts'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import type { Part } from '../nodes/workflow/play.ts'
import { limits } from '../nodes/workflow/json.ts'
import { acceptsOf } from '../nodes/workflow/slots.ts'
import { createCamera, drawFrames, sharpen, type Camera } from './camera.ts'
import { calm, EditorCanvas } from './canvas.ts'
import type { LGraphNode, PendingWire, Point, Spot } from './canvas.ts'
import { declarations, knowSubgraphs } from './declarations.ts'
import { watchWires } from './hover.ts'
import { measureOf } from './measured.ts'
import type { Painted } from './look/painting.ts'
import { TITLE } from './look/painting.ts'
import { paintGrid } from './look/wires.ts'
import { adopt, emptyScene, fill, showScene, type Scene } from './scenes.ts'
import { createScrolling } from './scroll.ts'
import { slotFor, type LooseEnd } from './search.ts'
import type { MenuEntry, StageHooks } from './stageHooks.ts'
import { createLevels, type Drawn, type Levels } from './subgraph/stage.ts'
import { isBorder } from './subgraph/pack.ts'
import { shownIn } from './subgraph/shown.ts'
import { declared, said, texts } from './texts.ts'
import type { Colours } from './theme.ts'
import { listenToTouch } from './touch.ts'

export interface Stage extends Camera, Levels {
  /** The one that is shown. */
  readonly graph: LGraph
  /** Puts the graph of another tab on the canvas, an empty one if none is given. Returns what was there. */
  turn(scene?: Scene): Scene
  node(id: NodeId): LGraphNode | undefined
  nodes(): readonly LGraphNode[]
  /** The node under a point of the page. */
  nodeAt(page: Point): LGraphNode | undefined
  selection(): LGraphNode[]
  select(ids: readonly NodeId[]): void
  add(type: string, at: Point, wire?: PendingWire): LGraphNode | undefined
  remove(nodes: readonly LGraphNode[]): void
  /** Shows an event of the engine on the nodes it is about; they may be of a graph that is not shown now. */
  event(event: Event, graph?: LGraph): void
  /** Shows which nodes run, and which do not; ids are full ones. */
  showParts(partOf: (id: string) => Part): void
  /** Nodes look as before any run, but keep what they show. */
  forgetRun(): void
  /** The faults there are now, in place of those shown. */
  setFaults(faults: readonly Fault[]): void
  animate(on: boolean): void
  /** What nodes took, written below them. */
  setMeasures(measures: readonly Measure[]): void
  /** Whether a run is going on, be it paused. */
  setRunning(running: boolean): void
  pointer(): Spot
  holdSpace(held: boolean): void
  dropWire(): void
  /** Rises whenever something may lie elsewhere or look different; not while one only looks around. */
  version(): number
  /** Calls after each time the canvas was drawn. Returns its own undo. */
  onDrawn(watch: () => void): () => void
  redraw(): void
  paint(colours: Colours): void
  readonly colours: Colours
  focus(): void
}

/** Takes over a canvas element. */
export function createStage(element: HTMLCanvasElement, colours: Colours, hooks: StageHooks): Stage {
  const canvas = createCanvas(element, hooks)
  const zoneLook = { ground: colours.canvas, colour: colours.category, words: () => texts.zones, zonesIn: canvas.zonesIn }
  installZones(canvas, zoneLook)
  // A finger on a film is taken before all others.
  scrubByTouch(canvas)
  listenToTouch(canvas)
  let animated = false
  const watchers = new Set<() => void>()
  const paint = (next: Colours) => {
    canvas.colours = next
    Object.assign(zoneLook, { ground: next.canvas, colour: next.category })
    Object.assign(LiteGraph, looksOf(next))
    canvas.setDirty(true, true)
  }
  paint(colours)
  const know = (known: readonly Declaration[], border: readonly Declaration[]) => {
    knowSubgraphs(known)
    registerNodes(LiteGraph, [...known, ...border], nodeHooks(canvas, hooks))
  }
  const levels = createLevels({
    graph: () => canvas.graph!,
    read: fileOf,
    know,
    draw: (file, level) => load(canvas, file, level),
  })
  drawFrames(
    canvas,
    () => animated && !calm.matches,
    (observers) => hooks.visible(observers.map(levels.fullId)),
    () => watchers.forEach((watch) => watch()),
  )
  const camera = createCamera(canvas)
  return {
    get graph() {
      return canvas.graph!
    },
    get colours() {
      return canvas.colours
    },
    turn(scene) {
      const before = showScene(canvas, scene ?? emptyScene(hooks))
      levels.turned()
      return before
    },
    ...camera,
    ...levels,
    ...nodesOf(canvas, camera, levels),
    ...runOf(canvas, levels),
    animate(on) {
      animated = on
      canvas.setDirty(true, true)
    },
    setMeasures(measures) {
      const known = new Map<string, Measure | undefined>()
      canvas.measureOf = (node) => {
        const id = levels.fullId(node.id)
        if (!known.has(id)) known.set(id, measureOf(measures, id))
        return known.get(id)
      }
      canvas.measuredSeconds = measures.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
      canvas.setDirty(true)
    },
    setRunning(running) {
      canvas.running = running
      canvas.setDirty(true)
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
    version: () => canvas.scrolling.version(),
    onDrawn(watch) {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
    redraw: () => canvas.setDirty(true, true),
    paint,
    focus: () => element.focus({ preventScroll: true }),
  }
}

function createCanvas(element: HTMLCanvasElement, hooks: StageHooks): EditorCanvas {
  LiteGraph.release_link_on_empty_shows_menu = true
  LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
  // Before litegraph asks for them: the grid fills both, and what is opaque is copied, not blended.
  element.getContext('2d', { alpha: false })
  const canvas = new EditorCanvas(element, new LGraph(), { skip_render: true })
  registerNodes(LiteGraph, declarations, nodeHooks(canvas, hooks))
  canvas.scrolling = createScrolling(canvas)
  canvas.bgctx = canvas.bgcanvas.getContext('2d', { alpha: false })
  replaceMenus(canvas, hooks)
  Object.assign(canvas, settingsOf(canvas, hooks))
  element.tabIndex = 0
  // litegraph hears of `mousewheel`, which Chromium keeps from who has others listening for `wheel`, and Firefox never had.
  element.removeEventListener('mousewheel', canvas._mousewheel_callback)
  element.addEventListener('wheel', (event) => canvas.processMouseWheel(event), { passive: false })
  element.addEventListener('mouseleave', () => canvas.setDirty(true))
  element.addEventListener('dblclick', () => {
    const node = canvas.nodeUnderPointer()
    const [x, y] = canvas.graph_mouse
    if (node && isDiffusionNode(node) && onView(node, [x - node.pos[0]!, y - node.pos[1]!])) hooks.enlarge(node)
  })
  watchWires(canvas, (link, page) => hooks.look(link, page))
  sharpen(canvas)
  adopt(canvas.graph!, hooks)
  return canvas
}

const nodeHooks = (canvas: EditorCanvas, hooks: StageHooks): RegisterOptions => ({
  changed: () => hooks.changed(),
  refused: (reason) => hooks.refused(reason),
  words: () => ({ ...texts.tips, declared, said }),
  wireWords: () => texts.wires,
  edit: (node, param, event) => hooks.edit(node, param, [event.clientX, event.clientY]),
  chooseFile: (node, param, what) => hooks.chooseFile(node, param, what, [canvas.mouse[0], canvas.mouse[1]]),
})

const settingsOf = (canvas: EditorCanvas, hooks: StageHooks) =>
  ({
    hooks,
    pixelRatio: 1,
    background_image: null,
    clear_background: false,
    show_info: false,
    render_canvas_border: false,
    render_link_tooltip: false,
    pending: undefined,
    pendingAt: [0, 0],
    last_click_at: [0, 0],
    target: undefined,
    spaceHeld: false,
    running: false,
    measureOf: () => undefined,
    measuredSeconds: 0,
    onSelectionChange: hooks.selected,
    onShowNodePanel: (node: LGraphNode) => {
      const [x, y] = canvas.graph_mouse
      if (y >= node.pos[1]!) hooks.entered(node)
      else if (x > node.pos[0]! + TITLE) hooks.rename(node, [canvas.mouse[0], canvas.mouse[1]])
    },
    onDrawForeground: (ctx: CanvasRenderingContext2D) => canvas.drawOnTop(ctx),
    onRenderBackground: ({ width, height }: HTMLCanvasElement, ctx: CanvasRenderingContext2D) => {
      const scale = canvas.ds.scale * canvas.pixelRatio
      const [x, y] = canvas.ds.offset
      paintGrid(ctx, height, canvas.viewport ?? [0, 0, width, height], { x, y, scale }, canvas.colours)
      return true
    },
    onMouse: (event: CanvasEvent) => {
      const node = canvas.graph!.getNodeOnPos(event.canvasX, event.canvasY, canvas.visible_nodes, 5)
      if (canvas.spaceHeld) canvas.dragging_canvas = true
      else if (event.shiftKey && !node && event.button === 0) {
        canvas.dragging_rectangle = new Float32Array([event.canvasX, event.canvasY, 1, 1])
      } else return false
      return true
    },
  }) satisfies Partial<EditorCanvas>

/** For what litegraph still draws itself. */
const looksOf = (colours: Colours) => ({
  NODE_TEXT_COLOR: colours.nodeText,
  NODE_TITLE_COLOR: colours.nodeTitle,
  NODE_DEFAULT_BGCOLOR: colours.node,
  WIDGET_BGCOLOR: colours.widget,
  WIDGET_OUTLINE_COLOR: colours.widgetLine,
  WIDGET_TEXT_COLOR: colours.nodeTitle,
  WIDGET_SECONDARY_TEXT_COLOR: colours.nodeFaint,
})

function load(canvas: EditorCanvas, file: WorkflowFile, level: Drawn) {
  const graph = canvas.graph!
  const selected = new Set(level.was === level.within ? Object.values(canvas.selected_nodes).map((node) => node.id) : [])
  canvas.deselectAllNodes()
  fill(graph, file, level)
  canvas.selectNodes(graph._nodes.filter((node) => selected.has(node.id)))
  canvas.setDirty(true, true)
}

type NodesPart = Pick<Stage, 'showParts' | 'node' | 'nodes' | 'nodeAt' | 'selection' | 'select' | 'add' | 'remove'>

function nodesOf(canvas: EditorCanvas, camera: Camera, levels: Levels): NodesPart {
  const graph = () => canvas.graph!
  const nodeOf = (id: NodeId) => graph().getNodeById(id) ?? graph().getNodeById(Number(id)) ?? undefined
  return {
    showParts(partOf) {
      for (const node of graph()._nodes) (node as unknown as Painted).part = partOf(levels.fullId(node.id))
      canvas.setDirty(true)
    },
    node: nodeOf,
    nodes: () => graph()._nodes,
    nodeAt(page) {
      const [x, y] = camera.inGraph(page)
      return graph().getNodeOnPos(x, y, canvas.visible_nodes, 5) ?? undefined
    },
    selection: () => Object.values(canvas.selected_nodes),
    select: (ids) => canvas.selectNodes(ids.map(nodeOf).filter((node) => node !== undefined)),
    add(type, at, wire) {
      const node = LiteGraph.createNode(type)
      if (!node) return undefined
      node.pos = [Math.round(at[0]), Math.round(at[1])]
      graph().add(node)
      if (wire) connect(wire, node)
      canvas.pending = undefined
      canvas.selectNodes([node])
      canvas.setDirty(true, true)
      return node
    },
    remove(nodes) {
      for (const node of nodes) if (node.graph && !isBorder(node)) graph().remove(node)
      canvas.deselectAllNodes()
      canvas.setDirty(true, true)
    },
  }
}

function runOf(canvas: EditorCanvas, levels: Levels): Pick<Stage, 'event' | 'forgetRun' | 'setFaults'> {
  const zonesNow = rememberZones()
  return {
    event(event, graph = canvas.graph!) {
      shownIn(graph).take(event)
      const touched = applyEvent(graph, event, levels.within(graph))
      if (graph !== canvas.graph || !touched.length) return
      // What comes next lights its wires as well.
      if (event.type !== 'view' && event.type !== 'progress') return canvas.setDirty(true, true)
      for (const node of touched) {
        canvas.repaintNode(node)
        if (event.type === 'view') continue
        for (const zone of zonesNow(graph)) if (zone.start === String(node.id)) canvas.scrolling.repaint(headOf(zone))
      }
    },
    forgetRun() {
      shownIn(canvas.graph!).forgetRun()
      for (const node of canvas.graph!._nodes) {
        if (!isDiffusionNode(node)) continue
        node.diffusion.state = 'idle'
        delete node.diffusion.next
        delete node.diffusion.progress
        delete node.diffusion.fault
        if (node.diffusion.view) node.diffusion.before = node.diffusion.view
      }
      canvas.setDirty(true, true)
    },
    setFaults(faults) {
      const event: Event = { type: 'faults', run: 0, faults: [...faults] }
      shownIn(canvas.graph!).forgetFaults()
      shownIn(canvas.graph!).take(event)
      for (const node of canvas.graph!._nodes) {
        if (!isDiffusionNode(node) || node.diffusion.state !== 'fault') continue
        node.diffusion.state = 'idle'
        delete node.diffusion.fault
      }
      applyEvent(canvas.graph!, event, levels.within())
      canvas.setDirty(true)
    },
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

/** What is said of the choices one by one, if these are those of a param of the node. */
function textsOfChoices(node: LGraphNode | null | undefined, values: readonly unknown[]) {
  if (!node || !isDiffusionNode(node)) return undefined
  const widget = node.widgets?.find(({ options }) => options.values === values)
  const param = widget && declared(node.diffusion.declaration).params[String(widget.options.property)]
  return param?.kind === 'choice' ? param.each : undefined
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
      const each = textsOfChoices(canvas.node_over, values)
      const entries = values
        .filter((value) => value !== null && value !== undefined)
        .map((value): MenuEntry => {
          const item =
            typeof value === 'object' ? (value as { content?: unknown; callback?: (value: unknown) => void }) : undefined
          const label = String(item?.content ?? value)
          return {
            label,
            ...(each?.[label] && { about: each[label] }),
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
