// Random numbers that a GPU draws: the integers of the generator on the CPU, bit for bit, and what is made of them.
import { expect, test, vi } from 'vitest'
import { dropout } from '../../src/engine/layers/dropout.ts'
import { gaussianNoise, uniformNoise } from '../../src/engine/noise.ts'
import { philox4x32 } from '../../src/engine/philox.ts'
import { randomOf } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { ownKernels, tensorOf } from '../../src/engine/webgpu/own.ts'
import { drawn } from '../../src/engine/webgpu/kernels/philox.ts'
import { onEachBackend } from '../backends.ts'

/** From so many on webgpu draws by itself. */
const MANY = 8192

const farthest = (got: ArrayLike<number>, right: ArrayLike<number>) =>
  Array.from(got).reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0)

onEachBackend(() => {
  test.each([
    [1, [0, 0]],
    [1003, [0xffffffff, 0xffffffff]],
    [4096, [0xa4093822, 0x299f31d0]],
  ] as const)('%i integers with the key %s are those of the CPU', async (count, key) => {
    const tensor = tensorOf(drawn(ownKernels()!, 'integers', key, [count]))
    const words = Array.from({ length: Math.ceil(count / 4) }, (_, i) => philox4x32([i, 0, 0, 0], key)).flat()
    expect(new Uint32Array(Int32Array.from(await tensor.data()).buffer)).toEqual(Uint32Array.from(words.slice(0, count)))
    tensor.dispose()
  })

  test('uniform numbers are the same bits, normal ones the same within 2e-6, draw after draw', async () => {
    const [here, there] = [randomOf(7, [3]), randomOf(7, [3])]
    for (const count of [MANY + 1, 20_000]) {
      const [uniform, normal] = [uniformNoise(there, [count]), gaussianNoise(there, [count])]
      expect(await uniform.data()).toEqual(here.uniform(count))
      expect(farthest(await normal.data(), here.normal(count))).toBeLessThan(2e-6)
      tf.dispose([uniform, normal])
    }
  })

  test('many are drawn by the GPU, few and recorded ones are sent', () => {
    const dispatch = vi.spyOn(ownKernels()!, 'dispatch')
    const { normal } = randomOf(1)
    const recorded = { ...randomOf(1), normal, nextKey: undefined }
    tf.dispose([gaussianNoise(randomOf(1), [MANY - 1]), gaussianNoise(recorded as never, [MANY])])
    expect(dispatch).not.toHaveBeenCalled()
    tf.dispose([gaussianNoise(randomOf(1), [2, MANY / 2]), uniformNoise(randomOf(1), [MANY])])
    expect(dispatch.mock.calls.map(([{ key }]) => key)).toEqual([`philox normal ${MANY}`, `philox uniform ${MANY}`])
    dispatch.mockRestore()
  })

  test('dropout of many drops those that it would drop on the CPU', async () => {
    const ones = tf.ones([MANY])
    const kept = tf.tidy(() => dropout(ones, 0.3, randomOf(5)))
    const right = randomOf(5)
      .uniform(MANY)
      .map((u) => (u < 0.3 ? 0 : 1 / 0.7))
    expect(await kept.data()).toEqual(right)
    tf.dispose([ones, kept])
  })

  test('close to 1 and far out normal numbers are as exact', async () => {
    const count = 1 << 18
    const tensor = gaussianNoise(randomOf(11), [count])
    const [got, right] = [await tensor.data(), randomOf(11).normal(count)]
    const sizes = right.map(Math.abs)
    expect(farthest(right, new Float32Array(count))).toBeGreaterThan(4.4)
    expect(sizes.reduce((least, size) => Math.min(least, size), 1)).toBeLessThan(1e-5)
    expect(farthest(got, right)).toBeLessThan(2e-6)
    tensor.dispose()
  })
}, ['webgpu'])
