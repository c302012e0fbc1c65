// Painting no more than what is different. Where only the place that is looked at is another, what is on the canvas is copied to its new
// place, and the edges that come into sight are painted; where a node shows something else, that node is.
import type { Box } from '../nodes/views/canvas.ts'
import type { EditorCanvas } from './canvas.ts'

type Area = readonly [left: number, top: number, width: number, height: number]

/** What the pixels on the canvas were painted with. */
interface Painted {
  /** The place of the graph's origin, in device pixels. */
  x: number
  y: number
  zoom: number
  width: number
  height: number
}

/** Shadows, rings and what a node took are around it, not in it: nodes so near to an edge are painted too. In the graph's units. */
const AROUND = 30

/** With more of them, the canvas is painted whole. */
const MOST_PARTS = 12

export interface Scrolling {
  /** Does what changes nothing but the place that is looked at. */
  moved<T>(move: () => T): T
  /** Paints a part of the graph anew, and what lies over and under it. */
  repaint(part: Box): void
  /** Whether {@link draw} has something to do. */
  due(): boolean
  /** Rises with each paint of all: as long as it stays, nothing in the graph has moved. */
  version(): number
  /** `everything` paints all of it, in the canvas's own way. */
  draw(everything: () => void): void
}

/**
 * litegraph says in many places, by `dirty_canvas` and `dirty_bgcanvas`, that something is to be painted. Each of them means all
 * of the canvas here, except within {@link Scrolling.moved}.
 */
export function createScrolling(canvas: EditorCanvas): Scrolling {
  const dirty = { front: true, behind: true, content: true }
  let parts: Box[] = []
  let version = 0
  let moving = false
  let painted: Painted | undefined
  /** What was left of a move after whole pixels, for the next. */
  let rest: [number, number] = [0, 0]
  /** Whether the canvas behind does not hold what is behind the nodes. */
  let old = false
  const flag = (name: 'front' | 'behind') => ({
    configurable: true,
    get: () => dirty[name],
    set: (on: boolean) => {
      dirty[name] = on
      if (on && !moving) dirty.content = true
    },
  })
  Object.defineProperties(canvas, { dirty_canvas: flag('front'), dirty_bgcanvas: flag('behind') })

  /** The move in whole device pixels since the last paint; undefined if all has to be painted. */
  const wholeMove = (): [number, number] | undefined => {
    const next = placeOf(canvas)
    if (dirty.content || !painted || inHand(canvas)) return undefined
    if (next.zoom !== painted.zoom || next.width !== painted.width || next.height !== painted.height) return undefined
    const [x, y] = [next.x - painted.x + rest[0], next.y - painted.y + rest[1]]
    const whole: [number, number] = [Math.round(x), Math.round(y)]
    // Beyond this, more is painted at the edges than is copied.
    if (Math.abs(whole[0]) > next.width / 2 || Math.abs(whole[1]) > next.height / 2) return undefined
    rest = [x - whole[0], y - whole[1]]
    return whole
  }
  const scroll = (by: [number, number]) => {
    painted = { ...painted!, x: painted!.x + by[0], y: painted!.y + by[1] }
    canvas.ds.offset[0] = painted.x / painted.zoom
    canvas.ds.offset[1] = painted.y / painted.zoom
    shift(canvas, by)
    old = true
  }
  const paintParts = (by: [number, number]) => {
    if (by[0] !== 0 || by[1] !== 0) scroll(by)
    const areas = parts.map((part) => areaOf(part, painted!)).filter((area) => area !== undefined)
    paintAreas(canvas, joined([...edgesAfter(by, painted!), ...areas]))
  }
  return {
    moved(run) {
      moving = true
      try {
        return run()
      } finally {
        moving = false
      }
    },
    version: () => version,
    repaint(part) {
      if (parts.some((each) => isSame(each, part))) return
      // A page that is not seen draws nothing, and may be told of parts for hours.
      if (parts.length < MOST_PARTS) parts.push(part)
      else canvas.dirty_canvas = true
    },
    due: () => dirty.front || dirty.behind || parts.length > 0,
    draw(everything) {
      const by = wholeMove()
      if (by) paintParts(by)
      else {
        dirty.behind ||= old
        version++
        everything()
        painted = placeOf(canvas)
        rest = [0, 0]
        old = false
      }
      dirty.front = dirty.behind = dirty.content = false
      parts = []
    },
  }
}

