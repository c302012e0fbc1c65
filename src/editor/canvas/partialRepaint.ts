// Repaints only the changed parts. When the visible part moves, the pixels on the canvas are
// shifted and the exposed edges are painted. When only a node changes, only that node is painted.
import type { DragAndScale, LGraphCanvas, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { Box } from '../../painters/frame.ts'
import type { Bounds } from './visibleParts.ts'

export type Area = readonly [left: number, top: number, width: number, height: number]

/** State that the pixels on the canvas were painted in. */
interface PaintedState {
  /** Position of the graph's origin, in device pixels. */
  x: number
  y: number
  zoom: number
  width: number
  height: number
}

/** Shadows, rings and measures extend this far beyond a node, in the graph's units. */
const SURROUNDINGS = 30

/** With more parts, the complete canvas is painted. */
const MAX_PARTS = 12

/** Parts that are painted in a frame that also moves the camera. The others wait for the next one. */
const MAX_PARTS_MOVING = 2

/** Members of the canvas that partial repainting needs. */
export interface RepaintedCanvas extends LGraphCanvas {
  readonly camera: DragAndScale
  readonly pixelRatio: number
  readonly pending: unknown
  readonly refusedReason: string | undefined
  readonly visibleParts: {
    nodes(area: Bounds): readonly unknown[]
    wires(area: Bounds): { link: LLink }[]
  }
  visibleBounds(): Bounds
}

/**
 * litegraph sets `dirty_canvas` and `dirty_bgcanvas` in many places. Here, each of them means that
 * the complete canvas must be painted, except within {@link whileMoving}.
 */
export class PartialRepaint {
  private readonly dirty = { front: true, behind: true, content: true }
  private parts: Box[] = []
  private paints = 0
  private moving = false
  private painted: PaintedState | undefined
  /** Fraction of a pixel carried over to the next move. */
  private rest: [number, number] = [0, 0]
  /** True while the background canvas is out of date. */
  private backgroundStale = false
  /** Called for each change that {@link draw} must paint. */
  onDue = () => {}

  constructor(private readonly canvas: RepaintedCanvas) {
    const flag = (name: 'front' | 'behind') => ({
      configurable: true,
      get: () => this.dirty[name],
      set: (on: boolean) => {
        this.dirty[name] = on
        if (on && !this.moving) this.dirty.content = true
        if (on) this.onDue()
      },
    })
    Object.defineProperties(canvas, { dirty_canvas: flag('front'), dirty_bgcanvas: flag('behind') })
  }

  /** Runs a change that only moves the visible part. */
  whileMoving<T>(move: () => T): T {
    this.moving = true
    try {
      return move()
    } finally {
      this.moving = false
    }
  }

  /** Number of complete paints. While it stays the same, nothing in the graph has moved. */
  version(): number {
    return this.paints
  }

  /** Requests a repaint of a part of the graph, with everything over and under it. */
  repaint(part: Box) {
    if (this.parts.some((each) => isSameBox(each, part))) return
    // A hidden page draws nothing, and parts may be added for hours.
    if (this.parts.length < MAX_PARTS) this.parts.push(part)
    else this.canvas.dirty_canvas = true
    this.onDue()
  }

  /** True if {@link draw} has something to do. */
  isDue(): boolean {
    return this.dirty.front || this.dirty.behind || this.parts.length > 0
  }

  /** @param paintAll paints the complete canvas */
  draw(paintAll: () => void) {
    const next = currentState(this.canvas)
    const by = this.painted && this.pixelMove(this.painted, next)
    const moves = by && (by[0] !== 0 || by[1] !== 0)
    const due = this.parts.splice(0, moves ? MAX_PARTS_MOVING : Infinity)
    if (this.painted && by) this.painted = this.paintParts(this.painted, by, due)
    else {
      this.parts = []
      this.dirty.behind ||= this.backgroundStale
      this.paints++
      paintAll()
      this.painted = currentState(this.canvas)
      this.rest = [0, 0]
      this.backgroundStale = false
    }
    this.dirty.front = this.dirty.behind = this.dirty.content = false
    if (this.parts.length > 0) this.onDue()
  }

  /** The move in device pixels since the last paint; undefined if all must be painted. */
  private pixelMove(painted: PaintedState, next: PaintedState): [number, number] | undefined {
    if (this.dirty.content || isHolding(this.canvas)) return undefined
    const { zoom, width, height } = painted
    if (next.zoom !== zoom || next.width !== width || next.height !== height) return undefined
    const [x, y] = [next.x - painted.x + this.rest[0], next.y - painted.y + this.rest[1]]
    const move: [number, number] = [Math.round(x), Math.round(y)]
    // Beyond this, a complete paint is cheaper.
    if (Math.abs(move[0]) > width / 2 || Math.abs(move[1]) > height / 2) return undefined
    this.rest = [x - move[0], y - move[1]]
    return move
  }

  private paintParts(
    before: PaintedState,
    by: [number, number],
    due: readonly Box[],
  ): PaintedState {
    const painted = by[0] !== 0 || by[1] !== 0 ? this.scroll(before, by) : before
    const areas = due.map((part) => toPixelArea(part, painted)).filter((area) => area !== undefined)
    const cost = (area: Area) => paintCost(this.canvas, area)
    paintAreas(this.canvas, mergeAreas([...exposedAreas(by, painted), ...areas], cost))
    return painted
  }

  private scroll(before: PaintedState, by: [number, number]): PaintedState {
    const painted = { ...before, x: before.x + by[0], y: before.y + by[1] }
    this.canvas.ds.offset[0] = painted.x / painted.zoom
    this.canvas.ds.offset[1] = painted.y / painted.zoom
    shiftPixels(this.canvas, by)
    this.backgroundStale = true
    return painted
  }
}

const isSameBox = (a: Box, b: Box) =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height

function currentState({ ds, canvas, pixelRatio }: RepaintedCanvas): PaintedState {
  const zoom = ds.scale * pixelRatio
  return {
    x: ds.offset[0] * zoom,
    y: ds.offset[1] * zoom,
    zoom,
    width: canvas.width,
    height: canvas.height,
  }
}

/** True during an interaction that paints at the pointer, such as dragging a node or a wire. */
const isHolding = (canvas: RepaintedCanvas) =>
  Boolean(
    canvas.connecting_node ??
    canvas.node_dragged ??
    canvas.resizing_node ??
    canvas.dragging_rectangle ??
    canvas.pending ??
    canvas.refusedReason,
  )

/** Copies via the background canvas. Chromium takes twice as long to copy a canvas onto itself. */
function shiftPixels(
  { ctx, canvas, bgctx, bgcanvas }: RepaintedCanvas,
  [dx, dy]: readonly [number, number],
) {
  bgctx?.drawImage(canvas, 0, 0)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.drawImage(bgcanvas, dx, dy)
  ctx.restore()
}

/** Returns the device pixels of a part of the graph, undefined if it is not visible. */
function toPixelArea({ x, y, width, height }: Box, at: PaintedState): Area | undefined {
  const [left, top] = [
    Math.max(0, Math.floor(at.x + x * at.zoom)),
    Math.max(0, Math.floor(at.y + y * at.zoom)),
  ]
  const right = Math.min(at.width, Math.ceil(at.x + (x + width) * at.zoom))
  const bottom = Math.min(at.height, Math.ceil(at.y + (y + height) * at.zoom))
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : undefined
}

/**
 * Merges areas that overlap, if painting the space around both costs less than painting the nodes
 * in both twice. A wide area and a high one, such as the header of a zone and an edge exposed by a
 * move, would together be the complete canvas.
 */
export function mergeAreas(areas: readonly Area[], cost: (area: Area) => number): Area[] {
  const result: { area: Area; cost: number }[] = []
  for (const each of areas) {
    let next = { area: each, cost: cost(each) }
    for (let i = 0; i < result.length;) {
      const merged = mergeIfCheaper(result[i], next, cost)
      if (merged) {
        next = merged
        result.splice(i, 1)
        i = 0
      } else i++
    }
    result.push(next)
  }
  return result.map(({ area }) => area)
}

function mergeIfCheaper(
  a: { area: Area; cost: number },
  b: { area: Area; cost: number },
  cost: (area: Area) => number,
) {
  if (!areasTouch(a.area, b.area)) return undefined
  const area = unionArea(a.area, b.area)
  const merged = { area, cost: cost(area) }
  return merged.cost <= a.cost + b.cost ? merged : undefined
}

/** Cost of painting an area, in nodes: those in it, wires, the background, and a constant part. */
function paintCost(canvas: RepaintedCanvas, area: Area): number {
  const [left, top, width, height] = graphArea(canvas, area)
  const bounds: Bounds = [left, top, left + width, top + height]
  const { visibleParts } = canvas
  return (
    COST.area +
    visibleParts.nodes(bounds).length +
    COST.wire * visibleParts.wires(bounds).length +
    COST.pixel * area[2] * area[3]
  )
}

/** Relative to the cost of a node. */
const COST = { area: 2, wire: 0.2, pixel: 1 / 150_000 }

const areasTouch = (a: Area, b: Area) =>
  a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]

