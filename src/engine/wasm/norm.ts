// Group normalisation of `[b, ..., c]` on the wasm backend, by functions of our own, item by item.
import type { Tensor, Tensor1D, Tensor3D } from '../tf.ts'
import { call, keyOf, repeated } from './module.ts'
import type { Own } from './module.ts'
import type { Call } from './strands.ts'
import { floatBits } from './strands.ts'

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
export const canNorm = ({ shape, size }: Tensor) => shape.at(-1)! % 4 === 0 && size / shape[0]! / shape.at(-1)! >= ROWS

/** How many multiplications take as long as SiLU or its slope of one number. */
const SILU = 30

/** y, and what its gradient needs: mean and 1 / std of every group, `[b, 2, groups]`. */
export function norm(
  own: Own,
  x: Tensor,
  weight: Tensor1D,
  bias: Tensor1D,
  { groups, eps, silu }: NormOptions,
): [y: Tensor, moments: Tensor3D] {
  const b = x.shape[0]!
  const [y, moments] = [own.output(x.shape), own.output<Tensor3D>([b, 2, groups])]
  const { address } = own.scratch(3 * b * x.shape.at(-1)!)
  const name = silu ? 'normSilu' : 'norm'
  forItems(own, `${name} ${eps}`, [x, weight, bias, moments, y], address, x.size * (silu ? SILU : 4), (addresses) => {
    const [about, to] = [itemsOf(x, groups, 3, addresses), stepsThrough(x, addresses[4]!)]
    return (i) => call(name, ...about(i), to(i), floatBits(eps))
  })
  return [y, moments]
}

/**
 * dx, dweight and dbias for dy. With n = (x - mean) / std: dweight = sum dz n, dbias = sum dz, and
 * dx = (dz weight - mean(dz weight) - n mean(dz weight n)) / std, means over the group. z is computed again, not kept.
 */
export function normGradient(
  own: Own,
  dy: Tensor,
  [x, weight, bias, moments]: [Tensor, Tensor1D, Tensor1D, Tensor3D],
  { groups, silu }: NormOptions,
): [dx: Tensor, dweight: Tensor1D, dbias: Tensor1D] {
  const [b, c] = [x.shape[0]!, x.shape.at(-1)!]
  const [dx, dweight, dbias] = [own.output(x.shape), own.output<Tensor1D>([c]), own.output<Tensor1D>([c])]
  const { address, numbers } = own.scratch(b * VECTORS * c)
  numbers.fill(0)
  const name = silu ? 'normSiluGradient' : 'normGradient'
  forItems(own, name, [x, weight, bias, moments, dy, dx], address, x.size * (silu ? SILU : 6), (addresses) => {
    const about = itemsOf(x, groups, VECTORS, addresses)
    const [from, to] = [stepsThrough(x, addresses[4]!), stepsThrough(x, addresses[5]!)]
    const sums = (i: number) => addresses.at(-1)! + 4 * (i * VECTORS + VECTORS - 2) * c
    return (i) => call(name, ...about(i), from(i), to(i), sums(i), sums(i) + 4 * c)
  })
  const totals = [new Float64Array(c), new Float64Array(c)] as const
  for (let i = 0; i < b; i++) {
    const sums = numbers.subarray((i * VECTORS + VECTORS - 2) * c, (i + 1) * VECTORS * c)
    addTotals(sums, own.numbers(moments).subarray((2 * i + 1) * groups, (2 * i + 2) * groups), totals)
  }
  own.numbers(dweight).set(totals[0])
  own.numbers(dbias).set(totals[1])
  return [dx, dweight, dbias]
}

/** Makes a call for each item, some together in a strand. `of` is given the addresses of the tensors and then that of the room. */
function forItems(
  own: Own,
  name: string,
  tensors: Tensor[],
  room: number,
  multiplications: number,
  of: (addresses: readonly number[]) => (i: number) => Call,
) {
  const [x, , , moments] = tensors as [Tensor, Tensor, Tensor, Tensor]
  const items = x.shape[0]!
  const some = Math.ceil(items / (4 * own.threads))
  own.phases(keyOf(name, ...x.shape, moments.shape[2]!), [...tensors.map((tensor) => own.address(tensor)), room], (addresses) => {
    const callFor = of(addresses)
    const strandOf = (first: number) => repeated(Math.min(some, items - first), (i) => [callFor(first + i)])
    return [{ strands: Array.from({ length: Math.ceil(items / some) }, (_, i) => strandOf(i * some)), multiplications }]
  })
}

/** Vectors that the gradient needs for an item; the last two are the sums of dz and of dz (x - mean). */
const VECTORS = 6

/** Where each item of a tensor like x begins, if that begins at an address. */
function stepsThrough(x: Tensor, begin: number): (i: number) => number {
  const step = (4 * x.size) / x.shape[0]!
  return (i) => begin + i * step
}

/** What a function is told of an item: see normFunctions.ts. In the room there are `vectors` vectors for each. */
function itemsOf(x: Tensor, groups: number, vectors: number, addresses: readonly number[]): (i: number) => number[] {
  const c = x.shape.at(-1)!
  const n = x.size / x.shape[0]! / c
  const [at, weights, addend, moments] = addresses as [number, number, number, number]
  const rows = stepsThrough(x, at)
  const width = c / groups
  return (i) => {
    const [found, room] = [moments + 8 * i * groups, addresses.at(-1)! + 4 * i * vectors * c]
    return [rows(i), rows(i + 1), 4 * c, weights, addend, found, found + 4 * groups, 4 * width, n * width, room]
  }
}

type Totals = readonly [dweight: Float64Array, dbias: Float64Array]

/** Adds those of an item, of which `sums` has the sums of dz and then those of dz (x - mean). */
function addTotals(sums: Float32Array, inverses: Float32Array, [dweight, dbias]: Totals) {
  const c = dbias.length
  const width = c / inverses.length
  for (let i = 0; i < c; i++) {
    dweight[i]! += sums[c + i]! * inverses[Math.floor(i / width)]!
    dbias[i]! += sums[i]!
  }
}
