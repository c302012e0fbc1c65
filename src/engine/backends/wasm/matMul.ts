// Products of batches of matrices by the custom convolution functions: a product is a 1x1
// convolution of n pixels in one row; with the left matrix transposed it is the filter gradient of
// one.
import { chooseJobCount } from './chunks.ts'
import { convCalls, packFilterJobs } from './convCalls.ts'
import { tileChannels } from './convFilterCalls.ts'
import type { Job } from './jobs.ts'
import type { TensorHandle } from './kernelCall.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey, repeatCalls } from './wasmFunctions.ts'

/** `items` products of [n, k] and [k, m], with the strides of rows and columns of each matrix. */
export interface BatchProduct {
  items: number
  n: number
  k: number
  m: number
  a: { row: number; column: number }
  b: { row: number; column: number }
  shape: number[]
}

/**
 * Returns whether {@link multiplyBatch} supports it: rows of entire vectors, and not both
 * transposed.
 */
export const canMultiply = ({ m, a, b }: BatchProduct) =>
  m % 4 === 0 && (a.column === 1 || b.column === 1)

export function multiplyBatch(
  wasm: WasmFunctions,
  product: BatchProduct,
  left: TensorHandle,
  right: TensorHandle,
  out: TensorHandle,
) {
  const { items, n, k, m, a, b } = product
  const multiplications = items * n * k * m
  const itemsPerJob = Math.ceil(items / chooseJobCount(wasm.threads, multiplications))
  const isPlain = a.column === 1
  const { address, values } = wasm.scratch(isPlain ? items * k * m + m : 0)
  if (isPlain) values.fill(0, items * k * m)
  else wasm.newValues(out).fill(0)
  wasm.startPhases(
    planKey('product', items, n, k, m, a.row, a.column, b.row, b.column),
    [wasm.address(left), wasm.address(right), wasm.address(out), address],
    (addresses) => {
      const buildCalls = (isPlain ? plainProduct : transposedProduct)(
        product,
        addresses as Addresses,
      )
      const jobs = Array.from({ length: Math.ceil(items / itemsPerJob) }, (_, job) =>
        repeatCalls(Math.min(itemsPerJob, items - job * itemsPerJob), (i) =>
          buildCalls(job * itemsPerJob + i),
        ),
      )
      return [{ jobs, multiplications }]
    },
  )
}

type Addresses = readonly [left: number, right: number, out: number, scratch: number]

/** Builds the calls for an item. */
type ItemCalls = (item: number) => Job

/** The scratch memory has the packed right matrices, and m zeros as the bias. */
function plainProduct(
  { items, n, k, m, b }: BatchProduct,
  [x, weights, y, scratch]: Addresses,
): ItemCalls {
  const size = k * m
  const [xRow, yRow, bias] = [4 * k, 4 * m, scratch + 4 * items * size]
  return (item) => {
    const order = { first: item * size, place: size, ins: b.row, outs: b.column }
    const filter = scratch + 4 * item * size
    const layout = {
      filter,
      bias,
      x: [xRow, xRow, xRow, xRow, xRow],
      y: [yRow, n * yRow],
      portion: k,
    } as const
    return [
      ...packFilterJobs(weights, order, [1, k, m], filter, 1).flat(),
      ...convCalls(layout, m, [x + item * n * xRow, y + item * n * yRow], 1),
    ]
  }
}

function transposedProduct({ n, k, m }: BatchProduct, [a, b, to]: Addresses): ItemCalls {
  const width = 4 * k * m
  return (item) =>
    tileChannels({ first: 0, count: n }, m).map(([name, i, ins, o, outs]) => {
      const [from, other] = [a + 4 * (item * n * k + i), b + 4 * (item * k * m + o)]
      const target = to + 4 * (item * n * m + i * m + o)
      const [xs, dys] = [
        [from, 0, 4 * n, 0],
        [other, 1, other + 1, 4 * m, width],
      ]
      return callRecord(name, ...xs, ...dys, width, width, target, 4 * ins, 4 * outs)
    })
}
