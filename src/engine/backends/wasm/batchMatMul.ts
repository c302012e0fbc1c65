// BatchMatMul of the wasm backend: products of batches, and of transposed matrices.
import { tf } from '../../base/tf.ts'
import type {
  HeapArray,
  KernelCall,
  KernelFunction,
  StockWasmBackend,
  TensorHandle,
} from './kernelCall.ts'
import type { BatchProduct } from './matMul.ts'
import { canMultiply, multiplyBatch } from './matMul.ts'
import { activeWasm } from './wasmFunctions.ts'

/** Multiplications of one product from which a call of the stock kernel for each matrix pays. */
const MIN_STOCK_WORK = 20_000

/**
 * Multiplies batches, and matrices of which one is transposed. Broadcasting, two plain matrices,
 * and shapes that do not match (for which it throws) are left to the stock kernel.
 */
export function batchMatMul(
  call: KernelCall,
  stock: KernelFunction,
): TensorHandle | TensorHandle[] {
  const { inputs, attrs, backend } = call
  const { a, b } = inputs as { a: TensorHandle; b: TensorHandle }
  const product = describeProduct(a, b, attrs as { transposeA?: boolean; transposeB?: boolean })
  if (!product) return stock(call)
  const out = backend.makeOutput(product.shape, 'float32')
  const wasm = activeWasm()
  if (wasm && canMultiply(product)) multiplyBatch(wasm, product, a, b, out)
  else if (product.n * product.k * product.m < MIN_STOCK_WORK)
    multiplyInJS(product, a, b, out, backend)
  else multiplyWithStock(product, a, b, out, { backend, stock })
  return out
}

function describeProduct(
  a: TensorHandle,
  b: TensorHandle,
  { transposeA = false, transposeB = false },
): BatchProduct | undefined {
  const batch = a.shape.slice(0, -2)
  const items = tf.util.sizeFromShape(batch)
  if ((items === 1 && !transposeA && !transposeB) || a.dtype !== 'float32' || b.dtype !== 'float32')
    return undefined
  if (!tf.util.arraysEqual(batch, b.shape.slice(0, -2))) return undefined
  const [rows, columns] = a.shape.slice(-2) as [number, number]
  const [n, k] = transposeA ? [columns, rows] : [rows, columns]
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number]
  const [inner, m] = transposeB ? [bColumns, bRows] : [bRows, bColumns]
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

function multiplyInJS(
  product: BatchProduct,
  left: TensorHandle,
  right: TensorHandle,
  out: TensorHandle,
  backend: StockWasmBackend,
) {
  const { items, n, m } = product
  const arrays = [left, right, out].map((tensor) => backend.typedArrayFromHeap(tensor)) as [
    HeapArray,
    HeapArray,
    HeapArray,
  ]
  const [tiledRows, tiledColumns] = [n - (n % 2), m - (m % 4)]
  for (let item = 0; item < items; item++) {
    multiplyTiles(product, item, arrays)
    for (let i = 0; i < n; i++) {
      for (let j = i < tiledRows ? tiledColumns : 0; j < m; j++)
        multiplyElement(product, item, i, j, arrays)
    }
  }
}

/**
 * Computes tiles of two rows by four columns, so that each number is read once for several
 * products. {@link multiplyElement} computes the rest.
 */
function multiplyTiles(
  { n, k, m, a, b }: BatchProduct,
  item: number,
  [as, bs, to]: [HeapArray, HeapArray, HeapArray],
) {
  // Local constants double the speed: the loop would read the properties every time.
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
        const x = as[first]
        const y = as[first + aRow]
        const b0 = bs[at]
        const b1 = bs[at + bColumn]
        const b2 = bs[at + 2 * bColumn]
        const b3 = bs[at + 3 * bColumn]
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

function multiplyElement(
  { n, k, m, a, b }: BatchProduct,
  item: number,
  i: number,
  j: number,
  [as, bs, to]: [HeapArray, HeapArray, HeapArray],
) {
  let sum = 0
  for (let l = 0; l < k; l++) {
    sum += as[item * n * k + i * a.row + l * a.column] * bs[item * k * m + l * b.row + j * b.column]
  }
  to[(item * n + i) * m + j] = sum
}

/** Multiplies matrix by matrix with the stock kernel, which is fast if none is transposed. */
function multiplyWithStock(
  { items, n, k, m, a, b }: BatchProduct,
  left: TensorHandle,
  right: TensorHandle,
  out: TensorHandle,
  { backend, stock }: { backend: StockWasmBackend; stock: KernelFunction },
) {
  const plainLeft = a.column === 1 ? left : transposeLastAxes(left, backend)
  const plainRight = b.column === 1 ? right : transposeLastAxes(right, backend)
  for (let item = 0; item < items; item++) {
    const inputs = {
      a: copyMatrix(plainLeft, item, [1, n, k], backend),
      b: copyMatrix(plainRight, item, [1, k, m], backend),
    }
    const result = stock({
      inputs,
      attrs: { transposeA: false, transposeB: false },
      backend,
    }) as TensorHandle
    backend.typedArrayFromHeap(out).set(backend.typedArrayFromHeap(result), item * n * m)
    for (const { dataId } of [inputs.a, inputs.b, result]) backend.disposeData(dataId)
  }
  if (plainLeft !== left) backend.disposeData(plainLeft.dataId)
  if (plainRight !== right) backend.disposeData(plainRight.dataId)
}

/** Returns a copy with the last two axes exchanged. */
function transposeLastAxes(x: TensorHandle, backend: StockWasmBackend): TensorHandle {
  const [columns, rows] = [x.shape.length - 1, x.shape.length - 2]
  const perm = [...Array(rows).keys(), columns, rows]
  const transpose = tf.getKernel('Transpose', 'wasm').kernelFunc as unknown as KernelFunction
  return transpose({ inputs: { x }, attrs: { perm }, backend }) as TensorHandle
}

/** Returns a copy of one matrix of a batch. */
function copyMatrix(
  x: TensorHandle,
  item: number,
  shape: [1, number, number],
  backend: StockWasmBackend,
): TensorHandle {
  const size = shape[1] * shape[2]
  const one = backend.makeOutput(shape, 'float32')
  backend
    .typedArrayFromHeap(one)
    .set(backend.typedArrayFromHeap(x).subarray(item * size, (item + 1) * size))
  return one
}
