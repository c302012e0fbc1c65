// Adam, clipping and averages by kernels of their own, against the same formulas in float64.
import { expect, test, vi } from 'vitest'
import type { OptimizerConfig } from '../../src/engine/optimizers.ts'
import { clipByNorm, noMoments, optimizerStep } from '../../src/engine/optimizers.ts'
import { emaUpdate } from '../../src/engine/averages.ts'
import { randomOf } from '../../src/engine/random.ts'
import { tf } from '../../src/engine/tf.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { ownKernels } from '../../src/engine/webgpu/own.ts'
import { onEachBackend } from '../backends.ts'
import { adamw } from '../smallTraining.ts'

const plain: OptimizerConfig = { ...adamw, clip_norm: 0 }

interface State {
  weights: Float64Array
  first: Float64Array
  second: Float64Array
  largest: Float64Array
}

const normOf = (g: ArrayLike<number>) => Math.sqrt(Array.from(g).reduce((sum, value) => sum + value * value, 0))

/** torch.optim.Adam and AdamW, one element after the other. */
function adamInFull(config: OptimizerConfig, state: State, gradient: ArrayLike<number>, t: number): State {
  const { algorithm, beta1, beta2, eps, lr, weight_decay, clip_norm, amsgrad } = config
  const factor = clip_norm > 0 ? Math.min(clip_norm / (normOf(gradient) + 1e-6), 1) : 1
  const next = {
    weights: state.weights.slice(),
    first: state.first.slice(),
    second: state.second.slice(),
    largest: state.largest.slice(),
  }
  for (let i = 0; i < gradient.length; i++) {
    const g = factor * gradient[i]! + (algorithm === 'adam' ? weight_decay * state.weights[i]! : 0)
    const m = (next.first[i] = beta1 * state.first[i]! + (1 - beta1) * g)
    const v = (next.second[i] = beta2 * state.second[i]! + (1 - beta2) * g * g)
    const most = (next.largest[i] = Math.max(state.largest[i]!, v))
    const spread = Math.sqrt((amsgrad ? most : v) / (1 - beta2 ** t)) + eps
    const from = algorithm === 'adamw' ? (1 - lr * weight_decay) * state.weights[i]! : state.weights[i]!
    next.weights[i] = from - ((lr / (1 - beta1 ** t)) * m) / spread
  }
  return next
}

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
  const kinds: [string, Partial<OptimizerConfig>][] = [
    ['AdamW', {}],
    ['AdamW, clipped', { clip_norm: 1 }],
    ['Adam with a penalty, not long enough to be clipped', { algorithm: 'adam', clip_norm: 1e6 }],
    ['AMSGrad, clipped', { algorithm: 'adam', weight_decay: 0, amsgrad: true, clip_norm: 0.5, eps: 1e-4 }],
  ]
  // Lengths that are taken four at a time, and others.
  test.each(kinds.flatMap(([name, changes]) => [1, 64, 1003].map((n) => [name, n, changes] as const)))(
    '%s of %i weights',
    async (_, n, changes) => {
      const config = { ...plain, ...changes }
      const random = randomOf(n)
      const begin = random.normal(n)
      const gradients = [1, 0.1, 3].map((size) => random.normal(n).map((value) => size * value))
      const zeros = () => new Float64Array(n)
      let right: State = { weights: Float64Array.from(begin), first: zeros(), second: zeros(), largest: zeros() }
      gradients.forEach((gradient, i) => (right = adamInFull(config, right, gradient, i + 1)))
      const got = await stepsOf(config, begin, gradients)
      for (const [name, values] of Object.entries(got)) {
        expect(values).toHaveLength(n)
        expect(difference(values, right[name as keyof State]), name).toBeLessThan(1e-6)
      }
      expect(await stepsOf(config, begin, gradients), 'the same bits again').toEqual(got)
    },
  )

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

  test('an average follows', async () => {
    const random = randomOf(4)
    const [average, weights] = [random.normal(1001), random.normal(1001)]
    const tensors = [tf.tensor1d(average), tf.tensor1d(weights)] as const
    const next = emaUpdate({ kind: 'constant', decay: 0.97 }, ...tensors, 5)
    const right = Array.from(average, (value, i) => 0.97 * value + 0.03 * weights[i]!)
    expect(difference(await next.data(), right)).toBeLessThan(3e-7)
    tf.dispose([...tensors, next])
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
