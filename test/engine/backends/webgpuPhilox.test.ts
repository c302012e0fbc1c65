// Random numbers generated on the GPU: the integers of the CPU's generator, bit for bit, and the
// distributions made of them.
import { expect, test, vi } from 'vitest'
import { dropout } from '../../../src/engine/layers/dropout.ts'
import { gaussianNoise, uniformNoise } from '../../../src/engine/process/noise.ts'
import { philox4x32 } from '../../../src/engine/base/philox.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { activeWebGPU, wrapTensor } from '../../../src/engine/backends/webgpu/activeWebGPU.ts'
import { drawRandom } from '../../../src/engine/backends/webgpu/kernels/elementwise/philox.ts'
import { onEachBackend } from '../../backends.ts'

/** The smallest number of elements that webgpu generates on the device. */
const MANY = 8192

const farthest = (got: ArrayLike<number>, right: ArrayLike<number>) =>
  Array.from(got).reduce((most, value, i) => Math.max(most, Math.abs(value - right[i])), 0)

onEachBackend(() => {
  test.each([
    [1, [0, 0]],
    [1003, [0xffffffff, 0xffffffff]],
    [4096, [0xa4093822, 0x299f31d0]],
  ] as const)('%i integers with the key %s are those of the CPU', async (count, key) => {
    const tensor = wrapTensor(drawRandom(activeWebGPU()!, 'integers', key, [count]))
    const words = Array.from({ length: Math.ceil(count / 4) }, (_, i) =>
      philox4x32([i, 0, 0, 0], key),
    ).flat()
    expect(new Uint32Array(Int32Array.from(await tensor.data()).buffer)).toEqual(
      Uint32Array.from(words.slice(0, count)),
    )
    tensor.dispose()
  })

  test('successive draws: uniform numbers have the same bits, normal ones agree within 2e-6', async () => {
    const [here, there] = [createRandom(7, [3]), createRandom(7, [3])]
    for (const count of [MANY + 1, 20_000]) {
      const [uniform, normal] = [uniformNoise(there, [count]), gaussianNoise(there, [count])]
      expect(await uniform.data()).toEqual(here.uniform(count))
      expect(farthest(await normal.data(), here.normal(count))).toBeLessThan(2e-6)
      tf.dispose([uniform, normal])
    }
  })

  test('large draws run on the GPU; small and recorded ones are uploaded', () => {
    const dispatch = vi.spyOn(activeWebGPU()!, 'dispatch')
    const { normal } = createRandom(1)
    const recorded = { ...createRandom(1), normal, nextKey: undefined }
    tf.dispose([
      gaussianNoise(createRandom(1), [MANY - 1]),
      gaussianNoise(recorded as never, [MANY]),
    ])
    expect(dispatch).not.toHaveBeenCalled()
    tf.dispose([
      gaussianNoise(createRandom(1), [2, MANY / 2]),
      uniformNoise(createRandom(1), [MANY]),
    ])
    expect(dispatch.mock.calls.map(([{ key }]) => key)).toEqual([
      `philox normal ${MANY}`,
      `philox uniform ${MANY}`,
    ])
    dispatch.mockRestore()
  })

  test('dropout on the GPU drops the same elements as on the CPU', async () => {
    const ones = tf.ones([MANY])
    const kept = tf.tidy(() => dropout(ones, 0.3, createRandom(5)))
    const right = createRandom(5)
      .uniform(MANY)
      .map((u) => (u < 0.3 ? 0 : 1 / 0.7))
    expect(await kept.data()).toEqual(right)
    tf.dispose([ones, kept])
  })

  test('normal numbers are accurate near 0 and in the tails', async () => {
    const count = 1 << 18
    const tensor = gaussianNoise(createRandom(11), [count])
    const [got, right] = [await tensor.data(), createRandom(11).normal(count)]
    const sizes = right.map(Math.abs)
    expect(farthest(right, new Float32Array(count))).toBeGreaterThan(4.4)
    expect(sizes.reduce((least, size) => Math.min(least, size), 1)).toBeLessThan(1e-5)
    expect(farthest(got, right)).toBeLessThan(2e-6)
    tensor.dispose()
  })
}, ['webgpu'])
