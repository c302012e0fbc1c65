// The part of a graph that is shown when it opens: all of it if that is readable, or else the part
// with most results.

/** Zoom from which nodes can be read. */
export const READABLE = 0.6

/** Space around a graph that is fitted, in CSS pixels. */
export const FIT_MARGIN = 56

/** Greatest zoom of a graph that is fitted. */
const MAX_SCALE = 1.1

/** Left, top, right and bottom. */
export type Edges = [left: number, top: number, right: number, bottom: number]

export interface OpeningNode {
  /** Area with the title bar. */
  readonly edges: Edges
  /** True for results: nodes that show a picture, a chart or a table. */
  readonly isView: boolean
}

export interface Opening {
  scale: number
  /** The point of the graph in the middle of the window. */
  centre: [x: number, y: number]
}

export const boundingEdges = (all: readonly Edges[]): Edges => [
  Math.min(...all.map(([left]) => left)),
  Math.min(...all.map(([, top]) => top)),
  Math.max(...all.map(([, , right]) => right)),
  Math.max(...all.map(([, , , bottom]) => bottom)),
]

/** Scale at which an area fits a window (width and height in CSS pixels). */
export const fitScale = ([left, top, right, bottom]: Edges, [width, height]: Size): number =>
  Math.min(MAX_SCALE, (width - FIT_MARGIN) / (right - left), (height - FIT_MARGIN) / (bottom - top))

type Size = readonly [width: number, height: number]

const centreOf = ([left, top, right, bottom]: Edges): [number, number] => [
  (left + right) / 2,
  (top + bottom) / 2,
]

/**
 * Fits the graph if it is readable then. Otherwise shows the part with most results at the smallest
 * readable zoom; of a graph without results, the beginning.
 */
export function chooseOpening(nodes: readonly OpeningNode[], window: Size): Opening {
  const all = boundingEdges(nodes.map(({ edges }) => edges))
  const scale = fitScale(all, window)
  if (scale >= READABLE) return { scale, centre: centreOf(all) }
  const shown = findBestPart(nodes, window)
  return { scale: READABLE, centre: centreOf(boundingEdges(shown.map(({ edges }) => edges))) }
}

/** Weight of a result in comparison with another node. */
const VIEW_WEIGHT = 12

/** The nodes that the best window shows completely. Not empty if `nodes` is not. */
export function findBestPart<T extends OpeningNode>(nodes: readonly T[], window: Size): T[] {
  const [width, height] = window.map((length) => (length - FIT_MARGIN) / READABLE)
  const views = nodes.filter(({ isView }) => isView)
  // A best window can be moved until a node touches its left or right, and its top or bottom edge.
  const anchors = views.length ? views : nodes
  const lefts = views.length
    ? candidates(anchors, 0, width)
    : [Math.min(...nodes.map(({ edges }) => edges[0]))]
  const tops = candidates(anchors, 1, height)
  let [best, most]: [T[], number] = [nodes.slice(0, 1), -1]
  for (const left of lefts) {
    const column = nodes.filter(({ edges }) => edges[0] >= left && edges[2] <= left + width)
    if (sumWeights(column) <= most) continue
    for (const top of tops) {
      const shown = column.filter(({ edges }) => edges[1] >= top && edges[3] <= top + height)
      const weight = sumWeights(shown)
      if (weight > most && shown.length) [best, most] = [shown, weight]
    }
  }
  return best
}

const sumWeights = (nodes: readonly OpeningNode[]) =>
  nodes.reduce((sum, { isView }) => sum + (isView ? VIEW_WEIGHT : 1), 0)

const candidates = (nodes: readonly OpeningNode[], axis: 0 | 1, length: number): number[] =>
  [...new Set(nodes.flatMap(({ edges }) => [edges[axis], edges[axis + 2] - length]))].sort(
    (a, b) => a - b,
  )
