// Sums over pixels on the wasm backend: the gradients of what was added to all of them.
import type { Tensor, Tensor1D, Tensor2D } from '../../base/tf.ts'
import type { Job } from './jobs.ts'
import { channelCount } from './norm.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey } from './wasmFunctions.ts'

/** Rows that are added in float32. Their sums are added in float64. */
const FLOAT32_ROWS = 256

/** Sums over all but the last axis of `[..., c]`: `[c]`. */
export function sumChannels(wasm: WasmFunctions, x: Tensor): Tensor1D {
  const sums = wasm.makeTensor<Tensor1D>([channelCount(x)])
  writeSums(wasm, x, sums)
  return sums
}

/** Sums over the pixels of each of some items, `[items, ..., c]`: `[items, c]`. */
export function sumItems(wasm: WasmFunctions, x: Tensor, items: number): Tensor2D {
  const sums = wasm.makeTensor<Tensor2D>([items, channelCount(x)])
  writeSums(wasm, x, sums)
  return sums
}

function writeSums(wasm: WasmFunctions, x: Tensor, sums: Tensor) {
  const channels = channelCount(x)
  const items = sums.size / channels
  const sizes = { items, rows: x.size / sums.size, channels }
  if (channels % 4 === 0) startSums(wasm, x, sums, sizes)
  else wasm.newValues(sums).set(sumInJS(wasm.values(x), sizes))
}

interface Sizes {
  items: number
  /** The rows of an item. */
  rows: number
  channels: number
}

function sumInJS(values: Float32Array, { items, rows, channels }: Sizes): Float64Array {
  const totals = new Float64Array(items * channels)
  let at = 0
  for (let first = 0; first < totals.length; first += channels)
    for (let row = 0; row < rows; row++)
      for (let channel = 0; channel < channels; channel++) totals[first + channel] += values[at++]
  return totals
}

function startSums(wasm: WasmFunctions, x: Tensor, out: Tensor, { items, rows, channels }: Sizes) {
  const parts = Math.ceil(rows / FLOAT32_ROWS)
  const { address, values } = wasm.scratch(items * parts * channels)
  values.fill(0)
  const bytes = 4 * channels
  wasm.startPhases(
    planKey('sums', items, rows, channels),
    [wasm.address(x), address, wasm.address(out)],
    ([from, sums, to]) => {
      const partJob = (item: number, part: number): Job => {
        const begin = from + (item * rows + part * FLOAT32_ROWS) * bytes
        const end = from + (item * rows + Math.min(rows, (part + 1) * FLOAT32_ROWS)) * bytes
        return [callRecord('sums', begin, end, bytes, sums + (item * parts + part) * bytes)]
      }
      const totalJob = (item: number): Job => {
        const [begin, end] = [sums + item * parts * bytes, sums + (item + 1) * parts * bytes]
        return [callRecord('totals', begin, end, bytes, to + item * bytes)]
      }
      const jobs = Array.from({ length: items * parts }, (_, i) =>
        partJob(Math.floor(i / parts), i % parts),
      )
      const totals = Array.from({ length: items }, (_, item) => totalJob(item)).flat()
      return [
        { jobs, multiplications: 2 * x.size },
        { jobs: [totals], multiplications: 0 },
      ]
    },
  )
}
