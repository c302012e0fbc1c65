// Where the canvas looks: fitting, zooming, and places on the page and in the graph.
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import type { EditorCanvas, LGraphNode, Point } from './canvas.ts'
import { TITLE } from './look/painting.ts'

/** Space around the part of the canvas that panels leave free, in CSS pixels. */
export interface Insets {
  top: number
  right: number
  bottom: number
  left: number
}

export interface Camera {
  /** Shows all nodes, as large as they fit. */
  fit(insets: Insets): void
  /** Fits again after what is free has changed, unless somebody has looked elsewhere since. */
  refit(insets: Insets): void
  zoom(by: number): void
  /** Brings a node to the middle and selects it. */
  goTo(node: LGraphNode, insets: Insets): void
  /** Brings a node to the middle if it is not seen whole. */
  bringIn(node: LGraphNode, insets: Insets): void
  /** Brings a place in the graph to the middle. */
  lookAt(place: Point, insets: Insets): void
  /** What is seen of the graph: [left, top, right, bottom]. */
  seen(insets: Insets): Edges
  /** All nodes with their title bars. */
  edges(): Edges
  /** A free place near the middle of what is seen. */
  middle(insets: Insets): Point
  onPage(point: Point): Point
  /** The place in the graph under a point of the page. */
  inGraph(page: Point): Point
  scale(): number
  /** Where it looks, to look there again. */
  view(): View
  setView(view: View): void
}

export interface View {
  scale: number
  offset: [number, number]
}

/** [left, top, right, bottom] in the graph. */
export type Edges = [number, number, number, number]

/** Space that is left around a graph that is fitted, in CSS pixels. */
const MARGIN = 56

export function createCamera(canvas: EditorCanvas): Camera {
  const nodes = () => canvas.graph!._nodes
  const free = ({ top, right, bottom, left }: Insets) => {
    const { clientWidth: width, clientHeight: height } = canvas.canvas
    return { x: left, y: top, width: Math.max(100, width - left - right), height: Math.max(100, height - top - bottom) }
  }
  const look = (x: number, y: number, scale: number, insets: Insets) => {
    const area = free(insets)
    canvas.ds.scale = scale
    canvas.ds.offset[0] = (area.x + area.width / 2) / scale - x
    canvas.ds.offset[1] = (area.y + area.height / 2) / scale - y
    canvas.setDirty(true, true)
  }
  const inGraph = ([x, y]: Point): Point => {
    const { scale, offset } = canvas.ds
    return [x / scale - offset[0], y / scale - offset[1]]
  }
  const seen = (insets: Insets): Edges => {
    const area = free(insets)
    return [...inGraph([area.x, area.y]), ...inGraph([area.x + area.width, area.y + area.height])]
  }
  const place = () => [canvas.ds.scale, canvas.ds.offset[0], canvas.ds.offset[1]].join(' ')
  let fitted = ''
  const fit = (insets: Insets) => {
    lookAtAll(insets)
    fitted = place()
  }
  const lookAtAll = (insets: Insets) => {
    if (!nodes().length) return look(0, 0, 1, insets)
    const [left, top, right, bottom] = edgesOf(nodes())
    const area = free(insets)
    const scale = Math.min(1.1, (area.width - MARGIN) / (right - left), (area.height - MARGIN) / (bottom - top))
    look((left + right) / 2, (top + bottom) / 2, Math.max(0.12, scale), insets)
  }
  return {
    fit,
    refit(insets) {
      if (nodes().length && place() === fitted) fit(insets)
    },
    zoom(by) {
      canvas.camera.changeScale(canvas.ds.scale * by)
      canvas.setDirty(true, true)
    },
    goTo(node, insets) {
      look(node.pos[0]! + node.size[0]! / 2, node.pos[1]! + node.size[1]! / 2, Math.max(0.8, canvas.ds.scale), insets)
      canvas.selectNodes([node])
    },
    lookAt: ([x, y], insets) => look(x, y, canvas.ds.scale, insets),
    seen,
    edges: () => edgesOf(nodes()),
    bringIn(node, insets) {
      const [left, top, right, bottom] = seen(insets)
      const edges = edgesOf([node])
      if (edges[0] >= left && edges[1] >= top && edges[2] <= right && edges[3] <= bottom) return
      look(node.pos[0]! + node.size[0]! / 2, node.pos[1]! + node.size[1]! / 2, canvas.ds.scale, insets)
    },
    middle(insets) {
      const { x, y, width, height } = free(insets)
      const [left, top] = inGraph([x + width / 2, y + height / 2])
      let at: Point = [left - 100, top - 40]
      while (nodes().some(({ pos }) => Math.hypot(pos[0]! - at[0], pos[1]! - at[1]) < 20)) at = [at[0] + 30, at[1] + 30]
      return at
    },
    onPage: ([x, y]) => {
      const { scale, offset } = canvas.ds
      return [(x + offset[0]) * scale, (y + offset[1]) * scale]
    },
    inGraph,
    scale: () => canvas.ds.scale,
    view: () => ({ scale: canvas.ds.scale, offset: [canvas.ds.offset[0], canvas.ds.offset[1]] }),
    setView({ scale, offset }) {
      canvas.ds.scale = scale
      canvas.ds.offset[0] = offset[0]
      canvas.ds.offset[1] = offset[1]
      canvas.setDirty(true, true)
    },
  }
}

/** [left, top, right, bottom] around nodes, with their title bars. */
const edgesOf = (nodes: readonly LGraphNode[]): Edges => [
  Math.min(...nodes.map(({ pos }) => pos[0]!)),
  Math.min(...nodes.map(({ pos }) => pos[1]! - TITLE)),
  Math.max(...nodes.map((node) => node.pos[0]! + node.size[0]!)),
  Math.max(...nodes.map((node) => node.pos[1]! + (node.flags.collapsed ? 0 : node.size[1]!))),
]

/** Draws when something is to be drawn, and tells which observers are on screen when they change. */
export function drawFrames(
  canvas: EditorCanvas,
  animated: () => boolean,
  visible: (observers: string[]) => void,
  drawn: () => void,
) {
  let shown = ''
  const frame = () => {
    requestAnimationFrame(frame)
    // What turns is in the title bars of nodes that do not tell how far they are.
    if (animated()) for (const node of canvas.visible_nodes) if (turns(node)) canvas.repaintNode(node)
    if (!canvas.scrolling.due()) return
    canvas.draw()
    drawn()
    const observers = canvas.visible_nodes
      .filter((node) => isDiffusionNode(node) && node.diffusion.declaration.role === 'observer' && !node.flags.collapsed)
      .map((node) => String(node.id))
    if (observers.join() !== shown) visible(observers)
    shown = observers.join()
  }
  requestAnimationFrame(frame)
}

const turns = (node: LGraphNode) => isDiffusionNode(node) && node.diffusion.state === 'running' && !node.diffusion.progress?.count

/** litegraph draws in CSS pixels; a screen with more of them gets them all. */
export function sharpen(canvas: EditorCanvas) {
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