const isSame = (a: Box, b: Box) => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height

function placeOf({ ds, canvas, pixelRatio }: EditorCanvas): Painted {
  const zoom = ds.scale * pixelRatio
  return { x: ds.offset[0] * zoom, y: ds.offset[1] * zoom, zoom, width: canvas.width, height: canvas.height }
}

/** Whether the pointer holds something that is painted where the pointer is. */
const inHand = (canvas: EditorCanvas) =>
  Boolean(
    canvas.connecting_node ??
    canvas.node_dragged ??
    canvas.resizing_node ??
    canvas.dragging_rectangle ??
    canvas.pending ??
    canvas.refusal,
  )

/** By way of the canvas behind: copied onto itself, Chromium takes more than twice as long. */
function shift({ ctx, canvas, bgctx, bgcanvas }: EditorCanvas, [dx, dy]: readonly [number, number]) {
  bgctx!.drawImage(canvas, 0, 0)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.drawImage(bgcanvas, dx, dy)
  ctx.restore()
}

/** The whole pixels under a part of the graph; undefined out of sight. */
function areaOf({ x, y, width, height }: Box, at: Painted): Area | undefined {
  const [left, top] = [Math.max(0, Math.floor(at.x + x * at.zoom)), Math.max(0, Math.floor(at.y + y * at.zoom))]
  const right = Math.min(at.width, Math.ceil(at.x + (x + width) * at.zoom))
  const bottom = Math.min(at.height, Math.ceil(at.y + (y + height) * at.zoom))
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : undefined
}

/** Areas that touch become one: what is painted twice costs more than what lies between. */
function joined(areas: readonly Area[]): Area[] {
  const result: Area[] = []
  for (let area of areas) {
    for (let i = 0; i < result.length;) {
      if (touch(result[i]!, area)) {
        area = around(result.splice(i, 1)[0]!, area)
        i = 0
      } else i++
    }
    result.push(area)
  }
  return result
}

const touch = (a: Area, b: Area) => a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]

function around(a: Area, b: Area): Area {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
  return [left, top, Math.max(a[0] + a[2], b[0] + b[2]) - left, Math.max(a[1] + a[3], b[1] + b[3]) - top]
}

/** What came into sight: a column, and what is left of a row beside it. */
function edgesAfter([dx, dy]: readonly [number, number], { width, height }: Painted): Area[] {
  const [wide, high] = [Math.abs(dx), Math.abs(dy)]
  const column: Area = [dx > 0 ? 0 : width - wide, 0, wide, height]
  const row: Area = [dx > 0 ? wide : 0, dy > 0 ? 0 : height - high, width - wide, high]
  return [column, row].filter(([, , wide, high]) => wide > 0 && high > 0)
}

/** Paints parts of the canvas anew, in device pixels: wires and nodes as litegraph paints them where there is one canvas. */
function paintAreas(canvas: EditorCanvas, areas: readonly Area[]) {
  const { bgcanvas, bgctx, viewport } = canvas
  canvas.bgcanvas = canvas.canvas
  canvas.bgctx = canvas.ctx
  for (const area of areas) {
    canvas.viewport = [...area]
    seeOnly(canvas, area)
    canvas.drawFrontCanvas()
  }
  Object.assign(canvas, { bgcanvas, bgctx, viewport })
  canvas.camera.computeVisibleArea()
  canvas.computeVisibleNodes(null, canvas.visible_nodes)
  canvas.visible_links = canvas.lookout.wires(canvas.seen()).map(({ link }) => link)
}

function seeOnly({ camera, pixelRatio }: EditorCanvas, [left, top, width, height]: Area) {
  const zoom = camera.scale * pixelRatio
  const [x, y] = camera.offset
  camera.visible_area.set([
    left / zoom - x - AROUND,
    top / zoom - y - AROUND,
    width / zoom + 2 * AROUND,
    height / zoom + 2 * AROUND,
  ])
}
