// Adapter of uPlot: draws lines on given axes and reports pointer events. The caller owns zoom and
// styles.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { tickText } from '../../painters/ticks.ts'
import type { Range } from '../../painters/lines.ts'
import { nearestIndex, downsampleLine, alignLines } from './lines.ts'
import {
  selectRange,
  listenToWheelAndTouch,
  startDrag,
  type LastPointer,
  type PlotEvents,
} from './pointer.ts'
import { axisTicks } from './axes.ts'

export interface PlotColours {
  text: string
  dim: string
  grid: string
  line: string
  ground: string
  font: string
}

/** A line to draw, sorted by x. */
export interface PlotStroke {
  x: ArrayLike<number>
  y: ArrayLike<number>
  ink: string
  width: number
  alpha: number
  dash?: readonly number[]
  /** True if the cursor marks its values. */
  hasMarker: boolean
}

export interface PlotContent {
  strokes: readonly PlotStroke[]
  range: Range
  xLog: boolean
  yLog: boolean
  xLabel: string
  yLabel: string
  /** Vertical lines at these x. */
  marks: readonly number[]
  colours: PlotColours
}

export interface Plot {
  show(picture: PlotContent): void
  resize(width: number, height: number): void
  /** Moves the cursor to a position along x, or removes it. */
  point(x: number | undefined): void
  /** Canvas as displayed, without the cursor. */
  canvas(): HTMLCanvasElement | undefined
  remove(): void
}

/** Sizes in CSS pixels. */
const TICKS = { x: 64, y: 34 }
const LEFT = 52

export function createPlot(element: HTMLElement, events: PlotEvents): Plot {
  let shown: PlotContent
  let structure = ''
  let plot: uPlot | undefined
  let [width, height] = [0, 0]
  /** Cursor position set by keys. Unlike the pointer's, it is restored when the axes change. */
  let keyboardX: number | undefined

  const releaseCursor = () => (keyboardX = undefined)

  const hooks: PlotEvents = { ...events, hover: (x) => keyboardX === undefined && events.hover(x) }
  const last: LastPointer = { isTouch: false }
  const options = () => plotOptions(() => shown, [width, height], hooks, releaseCursor, last)
  const draw = () => {
    if (!shown || width < 40 || height < 40) return
    const data = alignedData(shown, width)
    const next = structureKey(shown)
    if (!plot || next !== structure) {
      structure = next
      plot?.destroy()
      plot = new uPlot(options(), data, element)
      plot.batch(() => {}) // Draws synchronously.
      listenToWheelAndTouch(plot, events, releaseCursor, last)
    } else plot.batch((self: uPlot) => self.setData(data))
    if (keyboardX !== undefined) point(keyboardX)
  }
  const point = (x: number | undefined) => {
    keyboardX = x
    const left = x === undefined ? undefined : plot?.valToPos(x, 'x')
    // Hides the horizontal line: keys move along x only.
    plot?.setCursor({ left: left ?? -10, top: -10 }, false)
  }
  return {
    show(picture) {
      shown = picture
      draw()
    },
    resize(wide, high) {
      if (wide === width && high === height) return
      ;[width, height] = [wide, high]
      plot?.setSize({ width, height })
      draw()
    },
    point,
    canvas: () => plot?.ctx.canvas,
    remove: () => plot?.destroy(),
  }
}

/** Options that uPlot accepts only at construction; a new key means a new instance. */
const structureKey = ({ strokes, xLog, yLog, xLabel, yLabel, colours }: PlotContent) =>
  JSON.stringify([
    strokes.map(({ ink, width, alpha, dash, hasMarker: read }) => [ink, width, alpha, dash, read]),
    [xLog, yLog, xLabel, yLabel],
    colours,
  ])

function alignedData({ strokes, range, xLog }: PlotContent, width: number): uPlot.AlignedData {
  const { x, columns } = alignLines(
    strokes.map((stroke) => {
      const indices = downsampleLine(stroke, range.x, Math.ceil(width), xLog)
      return { x: indices.map((i) => stroke.x[i]), y: indices.map((i) => stroke.y[i]) }
    }),
  )
  return [x, ...columns]
}

