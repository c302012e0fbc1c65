// Group normalisation of `[b, n, c]` on the wasm backend, by functions of our own. What is small, the moments of groups, is
// computed here in float64.
import type { Tensor1D, Tensor3D } from '../tf.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './team.ts'

export interface NormOptions {
  groups: number
  /** Added to the variance. */
  eps: number
  /** SiLU after it. */
  silu?: boolean
}

/** Rows of an item from which it is worth the calls for each item by itself. */
const ROWS = 16

/** Whether {@link norm} can take it; of rows that are no whole vectors, and of very short items, stock kernels make it. */
export const canNorm = ({ shape: [, n, c] }: Tensor3D) => c % 4 === 0 && n >= ROWS

/** How many multiplications take as long as SiLU or its slope of one number. */
const SILU = 30

/** y, and what its gradient needs: mean and 1 / std of every group, `[b, 2, groups]`. */
export function norm(
  own: Own,
  x: Tensor3D,
  weight: Tensor1D,
  bias: Tensor1D,
  options: NormOptions,
): [y: Tensor3D, moments: Tensor3D] {
  const { groups, eps, silu } = options
  const [b, n, c] = x.shape
  const [y, moments] = [own.output<Tensor3D>(x.shape), own.output<Tensor3D>([b, 2, groups])]
  const room = vectors(own, b, c, 3) as [Vector, Vector, Vector][]
  const [weights, all, bytes] = [own.numbers(weight), own.numbers(moments), 4 * c]
  const strands = room.map(([sums, mean, scale], item): Strand => {
    const { means, inverses } = momentsOf(all, item, groups)
    const skip = item * n * bytes
    const [begin, end] = [own.address(x) + skip, own.address(x) + skip + n * bytes]
    own.run('sums', begin, end, bytes, sums.address)
    groupMeans(sums.numbers, n, means)
    spread(means, mean.numbers)
    sums.numbers.fill(0)
    own.run('squares', begin, end, bytes, mean.address, sums.address)
    groupMeans(sums.numbers, n, inverses)
    inverses.forEach((variance, group) => (inverses[group] = 1 / Math.sqrt(variance + eps)))
    scales(inverses, weights, scale.numbers)
    const affine = [mean.address, scale.address, own.address(bias)] as const
    return [call(silu ? 'affineSilu' : 'affine', begin, end, bytes, ...affine, own.address(y) + skip)]
  })
  own.all(strands, x.size * (silu ? SILU : 1))
  return [y, moments]
}

/**
 * dx, dweight and dbias for dy. With n = (x - mean) / std: dweight = sum dz n, dbias = sum dz, and
 * dx = (dz weight - mean(dz weight) - n mean(dz weight n)) / std, means over the group. z is computed again, not kept.
 */
export function normGradient(
  own: Own,
  dy: Tensor3D,
  [x, weight, bias, moments]: [Tensor3D, Tensor1D, Tensor1D, Tensor3D],
  { groups, silu }: NormOptions,
): [dx: Tensor3D, dweight: Tensor1D, dbias: Tensor1D] {
  const [b, n, c] = x.shape
  const [dx, dweight, dbias] = [own.output<Tensor3D>(x.shape), own.output<Tensor1D>([c]), own.output<Tensor1D>([c])]
  const room = vectors(own, b, c, 6) as [Vector, Vector, Vector, Vector, Vector, Vector][]
  const [weights, all, bytes] = [own.numbers(weight), own.numbers(moments), 4 * c]
  const [first, second]: Strand[][] = [[], []]
  room.forEach(([mean, scale, slope, shift, sums, products], item) => {
    const { means, inverses } = momentsOf(all, item, groups)
    spread(means, mean.numbers)
    scales(inverses, weights, scale.numbers)
    const skip = item * n * bytes
    const rows = [own.address(x) + skip, own.address(x) + skip + n * bytes, bytes, mean.address, scale.address] as const
    const [from, to] = [own.address(dy) + skip, own.address(dx) + skip]
    const towards = silu ? 'towardsNormalSilu' : 'towardsNormal'
    first!.push([call(towards, ...rows, own.address(bias), from, to, sums.address, products.address)])
    second!.push([call('towardsInput', ...rows, slope.address, shift.address, to)])
  })
  own.all(first!, x.size * (silu ? SILU : 2))
  const totals = [new Float64Array(c), new Float64Array(c)] as const
  room.forEach(([, , slope, shift, sums, products], item) => {
    const { inverses } = momentsOf(all, item, groups)
    addTotals(sums.numbers, products.numbers, inverses, totals)
    corrections(sums.numbers, products.numbers, { weights, inverses, n, slope: slope.numbers, shift: shift.numbers })
  })
  own.all(second!, 2 * x.size)
  own.numbers(dweight).set(totals[0])
  own.numbers(dbias).set(totals[1])
  return [dx, dweight, dbias]
}

