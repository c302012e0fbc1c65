// Interface of the canvas for the rest of the editor: nodes, selection, camera, levels, display of
// runs. No other folder uses litegraph's canvas.
import { effect } from '@preact/signals'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { installZones } from '../../litegraph/canvasZones.ts'
import { diffusionNodes } from '../../litegraph/diffusionNode.ts'
import { toWorkflowFile } from '../../litegraph/graph.ts'
import { registerNodes } from '../../litegraph/register.ts'
import { scrubByTouch } from '../../litegraph/scrub.ts'
import type { NodeId, WorkflowFile } from '../../workflow/index.ts'
import { setSubgraphTypes } from '../graph/declarations.ts'
import { texts } from '../texts/texts.ts'
import type { Spot } from '../ui/geometry.ts'
import { reducedMotion } from '../ui/motion.ts'
import { getPainters } from '../ui/painters.ts'
import type { Colours } from '../ui/theme.ts'
import { createCamera, startDrawing, type Camera } from './camera.ts'
import type { EditorCanvas } from './canvas.ts'
import { createCanvas, nodeHooks } from './createCanvas.ts'
import { createNodeAccess, type NodeAccess } from './nodeAccess.ts'
import { createSpotlights, type Spotlights } from './spotlight.ts'
import { createLevels, type LevelChange, type Levels } from './openLevel.ts'
import { createRunDisplay, type RunDisplay } from './runDisplay.ts'
import type { StageHooks } from './stageHooks.ts'
import { createTabGraph, fillGraph, showTabGraph, type TabGraph } from './tabGraphs.ts'
import { listenToTouch } from './touch.ts'

export interface Stage
  extends Camera, Levels, NodeAccess, RunDisplay, Drawing, PointerInput, Spotlights {
  /** The graph on the canvas. */
  readonly graph: LGraph
  /**
   * Puts the graph of another tab on the canvas, by default an empty one. Returns the previous one.
   */
  showTab(tab?: TabGraph): TabGraph
}

/** Controls when and in which colours the canvas is drawn. */
export interface Drawing {
  readonly colours: Colours
  setColours(colours: Colours): void
  redraw(): void
  /** Turns the animation of spinners on or off. */
  animate(on: boolean): void
  /** Changes with each change of positions or appearance, but not when the camera moves. */
  version(): number
  /** Calls `watch` after each paint. Returns a function that unsubscribes. */
  onDrawn(watch: () => void): () => void
}

export interface PointerInput {
  pointer(): Spot
  /** While the space key is held, dragging pans the canvas. */
  holdSpace(held: boolean): void
  dropWire(): void
  focus(): void
  /** Moves nodes aside that these nodes cover, as a part of the current undo step. */
  makeRoom(ids: readonly NodeId[]): void
}

/** Creates the canvas on an element. */
export function createStage(
  element: HTMLCanvasElement,
  colours: Colours,
  hooks: StageHooks,
): Stage {
  const canvas = createCanvas(element, hooks)
  const graph = () => canvas.graph ?? new LGraph()
  const paint = createAppearance(canvas, colours)
  // Before listenToTouch, so that a finger on a view with frames scrubs it.
  scrubByTouch(canvas)
  listenToTouch(canvas)
  const levels = createLevels({
    graph,
    read: toWorkflowFile,
    register: (known, border) => {
      setSubgraphTypes(known)
      return registerNodes(LiteGraph, [...known, ...border], nodeHooks(canvas, hooks))
    },
    draw: (file, level) => loadLevel(canvas, graph(), file, level),
  })
  return {
    get graph() {
      return graph()
    },
    showTab(tab) {
      const before = showTabGraph(canvas, tab ?? createTabGraph(hooks))
      levels.registerTypes()
      return before
    },
    ...createCamera(canvas),
    ...levels,
    ...createNodeAccess(canvas, graph),
    ...createRunDisplay(canvas, levels, graph),
    ...createSpotlights(canvas),
    ...createDrawing(canvas, (observers) => hooks.observersVisible(observers.map(levels.fullId))),
    get colours() {
      return canvas.colours
    },
    setColours: paint,
    ...createPointerInput(canvas, element),
  }
}

