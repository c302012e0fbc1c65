// Paints any view: the one entry to the painters.
import type { View } from '../../engine/plan/view.ts'
import type { Box, Theme } from './canvas.ts'
import { darkTheme } from './canvas.ts'
import { paintChart } from './chart.ts'
import { paintScatter } from './scatter.ts'
import { paintStatistics } from './statistics.ts'

export { darkTheme, lightTheme } from './canvas.ts'
export type { Box, Theme } from './canvas.ts'

/** Paints within `box`, in the units of the context; vectors only, so it is sharp at any scale. */
export function paintView(ctx: CanvasRenderingContext2D, view: View, box: Box, theme: Theme = darkTheme) {
  switch (view.kind) {
    case 'scatter':
      return paintScatter(ctx, view, box, theme)
    case 'chart':
      return paintChart(ctx, view, box, theme)
    case 'statistics':
      return paintStatistics(ctx, view, box, theme)
    case 'images':
    case 'film':
    case 'numbers':
      return
    default:
      view satisfies never
  }
}
