// Paints any view: the entry to all painters.
import type { ChartLook, View } from '../engine/base/view.ts'
import type { Box } from './frame.ts'
import type { Theme } from './theme.ts'
import { darkTheme } from './theme.ts'
import { paintChart } from './chart.ts'
import { paintFilm } from './film.ts'
import { paintImages } from './images.ts'
import { paintNumbers } from './numbers.ts'
import { paintRows } from './rows.ts'
import type { PlotControls, PlotLook } from './plotLook.ts'
import { paintScatter } from './scatter.ts'
import type { MakeSheet } from './sheet.ts'
import { createOffscreen } from './sheet.ts'
import { paintStatistics } from './statistics.ts'
import { paintTableView } from './table.ts'
import { paintTexts } from './texts.ts'

export { darkTheme, lightTheme } from './theme.ts'
export type { Box } from './frame.ts'
export type { Theme } from './theme.ts'
export type { MakeSheet } from './sheet.ts'

export interface PaintOptions {
  /** Frame of a view with time, from 0 (first) to 1 (last, the default). */
  scrub?: number | undefined
  /** Axes and smoothing of a chart, as the user chose them. */
  look?: ChartLook | undefined
  /** Hidden clouds of a plot of points, and its fit, as the user chose them. */
  plot?: PlotLook | undefined
  /** Receives the places of a plot of points that can be clicked, relative to the box. */
  onControls?: ((controls: PlotControls) => void) | undefined
  /** Makes the canvases for images; an OffscreenCanvas by default. */
  makeSheet?: MakeSheet
}

/** Paints a view within `box`, in the units of the context, sharp at any scale. */
export function paintView(
  ctx: CanvasRenderingContext2D,
  view: View,
  box: Box,
  theme: Theme = darkTheme,
  { scrub = 1, look, plot, onControls, makeSheet = createOffscreen }: PaintOptions = {},
) {
  switch (view.kind) {
    case 'scatter':
      return paintScatter(ctx, view, box, theme, { at: scrub, look: plot, onControls })
    case 'chart':
      return paintChart(ctx, view, box, theme, look, makeSheet)
    case 'statistics':
      return paintStatistics(ctx, view, box, theme)
    case 'images':
      return paintImages(ctx, view, box, theme, makeSheet)
    case 'film':
      return paintFilm(ctx, view, box, theme, makeSheet, scrub)
    case 'texts':
      return paintTexts(ctx, view, box, theme, scrub)
    case 'numbers':
      return paintNumbers(ctx, view, box, theme)
    case 'rows':
      return paintRows(ctx, view, box, theme)
    case 'table':
      return paintTableView(ctx, view, box, theme)
    default:
      view satisfies never
  }
}
