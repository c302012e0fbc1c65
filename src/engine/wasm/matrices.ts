// Products of batches of matrices by functions of our own: a product is a convolution of n pixels in one row with one place,
// and that of a transposed matrix the gradient of one with respect to its filter.
import type { Info } from './call.ts'
import { convolving, packing } from './conv.ts'
import { tilesOf } from './filter.ts'
import { call, keyOf, repeated } from './module.ts'
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
  const { items, n, k, m, a, b } = product
  const some = Math.ceil(items / (4 * own.threads))
  const isPlain = a.column === 1
  const room = isPlain ? items * k * m + m : 0
  const { address, numbers } = own.scratch(room)
  if (isPlain) numbers.fill(0, items * k * m)
  else own.numbers(out).fill(0)
  const addresses = [own.address(left), own.address(right), own.address(out), address]
  own.phases(keyOf('product', items, n, k, m, a.row, a.column, b.row, b.column), addresses, (addresses) => {
    const through = (isPlain ? plain : transposed)(product, addresses as Addresses)
    const strands = Array.from({ length: Math.ceil(items / some) }, (_, i) =>
      repeated(Math.min(some, items - i * some), (item) => through(i * some + item)),
    )
    return [{ strands, multiplications: items * n * k * m }]
  })
}

type Addresses = readonly [left: number, right: number, out: number, room: number]

/** The calls for an item. */
type Through = (item: number) => Strand

/** In the room the right matrices are packed, and there are m zeros. */
function plain({ items, n, k, m, b }: Product, [x, weights, y, room]: Addresses): Through {
  const size = k * m
  const [line, row, bias] = [4 * k, 4 * m, room + 4 * items * size]
  return (item) => {
    const order = { first: item * size, place: size, ins: b.row, outs: b.column }
    const filter = room + 4 * item * size
    const made = { filter, bias, x: [line, line, line, line, line], y: [row, n * row], portion: k } as const
    return [
      ...packing(weights, order, [1, k, m], filter).flat(),
      ...convolving(made, m, [x + item * n * line, y + item * n * row], 1),
    ]
  }
}

function transposed({ n, k, m }: Product, [a, b, to]: Addresses): Through {
  const width = 4 * k * m
  return (item) =>
    tilesOf({ first: 0, count: n }, m).map(([name, i, ins, o, outs]) => {
      const [from, other] = [a + 4 * (item * n * k + i), b + 4 * (item * k * m + o)]
      const target = to + 4 * (item * n * m + i * m + o)
      return call(name, from, 0, 4 * n, 0, other, 1, other + 1, 4 * m, width, width, width, target, 4 * ins, 4 * outs)
    })
}
