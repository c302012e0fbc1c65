// uPlot, told what to draw: lines, the ends of both axes, colours. What is seen is decided outside; here it is put on a canvas,
// and what the pointer does there is told.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { tickText } from '../../nodes/views/canvas.ts'
import type { Range } from '../../nodes/views/lines.ts'
import { nearest, thinned, together } from './lines.ts'
import { choose, listen, pressed, type PlotEvents } from './pointer.ts'
import { marksOf } from './view.ts'

export interface Colours {
  text: string
  dim: string
  grid: string
  line: string
  ground: string
  font: string
}

/** A line as it is drawn. Its x rise. */
export interface Stroke {
  x: ArrayLike<number>
  y: ArrayLike<number>
  ink: string
  width: number
  alpha: number
  dash?: readonly number[]
  /** Whether the cursor marks its values. */
  read: boolean
}

export interface Picture {
  strokes: readonly Stroke[]
  range: Range
  xLog: boolean
  yLog: boolean
  xLabel: string
  yLabel: string
  /** Upright strokes at places along x. */
  marks: readonly number[]
  colours: Colours
}

export interface Plot {
  show(picture: Picture): void
  resize(width: number, height: number): void
  /** Puts the cursor at a place along x, or takes it away. */
  point(x: number | undefined): void
  /** What is on the screen, without the cursor. */
  canvas(): HTMLCanvasElement | undefined
  remove(): void
}

/** Sizes in CSS pixels. */
const TICKS = { x: 64, y: 34 }
const LEFT = 52

export function createPlot(element: HTMLElement, events: PlotEvents): Plot {
  let shown: Picture
  let structure = ''
  let plot: uPlot | undefined
  let [width, height] = [0, 0]
  /** Where the cursor was put by keys: there it stays while the axes change. The pointer's stays where the pointer is. */
  let held: number | undefined

  const moving = () => (held = undefined)

  const hooks: PlotEvents = { ...events, pointed: (x) => held === undefined && events.pointed(x) }
  const options = () => optionsOf(() => shown, [width, height], hooks, moving)
  const draw = () => {
    if (!shown || width < 40 || height < 40) return
    const data = dataOf(shown, width)
    const next = structureOf(shown)
    if (!plot || next !== structure) {
      structure = next
      plot?.destroy()
      plot = new uPlot(options(), data, element)
      plot.batch(() => {}) // draws now
      listen(plot, events, moving)
    } else plot.batch((self: uPlot) => self.setData(data))
    if (held !== undefined) point(held)
  }
  const point = (x: number | undefined) => {
    held = x
    const left = x === undefined ? undefined : plot?.valToPos(x, 'x')
    // Without the line across: keys go along x alone.
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

/** What uPlot takes only when it is made. */
const structureOf = ({ strokes, xLog, yLog, xLabel, yLabel, colours }: Picture) =>
  JSON.stringify([
    strokes.map(({ ink, width, alpha, dash, read }) => [ink, width, alpha, dash, read]),
    [xLog, yLog, xLabel, yLabel],
    colours,
  ])

function dataOf({ strokes, range, xLog }: Picture, width: number): uPlot.AlignedData {
  const { x, columns } = together(
    strokes.map((stroke) => {
      const kept = thinned(stroke, range.x, Math.ceil(width), xLog)
      return { x: kept.map((i) => stroke.x[i]!), y: kept.map((i) => stroke.y[i]!) }
    }),
  )
  return [x, ...columns]
}

type Look = () => Picture

function optionsOf(look: Look, [width, height]: [number, number], events: PlotEvents, moving: () => void): uPlot.Options {
  const { xLog, yLog, colours, strokes } = look()
  const byPointer: uPlot.Cursor.MouseListenerFactory = (_, target, handle) => (event) => {
    if (event.target !== target) return null
    moving()
    return handle(event)
  }
  return {
    width,
    height,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    // Always what is seen, whatever uPlot makes of its data.
    scales: {
      x: { time: false, distr: xLog ? 3 : 1, range: () => look().range.x },
      y: { distr: yLog ? 3 : 1, range: () => look().range.y },
    },
    axes: [axisOf('x', look), axisOf('y', look)],
    series: [{}, ...strokes.map(seriesOf)],
    cursor: {
      drag: { x: true, y: true, uni: 40, dist: 4, setScale: false },
      points: {
        size: 7,
        show: (_, i) => (strokes[i - 1]!.read ? dot() : (undefined as never)),
        fill: (_, i) => strokes[i - 1]!.ink,
        stroke: () => colours.ground,
      },
      dataIdx: nearestIn,
      bind: {
        mousemove: byPointer,
        mouseleave: byPointer,
        mousedown: (self, _, handle) => (event) => pressed(self, event, handle, events),
        dblclick: () => () => {
          events.reset()
          return null
        },
      },
    },
    hooks: {
      setCursor: [
        (self) => {
          const { idx } = self.cursor
          events.pointed(idx == null ? undefined : self.data[0][idx])
        },
      ],
      setSelect: [(self) => choose(self, events)],
      drawAxes: [(self) => drawMarks(self, look())],
    },
  }
}

const dot = () => document.createElement('div')

const seriesOf = ({ ink, width, alpha, dash = [] }: Stroke): uPlot.Series => ({
  stroke: ink,
  width,
  alpha,
  auto: false,
  dash: [...dash],
  points: {
    // A value between gaps is no line, but it is there.
    show: (self, i, from, to) => to - from < 2 && self.data[i]!.length < 3,
    size: 5,
    fill: ink,
    stroke: ink,
  },
})

function axisOf(axis: 'x' | 'y', look: Look): uPlot.Axis {
  const { colours, [`${axis}Label` as const]: label, [`${axis}Log` as const]: log } = look()
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
      marksOf(
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

/** The cursor is between the values of most lines: of each its nearest, if it goes so far. */
function nearestIn(self: uPlot, series: number, hovered: number, x: number): number | null {
  const column = self.data[series]!
  if (series === 0 || column[hovered] != null) return hovered
  const has = (step: number) => {
    for (let i = hovered + step; i >= 0 && i < column.length; i += step) if (column[i] !== undefined) return i
    return undefined
  }
  const [before, after] = [has(-1), has(1)]
  if (before === undefined || after === undefined) return null
  return nearest([self.data[0][before]!, self.data[0][after]!], x) === 1 ? after : before
}

// ---- what uPlot has no word for

function drawMarks(self: uPlot, { marks, colours }: Picture) {
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
