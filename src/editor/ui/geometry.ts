// Points of the page or the graph, and the margins that panels take from the canvas.

export type Point = [number, number]

/** Place on the page, and the same place in the graph. */
export interface Spot {
  page: Point
  graph: Point
}
