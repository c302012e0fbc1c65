// Plot of the points of a data set: the first two coordinates, coloured by class.
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { PointTable } from '../../engine/datasets/pointTable.ts'
import { darkTheme, lightTheme } from '../../painters/theme.ts'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { isDark } from '../ui/state.ts'
import { choosePoints, fitPoints } from './pointsLayout.ts'

/** Side of the plot in CSS pixels. */
const SIDE = 248
const RADIUS = 1.8

interface PointsPlotProps {
  points: PointTable
  /** Limits the plot to one class. */
  shownClass?: number | undefined
}

export function PointsPlot({ points, shownClass }: PointsPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const shown = choosePoints(points, shownClass)
  const { series } = isDark.value ? darkTheme : lightTheme
  useLayoutEffect(() => {
    if (canvas.current) paintPointTable(canvas.current, points, shown, series)
  })
  const count = points.data.length / points.dim
  return (
    <canvas
      ref={canvas}
      class="points-plot"
      role="img"
      aria-label={texts.dataset.points.plot(format.count(shown.length), format.count(count))}
    />
  )
}

function paintPointTable(
  canvas: HTMLCanvasElement,
  points: PointTable,
  shown: readonly number[],
  series: readonly string[],
) {
  const density = devicePixelRatio
  Object.assign(canvas, { width: SIDE * density, height: SIDE * density })
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.scale(density, density)
  const place = fitPoints(points, SIDE)
  for (const index of shown) {
    const [x, y] = place(index)
    ctx.fillStyle = series[(points.labels?.[index] ?? 0) % series.length]
    ctx.beginPath()
    ctx.arc(x, y, RADIUS, 0, 2 * Math.PI)
    ctx.fill()
  }
}
