// What an observer wants drawn: plain data that crosses from the worker to whoever paints (nodes/views). No tensors.

export interface ScatterView {
  kind: 'scatter'
  /** Clouds, back to front; x, y, x, y, ... */
  clouds: { name: string; points: Float32Array; labels?: Int32Array }[]
  /** Paths of single points over time: x, y, x, y, ... each. */
  paths: Float32Array[]
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
  /** Lines; a line of an earlier run is `kept` and drawn behind. */
  lines: { name: string; x: Float64Array; y: Float64Array; kept?: boolean }[]
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

export type View = ScatterView | ChartView | StatisticsView
