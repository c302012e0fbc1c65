// What all painters share: the rectangle they paint in, themes, ticks and numbers. No DOM: the context is passed in, so the
// same code paints on a node, in a panel and, in Node, into a PNG.

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface Theme {
  /** Behind the picture. */
  ground: string
  /** Thin lines: axes, frames. */
  line: string
  /** Thinner still: the grid. */
  grid: string
  text: string
  /** Ticks and captions. */
  dim: string
  /** Clouds and lines, told apart with any colour vision (after Okabe and Ito). */
  series: readonly string[]
  /** What others are compared with: the data, earlier runs. */
  reference: string
  warning: string
  /** How words are read, from English; as they are, without it. */
  said?: (english: string) => string
}

/** Words in the language of the one who looks. */
export const say = ({ said }: Theme, english: string): string => said?.(english) ?? english

export const darkTheme: Theme = {
  ground: '#17191b',
  line: '#565d64',
  grid: '#26292d',
  text: '#e6e8ea',
  dim: '#9ba2a9',
  series: ['#56b4e9', '#f0a22e', '#2fc497', '#e08cc0', '#e8dc4a', '#f0743c', '#9d9cf2'],
  reference: '#858d95',
  warning: '#ff7b72',
}

export const lightTheme: Theme = {
  ground: '#ffffff',
  line: '#a3a9af',
  grid: '#eceef0',
  text: '#1c1f22',
  dim: '#5b6269',
  series: ['#0072b2', '#c96a00', '#008a65', '#b8528f', '#8a7a00', '#c2410c', '#5a4fcf'],
  reference: '#8d949b',
  warning: '#c62828',
}

/** Fonts whose digits all have one width, so that changing numbers stand still. */
export const FONTS = '"Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif'

export const setFont = (ctx: CanvasRenderingContext2D, size: number, weight = '') =>
  (ctx.font = `${weight} ${size}px ${FONTS}`.trim())

/** Fills the ground and confines what follows to the box. To be ended by `ctx.restore()`. */
export function begin(ctx: CanvasRenderingContext2D, box: Box, theme: Theme) {
  ctx.save()
  ctx.beginPath()
  ctx.roundRect(box.x, box.y, box.width, box.height, 4)
  ctx.fillStyle = theme.ground
  ctx.fill()
  ctx.clip()
  ctx.lineJoin = ctx.lineCap = 'round'
  ctx.textBaseline = 'alphabetic'
  ctx.textAlign = 'left'
}

/** Round values (1, 2 or 5 times a power of ten) within a range, about `count` of them. */
export function ticks(min: number, max: number, count: number): number[] {
  const span = max - min
  if (!(span > 0) || !Number.isFinite(span)) return [min]
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.75) ?? 10)
  const from = Math.ceil(min / step - 1e-9)
  const to = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => Number(((from + i) * step).toPrecision(12)))
}

/** Powers of ten within a range; between them 2 and 5 where there are few. */
export function logTicks(min: number, max: number): number[] {
  const powers: number[] = []
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) powers.push(10 ** e)
  const within = (values: number[]) =>
    values.filter((v) => v >= min * 0.999 && v <= max * 1.001).map((v) => Number(v.toPrecision(3)))
  const coarse = within(powers)
  if (coarse.length > 6) return coarse.filter((_, i) => i % Math.ceil(coarse.length / 6) === 0)
  return coarse.length >= 3 ? coarse : within(powers.flatMap((power) => [power, 2 * power, 5 * power]))
}

/** A number as on an axis: short, with a true minus sign. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  const text =
    size >= 1e6 || size < 1e-3
      ? value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
      : size >= 10_000
        ? `${Number((value / 1000).toPrecision(4))}k`
        : String(Number(value.toPrecision(4)))
  return text.replaceAll('-', '−')
}

/** A measured number with four significant digits, all of them shown. */
export function measureText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const text = value === 0 ? '0' : size >= 1e5 || size < 1e-3 ? value.toExponential(2).replace('e+', 'e') : value.toPrecision(4)
  return text.replaceAll('-', '−')
}

/** On the pixel grid, so that one-pixel lines are one pixel. */
export const crisp = (value: number) => Math.round(value) + 0.5

/** By font, room and text. */
const shortened = new Map<string, string>()

/** The text, or its beginning with an ellipsis where it is wider than `room`; nothing where that has no room either. */
export function shorten(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  const fits = (text: string) => ctx.measureText(text).width <= room
  // To ask for the font takes longer than this.
  if (fits(text)) return text
  const key = `${ctx.font}|${Math.floor(room)}|${text}`
  const known = shortened.get(key)
  if (known !== undefined) return known
  let kept = text.length
  while (kept > 0 && !fits(`${text.slice(0, kept)}…`)) kept--
  const short = kept ? `${text.slice(0, kept).trimEnd()}…` : ''
  if (shortened.size > 2000) shortened.clear()
  shortened.set(key, short)
  return short
}

export interface LegendItem {
  name: string
  colour: string
  mark: 'line' | 'dot'
  dim?: boolean
}

/** Names with their colours, in rows within `width`; returns the height it took. */
export function legend(
  ctx: CanvasRenderingContext2D,
  items: readonly LegendItem[],
  x: number,
  y: number,
  width: number,
  theme: Theme,
): number {
  setFont(ctx, 10.5)
  ctx.textAlign = 'left'
  let [left, top] = [x, y]
  for (const { name, colour, mark, dim } of items) {
    const shown = shorten(ctx, name, width - 18)
    const wide = ctx.measureText(shown).width + 18 + 10
    if (left > x && left + wide - 10 > x + width) {
      left = x
      top += 14
    }
    ctx.strokeStyle = ctx.fillStyle = colour
    ctx.beginPath()
    if (mark === 'line') {
      ctx.lineWidth = 2
      ctx.moveTo(left, top + 6)
      ctx.lineTo(left + 12, top + 6)
      ctx.stroke()
    } else {
      ctx.arc(left + 6, top + 6, 3.2, 0, 2 * Math.PI)
      ctx.fill()
    }
    ctx.fillStyle = dim ? theme.dim : theme.text
    ctx.fillText(shown, left + 17, top + 10)
    left += wide
  }
  return items.length ? top - y + 16 : 0
}
