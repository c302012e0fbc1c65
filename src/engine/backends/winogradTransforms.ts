// Transforms of Winograd convolutions F(m x m, 3x3) in one dimension (Lavin and Gray 2016, section
// 4), for any language of kernels. A tile of n = m + 2 numbers of x, and 3 of the filter, become n
// numbers each, whose products become m numbers of y: y = A^T ((G g) * (B^T d)). The filter gradient
// is F(3x3, m x m) with the same tiles of x: m numbers of dy take the place of the filter, and the
// result is dW.

/** Pixels of y in a tile, along one axis. */
export type TilePixels = 2 | 4

/** Operations on values `V`, which are code of a kernel. */
interface CodeArithmetic<V> {
  add(x: V, y: V): V
  sub(x: V, y: V): V
  times(factor: number, x: V): V
  /** factor x + y. */
  addTimes(factor: number, x: V, y: V): V
}

/** Stores up to {@link MAX_SHARED} values that several results read, in this order; returns them. */
export type Share<V> = (values: readonly (readonly [name: string, value: V])[]) => readonly V[]

export const MAX_SHARED = 4

/** Transforms a column. Calls `share` at most once. */
export type Transform<V> = (column: readonly V[], share: Share<V>) => readonly V[]

export interface TileTransforms<V> {
  timesB: Transform<V>
  timesA: Transform<V>
  timesG: Transform<V>
  /** G and A^T of the filter gradient. */
  timesGradientG: Transform<V>
  timesGradientA: Transform<V>
}

/** The transforms by the number of pixels of y in a tile, along one axis. */
export const createTileTransforms = <V>(
  code: CodeArithmetic<V>,
): Readonly<Record<TilePixels, TileTransforms<V>>> => ({
  2: createTwoPixels(code),
  4: createFourPixels(code),
})

/** F(2x2, 3x3): the points 0, 1 and -1. */
function createTwoPixels<V>({ add, sub, times }: CodeArithmetic<V>): TileTransforms<V> {
  const half = (value: V) => times(0.5, value)
  return {
    timesB: ([d0, d1, d2, d3]) => [sub(d0, d2), add(d1, d2), sub(d2, d1), sub(d1, d3)],
    timesA: ([m0, m1, m2, m3]) => [add(add(m0, m1), m2), sub(sub(m1, m2), m3)],
    timesG: ([g0, g1, g2]) => [g0, half(add(add(g0, g1), g2)), half(add(sub(g0, g1), g2)), g2],
    timesGradientG: ([e0, e1]) => [e0, half(add(e0, e1)), half(sub(e0, e1)), e1],
    timesGradientA: ([m0, m1, m2, m3]) => [add(add(m0, m1), m2), sub(m1, m2), sub(add(m1, m2), m3)],
  }
}

// Points of F(4x4, 3x3): 0, a, -a, b and -b. The usual points 1 and 2 have five times the rounding
// errors of these, which are about those of a sum in float32 (Barabasz et al. 2020 search for
// points). Their powers are exact in float32.

const [a, b] = [3 / 4, 3 / 2]
const [aa, bb] = [a * a, b * b]

/** Products of the differences between a point and all others. */
const [N0, NA, NB] = [aa * bb, 2 * aa * (aa - bb), 2 * bb * (bb - aa)]

function createFourPixels<V>(code: CodeArithmetic<V>): TileTransforms<V> {
  const { add, sub, times, addTimes } = code
  /** Sums and differences of two pairs, which have the even and the odd powers of a point. */
  const sumsOfPairs = (share: Share<V>, [even0, odd0, even1, odd1]: readonly V[]): V[] => {
    const pairs = { even0, odd0, even1, odd1 }
    const [evenA, oddA, evenB, oddB] = share(Object.entries(pairs))
    return [add(evenA, oddA), sub(evenA, oddA), add(evenB, oddB), sub(evenB, oddB)]
  }
  return {
    timesB([d0, d1, d2, d3, d4, d5], share) {
      const end = (first: V, second: V, third: V) =>
        addTimes(N0, first, addTimes(-(aa + bb), second, third))
      const sums = sumsOfPairs(share, [
        addTimes(-bb, d2, d4),
        times(a, addTimes(-bb, d1, d3)),
        addTimes(-aa, d2, d4),
        times(b, addTimes(-aa, d1, d3)),
      ])
      return [end(d0, d2, d4), ...sums, end(d1, d3, d5)]
    },
    timesA: (column, share) => evaluateAtPowers(code, column, share, 4),
    timesG([g0, g1, g2], share) {
      const sums = sumsOfPairs(share, [
        times(1 / NA, addTimes(aa, g2, g0)),
        times(a / NA, g1),
        times(1 / NB, addTimes(bb, g2, g0)),
        times(b / NB, g1),
      ])
      return [times(1 / N0, g0), ...sums, g2]
    },
    timesGradientG([e0, e1, e2, e3], share) {
      const sums = sumsOfPairs(share, [
        times(1 / NA, addTimes(aa, e2, e0)),
        times(a / NA, addTimes(aa, e3, e1)),
        times(1 / NB, addTimes(bb, e2, e0)),
        times(b / NB, addTimes(bb, e3, e1)),
      ])
      return [times(1 / N0, e0), ...sums, e3]
    },
    timesGradientA: (column, share) => evaluateAtPowers(code, column, share, 3),
  }
}

/** A^T with `count` rows: sums of the products times the powers of their points. */
function evaluateAtPowers<V>(
  { add, sub, times, addTimes }: CodeArithmetic<V>,
  [m0, m1, m2, m3, m4, m5]: readonly V[],
  share: Share<V>,
  count: 3 | 4,
): V[] {
  const [sumA, differenceA, sumB, differenceB] = share([
    ['sumA', add(m1, m2)],
    ['differenceA', sub(m1, m2)],
    ['sumB', add(m3, m4)],
    ['differenceB', sub(m3, m4)],
  ])
  const values = [
    add(m0, add(sumA, sumB)),
    addTimes(a, differenceA, times(b, differenceB)),
    addTimes(aa, sumA, times(bb, sumB)),
    addTimes(a * aa, differenceA, times(b * bb, differenceB)),
  ].slice(0, count)
  return [...values.slice(0, -1), add(values[count - 1], m5)]
}
