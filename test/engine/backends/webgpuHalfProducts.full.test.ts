// Products of float16 on the GPU: close to those of float32, whatever the magnitude of the numbers.
import { expect, test } from 'vitest'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import type { Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import { numbers, readAndDispose, uploadTensor, webgpuBackend } from '../../kernels.ts'

const [b, side, from, to] = [2, 6, 20, 12]
const geometry = { stride: 1, pad: { top: 1, bottom: 1, left: 1, right: 1 } } as const
const float32: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 2, depth: 8 }
const halfTiles: readonly Tiled[] = [
  { ...float32, half: 1 },
  { ...float32, half: 4, depth: 32 },
]

/**
 * The largest relative error of a term: two numbers and their product are rounded to 11 bits; a sum
 * of four products is rounded once for each. The rest is the rounding of float32.
 */
const termError = { 1: 3 * 2 ** -11 * 1.01, 4: 6 * 2 ** -11 * 1.01 }

onEachBackend(() => {
  const scaled = (values: Float32Array, scale: number) => values.map((value) => value * scale)

  /** Results of the three kinds of products, where x and dy are scaled. */
  async function products(
    tile: Tiled,
    {
      scale = 1,
      spoiled,
      absolute = false,
    }: { scale?: number; spoiled?: number; absolute?: boolean } = {},
  ) {
    const inputs = {
      x: numbers(b * side * side * from, 1),
      dy: scaled(numbers(b * side * side * to, 2), scale),
      weight: numbers(9 * from * to, 3),
      bias: new Float32Array(to),
    }
    if (absolute) for (const values of Object.values(inputs)) values.set(values.map(Math.abs))
    if (spoiled !== undefined) inputs.x[0] = inputs.dy[0] = spoiled
    const shapes = {
      x: [b, side, side, from],
      dy: [b, side, side, to],
      weight: [3, 3, from, to],
      bias: [to],
    }
    const upload = (name: keyof typeof inputs) => uploadTensor(inputs[name], shapes[name])
    const [x, dy, weight, bias] = (['x', 'dy', 'weight', 'bias'] as const).map(upload)
    const backend = webgpuBackend()
    const results = [
      convByGemm(backend, { x, weight, bias, ...geometry }, tile),
      ...convInputGradient(backend, { dy, weight, inputShape: shapes.x, ...geometry }, tile),
      ...convFilterGradient(
        backend,
        { x, dy, filterShape: shapes.weight, bias: true, ...geometry },
        tile,
      ),
    ]
    const read = []
    for (const result of results) read.push(await readAndDispose(result))
    tf.dispose([x, dy, weight, bias] as never)
    const [y, dx, dweight, dbias] = read
    return { y, dx, dweight, dbias }
  }

  test.for(halfTiles)(
    'sums of $half products, forward pass and gradients',
    async (tile, { skip }) => {
      if (!webgpuBackend().device.features.has('shader-f16')) skip('this device has no float16')
      const right = await products(float32)
      const found = await products(tile)
      const sizes = await products(float32, { absolute: true })
      for (const name of ['y', 'dx', 'dweight', 'dbias'] as const) {
        const errors = found[name].map((value, i) => Math.abs(value - right[name][i]))
        const bound = termError[tile.half!]
        errors.forEach((error, i) => expect(error).toBeLessThan(bound * sizes[name][i]))
        // Equal numbers would mean that the products were of float32.
        expect(Math.max(...errors), name).toBeGreaterThan(1e-6 * Math.max(...sizes[name]))
      }
      // Scaling by a power of two changes no bit of the significand: small gradients do not vanish,
      // and large ones do not overflow.
      for (const scale of [2 ** -60, 2 ** 60]) {
        const other = await products(tile, { scale })
        for (const name of ['dx', 'dweight', 'dbias'] as const)
          expect(other[name], name).toEqual(scaled(found[name], scale))
      }
    },
  )

  test('numbers that are not finite stay so', async ({ skip }) => {
    if (!webgpuBackend().device.features.has('shader-f16')) skip('this device has no float16')
    for (const spoiled of [NaN, Infinity]) {
      const right = await products(float32, { spoiled })
      const found = await products(halfTiles[1], { spoiled })
      for (const name of ['y', 'dx', 'dweight'] as const) {
        const lost = [...right[name].keys()].filter((i) => !Number.isFinite(right[name][i]))
        expect(lost.length, name).toBeGreaterThan(0)
        expect(
          lost.filter((i) => Number.isFinite(found[name][i])),
          name,
        ).toEqual([])
      }
    }
  })
}, ['webgpu'])
