// What an observer wants drawn: plain data that crosses from the worker to whoever paints (nodes/views). No tensors.

export interface ScatterView {
  kind: 'scatter'
  /** Clouds, back to front; x, y, x, y, ... */
  clouds: { name: string; points: Float32Array; labels?: Int32Array }[]
  /** Paths of single points over time: x, y, x, y, ... each. */
  paths: Float32Array[]
  /** Points that move together, where they are at each `t`: x, y, x, y, ... */
  moving?: Float32Array[]
  /** When paths, and what moves, were at each of their places: then they can be scrubbed, as a film. */
  t?: Float64Array
  /** Arrows x, y, dx, dy on a grid. */
  field?: Float32Array
  /** Ellipses x, y, rx, ry: one standard deviation. */
  ellipses?: Float32Array
  /** [xMin, xMax, yMin, yMax]. */
  extent: [number, number, number, number]
  /** Under the picture: "t = 412". */
  caption?: string
}

export interface ChartView {
  kind: 'chart'
  title: string
  xLabel: string
  yLabel: string
  yLog: boolean
  /** The height that is shown, whatever the lines do; otherwise as they need it. */
  yRange?: [number, number]
  /** Lines; a line of an earlier run is `kept` and drawn behind. */
  lines: { name: string; x: Float64Array; y: Float64Array; kept?: boolean }[]
  /** Places on the x axis, each an upright stroke. */
  marks?: number[]
}

/** How a chart is looked at, where somebody wants it otherwise than its view says. It is kept in the file, with its node. */
export interface ChartLook {
  xLog?: boolean
  yLog?: boolean
  /** The ends of the axes; null where the lines say. */
  x?: [number | null, number | null]
  y?: [number | null, number | null]
  /** How much the mean so far weighs in the smooth lines, from 0 (not smoothed) to below 1. */
  smoothing?: number
}

export interface StatisticsView {
  kind: 'statistics'
  type: string
  shape: number[]
  mean: number
  std: number
  min: number
  max: number
  nan: number
  /** Counts of equal bins from min to max. */
  histogram: Float64Array
  /** Further lines, "predicts: epsilon". */
  notes: [string, string][]
}

/** Images of one size, side by side. */
export interface Pictures {
  width: number
  height: number
  /** 1 grey, 3 red, green and blue. */
  channels: 1 | 3
  /** Image after image, row after row, channel after channel: 0 to 255. */
  pixels: Uint8ClampedArray
  count: number
}

export interface ImagesView {
  kind: 'images'
  /** Grids next to each other: x_t and the predicted x_0, say. All have the same order of items. */
  groups: (Pictures & { name: string; /** Under each image. */ labels?: string[] })[]
  /** In each grid; 0: as fits best. */
  columns: number
  caption?: string
}

/** A trajectory that can be scrubbed: `frames[i]` was reached at `t[i]`. */
export interface FilmView {
  kind: 'film'
  frames: Pictures[]
  t: Float64Array
  columns: number
}

export interface NumbersView {
  kind: 'numbers'
  rows: { name: string; value: number; /** "lower is better", a unit, ... */ note?: string }[]
}

/** Names and texts, a row each. */
export interface RowsView {
  kind: 'rows'
  rows: [name: string, text: string][]
}

/** What a wire carried last, in short. */
export interface Glance {
  /** The type of the slot it came from. */
  type: string
  shape: number[]
  /** Of its numbers, if it has some. `sample`: how many of them the histogram counts, if not all. */
  numbers?: Omit<StatisticsView, 'kind' | 'type' | 'shape' | 'notes'> & { infinite: number; sample?: number }
  notes: [string, string][]
  /** Its first images or points, or a line. */
  picture?: View
  /** In a loop: at which iteration it was made, and what the loop calls that. */
  index?: number
  label?: string
  /** No value was kept; this is what is known without. */
  tooLarge?: true
}

export type View = ScatterView | ChartView | StatisticsView | ImagesView | FilmView | NumbersView | RowsView
