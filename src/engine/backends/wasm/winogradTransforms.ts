// Transforms of Winograd convolutions F(m x m, 3x3) in one dimension (Lavin and Gray 2016, section
// 4). A tile of n = m + 2 numbers of x, and 3 taps, become n numbers each, whose products become m
// numbers of y: y = A^T ((G g) * (B^T d)). The filter gradient is F(3x3, m x m) with the same tiles
// of x: m numbers of dy take the place of the filter, and the result is dW.
import type { Code, Local } from './assembler.ts'
import { f32x4 } from './assembler.ts'

const { add, sub, mul, multiplyAdd } = f32x4

/** Values of a transform, after the code that sets its temporaries. */
interface Transformed {
  first: Code
  values: Code[]
}

/** Transforms a column. There are {@link TEMPORARIES} temporaries. */
export type Transform = (column: readonly Code[], temporaries: readonly Local[]) => Transformed

export const TEMPORARIES = 4

/** The transforms for tiles of `pixels` pixels of y. */
export interface TileTransforms {
  timesB: Transform
  timesA: Transform
  timesG: Transform
  /** G and A^T of the filter gradient. */
  timesGradientG: Transform
  timesGradientA: Transform
}

const plain =
  (transform: (column: readonly Code[]) => Code[]): Transform =>
  (column) => ({ first: [], values: transform(column) })

const times = (factor: number, value: Code): Code => mul(f32x4.const(factor), value)
/** factor x + y. */
const addTimes = (factor: number, x: Code, y: Code): Code => multiplyAdd(f32x4.const(factor), x, y)

// ---- F(2x2, 3x3): the points 0, 1 and -1

const half = (value: Code) => times(0.5, value)

const twoPixels: TileTransforms = {
  timesB: plain(([d0, d1, d2, d3]) => [sub(d0, d2), add(d1, d2), sub(d2, d1), sub(d1, d3)]),
  timesA: plain(([m0, m1, m2, m3]) => [add(add(m0, m1), m2), sub(sub(m1, m2), m3)]),
  timesG: plain(([g0, g1, g2]) => [g0, half(add(add(g0, g1), g2)), half(add(sub(g0, g1), g2)), g2]),
  timesGradientG: plain(([e0, e1]) => [e0, half(add(e0, e1)), half(sub(e0, e1)), e1]),
  timesGradientA: plain(([m0, m1, m2, m3]) => [
    add(add(m0, m1), m2),
    sub(m1, m2),
    sub(add(m1, m2), m3),
  ]),
}

// ---- F(4x4, 3x3): the points 0, a, -a, b and -b. The usual points 1 and 2 have five times the
// rounding errors of these, which are about those of a sum in float32 (Barabasz et al. 2020 search
// for points). Their powers are exact in float32.

const [a, b] = [3 / 4, 3 / 2]
const [aa, bb] = [a * a, b * b]

/** Products of the differences between a point and all others. */
const [N0, NA, NB] = [aa * bb, 2 * aa * (aa - bb), 2 * bb * (bb - aa)]

/** Sets the temporaries, and returns sum and difference of each of the two pairs of them. */
function sumsOfPairs(
  temporaries: readonly Local[],
  values: readonly Code[],
): { first: Code; pairs: Code[] } {
  const [even1, odd1, even2, odd2] = temporaries.map(({ get }) => get)
  return {
    first: values.map((value, i) => temporaries[i].set(value)),
    pairs: [add(even1, odd1), sub(even1, odd1), add(even2, odd2), sub(even2, odd2)],
  }
}

const fourPixels: TileTransforms = {
  timesB([d0, d1, d2, d3, d4, d5], temporaries) {
    const { first, pairs } = sumsOfPairs(temporaries, [
      addTimes(-bb, d2, d4),
      times(a, addTimes(-bb, d1, d3)),
      addTimes(-aa, d2, d4),
      times(b, addTimes(-aa, d1, d3)),
    ])
    const ends = [d0, d1].map((d, i) =>
      addTimes(N0, d, addTimes(-(aa + bb), [d2, d3][i], [d4, d5][i])),
    )
    return { first, values: [ends[0], ...pairs, ends[1]] }
  },
  timesA: (column, temporaries) => evaluateAtPowers(column, temporaries, 4),
  timesG([g0, g1, g2], temporaries) {
    const { first, pairs } = sumsOfPairs(temporaries, [
      times(1 / NA, addTimes(aa, g2, g0)),
      times(a / NA, g1),
      times(1 / NB, addTimes(bb, g2, g0)),
      times(b / NB, g1),
    ])
    return { first, values: [times(1 / N0, g0), ...pairs, g2] }
  },
  timesGradientG([e0, e1, e2, e3], temporaries) {
    const { first, pairs } = sumsOfPairs(temporaries, [
      times(1 / NA, addTimes(aa, e2, e0)),
      times(a / NA, addTimes(aa, e3, e1)),
      times(1 / NB, addTimes(bb, e2, e0)),
      times(b / NB, addTimes(bb, e3, e1)),
    ])
    return { first, values: [times(1 / N0, e0), ...pairs, e3] }
  },
  timesGradientA: (column, temporaries) => evaluateAtPowers(column, temporaries, 3),
}

/** A^T with `count` rows: sums of the products times the powers of their points. */
function evaluateAtPowers(
  [m0, m1, m2, m3, m4, m5]: readonly Code[],
  temporaries: readonly Local[],
  count: 3 | 4,
): Transformed {
  const [sumA, differenceA, sumB, differenceB] = temporaries.map(({ get }) => get)
  const values = [
    add(m0, add(sumA, sumB)),
    addTimes(a, differenceA, times(b, differenceB)),
    addTimes(aa, sumA, times(bb, sumB)),
    addTimes(a * aa, differenceA, times(b * bb, differenceB)),
  ].slice(0, count)
  return {
    first: [add(m1, m2), sub(m1, m2), add(m3, m4), sub(m3, m4)].map((value, i) =>
      temporaries[i].set(value),
    ),
    values: [...values.slice(0, -1), add(values[count - 1], m5)],
  }
}

/** By the number of pixels of y in a tile, along one axis. */
export const tileTransforms = { 2: twoPixels, 4: fourPixels } as const
