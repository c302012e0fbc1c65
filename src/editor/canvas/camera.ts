// The camera: the visible part of the graph, fitting and zooming, and coordinates of page and
// graph.
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Box } from '../../painters/frame.ts'
import {
  chooseOpening,
  FIT_MARGIN,
  fitScale,
  type Edges,
  type OpeningNode,
} from '../../workflow/compose/opening.ts'
import type { EditorCanvas, LGraphNode } from './canvas.ts'
import type { Point } from '../ui/geometry.ts'
import type { Insets } from '../ui/insets.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { hasWaitingViews, paintParts } from './paint/viewParts.ts'

export interface Camera {
  /** Shows all nodes, as large as they fit. */
  fit(insets: Insets): void
  /** Shows some nodes, as large as they fit and are readable; all nodes if there are none. */
  fitNodes(nodes: readonly LGraphNode[], insets: Insets): void
  /** Shows all nodes if they can be read then, or else the part with most results. */
  open(insets: Insets): void
  /**
   * Fits or opens again after the free area has changed, unless the user has moved the camera since.
   */
  refit(insets: Insets): void
  zoom(by: number): void
  /** Selects a node. Centres on it unless it is in view and large enough to read. */
  goTo(node: LGraphNode, insets: Insets): void
  /** Centres on a node if it is not completely visible. */
  reveal(node: LGraphNode, insets: Insets): void
  /** Centres on a point of the graph. */
  centreOn(place: Point, insets: Insets): void
  /** The view that shows a part of the graph as large as it fits, up to a scale. */
  viewOf(edges: Edges, insets: Insets, maxScale: number): View
  /** The visible part of the graph. */
  visibleEdges(insets: Insets): Edges
  /** Edges of all nodes with their title bars. */
  edges(): Edges
  /** A point near the middle of the visible part where no node starts. */
  middle(insets: Insets): Point
  toPage(point: Point): Point
  /** The point of the graph under a point of the page. */
  toGraph(page: Point): Point
  scale(): number
  /** The current scale and offset, to restore with {@link setView}. */
  view(): View
  setView(view: View): void
}

export interface View {
  scale: number
  offset: [number, number]
}

/** Zoom from which a node need not be enlarged to be read. */
const READABLE = 0.5

/** Largest zoom at which selected nodes are shown: a single one need not fill the window. */
const LARGEST_SELECTION = 1.5

const withMargin = ({ top, right, bottom, left }: Insets): Insets => ({
  top: top + FIT_MARGIN / 2,
  right: right + FIT_MARGIN / 2,
  bottom: bottom + FIT_MARGIN / 2,
  left: left + FIT_MARGIN / 2,
})

export function createCamera(canvas: EditorCanvas): Camera {
  const nodes = () => canvas.graph?._nodes ?? []
  const current = () => [canvas.ds.scale, ...canvas.ds.offset].join(' ')
  let fitted = { by: showAll, to: '' }
  const fitBy = (by: typeof showAll, insets: Insets) => {
    by(canvas, nodes(), insets)
    fitted = { by, to: current() }
  }
  return {
    fit: (insets) => fitBy(showAll, insets),
    open: (insets) => fitBy(showOpening, insets),
    refit(insets) {
      if (nodes().length && current() === fitted.to) fitBy(fitted.by, insets)
    },
    fitNodes(some, insets) {
      if (some.length === 0) return fitBy(showAll, insets)
      const { scale, offset } = viewOfEdges(
        canvas,
        computeEdges(some),
        withMargin(insets),
        LARGEST_SELECTION,
      )
      setView(canvas, scale, offset)
    },
    zoom(by) {
      canvas.camera.changeScale(canvas.ds.scale * by)
      canvas.setDirty(true, true)
    },
    goTo(node, insets) {
      if (canvas.ds.scale < READABLE || !isInView(canvas, node, insets))
        centreView(canvas, nodeCentre(node), Math.max(0.8, canvas.ds.scale), insets)
      canvas.selectNodes([node])
    },
    reveal(node, insets) {
      if (isInView(canvas, node, insets)) return
      centreView(canvas, nodeCentre(node), canvas.ds.scale, insets)
    },
    centreOn: (point, insets) => centreView(canvas, point, canvas.ds.scale, insets),
    viewOf: (edges, insets, maxScale) => viewOfEdges(canvas, edges, insets, maxScale),
    visibleEdges: (insets) => visibleEdges(canvas, insets),
    edges: () => computeEdges(nodes()),
    middle: (insets) => freeMiddle(canvas, nodes(), insets),
    toPage: (point) => toPagePoint(canvas, point),
    toGraph: (page) => toGraphPoint(canvas, page),
    scale: () => canvas.ds.scale,
    view: () => ({ scale: canvas.ds.scale, offset: [canvas.ds.offset[0], canvas.ds.offset[1]] }),
    setView: ({ scale, offset }) => setView(canvas, scale, offset),
  }
}

