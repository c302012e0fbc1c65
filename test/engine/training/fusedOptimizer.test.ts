// Custom kernels for Adam and gradient clipping, beyond their formulas (fused.test.ts).
import { expect, test, vi } from 'vitest'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { clipByNorm, zeroMoments, optimizerStep } from '../../../src/engine/training/optimizers.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { activeWebGPU } from '../../../src/engine/backends/webgpu/activeWebGPU.ts'
import { onEachBackend } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'

const plain: OptimizerConfig = { ...adamw, clip_norm: 0 }

const normOf = (g: ArrayLike<number>) =>
  Math.sqrt(Array.from(g).reduce((sum, value) => sum + value * value, 0))

/** The largest difference, relative to the largest value. */
function difference(got: ArrayLike<number>, right: ArrayLike<number>): number {
  const largest = Array.from(right).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return (
    Array.from(got).reduce((most, value, i) => Math.max(most, Math.abs(value - right[i])), 0) /
    largest
  )
}

const stepsOf = async (
  config: OptimizerConfig,
  begin: Float32Array,
  gradients: readonly Float32Array[],
) => {
  let state = { weights: tf.tensor1d(begin), moments: zeroMoments(config, begin.length) }
  for (const [step, values] of gradients.entries()) {
    const gradient = tf.tensor1d(values)
    const next = tf.tidy(
      () => optimizerStep(config, { ...state, gradient, step, total: 100 }) as never,
    ) as typeof state
    tf.dispose([gradient, ...collectTensors(state)])
    state = next
  }
  const numbers: Record<string, Float32Array> = {}
  for (const [name, tensor] of Object.entries({ weights: state.weights, ...state.moments })) {
    numbers[name] = (await tensor.data()) as Float32Array
  }
  tf.dispose(collectTensors(state))
  return numbers
}

onEachBackend(() => {
  test('the norm of a long vector is accurate to float32', async () => {
    const values = createRandom(2).normal(100_003)
    for (const numbers of [values, values.subarray(0, 100_000)]) {
      const gradient = tf.tensor1d(numbers)
      const clipped = tf.tidy(() => clipByNorm(gradient, 7))
      const factor = 7 / (normOf(numbers) + 1e-6)
      expect(
        difference(
          await clipped.data(),
          Float64Array.from(numbers, (value) => factor * value),
        ),
      ).toBeLessThan(3e-7)
      tf.dispose([gradient, clipped])
    }
  })
}, ['wasm', 'webgpu'])

onEachBackend(() => {
  test('an update with more buffers than the device can bind falls back to operations of tfjs', async () => {
    const config = { ...plain, algorithm: 'adam', amsgrad: true, clip_norm: 1 } as const
    const random = createRandom(6)
    const [begin, gradient] = [random.normal(100), random.normal(100)]
    const dispatch = vi.spyOn(activeWebGPU()!, 'dispatch')
    const keys = () => dispatch.mock.calls.map(([{ key }]) => key)
    const got = await stepsOf(config, begin, [gradient])
    expect(keys()).toEqual([
      'gradient norm, squares 100 in 64',
      'gradient norm, factor of 64 to 1',
      'adam amsgrad clipped 100',
    ])
    dispatch.mockClear()
    const { limits } = activeWebGPU()!.device
    const fewer = new Proxy(limits, {
      get: (all, key) => (key === 'maxStorageBuffersPerShaderStage' ? 9 : Reflect.get(all, key)),
    })
    Object.defineProperty(activeWebGPU()!.device, 'limits', { configurable: true, value: fewer })
    const composed = await stepsOf(config, begin, [gradient])
    Reflect.deleteProperty(activeWebGPU()!.device, 'limits')
    expect(keys()).toHaveLength(2)
    for (const [name, values] of Object.entries(composed))
      expect(difference(got[name], values), name).toBeLessThan(1e-6)
    dispatch.mockRestore()
  })
}, ['webgpu'])