/** A number for each channel. */
interface Vector {
  address: number
  numbers: Float32Array
}

/** For each item `count` vectors of zeros. */
function vectors(own: Own, items: number, length: number, count: number): Vector[][] {
  const { address, numbers } = own.scratch(items * count * length)
  numbers.fill(0)
  const vector = (i: number) => ({ address: address + 4 * i * length, numbers: numbers.subarray(i * length, (i + 1) * length) })
  return Array.from({ length: items }, (_, item) => Array.from({ length: count }, (_, i) => vector(item * count + i)))
}

const momentsOf = (all: Float32Array, item: number, groups: number) => ({
  means: all.subarray(2 * item * groups, (2 * item + 1) * groups),
  inverses: all.subarray((2 * item + 1) * groups, (2 * item + 2) * groups),
})

/** From sums of channels over `n` pixels the means of groups. */
function groupMeans(sums: Float32Array, n: number, means: Float32Array) {
  const width = sums.length / means.length
  for (let group = 0; group < means.length; group++) {
    let sum = 0
    for (let c = group * width; c < (group + 1) * width; c++) sum += sums[c]!
    means[group] = sum / (n * width)
  }
}

/** The number of each group for each of its channels. */
function spread(groups: Float32Array, channels: Float32Array) {
  const width = channels.length / groups.length
  for (let c = 0; c < channels.length; c++) channels[c] = groups[Math.floor(c / width)]!
}

/** weight / std. */
function scales(inverses: Float32Array, weights: Float32Array, scale: Float32Array) {
  const width = scale.length / inverses.length
  for (let c = 0; c < scale.length; c++) scale[c] = inverses[Math.floor(c / width)]! * weights[c]!
}

type Totals = readonly [dweight: Float64Array, dbias: Float64Array]

function addTotals(sums: Float32Array, products: Float32Array, inverses: Float32Array, [dweight, dbias]: Totals) {
  const width = sums.length / inverses.length
  for (let c = 0; c < sums.length; c++) {
    dweight[c]! += products[c]! * inverses[Math.floor(c / width)]!
    dbias[c]! += sums[c]!
  }
}

interface Corrections {
  weights: Float32Array
  inverses: Float32Array
  /** Pixels. */
  n: number
  slope: Float32Array
  shift: Float32Array
}

/** mean(dz weight n) / std^2 and mean(dz weight) / std, means over the group, for each of its channels. */
function corrections(sums: Float32Array, products: Float32Array, { weights, inverses, n, slope, shift }: Corrections) {
  const width = sums.length / inverses.length
  for (let group = 0; group < inverses.length; group++) {
    const [begin, end, inverse] = [group * width, (group + 1) * width, inverses[group]!]
    let [sum, product] = [0, 0]
    for (let c = begin; c < end; c++) {
      sum += sums[c]! * weights[c]!
      product += products[c]! * weights[c]!
    }
    shift.fill((sum * inverse) / (n * width), begin, end)
    slope.fill((product * inverse ** 3) / (n * width), begin, end)
  }
}
