// Views of observers: plain data without tensors, sent from the worker to the painters
// (src/painters).

import type { ViewAngles } from './turntable.ts'

export interface ScatterView {
  kind: 'scatter'
  /** Point clouds, back to front; x, y, x, y, ... */
  clouds: {
    name: string
    points: Float32Array
    labels?: Int32Array
    /** Distance of each point towards the viewer, for points in space. */
    depth?: Float32Array
  }[]
  /** Paths of single points over time, each as x, y, x, y, ... */
  paths: Float32Array[]
  /** Points that move together: their positions at each `t`, as x, y, x, y, ... */
  moving?: Float32Array[]
  /** The times of all positions of paths and moving points, for scrubbing. */
  t?: Float64Array
  /** Arrows x, y, dx, dy on a grid. */
  field?: Float32Array
  /** Ellipses x, y, rx, ry: one standard deviation. */
  ellipses?: Float32Array
  /** For points in space: the angles of the projection, and the depths of the paths. */
  space?: { angles: ViewAngles; pathDepths: Float32Array[] }
  /** [xMin, xMax, yMin, yMax]. */
  extent: [number, number, number, number]
  /** Text below the picture: "t = 412". */
  caption?: string
}

export interface ChartView {
  kind: 'chart'
  title: string
  xLabel: string
  yLabel: string
  yLog: boolean
  /** The visible range of y; undefined to fit the lines. */
  yRange?: [number, number]
  /** `kept` marks a line of an earlier run, drawn behind the others. */
  lines: { name: string; x: Float64Array; y: Float64Array; kept?: boolean }[]
  /** Positions on the x axis, each drawn as a vertical line. */
  marks?: number[]
  /** A picture behind the lines. */
  heat?: Heat
  /** Smoothing of the lines, unless the user chose one: see ChartLook. Undefined: noisy ones. */
  smoothing?: number
}

/** A heat map: one picture, whose first row is at the top of y. */
export interface Heat {
  picture: Pictures
  /** The ends of both axes that the picture covers. */
  x: [number, number]
  y: [number, number]
}

/**
 * The user's settings of a chart, which override those of its view. Stored in the workflow file,
 * with the node.
 */
export interface ChartLook {
  xLog?: boolean
  yLog?: boolean
  /** The ends of the axes; null to fit the lines. */
  x?: [number | null, number | null]
  y?: [number | null, number | null]
  /** Weight of the running mean in smoothed lines, from 0 (not smoothed) to below 1. */
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
  /** Additional lines, such as "predicts: epsilon". */
  notes: [string, string][]
}

/** Images of one size, side by side. */
export interface Pictures {
  width: number
  height: number
  /** 1: grey. 3: red, green and blue. */
  channels: 1 | 3
  /** Values from 0 to 255, ordered by image, row, column and channel. */
  pixels: Uint8ClampedArray
  count: number
}

export interface ImagesView {
  kind: 'images'
  /**
   * Grids next to each other, such as x_t and the predicted x_0, with the items in the same order.
   */
  groups: (Pictures & { name: string; /** Under each image. */ labels?: string[] })[]
  /** Columns of each grid; 0 for the best fit. */
  columns: number
  caption?: string
}

/** Trajectory for scrubbing: `frames[i]` is the state at `t[i]`. */
export interface FilmView {
  kind: 'film'
  frames: Pictures[]
  t: Float64Array
  columns: number
}

/** Texts, such as words of tokens; several frames for scrubbing: `frames[i]` is the state at `t[i]`. */
export interface TextsView {
  kind: 'texts'
  frames: string[][]
  t: Float64Array
}

export interface NumbersView {
  kind: 'numbers'
  rows: { name: string; value: number; /** "lower is better", a unit, ... */ note?: string }[]
}

/** Names and texts, one row each. */
export interface RowsView {
  kind: 'rows'
  rows: [name: string, text: string][]
  /** Lengths of bars behind the rows, from 0 to 1. */
  bars?: number[]
}

/** Names and what is known of each, one row each. */
export interface TableView {
  kind: 'table'
  /** Titles of the columns, that of the names first. */
  columns: string[]
  /** Each row has one cell per column. */
  rows: string[][]
}

/** Description of the last value on a wire. */
export interface Inspection {
  /** Slot type. */
  type: string
  shape: number[]
  /**
   * Statistics of its numbers, if any. `sample` is the number of values in the histogram, if not
   * all.
   */
  numbers?: Omit<StatisticsView, 'kind' | 'type' | 'shape' | 'notes'> & {
    infinite: number
    sample?: number
  }
  notes: [string, string][]
  /** Its first images or points, or a line. */
  picture?: View
  /** Iteration in which it was computed, and the label of that iteration. */
  index?: number
  label?: string
  /** The value was too large to store; only this description is known. */
  tooLarge?: true
}

export type View =
  | ScatterView
  | ChartView
  | StatisticsView
  | ImagesView
  | FilmView
  | TextsView
  | NumbersView
  | RowsView
  | TableView