function plotOptions(
  content: () => PlotContent,
  [width, height]: [number, number],
  events: PlotEvents,
  onMove: () => void,
  last: LastPointer,
): uPlot.Options {
  const { xLog, yLog, strokes } = content()
  return {
    width,
    height,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    // Overrides the ranges that uPlot derives from its data.
    scales: {
      x: { time: false, distr: xLog ? 3 : 1, range: () => content().range.x },
      y: { distr: yLog ? 3 : 1, range: () => content().range.y },
    },
    axes: [axisOptions('x', content()), axisOptions('y', content())],
    series: [{}, ...strokes.map(seriesOptions)],
    cursor: cursorOptions(content(), events, onMove, last),
    hooks: {
      setCursor: [
        (self) => {
          const { idx } = self.cursor
          events.hover(idx == null ? undefined : self.data[0][idx])
        },
      ],
      setSelect: [(self) => selectRange(self, events)],
      drawAxes: [(self) => drawVerticalMarks(self, content())],
    },
  }
}

function cursorOptions(
  { strokes, colours }: PlotContent,
  events: PlotEvents,
  onMove: () => void,
  last: LastPointer,
): uPlot.Cursor {
  const onPointer: uPlot.Cursor.MouseListenerFactory = (_, target, handle) => (event) => {
    if (event.target !== target) return null
    onMove()
    return handle(event)
  }
  return {
    drag: { x: true, y: true, uni: 40, dist: 4, setScale: false },
    points: {
      size: 7,
      show: (_, i) => (strokes[i - 1].hasMarker ? createDot() : (undefined as never)),
      fill: (_, i) => strokes[i - 1].ink,
      stroke: () => colours.ground,
    },
    dataIdx: nearestDataIndex,
    bind: {
      mousemove: onPointer,
      // After each layout, browsers send the last position of the mouse again, also if a finger
      // has moved the cursor since then.
      mouseleave: (self, target, handle) => {
        const leave = onPointer(self, target, handle)
        return (event) => (last.isTouch || !leave ? null : leave(event))
      },
      mousedown: (self, _, handle) => (event) => startDrag(self, event, handle, events),
      dblclick: () => () => {
        events.reset()
        return null
      },
    },
  }
}

const createDot = () => document.createElement('div')

const seriesOptions = ({ ink, width, alpha, dash = [] }: PlotStroke): uPlot.Series => ({
  stroke: ink,
  width,
  alpha,
  auto: false,
  dash: [...dash],
  points: {
    // Shows single values between gaps, which do not form a line.
    show: (self, i, from, to) => to - from < 2 && self.data[i].length < 3,
    size: 5,
    fill: ink,
    stroke: ink,
  },
})

function axisOptions(axis: 'x' | 'y', content: PlotContent): uPlot.Axis {
  const { colours, [`${axis}Label` as const]: label, [`${axis}Log` as const]: log } = content
  return {
    scale: axis,
    stroke: colours.dim,
    font: `11px ${colours.font}`,
    labelFont: `11px ${colours.font}`,
    label: log ? `${label} (log)` : label,
    labelSize: label || log ? 18 : 0,
    labelGap: 0,
    size: axis === 'x' ? 26 : LEFT,
    gap: 6,
    space: TICKS[axis],
    splits: (self, _, from, to) =>
      axisTicks(
        [from, to],
        axis === 'x' ? self.bbox.width / devicePixelRatio : self.bbox.height / devicePixelRatio,
        TICKS[axis],
        log,
      ),
    filter: (_, splits) => splits,
    values: (_, splits) => splits.map(tickText),
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    border: { show: true, stroke: colours.line, width: 1 },
  }
}

/**
 * Index of the series' value nearest to the cursor, which is between the values of most lines.
 * Null outside of the line.
 */
function nearestDataIndex(self: uPlot, series: number, hovered: number, x: number): number | null {
  const column = self.data[series]
  if (series === 0 || column[hovered] != null) return hovered
  const find = (step: number) => {
    for (let i = hovered + step; i >= 0 && i < column.length; i += step)
      if (column[i] !== undefined) return i
    return undefined
  }
  const [before, after] = [find(-1), find(1)]
  if (before === undefined || after === undefined) return null
  return nearestIndex([self.data[0][before], self.data[0][after]], x) === 1 ? after : before
}

/** Draws vertical marks, which uPlot lacks. */
function drawVerticalMarks(self: uPlot, { marks, colours }: PlotContent) {
  const { ctx, bbox } = self
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.strokeStyle = colours.dim
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  for (const mark of marks) {
    const x = Math.round(self.valToPos(mark, 'x', true)) + 0.5
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
  }
  ctx.stroke()
  ctx.restore()
}
