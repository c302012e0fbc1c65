// Paints any view: the one entry to the painters.
import type { ChartLook, View } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { darkTheme } from './canvas.ts'
import { paintChart } from './chart.ts'
import { paintFilm } from './film.ts'
import { paintImages } from './images.ts'
import { paintNumbers } from './numbers.ts'
import { paintRows } from './rows.ts'
import { paintScatter } from './scatter.ts'
import type { MakeSheet } from './sheet.ts'
import { offscreen } from './sheet.ts'
import { paintStatistics } from './statistics.ts'

export { darkTheme, lightTheme } from './canvas.ts'
export type { Box, Theme } from './canvas.ts'
export type { MakeSheet } from './sheet.ts'

export interface PaintOptions {
  /** Of what can be gone through in time: which frame, from 0, the first, to 1, the last (the default). */
  scrub?: number | undefined
  /** Of a chart: how it is looked at. */
  look?: ChartLook | undefined
  /** Makes the canvases that images are put together on; an OffscreenCanvas unless given. */
  makeSheet?: MakeSheet
}

/** Paints within `box`, in the units of the context, sharp at any scale. */
export function paintView(
  ctx: CanvasRenderingContext2D,
  view: View,
  box: Box,
  theme: Theme = darkTheme,
  { scrub = 1, look, makeSheet = offscreen }: PaintOptions = {},
) {
  switch (view.kind) {
    case 'scatter':
      return paintScatter(ctx, view, box, theme, scrub)
    case 'chart':
      return paintChart(ctx, view, box, theme, look)
    case 'statistics':
      return paintStatistics(ctx, view, box, theme)
    case 'images':
      return paintImages(ctx, view, box, theme, makeSheet)
    case 'film':
      return paintFilm(ctx, view, box, theme, makeSheet, scrub)
    case 'numbers':
      return paintNumbers(ctx, view, box, theme)
    case 'rows':
      return paintRows(ctx, view, box, theme)
    default:
      view satisfies never
  }
}
