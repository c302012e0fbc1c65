// Division of convolutions into jobs: the number of threads changes no bit. Here one thread runs the
// jobs of several.
import { expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import type { Tensor, Tensor4D } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { convolve, wasmConvInputGradient } from '../../src/engine/backends/wasm/conv.ts'
import { wasmConvFilterGradient } from '../../src/engine/backends/wasm/convFilterGradient.ts'
import type { WasmFunctions } from '../../src/engine/backends/wasm/wasmFunctions.ts'
import { startWasmFunctions } from '../../src/engine/backends/wasm/wasmFunctions.ts'
import { onEachBackend } from '../backends.ts'

/** Items, height, width, channels of x and y, stride. */
type Sizes = readonly [
  items: number,
  height: number,
  width: number,
  ins: number,
  outs: number,
  stride: 1 | 2,
]

/** Returns functions of a program that has as many jobs as for this many threads. */
async function functionsFor(threads: number): Promise<WasmFunctions> {
  const wasm = await startWasmFunctions(tf.backend(), 1, 'portable')
  if (!wasm) throw new Error('no SIMD')
  return Object.defineProperty(wasm, 'threads', { value: threads })
}

/** Returns y, dx and dW. */
function convolveBothWays(
  wasm: WasmFunctions,
  [items, height, width, ins, outs, stride]: Sizes,
): Float32Array[] {
  const normal = (seed: number, ...shape: number[]) =>
    tf.tensor(createRandom(seed).normal(tf.util.sizeFromShape(shape)), shape)
  return tf.tidy(() => {
    const [y, x] = [[height / stride, width / stride] as const, [height, width] as const]
    const images = normal(1, items, ...x, ins) as Tensor4D
    const dy = normal(2, items, ...y, outs) as Tensor4D
    const weight = normal(3, 3, 3, ins, outs) as Tensor4D
    const geometry = { stride, pad: { top: 1, left: 1 } }
    const added = {
      bias: normal(4, outs) as Tensor<tf.Rank.R1>,
      perItem: normal(5, items, outs) as Tensor<tf.Rank.R2>,
      residual: normal(6, items, ...y, outs) as Tensor4D,
    }
    return [
      convolve(wasm, images, weight, added, [...y], geometry),
      wasmConvInputGradient(wasm, dy, weight, images.shape, geometry),
      wasmConvFilterGradient(wasm, images, dy, weight.shape, geometry),
    ].map((tensor) => tensor.dataSync() as Float32Array)
  })
}

onEachBackend(() => {
  test.each<Sizes>([
    [9, 8, 8, 16, 24, 1],
    [1, 32, 32, 16, 16, 1],
    [3, 64, 32, 64, 128, 1],
    [5, 12, 20, 20, 16, 1],
    [2, 6, 10, 12, 16, 1],
    [5, 16, 16, 16, 16, 2],
    [3, 7, 5, 6, 3, 1],
  ])('%j has the same bits with 1, 2, 4 and 8 threads', async (...sizes) => {
    const results = []
    for (const threads of [1, 2, 4, 8])
      results.push(convolveBothWays(await functionsFor(threads), sizes))
    for (const other of results.slice(1)) expect(other).toEqual(results[0])
  })
}, ['wasm'])