function unionArea(a: Area, b: Area): Area {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
  return [
    left,
    top,
    Math.max(a[0] + a[2], b[0] + b[2]) - left,
    Math.max(a[1] + a[3], b[1] + b[3]) - top,
  ]
}

/** Returns the areas exposed by a move: a column, and the rest of a row beside it. */
function exposedAreas(
  [dx, dy]: readonly [number, number],
  { width, height }: PaintedState,
): Area[] {
  const [wide, high] = [Math.abs(dx), Math.abs(dy)]
  const column: Area = [dx > 0 ? 0 : width - wide, 0, wide, height]
  const row: Area = [dx > 0 ? wide : 0, dy > 0 ? 0 : height - high, width - wide, high]
  return [column, row].filter(([, , wide, high]) => wide > 0 && high > 0)
}

/** Paints areas given in device pixels. Wires and nodes are painted on a single canvas. */
function paintAreas(canvas: RepaintedCanvas, areas: readonly Area[]) {
  const { bgcanvas, bgctx, viewport } = canvas
  canvas.bgcanvas = canvas.canvas
  canvas.bgctx = canvas.ctx
  for (const area of areas) {
    canvas.viewport = [...area]
    limitVisibleArea(canvas, area)
    canvas.drawFrontCanvas()
  }
  Object.assign(canvas, { bgcanvas, bgctx, viewport })
  canvas.camera.computeVisibleArea()
  canvas.computeVisibleNodes(null, canvas.visible_nodes)
  canvas.visible_links = canvas.visibleParts.wires(canvas.visibleBounds()).map(({ link }) => link)
}

function limitVisibleArea(canvas: RepaintedCanvas, area: Area) {
  canvas.camera.visible_area.set(graphArea(canvas, area))
}

/** The part of the graph that can be visible in an area of device pixels: left, top, width, height. */
function graphArea(
  { camera, pixelRatio }: RepaintedCanvas,
  [left, top, width, height]: Area,
): [number, number, number, number] {
  const zoom = camera.scale * pixelRatio
  const [x, y] = camera.offset
  return [
    left / zoom - x - SURROUNDINGS,
    top / zoom - y - SURROUNDINGS,
    width / zoom + 2 * SURROUNDINGS,
    height / zoom + 2 * SURROUNDINGS,
  ]
}
