// Adam and clipping by kernels of their own, beyond their formulas (fused.test.ts).
import { expect, test, vi } from 'vitest'
import type { OptimizerConfig } from '../../src/engine/optimizers.ts'
import { clipByNorm, noMoments, optimizerStep } from '../../src/engine/optimizers.ts'
import { randomOf } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { ownKernels } from '../../src/engine/webgpu/own.ts'
import { onEachBackend } from '../backends.ts'
import { adamw } from '../smallTraining.ts'

const plain: OptimizerConfig = { ...adamw, clip_norm: 0 }

const normOf = (g: ArrayLike<number>) => Math.sqrt(Array.from(g).reduce((sum, value) => sum + value * value, 0))

/** The largest difference, as a share of the largest value. */
function difference(got: ArrayLike<number>, right: ArrayLike<number>): number {
  const largest = Array.from(right).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return Array.from(got).reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0) / largest
}

const stepsOf = async (config: OptimizerConfig, begin: Float32Array, gradients: readonly Float32Array[]) => {
  let state = { weights: tf.tensor1d(begin), moments: noMoments(config, begin.length) }
  for (const [step, values] of gradients.entries()) {
    const gradient = tf.tensor1d(values)
    const next = tf.tidy(() => optimizerStep(config, { ...state, gradient, step, total: 100 }) as never) as typeof state
    tf.dispose([gradient, ...tensorsOf(state)])
    state = next
  }
  const numbers: Record<string, Float32Array> = {}
  for (const [name, tensor] of Object.entries({ weights: state.weights, ...state.moments })) {
    numbers[name] = (await tensor.data()) as Float32Array
  }
  tf.dispose(tensorsOf(state))
  return numbers
}

onEachBackend(() => {
  test('the norm of many numbers is right to the last digits', async () => {
    const values = randomOf(2).normal(100_003)
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
  test('what takes more buffers than the device binds is left to operations of tfjs', async () => {
    const config = { ...plain, algorithm: 'adam', amsgrad: true, clip_norm: 1 } as const
    const random = randomOf(6)
    const [begin, gradient] = [random.normal(100), random.normal(100)]
    const dispatch = vi.spyOn(ownKernels()!, 'dispatch')
    const keys = () => dispatch.mock.calls.map(([{ key }]) => key)
    const got = await stepsOf(config, begin, [gradient])
    expect(keys()).toEqual(['gradient norm, squares 100 in 64', 'gradient norm, factor of 64 to 1', 'adam amsgrad clipped 100'])
    dispatch.mockClear()
    const { limits } = ownKernels()!.device
    const fewer = new Proxy(limits, {
      get: (all, key) => (key === 'maxStorageBuffersPerShaderStage' ? 9 : Reflect.get(all, key)),
    })
    Object.defineProperty(ownKernels()!.device, 'limits', { configurable: true, value: fewer })
    const composed = await stepsOf(config, begin, [gradient])
    Reflect.deleteProperty(ownKernels()!.device, 'limits')
    expect(keys()).toHaveLength(2)
    for (const [name, values] of Object.entries(composed)) expect(difference(got[name]!, values), name).toBeLessThan(1e-6)
    dispatch.mockRestore()
  })
}, ['webgpu'])
