// Products of batches of matrices on the wasm backend.
import { tf } from '../tf.ts'
import { canMultiply, multiply as multiplyByOwn } from './matrices.ts'
import type { Product } from './matrices.ts'
import { ownFunctions } from './module.ts'
import type { Call, Info, Kernel, Numbers, WasmBackend } from './call.ts'

/** Multiplications for one matrix of a batch, above which it is worth a call of the quick way. */
const LARGE = 20_000

/**
 * Batches, and matrices of which one is transposed. What is broadcast, two plain matrices, and what does not fit together (of
 * which it says so) stay with the stock kernel.
 */
export function batchMatMul(call: Call, stock: Kernel): Info | Info[] {
  const { inputs, attrs, backend } = call
  const { a, b } = inputs as { a: Info; b: Info }
  const product = productOf(a, b, attrs as { transposeA?: boolean; transposeB?: boolean })
  if (!product) return stock(call)
  const out = backend.makeOutput(product.shape, 'float32')
  const own = ownFunctions()
  if (own && canMultiply(product)) multiplyByOwn(own, product, a, b, out)
  else if (product.n * product.k * product.m < LARGE) multiply(product, a, b, out, backend)
  else multiplyOneByOne(product, a, b, out, { backend, stock })
  return out
}

function productOf(a: Info, b: Info, { transposeA = false, transposeB = false }): Product | undefined {
  const batch = a.shape.slice(0, -2)
  const items = tf.util.sizeFromShape(batch)
  if ((items === 1 && !transposeA && !transposeB) || a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
  if (!tf.util.arraysEqual(batch, b.shape.slice(0, -2))) return undefined
  const [rows, columns] = a.shape.slice(-2) as [number, number]
  const [n, k] = transposeA ? [columns, rows] : [rows, columns]
  const [inner, m] = [b.shape.at(transposeB ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!]
  if (inner !== k) return undefined
  return {
    items,
    n,
    k,
    m,
    a: transposeA ? { row: 1, column: n } : { row: k, column: 1 },
    b: transposeB ? { row: 1, column: k } : { row: m, column: 1 },
    shape: [...batch, n, m],
  }
}

function multiply(product: Product, left: Info, right: Info, out: Info, backend: WasmBackend) {
  const { items, n, m } = product
  const arrays = [left, right, out].map((info) => backend.typedArrayFromHeap(info)) as [Numbers, Numbers, Numbers]
  const [rows, columns] = [n - (n % 2), m - (m % 4)]
  for (let item = 0; item < items; item++) {
    multiplyTiles(product, item, arrays)
    for (let i = 0; i < n; i++) {
      for (let j = i < rows ? columns : 0; j < m; j++) multiplyOne(product, item, i, j, arrays)
    }
  }
}

/**
 * Two rows by four columns at a time, which reads each number for several products. Of what is not in such a tile see
 * {@link multiplyOne}.
 */
function multiplyTiles({ n, k, m, a, b }: Product, item: number, [as, bs, to]: [Numbers, Numbers, Numbers]) {
  // Without constants of its own the loop reads them from the object, at half the speed.
  const [aRow, aColumn, bRow, bColumn] = [a.row, a.column, b.row, b.column]
  for (let i = 0; i + 2 <= n; i += 2) {
    for (let j = 0; j + 4 <= m; j += 4) {
      let p0 = 0
      let p1 = 0
      let p2 = 0
      let p3 = 0
      let q0 = 0
      let q1 = 0
      let q2 = 0
      let q3 = 0
      let first = item * n * k + i * aRow
      let at = item * k * m + j * bColumn
      for (let l = 0; l < k; l++) {
        const x = as[first]!
        const y = as[first + aRow]!
        const b0 = bs[at]!
        const b1 = bs[at + bColumn]!
        const b2 = bs[at + 2 * bColumn]!
        const b3 = bs[at + 3 * bColumn]!
        p0 += x * b0
        p1 += x * b1
        p2 += x * b2
        p3 += x * b3
        q0 += y * b0
        q1 += y * b1
        q2 += y * b2
        q3 += y * b3
        first += aColumn
        at += bRow
      }
      const target = (item * n + i) * m + j
      to[target] = p0
      to[target + 1] = p1
      to[target + 2] = p2
      to[target + 3] = p3
      to[target + m] = q0
      to[target + m + 1] = q1
      to[target + m + 2] = q2
      to[target + m + 3] = q3
    }
  }
}

function multiplyOne({ n, k, m, a, b }: Product, item: number, i: number, j: number, [as, bs, to]: [Numbers, Numbers, Numbers]) {
  let sum = 0
  for (let l = 0; l < k; l++) {
    sum += as[item * n * k + i * a.row + l * a.column]! * bs[item * k * m + l * b.row + j * b.column]!
  }
  to[(item * n + i) * m + j] = sum
}

/** By the quick way for two matrices, which takes none that is transposed. */
function multiplyOneByOne(
  { items, n, k, m, a, b }: Product,
  left: Info,
  right: Info,
  out: Info,
  { backend, stock }: { backend: WasmBackend; stock: Kernel },
) {
  const plainLeft = a.column === 1 ? left : transposed(left, backend)
  const plainRight = b.column === 1 ? right : transposed(right, backend)
  for (let item = 0; item < items; item++) {
    const inputs = { a: matrix(plainLeft, item, [1, n, k], backend), b: matrix(plainRight, item, [1, k, m], backend) }
    const result = stock({ inputs, attrs: { transposeA: false, transposeB: false }, backend }) as Info
    backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(result), item * n * m)
    for (const { dataId } of [inputs.a, inputs.b, result]) backend.disposeData(dataId)
  }
  if (plainLeft !== left) backend.disposeData(plainLeft.dataId)
  if (plainRight !== right) backend.disposeData(plainRight.dataId)
}

/** The last two axes exchanged. */
function transposed(x: Info, backend: WasmBackend): Info {
  const [columns, rows] = [x.shape.length - 1, x.shape.length - 2]
  const perm = [...Array(rows).keys(), columns, rows]
  const transpose = tf.getKernel('Transpose', 'wasm')!.kernelFunc as unknown as Kernel
  return transpose({ inputs: { x }, attrs: { perm }, backend }) as Info
}

/** One matrix of a batch. */
function matrix(x: Info, item: number, shape: [1, number, number], backend: WasmBackend): Info {
  const size = shape[1] * shape[2]
  const one = backend.makeOutput(shape, 'float32')
  backend.typedArrayFromHeap(one).set(backend.typedArrayFromHeap(x).subarray(item * size, (item + 1) * size))
  return one
}