function createDrawing(
  canvas: EditorCanvas,
  observersVisible: (ids: string[]) => void,
): Pick<Drawing, 'redraw' | 'animate' | 'version' | 'onDrawn'> {
  let animated = false
  const watchers = new Set<() => void>()
  startDrawing(
    canvas,
    () => animated && !reducedMotion.matches,
    observersVisible,
    () => watchers.forEach((watch) => watch()),
  )
  // After the first frame, which has no views.
  requestAnimationFrame(() => effect(() => void (getPainters() && redrawViews(canvas))))
  return {
    redraw: () => canvas.setDirty(true, true),
    animate(on) {
      animated = on
      canvas.setDirty(true, true)
    },
    version: () => canvas.repainting.version(),
    onDrawn(watch) {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
  }
}

/** Draws views that arrived before their painters, such as those of an earlier visit. */
function redrawViews(canvas: EditorCanvas) {
  if (diffusionNodes(canvas.graph).some(({ diffusion }) => diffusion.view))
    canvas.setDirty(true, true)
}

const createPointerInput = (canvas: EditorCanvas, element: HTMLCanvasElement): PointerInput => ({
  pointer: () => ({
    page: [canvas.mouse[0], canvas.mouse[1]],
    graph: [canvas.graph_mouse[0], canvas.graph_mouse[1]],
  }),
  holdSpace(held) {
    canvas.spaceHeld = held
    canvas.dragging_canvas = false
    element.style.cursor = held ? 'grab' : ''
  },
  dropWire() {
    canvas.pending = undefined
    canvas.setDirty(true)
  },
  focus: () => element.focus({ preventScroll: true }),
  makeRoom(ids) {
    canvas.tools.room.finish()
    canvas.hooks.pressed(true)
    canvas.tools.room.make(ids, () => canvas.hooks.pressed(false))
  },
})

/** Paints zones in the colours of the theme. Returns a function that applies another theme. */
function createAppearance(canvas: EditorCanvas, colours: Colours): (colours: Colours) => void {
  const zoneStyle = {
    ground: colours.canvas,
    colour: colours.category,
    words: () => texts.zones,
    zonesIn: canvas.findZones,
  }
  installZones(canvas, zoneStyle)
  const paint = (next: Colours) => {
    canvas.colours = next
    Object.assign(zoneStyle, { ground: next.canvas, colour: next.category })
    Object.assign(LiteGraph, litegraphColours(next))
    canvas.setDirty(true, true)
  }
  paint(colours)
  return paint
}

/** Colours of the parts that litegraph draws. */
const litegraphColours = (colours: Colours) => ({
  NODE_TEXT_COLOR: colours.nodeText,
  NODE_TITLE_COLOR: colours.nodeTitle,
  NODE_DEFAULT_BGCOLOR: colours.node,
  WIDGET_BGCOLOR: colours.widget,
  WIDGET_OUTLINE_COLOR: colours.widgetLine,
  WIDGET_TEXT_COLOR: colours.nodeTitle,
  WIDGET_SECONDARY_TEXT_COLOR: colours.nodeFaint,
})

function loadLevel(canvas: EditorCanvas, graph: LGraph, file: WorkflowFile, level: LevelChange) {
  const selected = new Set(
    level.previous === level.within
      ? Object.values(canvas.selected_nodes).map((node) => node.id)
      : [],
  )
  // A press on another level is not the second click of a double-click.
  if (level.previous !== level.within) canvas.lastClickAt = [Infinity, Infinity]
  canvas.deselectAllNodes()
  fillGraph(graph, file, level)
  canvas.selectNodes(graph._nodes.filter((node) => selected.has(node.id)))
  canvas.setDirty(true, true)
}
