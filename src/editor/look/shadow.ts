// Shadows of nodes. A blur of hundreds of pixels a side takes longer than all else of a node, and it is the same at each: its corners
// and one pixel of each edge are painted once for a zoom, and copied.

interface Look {
  radius: number
  /** Of the blur, as a canvas has it: twice the standard deviation. */
  blur: number
  /** Downward. */
  offset: number
  colour: string
}

/** Painted in device pixels: `reach` of them outside of the box, `inner` inside, and one between. */
interface Corners {
  key: string
  bitmap: OffscreenCanvas
  reach: number
  inner: number
}

/** The shadow of a box with round corners, all in the units of the context, which may be scaled but not turned. */
export function paintShadow(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, look: Look) {
  const { a: zoom, e, f } = ctx.getTransform()
  const { bitmap, reach, inner } = cornersOf(look, zoom)
  // On whole pixels, where slices meet without a seam.
  const [left, right] = [Math.round(e + x * zoom), Math.round(e + (x + width) * zoom)]
  const [top, bottom] = [y, y + height].map((at) => Math.round(f + (at + look.offset) * zoom)) as [number, number]
  const tile = reach + inner
  const columns = slices(left, right, reach, tile)
  const rows = slices(top, bottom, reach, tile)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.imageSmoothingEnabled = false
  for (const [sy, sh, dy, dh] of rows) {
    for (const [sx, sw, dx, dw] of columns) ctx.drawImage(bitmap, sx, sy, sw, sh, dx, dy, dw, dh)
  }
  ctx.restore()
}

/** Where the parts of a bitmap go along one axis: start and length there, and on the canvas. A box that is narrow has no middle, and less of the ends. */
function slices(from: number, to: number, reach: number, tile: number): [number, number, number, number][] {
  const middle = to - from - 2 * (tile - reach)
  const first = middle < 0 ? reach + ((to - from) >> 1) : tile
  const last = middle < 0 ? to - from + 2 * reach - first : tile
  return [
    [0, first, from - reach, first],
    ...(middle > 0 ? [[tile, 1, from - reach + tile, middle] as [number, number, number, number]] : []),
    [2 * tile + 1 - last, last, to + reach - last, last],
  ]
}

/** As few as there are looks: zooming makes new ones for each. */
const KEPT = 4
const kept: Corners[] = []

function cornersOf({ radius, blur, colour }: Look, zoom: number): Corners {
  const key = `${radius} ${blur} ${colour} ${zoom}`
  const known = kept.find((each) => each.key === key)
  if (known) return known
  // Beyond three standard deviations nothing is left of it.
  const reach = Math.ceil(1.5 * blur * zoom)
  const inner = reach + Math.ceil(radius * zoom)
  const side = 2 * (reach + inner) + 1
  const bitmap = new OffscreenCanvas(side, side)
  const ctx = bitmap.getContext('2d')!
  ctx.shadowColor = colour
  ctx.shadowBlur = blur * zoom
  // Only the shadow is in sight.
  ctx.shadowOffsetX = 2 * side
  ctx.beginPath()
  ctx.roundRect(reach - 2 * side, reach, side - 2 * reach, side - 2 * reach, radius * zoom)
  ctx.fill()
  const made = { key, bitmap, reach, inner }
  kept.unshift(made)
  kept.length = Math.min(kept.length, KEPT)
  return made
}
