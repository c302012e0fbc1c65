// Note in the corner of a plot about the points outside of the view, which a click fits.
import { viewText } from '../engine/base/viewTexts.ts'
import { fitLabel, type Box } from './frame.ts'
import { visibleExtent, type Plane } from './plane.ts'
import { countOutside, type PlotLook } from './plotLook.ts'
import { setFont, translateText, type Theme } from './theme.ts'

const HEIGHT = 16
/** Space left and right of the text. */
const PAD = 5
/** Share of the points outside from which the note is a warning. */
const MANY = 0.5

interface NoteOptions {
  /** True if a click fits the view. */
  canFit: boolean
  look?: PlotLook | undefined
}

/** Returns the place of the note; undefined if there is none. */
export function drawPlotNote(
  ctx: CanvasRenderingContext2D,
  clouds: readonly { points: Float32Array }[],
  plane: Plane,
  theme: Theme,
  { canFit, look }: NoteOptions,
): Box | undefined {
  if (plane.width < 100 || plane.height < 60) return undefined
  const { all, outside } = countOutside(clouds, visibleExtent(plane))
  if (!outside && !look?.fits) return undefined
  setFont(ctx, 10.5)
  const room = plane.width - 4 - 2 * PAD
  const text = plotNoteTexts(all, outside, { canFit, look })
    .map((each) => translateText(theme, each))
    .find((each, i, { length }) => i === length - 1 || ctx.measureText(each).width <= room)
  if (text === undefined) return undefined
  const shown = fitLabel(ctx, text, room)
  const width = ctx.measureText(shown).width + 2 * PAD
  const place = { x: plane.x + plane.width - width - 2, y: plane.y + 2, width, height: HEIGHT }
  drawNoteLabel(ctx, shown, place, theme, outside > MANY * all)
  return place
}

/** The texts of the note, the longest first. */
function plotNoteTexts(all: number, outside: number, { canFit, look }: NoteOptions): string[] {
  const count = (points: number) => points.toLocaleString('en')
  const long = look?.fits ? viewText('fitted') : viewText('outside', count(outside), count(all))
  const short = look?.fits ? long : viewText('outsideShort', count(outside))
  const click = viewText(look?.fits ? 'clickToReset' : 'clickToFit')
  return [...(canFit ? [`${long}; ${click}`] : []), long, short]
}

function drawNoteLabel(
  ctx: CanvasRenderingContext2D,
  text: string,
  { x, y, width, height }: Box,
  theme: Theme,
  warns: boolean,
) {
  ctx.beginPath()
  ctx.roundRect(x, y, width, height, 3)
  ctx.globalAlpha = 0.85
  ctx.fillStyle = theme.ground
  ctx.fill()
  ctx.globalAlpha = 1
  ctx.lineWidth = 1
  ctx.strokeStyle = warns ? theme.warning : theme.line
  ctx.stroke()
  ctx.fillStyle = warns ? theme.warning : theme.dim
  ctx.textAlign = 'left'
  ctx.fillText(text, x + PAD, y + 11.5)
}
