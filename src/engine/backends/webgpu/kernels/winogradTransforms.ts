// Transforms of Winograd convolutions F(m x m, 3x3) in WGSL (Lavin and Gray 2016, section 4). In one
// dimension, a tile of n = m + 2 numbers of x, and 3 of the filter, become n numbers each, whose
// products become m numbers of y: y = A^T ((G g) * (B^T d)). The filter gradient is F(3x3, m x m)
// with the same tiles of x: m numbers of dy take the place of the filter, and the result is dW.
import { unroll } from '../wgsl.ts'

/** Pixels of y in a tile, along one axis. */
export type TilePixels = 2 | 4

interface Transformed {
  /** Declares variables that the values need. */
  declare: string
  values: string[]
}

/** Transforms WGSL expressions; the names of variables begin with `name`. */
type Transform = (column: readonly string[], name: string) => Transformed

interface TileTransforms {
  timesB: Transform
  timesA: Transform
  timesG: Transform
  /** G and A^T of the filter gradient. */
  timesGradientG: Transform
  timesGradientA: Transform
}

const plain =
  (transform: (column: readonly string[]) => string[]): Transform =>
  (column) => ({ declare: '', values: transform(column) })

const literal = (value: number) => `f32(${value})`
const times = (factor: number, value: string) => `${literal(factor)} * (${value})`
/** factor x + y. */
const addTimes = (factor: number, x: string, y: string) => `fma(${literal(factor)}, ${x}, ${y})`

// ---- F(2x2, 3x3): the points 0, 1 and -1

const twoPixels: TileTransforms = {
  timesB: plain(([d0, d1, d2, d3]) => [
    `${d0} - ${d2}`,
    `${d1} + ${d2}`,
    `${d2} - ${d1}`,
    `${d1} - ${d3}`,
  ]),
  timesA: plain(([m0, m1, m2, m3]) => [`${m0} + ${m1} + ${m2}`, `${m1} - ${m2} - ${m3}`]),
  timesG: plain(([g0, g1, g2]) => [
    g0,
    times(0.5, `${g0} + ${g1} + ${g2}`),
    times(0.5, `${g0} - ${g1} + ${g2}`),
    g2,
  ]),
  timesGradientG: plain(([e0, e1]) => [
    e0,
    times(0.5, `${e0} + ${e1}`),
    times(0.5, `${e0} - ${e1}`),
    e1,
  ]),
  timesGradientA: plain(([m0, m1, m2, m3]) => [
    `${m0} + ${m1} + ${m2}`,
    `${m1} - ${m2}`,
    `${m1} + ${m2} - ${m3}`,
  ]),
}

// ---- F(4x4, 3x3): the points 0, a, -a, b and -b, as in the functions for WebAssembly. The usual
// points 1 and 2 have five times the rounding errors of these, which are about those of a sum in
// float32 (Barabasz et al. 2020 search for points).

const [a, b] = [3 / 4, 3 / 2]
const [aa, bb] = [a * a, b * b]

/** Products of the differences between a point and all others. */
const [N0, NA, NB] = [aa * bb, 2 * aa * (aa - bb), 2 * bb * (bb - aa)]

/** Returns sums and differences of two pairs, which have the even and the odd powers of a point. */
function sumsOfPairs(name: string, pairs: readonly (readonly [even: string, odd: string])[]) {
  const names = pairs.map((_, i) => [`${name}_even${i}`, `${name}_odd${i}`] as const)
  const declare = pairs.map(
    ([even, odd], i) => `let ${names[i][0]} = ${even}; let ${names[i][1]} = ${odd};`,
  )
  return {
    declare: declare.join(' '),
    sums: names.flatMap(([even, odd]) => [`${even} + ${odd}`, `${even} - ${odd}`]),
  }
}

const fourPixels: TileTransforms = {
  timesB([d0, d1, d2, d3, d4, d5], name) {
    const { declare, sums } = sumsOfPairs(name, [
      [addTimes(-bb, d2, d4), times(a, addTimes(-bb, d1, d3))],
      [addTimes(-aa, d2, d4), times(b, addTimes(-aa, d1, d3))],
    ])
    const end = (first: string, second: string, third: string) =>
      addTimes(N0, first, addTimes(-(aa + bb), second, third))
    return { declare, values: [end(d0, d2, d4), ...sums, end(d1, d3, d5)] }
  },
  timesA: (column, name) => evaluateAtPowers(column, name, 4),
  timesG([g0, g1, g2], name) {
    const { declare, sums } = sumsOfPairs(name, [
      [times(1 / NA, addTimes(aa, g2, g0)), times(a / NA, g1)],
      [times(1 / NB, addTimes(bb, g2, g0)), times(b / NB, g1)],
    ])
    return { declare, values: [times(1 / N0, g0), ...sums, g2] }
  },
  timesGradientG([e0, e1, e2, e3], name) {
    const { declare, sums } = sumsOfPairs(name, [
      [times(1 / NA, addTimes(aa, e2, e0)), times(a / NA, addTimes(aa, e3, e1))],
      [times(1 / NB, addTimes(bb, e2, e0)), times(b / NB, addTimes(bb, e3, e1))],
    ])
    return { declare, values: [times(1 / N0, e0), ...sums, e3] }
  },
  timesGradientA: (column, name) => evaluateAtPowers(column, name, 3),
}

/** A^T with `count` rows: sums of the products times the powers of their points. */
function evaluateAtPowers(
  [m0, m1, m2, m3, m4, m5]: readonly string[],
  name: string,
  count: 3 | 4,
): Transformed {
  const pairs = [
    ['sumA', `${m1} + ${m2}`],
    ['differenceA', `${m1} - ${m2}`],
    ['sumB', `${m3} + ${m4}`],
    ['differenceB', `${m3} - ${m4}`],
  ]
  const declare = pairs.map(([each, value]) => `let ${name}_${each} = ${value};`).join(' ')
  const [sumA, differenceA, sumB, differenceB] = pairs.map(([each]) => `${name}_${each}`)
  const values = [
    `${m0} + (${sumA} + ${sumB})`,
    addTimes(a, differenceA, times(b, differenceB)),
    addTimes(aa, sumA, times(bb, sumB)),
    addTimes(a * aa, differenceA, times(b * bb, differenceB)),
  ].slice(0, count)
  return { declare, values: [...values.slice(0, -1), `${values[count - 1]} + ${m5}`] }
}

/** By the number of pixels of y in a tile, along one axis. */
export const tileTransforms = { 2: twoPixels, 4: fourPixels } as const

/**
 * Transforms the columns and then the rows of the square of variables `<name><i>_<j>` with `size`
 * rows, and stores each value of the result.
 */
export function transformSquare(
  transform: Transform,
  name: string,
  size: number,
  store: (i: number, j: number, value: string) => string,
): string {
  const column = (j: number) => {
    const { declare, values } = transform(
      Array.from({ length: size }, (_, i) => `${name}${i}_${j}`),
      `column${j}`,
    )
    return [declare, ...values.map((value, i) => `let r${i}_${j} = ${value};`)]
  }
  const rows = transform(Array<string>(size).fill(''), '').values.length
  const row = (i: number) => {
    const { declare, values } = transform(
      Array.from({ length: size }, (_, j) => `r${i}_${j}`),
      `row${i}`,
    )
    return [declare, ...values.map((value, j) => store(i, j, value))]
  }
  return `${unroll(size, (j) => column(j).join(' '))}
  ${unroll(rows, (i) => row(i).join(' '))}`
}
