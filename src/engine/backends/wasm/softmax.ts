// The gradient of softmax on the wasm backend, on all threads. Softmax itself is XNNPACK's.
import type { Tensor } from '../../base/tf.ts'
import type { Job } from './jobs.ts'
import { floatBits } from './jobs.ts'
import { CHUNK_SIZE } from './vectorOps.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord } from './wasmFunctions.ts'

/** The cost of a number in multiplications. */
const COST = 12

/**
 * Returns scale y (dy - sum y dy), with the sum over the last axis; undefined if its length is no
 * multiple of four.
 */
export function softmaxGradient(
  wasm: WasmFunctions,
  y: Tensor,
  dy: Tensor,
  scale: number,
): Tensor | undefined {
  const width = y.shape.at(-1) ?? 1
  if (width % 4 !== 0 || y.size === 0) return undefined
  const dx = wasm.makeTensor(y.shape)
  const [shares, above, to] = [y, dy, dx].map((tensor) => wasm.address(tensor))
  const step = width * Math.max(1, Math.floor(CHUNK_SIZE / width))
  const jobs = Array.from({ length: Math.ceil(y.size / step) }, (_, i): Job => {
    const [begin, end] = [4 * i * step, 4 * Math.min(y.size, (i + 1) * step)]
    const addresses = [shares + begin, shares + end, 4 * width, above + begin, to + begin]
    return [callRecord('softmaxGradient', ...addresses, floatBits(scale))]
  })
  wasm.startJobs(jobs, COST * y.size)
  return dx
}