function setView(canvas: EditorCanvas, scale: number, [x, y]: Point) {
  canvas.ds.scale = scale
  canvas.ds.offset[0] = x
  canvas.ds.offset[1] = y
  canvas.setDirty(true, true)
}

/** The area of the canvas that panels leave free, in CSS pixels. */
function freeArea({ pageSize }: EditorCanvas, { top, right, bottom, left }: Insets): Box {
  const [width, height] = pageSize
  return {
    x: left,
    y: top,
    width: Math.max(100, width - left - right),
    height: Math.max(100, height - top - bottom),
  }
}

/** Shows a point of the graph in the middle of the free area. */
function centreView(canvas: EditorCanvas, centre: Point, scale: number, insets: Insets) {
  setView(canvas, scale, centringOffset(canvas, centre, scale, insets))
}

function centringOffset(
  canvas: EditorCanvas,
  [x, y]: Point,
  scale: number,
  insets: Insets,
): [number, number] {
  const area = freeArea(canvas, insets)
  return [(area.x + area.width / 2) / scale - x, (area.y + area.height / 2) / scale - y]
}

function viewOfEdges(
  canvas: EditorCanvas,
  [left, top, right, bottom]: Edges,
  insets: Insets,
  maxScale: number,
): View {
  const area = freeArea(canvas, insets)
  const fitting = Math.min(area.width / (right - left), area.height / (bottom - top))
  const scale = Math.max(canvas.camera.min_scale, Math.min(maxScale, fitting))
  const centre: Point = [(left + right) / 2, (top + bottom) / 2]
  return { scale, offset: centringOffset(canvas, centre, scale, insets) }
}

const MIN_SCALE = 0.12

function showAll(canvas: EditorCanvas, nodes: readonly LGraphNode[], insets: Insets) {
  if (!nodes.length) return centreView(canvas, [0, 0], 1, insets)
  const [left, top, right, bottom] = computeEdges(nodes)
  const scale = fitScale([left, top, right, bottom], freeSize(canvas, insets))
  centreView(canvas, [(left + right) / 2, (top + bottom) / 2], Math.max(MIN_SCALE, scale), insets)
}

function showOpening(canvas: EditorCanvas, nodes: readonly LGraphNode[], insets: Insets) {
  if (!nodes.length) return centreView(canvas, [0, 0], 1, insets)
  const { scale, centre } = chooseOpening(nodes.map(toOpeningNode), freeSize(canvas, insets))
  centreView(canvas, centre, scale, insets)
}

const toOpeningNode = (node: LGraphNode): OpeningNode => ({
  edges: computeEdges([node]),
  isView: isVisibleObserver(node),
})

const freeSize = (canvas: EditorCanvas, insets: Insets): [number, number] => {
  const { width, height } = freeArea(canvas, insets)
  return [width, height]
}

/** The point of the graph under a point of the page. */
export const toGraphPoint = ({ ds: { scale, offset } }: EditorCanvas, [x, y]: Point): Point => [
  x / scale - offset[0],
  y / scale - offset[1],
]

export const toPagePoint = ({ ds: { scale, offset } }: EditorCanvas, [x, y]: Point): Point => [
  (x + offset[0]) * scale,
  (y + offset[1]) * scale,
]

function visibleEdges(canvas: EditorCanvas, insets: Insets): Edges {
  const { x, y, width, height } = freeArea(canvas, insets)
  return [...toGraphPoint(canvas, [x, y]), ...toGraphPoint(canvas, [x + width, y + height])]
}

