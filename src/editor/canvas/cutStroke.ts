// A stroke over the canvas that cuts the wires that it crosses.
import type { LGraph, LLink } from 'litegraph.js/build/litegraph.core.js'
import { LOOP } from '../../workflow/slots.ts'
import type { Point } from '../ui/geometry.ts'
import { wirePoints } from '../../workflow/wireShape.ts'
import { wireEndPoints } from './wireHits.ts'

/** Members of the canvas that a stroke needs. */
interface CutCanvas {
  readonly graph: LGraph
  readonly ds: { scale: number }
  readonly visible_links: readonly LLink[]
  setDirty(front: boolean, behind?: boolean): void
}

/** Distance between two points of a stroke, in CSS pixels. */
const STEP = 3

export class CutStroke {
  /** Points of the graph. Empty without a stroke. */
  points: readonly Point[] = []
  /** Wires that the stroke crosses. */
  crossed: readonly LLink[] = []

  constructor(private readonly canvas: CutCanvas) {}

  /** True while a stroke is drawn. */
  get active(): boolean {
    return this.points.length > 0
  }

  start(at: Point) {
    this.points = [at]
    this.crossed = []
  }

  move(to: Point) {
    const last = this.points.at(-1)
    if (!last) return
    const distance = Math.hypot(to[0] - last[0], to[1] - last[1]) * this.canvas.ds.scale
    if (distance < STEP) return
    this.points = [...this.points, to]
    this.crossed = findCrossed(this.canvas, this.crossed, last, to)
    this.canvas.setDirty(true)
  }

  /** Ends the stroke. Returns the wires that it crossed; undefined if it was only a press. */
  end(): readonly LLink[] | undefined {
    const [drawn, crossed] = [this.points.length > 1, this.crossed]
    this.points = []
    this.crossed = []
    this.canvas.setDirty(true, true)
    return drawn ? crossed : undefined
  }
}

/** Adds the wires that cross a piece of the stroke. Loop wires, which belong to zones, are not cut. */
function findCrossed(
  { graph, visible_links }: CutCanvas,
  known: readonly LLink[],
  from: Point,
  to: Point,
): readonly LLink[] {
  const more = visible_links.filter((link) => {
    if (known.includes(link) || String(link.type) === LOOP || graph.links[link.id] !== link)
      return false
    const ends = wireEndPoints(graph, link)
    if (!ends) return false
    const points = [ends[0], ...wirePoints(...ends), ends[1]]
    return points.some((point, i) => i > 0 && segmentsCross(points[i - 1], point, from, to))
  })
  return more.length > 0 ? [...known, ...new Set(more)] : known
}

/** True if two line segments cross. */
export function segmentsCross(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  c: ArrayLike<number>,
  d: ArrayLike<number>,
): boolean {
  const side = (p: ArrayLike<number>, q: ArrayLike<number>, r: ArrayLike<number>) =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)
}
