// Products of batches of matrices by functions of our own: a product is a convolution of n pixels in one row with one place,
// and that of a transposed matrix the gradient of one with respect to its filter.
import type { Info } from './call.ts'
import { convolving, packing } from './conv.ts'
import { tilesOf } from './filter.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './strands.ts'

/** `items` products of [n, k] and [k, m]; neighbours in a row and in a column of each are so far apart in memory. */
export interface Product {
  items: number
  n: number
  k: number
  m: number
  a: { row: number; column: number }
  b: { row: number; column: number }
  shape: number[]
}

/** Whether {@link multiply} can take it: whole vectors come out, and not both matrices are transposed. */
export const canMultiply = ({ m, a, b }: Product) => m % 4 === 0 && (a.column === 1 || b.column === 1)

export function multiply(own: Own, product: Product, left: Info, right: Info, out: Info) {
  const { items, n, k, m, a } = product
  const strands = a.column === 1 ? plain(own, product, left, right, out) : transposed(own, product, left, right, out)
  own.all(strands, items * n * k * m)
}

function plain(own: Own, { items, n, k, m, b }: Product, left: Info, right: Info, out: Info): Strand[] {
  const size = k * m
  const { address, numbers } = own.scratch(items * size + m)
  const bias = address + 4 * items * size
  numbers.fill(0, items * size)
  const [line, row] = [4 * k, 4 * m]
  return Array.from({ length: items }, (_, item): Strand => {
    const filter = { first: item * size, place: size, ins: b.row, outs: b.column }
    const made = { filter: address + 4 * item * size, bias, x: [line, line, line, line, line], y: [row, n * row], portion: k } as const
    const [x, y] = [own.address(left) + item * n * line, own.address(out) + item * n * row]
    return [...packing(own.address(right), filter, [1, k, m], made.filter).flat(), ...convolving(made, m, [x, y], 1)]
  })
}

function transposed(own: Own, { items, n, k, m }: Product, left: Info, right: Info, out: Info): Strand[] {
  own.numbers(out).fill(0)
  const width = 4 * k * m
  return Array.from({ length: items }, (_, item): Strand => {
    const [a, b, to] = [left, right, out].map((info, i) => own.address(info) + 4 * item * [n * k, k * m, n * m][i]!) as [
      number,
      number,
      number,
    ]
    return tilesOf({ first: 0, count: n }, m).map(([name, i, ins, o, outs]) =>
      call(name, a + 4 * i, 0, 4 * n, 0, ...once(b + 4 * o), 4 * m, width, width, width, to + 4 * (i * m + o), 4 * ins, 4 * outs),
    )
  })
}

/** One item, of items that are so far apart. */
const once = (at: number) => [at, 1, at + 1] as const
