// Products of batches of matrices by functions of our own: a product is a convolution of n pixels in one row with one place,
// and that of a transposed matrix the gradient of one with respect to its filter.
import type { Info } from './call.ts'
import { pack, portions } from './conv.ts'
import { tilesOf } from './filter.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './team.ts'

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
  const [size, zeros] = [k * m, items * k * m]
  const { address, numbers } = own.scratch(zeros + 8)
  numbers.fill(0, zeros)
  const from = own.numbers(right)
  return Array.from({ length: items }, (_, item): Strand => {
    const filter = { first: item * size, place: size, ins: b.row, outs: b.column }
    pack(from, filter, 1, k, m, numbers.subarray(item * size, (item + 1) * size))
    const [x, y] = [own.address(left) + 4 * item * n * k, own.address(out) + 4 * item * n * m]
    return portions(m).map(({ first, count }) => {
      const [weights, line, height] = [address + 4 * (item * size + first * k), 4 * k, 4 * n * m]
      const name = count === 8 ? 'conv8' : 'conv4'
      return call(name, x, line, line, line, line, line, weights, address + 4 * zeros, y + 4 * first, 4 * m, height, height)
    })
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
      call(name, a + 4 * i, 4 * n, 0, b + 4 * o, 4 * m, width, width, width, to + 4 * (i * m + o), 4 * ins, 4 * outs),
    )
  })
}
