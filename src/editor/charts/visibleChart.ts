// Visible part of a chart: lines, axis ranges, zoom and cursor, and their pointer control.
import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { chartRange, type Range } from '../../painters/lines.ts'
import type { ChartProps } from './chart.tsx'
import { nearestIndex } from './lines.ts'
import type { PlotEvents } from './pointer.ts'
import type { StyledLine } from './lineStyles.ts'
import { panAxis, zoomAxis, type Zoom } from './axes.ts'

export interface VisibleChart {
  /** Lines that are not hidden. */
  visible: readonly StyledLine[]
  /** Undefined while no value can be shown. */
  range: Range | undefined
  xLog: boolean
  yLog: boolean
  /** Position of the cursor along x. */
  cursor: Signal<number | undefined>
  zoom: Zoom
  setZoom: (change: (zoom: Zoom) => Zoom) => void
}

export function useVisibleChart(props: ChartProps, lines: readonly StyledLine[]): VisibleChart {
  const { xLog = false, yLog = props.yLog ?? false, x, y } = props.look
  const [zoom, setZoom] = useState<Zoom>({})
  const cursor = useSignal<number | undefined>(undefined)
  const visible = lines.filter((line) => !line.hidden)
  const range = useMemo(
    () => chartRange(visible, { xLog, yLog, x: zoom.x ?? x, y: zoom.y ?? y ?? props.yRange }),
    [lines, xLog, yLog, zoom, x, y, props.yRange],
  )
  // Clears the cursor if the line under it was removed.
  useEffect(() => {
    const { value } = cursor
    if (value !== undefined && !visible.some(({ x }) => nearestIndex(x, value) !== undefined))
      cursor.value = undefined
  }, [visible.length])
  return { visible, range, xLog, yLog, cursor, zoom, setZoom }
}

/** Applies pointer events to the zoom and the cursor of a chart. */
export function plotEvents({ range, xLog, yLog, cursor, setZoom }: VisibleChart): PlotEvents {
  // Each change starts from the latest zoom: several may arrive before the next render.
  const change = (makeZoom: (current: Range) => Zoom) =>
    range && setZoom((zoom) => ({ ...zoom, ...makeZoom({ ...range, ...zoom }) }))
  return {
    hover: (x) => (cursor.value = x),
    select: (selected) => change(() => selected),
    zoom: (axis, fraction, factor) =>
      change((current) => ({
        [axis]: zoomAxis(current[axis], fraction, factor, axis === 'x' ? xLog : yLog),
      })),
    pan: (x, y) =>
      change((current) => ({
        ...(x && { x: panAxis(current.x, x, xLog) }),
        ...(y && { y: panAxis(current.y, y, yLog) }),
      })),
    reset: () => setZoom(() => ({})),
  }
}