/** True if a node is completely visible between the panels. */
function isInView(canvas: EditorCanvas, node: LGraphNode, insets: Insets): boolean {
  const [left, top, right, bottom] = visibleEdges(canvas, insets)
  const edges = computeEdges([node])
  return edges[0] >= left && edges[1] >= top && edges[2] <= right && edges[3] <= bottom
}

function freeMiddle(canvas: EditorCanvas, nodes: readonly LGraphNode[], insets: Insets): Point {
  const { x, y, width, height } = freeArea(canvas, insets)
  const [left, top] = toGraphPoint(canvas, [x + width / 2, y + height / 2])
  let at: Point = [left - 100, top - 40]
  while (nodes.some(({ pos }) => Math.hypot(pos[0] - at[0], pos[1] - at[1]) < 20))
    at = [at[0] + 30, at[1] + 30]
  return at
}

const nodeCentre = ({ pos, size }: LGraphNode): Point => [
  pos[0] + size[0] / 2,
  pos[1] + size[1] / 2,
]

/** The edges of nodes with their title bars. */
const computeEdges = (nodes: readonly LGraphNode[]): Edges => [
  Math.min(...nodes.map(({ pos }) => pos[0])),
  Math.min(...nodes.map(({ pos }) => pos[1] - TITLE)),
  Math.max(...nodes.map((node) => node.pos[0] + node.size[0])),
  Math.max(...nodes.map((node) => node.pos[1] + (node.flags.collapsed ? 0 : node.size[1]))),
]

/**
 * Draws on every frame that needs it, and reports which observers are visible when that changes.
 * While nothing changes, no frame is requested: each frame of an idle page would cost power.
 */
export function startDrawing(
  canvas: EditorCanvas,
  animated: () => boolean,
  visible: (observers: string[]) => void,
  drawn: () => void,
) {
  let shown = ''
  let requested = false
  const request = () => {
    if (!requested) requestAnimationFrame(frame)
    requested = true
  }
  let before = ''
  const frame = () => {
    requested = false
    const { offset, scale } = canvas.ds
    const at = `${offset[0]} ${offset[1]} ${scale}`
    // While the camera moves, a single part: the edges that it exposes are painted too.
    const budget = at === before ? VIEW_TIME : 0
    before = at
    for (const node of paintParts<LGraphNode>(budget)) canvas.repaintNode(node)
    if (canvas.repainting.isDue()) drawNow()
    if (hasWaitingViews()) request()
  }
  const drawNow = () => {
    canvas.draw()
    drawn()
    const observers = canvas.visible_nodes.filter(isVisibleObserver).map((node) => String(node.id))
    if (observers.join() !== shown) visible(observers)
    shown = observers.join()
    // Running nodes without progress show a spinner, which moves in the next frame.
    if (animated())
      for (const node of canvas.visible_nodes) if (isSpinning(node)) canvas.repaintNode(node)
  }
  canvas.repainting.onDue = request
  request()
}

/** Time for changed views in each frame during a run, in milliseconds. */
const VIEW_TIME = 2

const isSpinning = (node: LGraphNode) =>
  isDiffusionNode(node) && node.diffusion.state === 'running' && !node.diffusion.progress?.count

const isVisibleObserver = (node: LGraphNode) =>
  isDiffusionNode(node) && node.diffusion.declaration.role === 'observer' && !node.flags.collapsed

/** Draws in device pixels. litegraph would draw in CSS pixels. */
export function useDevicePixels(canvas: EditorCanvas) {
  const { camera, canvas: element } = canvas
  camera.min_scale = MIN_SCALE
  camera.max_scale = 4
  camera.toCanvasContext = (ctx) => {
    ctx.scale(camera.scale * canvas.pixelRatio, camera.scale * canvas.pixelRatio)
    ctx.translate(camera.offset[0], camera.offset[1])
  }
  camera.computeVisibleArea = () => {
    const [x, y] = camera.offset
    const [width, height] = canvas.pageSize
    camera.visible_area.set([-x, -y, width / camera.scale, height / camera.scale])
  }
  const resize = () => {
    canvas.pixelRatio = devicePixelRatio || 1
    canvas.pageSize = [element.clientWidth, element.clientHeight]
    element.width = Math.round(element.clientWidth * canvas.pixelRatio)
    element.height = Math.round(element.clientHeight * canvas.pixelRatio)
    canvas.draw(true, true)
  }
  new ResizeObserver(() => canvas.colours && resize()).observe(element)
}
