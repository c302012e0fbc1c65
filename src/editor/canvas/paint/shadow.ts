// Paints shadows of nodes. A large blur would take longer than the rest of a node, so the corners
// and one pixel of each edge are painted once per zoom into a bitmap. Slices of it are copied to
// each node.
import { createBitmap } from './painting.ts'

interface ShadowStyle {
  radius: number
  /** Canvas `shadowBlur`: twice the standard deviation. */
  blur: number
  /** Downward offset. */
  offset: number
  colour: string
}

/**
 * Bitmap in device pixels: on each side `reach` outside the box and `inner` inside, one in the
 * middle.
 */
interface ShadowBitmap {
  key: string
  bitmap: OffscreenCanvas
  reach: number
  inner: number
}

/**
 * Paints the shadow of a box with round corners, in units of the context. The context may be scaled
 * but not rotated.
 */
export function paintShadow(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  style: ShadowStyle,
) {
  const { a: zoom, e, f } = ctx.getTransform()
  const { bitmap, reach, inner } = shadowBitmap(style, zoom)
  // Rounded to whole pixels, so that slices meet without a seam.
  const [left, right] = [Math.round(e + x * zoom), Math.round(e + (x + width) * zoom)]
  const [top, bottom] = [y, y + height].map((at) => Math.round(f + (at + style.offset) * zoom)) as [
    number,
    number,
  ]
  const tile = reach + inner
  const columns = shadowSlices(left, right, reach, tile)
  const rows = shadowSlices(top, bottom, reach, tile)
  ctx.save()
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.imageSmoothingEnabled = false
  for (const [sy, sh, dy, dh] of rows) {
    for (const [sx, sw, dx, dw] of columns) ctx.drawImage(bitmap, sx, sy, sw, sh, dx, dy, dw, dh)
  }
  ctx.restore()
}

/**
 * Slices of the bitmap along one axis: start and length in the bitmap, start and length on the
 * canvas. A narrow box has shorter end slices and no middle slice.
 */
function shadowSlices(
  from: number,
  to: number,
  reach: number,
  tile: number,
): [number, number, number, number][] {
  const middle = to - from - 2 * (tile - reach)
  const first = middle < 0 ? reach + ((to - from) >> 1) : tile
  const last = middle < 0 ? to - from + 2 * reach - first : tile
  return [
    [0, first, from - reach, first],
    ...(middle > 0
      ? [[tile, 1, from - reach + tile, middle] as [number, number, number, number]]
      : []),
    [2 * tile + 1 - last, last, to + reach - last, last],
  ]
}

/** Number of cached bitmaps. Few styles are visible at a time, and each zoom needs new bitmaps. */
const MAX_CACHED = 4
const cachedBitmaps: ShadowBitmap[] = []

function shadowBitmap({ radius, blur, colour }: ShadowStyle, zoom: number): ShadowBitmap {
  const key = `${radius} ${blur} ${colour} ${zoom}`
  const known = cachedBitmaps.find((each) => each.key === key)
  if (known) return known
  // Three standard deviations: beyond them the shadow is invisible.
  const reach = Math.ceil(1.5 * blur * zoom)
  const inner = reach + Math.ceil(radius * zoom)
  const side = 2 * (reach + inner) + 1
  const { bitmap, ctx } = createBitmap(side, side)
  ctx.shadowColor = colour
  ctx.shadowBlur = blur * zoom
  // The shape itself is painted outside the bitmap, only its shadow inside.
  ctx.shadowOffsetX = 2 * side
  ctx.beginPath()
  ctx.roundRect(reach - 2 * side, reach, side - 2 * reach, side - 2 * reach, radius * zoom)
  ctx.fill()
  const shadow = { key, bitmap, reach, inner }
  cachedBitmaps.unshift(shadow)
  cachedBitmaps.length = Math.min(cachedBitmaps.length, MAX_CACHED)
  return shadow
}
