// Creates litegraph's canvas with the editor's settings and callbacks.
import type { CanvasEvent } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LGraphNode as BaseNode, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { registerNodes, type RegisterOptions } from '../../litegraph/register.ts'
import { isOnPlotControl, isOnView } from '../../litegraph/scrub.ts'
import { limits } from '../../workflow/json.ts'
import { declarations } from '../graph/declarations.ts'
import { TITLE } from '../graph/nodeSize.ts'
import {
  translateMessage,
  texts,
  translateNode,
  translateTitle,
  translateWorkflow,
} from '../texts/texts.ts'
import { useDevicePixels } from './camera.ts'
import { EditorCanvas, type LGraphNode } from './canvas.ts'
import { replaceContextMenu } from './contextMenu.ts'
import { paintDotGrid } from './paint/wires.ts'
import { PartialRepaint } from './partialRepaint.ts'
import type { StageHooks } from './stageHooks.ts'
import { canvasTool } from './state.ts'
import { listenToGraph } from './tabGraphs.ts'
import { watchWireHover } from './wireHover.ts'

/** Nodes are shown with their titles in the current language. Files keep the property `title`. */
function translateTitles() {
  BaseNode.prototype.getTitle = function () {
    const { title = this.type } = this.constructor as { title?: string }
    return translateTitle(this.title || title)
  }
}

export function createCanvas(element: HTMLCanvasElement, hooks: StageHooks): EditorCanvas {
  translateTitles()
  LiteGraph.release_link_on_empty_shows_menu = true
  LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
  // Before litegraph gets the contexts: the grid fills both, and opaque canvases are copied, not
  // blended.
  element.getContext('2d', { alpha: false })
  const canvas = new EditorCanvas(element, new LGraph(), { skip_render: true })
  registerNodes(LiteGraph, declarations, nodeHooks(canvas, hooks))
  canvas.repainting = new PartialRepaint(canvas)
  canvas.bgctx = canvas.bgcanvas.getContext('2d', { alpha: false })
  replaceContextMenu(canvas, hooks)
  Object.assign(canvas, canvasSettings(canvas, hooks))
  element.tabIndex = 0
  // litegraph listens to `mousewheel`, which Chromium does not send if others listen to `wheel`,
  // and which Firefox never had.
  element.removeEventListener('mousewheel', canvas._mousewheel_callback)
  element.addEventListener('wheel', (event) => canvas.processMouseWheel(event), { passive: false })
  element.addEventListener('mouseleave', () => canvas.setDirty(true))
  element.addEventListener('dblclick', () => {
    const node = canvas.nodeUnderPointer()
    if (!node || !isDiffusionNode(node)) return
    const place = [
      canvas.graph_mouse[0] - node.pos[0],
      canvas.graph_mouse[1] - node.pos[1],
    ] as const
    if (isOnView(node, place) && !isOnPlotControl(node, place)) hooks.enlarge(node)
  })
  watchWireHover(canvas, (link, page) => hooks.wireHovered(link, page))
  useDevicePixels(canvas)
  if (canvas.graph) listenToGraph(canvas.graph, hooks)
  return canvas
}

export const nodeHooks = (canvas: EditorCanvas, hooks: StageHooks): RegisterOptions => ({
  changed: () => hooks.changed(),
  refused: (reason) => hooks.refused(reason),
  words: () => ({
    ...texts.tips,
    declared: translateNode,
    translate: translateMessage,
    written: translateWorkflow,
  }),
  wireWords: () => texts.wires,
  edit: (node, param, event) => hooks.edit(node, param, [event.clientX, event.clientY]),
  chooseFile: (node, param, what) =>
    hooks.chooseFile(node, param, what, [canvas.mouse[0], canvas.mouse[1]]),
})

const canvasSettings = (canvas: EditorCanvas, hooks: StageHooks) =>
  ({
    hooks,
    pixelRatio: 1,
    pageSize: [canvas.canvas.clientWidth, canvas.canvas.clientHeight],
    background_image: null,
    clear_background: false,
    show_info: false,
    render_canvas_border: false,
    render_link_tooltip: false,
    pending: undefined,
    pendingWireEnd: [0, 0],
    lastClickAt: [0, 0],
    insertTarget: undefined,
    spaceHeld: false,
    running: false,
    spotlight: undefined,
    getMeasure: () => undefined,
    getShape: () => undefined,
    measuredSeconds: 0,
    onSelectionChange: hooks.selected,
    onShowNodePanel: (node: LGraphNode) => {
      const [x, y] = canvas.graph_mouse
      const isTitle = y < node.pos[1]
      if (isTitle && x <= node.pos[0] + TITLE) return
      if (!hooks.nodeOpened(node) && isTitle) hooks.rename(node, [canvas.mouse[0], canvas.mouse[1]])
    },
    onDrawForeground: (ctx: CanvasRenderingContext2D) => canvas.drawOnTop(ctx),
    onRenderBackground: ({ width, height }: HTMLCanvasElement, ctx: CanvasRenderingContext2D) => {
      const scale = canvas.ds.scale * canvas.pixelRatio
      const [x, y] = canvas.ds.offset
      paintDotGrid(
        ctx,
        height,
        canvas.viewport ?? [0, 0, width, height],
        { x, y, scale },
        canvas.colours,
      )
      return true
    },
    onMouse: (event: CanvasEvent) => {
      const node = canvas.graph.getNodeOnPos(event.canvasX, event.canvasY, canvas.visible_nodes, 5)
      const pans = canvas.spaceHeld || (event.button === 0 && canvasTool.peek() === 'hand')
      if (pans) canvas.dragging_canvas = true
      else if (event.shiftKey && !node && event.button === 0) {
        canvas.dragging_rectangle = new Float32Array([event.canvasX, event.canvasY, 1, 1])
      } else return false
      return true
    },
  }) satisfies Partial<EditorCanvas>
