// Adam, AdamW, learning rates and EMA against what PyTorch and diffusers did.
import { describe, expect, test } from 'vitest'
import type { EmaConfig } from '../../src/engine/ema.ts'
import { emaDecay, emaUpdate } from '../../src/engine/ema.ts'
import type { LrSchedule, OptimizerConfig } from '../../src/engine/optimizers.ts'
import { clipByNorm, learningRate, noMoments, optimizerStep } from '../../src/engine/optimizers.ts'
import type { Tensor1D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { onEachBackend } from '../backends.ts'
import { golden } from '../golden.ts'

interface Recorded {
  ema: { kwargs: Partial<EmaConfig>; decay: number[]; shadow: number[] }[]
  lr: {
    name: string
    kwargs: { num_warmup_steps?: number; num_training_steps?: number }
    base_lr: number
    lr_at_step_0_to_34: number[]
  }[]
  opt: { optimizer: 'Adam' | 'AdamW'; kwargs: { lr: number; weight_decay?: number }; p0: number[]; p_after_step: number[][] }[]
}

const recorded = golden<Recorded>('learning')

const plain: OptimizerConfig = {
  algorithm: 'adam',
  lr: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0,
  warmup_steps: 0,
  lr_schedule: 'constant',
  clip_norm: 0,
}

const noEma: EmaConfig = { decay: 0.9999, min_decay: 0, update_after_step: 0, use_ema_warmup: false, inv_gamma: 1, power: 2 / 3 }

test.each(recorded.lr.map((entry) => [entry.name, entry] as const))(
  'learning rates of %s',
  (name, { kwargs, base_lr, lr_at_step_0_to_34 }) => {
    const config = {
      ...plain,
      lr: base_lr,
      warmup_steps: kwargs.num_warmup_steps ?? 0,
      lr_schedule: name.split('_')[0] as LrSchedule,
    }
    lr_at_step_0_to_34.forEach((lr, step) => {
      expect(learningRate(config, step, kwargs.num_training_steps ?? 0), `step ${step}`).toBeCloseTo(lr, 12)
    })
  },
)

test.each(recorded.ema.map((entry) => [JSON.stringify(entry.kwargs), entry] as const))(
  'EMA decays for %s',
  (_, { kwargs, decay }) => {
    decay.forEach((value, i) => expect(emaDecay({ ...noEma, ...kwargs }, i + 1)).toBeCloseTo(value, 12))
  },
)

test('a constant decay, but for the first copy', () => {
  const config = { ...noEma, decay: 0.9, min_decay: 0.9 }
  expect([1, 2, 3, 100].map((update) => emaDecay(config, update))).toEqual([0, 0.9, 0.9, 0.9])
})

/** d/dp of sum(w (p - c)²) + sum(sin 3p). */
const gradientAt = (p: ArrayLike<number>) =>
  Array.from(p, (value, i) => 2 * [1, 0.1, 10, 0.5][i]! * (value - [0.3, 0.1, -0.4, 1][i]!) + 3 * Math.cos(3 * value))

onEachBackend(() => {
  describe.each(recorded.opt.map((entry) => [entry.optimizer, entry] as const))(
    '%s',
    (optimizer, { kwargs, p0, p_after_step }) => {
      test('follows PyTorch', async () => {
        const config: OptimizerConfig = { ...plain, algorithm: optimizer === 'Adam' ? 'adam' : 'adamw', ...kwargs }
        let weights = tf.tensor1d(p0)
        let moments = noMoments(p0.length)
        for (const [step, expected] of p_after_step.entries()) {
          const gradient = tf.tensor1d(gradientAt(await weights.data()))
          const next = tf.tidy(
            () => optimizerStep(config, { weights, gradient, moments, step, total: 100 }) as never,
          ) as ReturnType<typeof optimizerStep>
          tf.dispose([weights, gradient, moments.first, moments.second])
          weights = next.weights
          moments = next.moments
          const got = await weights.data()
          expected.forEach((value, i) => expect(Math.abs(got[i]! - value), `step ${step}, weight ${i}`).toBeLessThan(2e-5))
        }
        tf.dispose([weights, moments.first, moments.second])
      })
    },
  )

  test.each(recorded.ema.map((entry) => [JSON.stringify(entry.kwargs), entry] as const))(
    'EMA shadows for %s',
    async (_, { kwargs, shadow }) => {
      const weights = shadow.map((_, i) => tf.tensor1d([Math.sin(i + 1)]))
      const shadows = tf.tidy(() => {
        const start: Tensor1D[] = [tf.tensor1d([0])]
        for (const [i, weight] of weights.entries()) start.push(emaUpdate({ ...noEma, ...kwargs }, start[i]!, weight, i + 1))
        return tf.concat1d(start.slice(1))
      })
      const got = await shadows.data()
      shadow.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(1e-6))
      tf.dispose([...weights, shadows])
    },
  )

  test('clipping scales a long gradient to the limit, and leaves a short one', async () => {
    const long = tf.tensor1d([3, -4])
    const clipped = tf.tidy(() => clipByNorm(long, 1))
    const left = tf.tidy(() => clipByNorm(long, 10))
    expect([...(await clipped.data())].map((value) => Number(value.toFixed(5)))).toEqual([0.6, -0.8])
    expect([...(await left.data())]).toEqual([3, -4])
    tf.dispose([long, clipped, left])
  })
})
