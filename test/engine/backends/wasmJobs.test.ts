// Division of convolutions into jobs: the number of threads changes no bit. Here one thread runs the
// jobs of several.
import { expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { convolve, wasmConvInputGradient } from '../../../src/engine/backends/wasm/conv.ts'
import { wasmConvFilterGradient } from '../../../src/engine/backends/wasm/convFilterGradient.ts'
import type { WasmFunctions } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import { startWasmFunctions } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import { onEachBackend } from '../../backends.ts'
import { casesOf } from '../../families.ts'

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

/** Returns random tensors of a convolution. */
function randomTensors([items, height, width, ins, outs, stride]: Sizes) {
  const normal = <R extends tf.Rank>(seed: number, ...shape: number[]) =>
    tf.tensor<R>(createRandom(seed).normal(tf.util.sizeFromShape(shape)), shape as never)
  const y = [height / stride, width / stride] as const
  return {
    images: normal<tf.Rank.R4>(1, items, height, width, ins),
    dy: normal<tf.Rank.R4>(2, items, ...y, outs),
    weight: normal<tf.Rank.R4>(3, 3, 3, ins, outs),
    bias: normal<tf.Rank.R1>(4, outs),
    perItem: normal<tf.Rank.R2>(5, items, outs),
    residual: normal<tf.Rank.R4>(6, items, ...y, outs),
  }
}

/** Returns y, dx and dW. */
function convolveBothWays(
  wasm: WasmFunctions,
  { images, dy, weight, ...added }: ReturnType<typeof randomTensors>,
  stride: 1 | 2,
): Float32Array[] {
  return tf.tidy(() => {
    const geometry = { stride, pad: { top: 1, left: 1 } }
    return [
      convolve(wasm, images, weight, added, [dy.shape[1], dy.shape[2]], geometry),
      wasmConvInputGradient(wasm, dy, weight, images.shape, geometry),
      wasmConvFilterGradient(wasm, images, dy, weight.shape, geometry),
    ].map((tensor) => tensor.dataSync() as Float32Array)
  })
}

onEachBackend(() => {
  const sizesOfAll: Sizes[] = [
    [9, 8, 8, 16, 24, 1],
    [1, 32, 32, 16, 16, 1],
    [3, 32, 32, 64, 128, 1],
    [5, 12, 20, 20, 16, 1],
    [2, 6, 10, 12, 16, 1],
    [5, 16, 16, 16, 16, 2],
    [3, 7, 5, 6, 3, 1],
  ]
  test.each(casesOf(sizesOfAll, ([batch]) => batch === 9 || batch === 5))(
    '%j has the same bits with 1, 2, 4 and 8 threads',
    async (...sizes) => {
      const tensors = randomTensors(sizes)
      const results: Float32Array[][] = []
      for (const threads of [1, 2, 4, 8])
        results.push(convolveBothWays(await functionsFor(threads), tensors, sizes[5]))
      tf.dispose(Object.values(tensors))
      const differences = results.map((arrays) =>
        arrays.map((values, i) => values.filter((value, k) => value !== results[0][i][k]).length),
      )
      expect(differences).toEqual(results.map(() => [0, 0, 0]))
    },
  )
}, ['wasm'])
