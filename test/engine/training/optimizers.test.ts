// Optimizers, learning rates and averages of weights, compared with PyTorch, diffusers, k-diffusion
// and EDM2.
import { describe, expect, test } from 'vitest'
import type { EmaConfig, GrowingEma } from '../../../src/engine/training/ema.ts'
import { averageUpdate, beginAverage, emaUpdate } from '../../../src/engine/training/averages.ts'
import { emaDecay, getGamma } from '../../../src/engine/training/ema.ts'
import type { LearningRateConfig, LrSchedule } from '../../../src/engine/training/learningRates.ts'
import {
  checkLearningRate,
  learningRate,
  parseStepRules,
} from '../../../src/engine/training/learningRates.ts'
import type { Algorithm, OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { clipByNorm, zeroMoments, optimizerStep } from '../../../src/engine/training/optimizers.ts'
import { postHocAverage, postHocCoefficients } from '../../../src/engine/training/postHocEma.ts'
import type { Tensor1D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { goldenBackend, onCpu, onEachBackend } from '../../backends.ts'
import { golden } from '../../golden.ts'
import { adamw } from '../../smallTraining.ts'

interface Recorded {
  ema: { kwargs: Partial<GrowingEma>; decay: number[]; shadow: number[] }[]
  lr: {
    name: string
    kwargs: Partial<LearningRateConfig> & { num_warmup_steps?: number; num_training_steps?: number }
    base_lr: number
    lr_at_step_0_to_34: number[]
  }[]
  opt: {
    optimizer: string
    kwargs: Partial<OptimizerConfig>
    p0: number[]
    p_after_step: number[][]
  }[]
  edm2_lr: {
    cur_nimg: number
    batch_size: number
    ref_lr: number
    ref_batches: number
    rampup_Mimg: number
    lr: number
  }[]
  edm2_power_ema: {
    std: number
    exp: number
    batch: number
    beta: { cur_nimg: number; beta: number }[]
  }[]
  edm2_posthoc_coefficients: {
    in_ofs: number[]
    in_std: number[]
    out_ofs: number[]
    out_std: number[]
    coeffs: number[]
  }
  edm_halflife_ema: {
    batch_size: number
    ema_halflife_kimg: number
    ema_rampup_ratio: number
    cur_nimg: number
    ema_beta: number
  }[]
  kdiffusion_EMAWarmup: {
    kwargs: {
      inv_gamma?: number
      power?: number
      max_value?: number
      min_value?: number
      start_at?: number
    }
    value_at_0_to_39: number[]
  }[]
}

const recorded = golden<Recorded>('learning')

const plain: OptimizerConfig = { ...adamw, algorithm: 'adam', weight_decay: 0, clip_norm: 0 }

const noEma: GrowingEma = {
  kind: 'diffusers',
  decay: 0.9999,
  min_decay: 0,
  update_after_step: 0,
  use_ema_warmup: false,
  inv_gamma: 1,
  power: 2 / 3,
}

describe('learning rates', () => {
  test.each(recorded.lr.map((entry) => [entry.name, entry] as const))(
    'of %s',
    (
      name,
      {
        kwargs: { num_warmup_steps = 0, num_training_steps = 0, ...kwargs },
        base_lr,
        lr_at_step_0_to_34,
      },
    ) => {
      const lr_schedule = name.replace('_with_warmup', '') as LrSchedule
      const config = {
        ...plain,
        lr: base_lr,
        warmup_steps: num_warmup_steps,
        lr_schedule,
        ...kwargs,
      }
      lr_at_step_0_to_34.forEach((lr, step) => {
        expect(
          Math.abs(learningRate(config, step, num_training_steps) - lr),
          `step ${step}`,
        ).toBeLessThan(1e-15)
      })
    },
  )

  test.each(recorded.edm2_lr.map((entry) => [entry.cur_nimg, entry] as const))(
    'of EDM2 after %i images',
    (images, { batch_size, ref_lr, ref_batches, rampup_Mimg, lr }) => {
      const warmup_steps = (rampup_Mimg * 1e6) / batch_size
      const config = {
        lr: ref_lr,
        lr_schedule: 'inverse_sqrt',
        warmup_steps,
        ref_steps: ref_batches,
      } as const
      expect(learningRate(config, images / batch_size, 0)).toBeCloseTo(lr, 14)
    },
  )

  test('match the formulas of InverseLR and ExponentialLR of k-diffusion', () => {
    const inverse = {
      lr: 2,
      lr_schedule: 'inverse',
      warmup_steps: 0,
      inv_gamma: 10,
      power: 0.5,
      min_lr: 0.5,
    } as const
    expect([0, 30, 1e6].map((step) => learningRate(inverse, step, 0))).toEqual([2, 1, 0.5])
    const exponential = {
      lr: 2,
      lr_schedule: 'exponential',
      warmup_steps: 0,
      decay: 0.25,
      num_steps: 20,
      min_lr: 0.1,
    } as const
    expect([0, 10, 20, 1e6].map((step) => learningRate(exponential, step, 0))).toEqual([
      2, 1, 0.5, 0.1,
    ])
    expect(learningRate({ ...exponential, warmup: 0.9 }, 1, 0)).toBeCloseTo(
      2 * 0.25 ** (1 / 20) * (1 - 0.81),
      14,
    )
    expect(learningRate({ ...inverse, warmup_steps: 60 }, 30, 0)).toBe(0.5)
  })

  test('inverse_sqrt with ref_steps = warmup_steps matches the Transformer', () => {
    const config = { lr: 1, lr_schedule: 'inverse_sqrt', warmup_steps: 40, ref_steps: 40 } as const
    for (const step of [1, 39, 40, 41, 1000]) {
      const attention = Math.sqrt(40) * Math.min(step ** -0.5, step * 40 ** -1.5)
      expect(learningRate(config, step, 0)).toBeCloseTo(attention, 12)
    }
  })

  test('rejects invalid rules and final rates above the first', () => {
    expect(parseStepRules('1 : 10, 0.5:2e1 ,1e-3')).toEqual({
      factors: [1, 0.5, 1e-3],
      until: [10, 20],
    })
    for (const wrong of [
      '',
      '1:10',
      '1:10,x',
      '1:20,0.5:10,1',
      '1:0,2',
      '-1',
      '1:1.5,2',
      '1:10:3,1',
      '0x10',
      '1:10,,1',
    ]) {
      expect(() => parseStepRules(wrong), wrong).toThrow('Expected factors of the learning rate')
    }
    const polynomial = { lr: 1e-8, lr_schedule: 'polynomial', warmup_steps: 0 } as const
    expect(() => checkLearningRate(polynomial)).toThrow(
      'Expected lr_end to be at most lr, 1e-8, got 1e-7',
    )
    expect(() => checkLearningRate({ ...polynomial, lr: 1e-7 })).not.toThrow()
    expect(() =>
      checkLearningRate({ lr: 1, lr_schedule: 'inverse', warmup_steps: 0, min_lr: 2 }),
    ).toThrow('min_lr')
    expect(() =>
      checkLearningRate({
        lr: 1,
        lr_schedule: 'linear',
        warmup_steps: 0,
        min_lr: 2,
        step_rules: '?',
      }),
    ).not.toThrow()
  })
})

describe('decays of averages', () => {
  test.each(recorded.ema.map((entry) => [JSON.stringify(entry.kwargs), entry] as const))(
    'diffusers, %s',
    (_, { kwargs, decay }) => {
      decay.forEach((value, i) =>
        expect(emaDecay({ ...noEma, ...kwargs }, i + 1)).toBeCloseTo(value, 12),
      )
    },
  )

  test.each(
    recorded.kdiffusion_EMAWarmup.map((entry) => [JSON.stringify(entry.kwargs), entry] as const),
  )(
    'k-diffusion, %s',
    (
      _,
      {
        kwargs: { inv_gamma = 1, power = 1, max_value = 1, min_value = 0, start_at = 0 },
        value_at_0_to_39,
      },
    ) => {
      const config: EmaConfig = {
        ...noEma,
        kind: 'k_diffusion',
        inv_gamma,
        power,
        decay: max_value,
        min_decay: min_value,
        update_after_step: start_at,
      }
      value_at_0_to_39.forEach((value, i) =>
        expect(emaDecay(config, i + 1), `at ${i}`).toBeCloseTo(value, 14),
      )
    },
  )

  test.each(
    recorded.edm_halflife_ema.map((entry) => [entry.cur_nimg, entry.batch_size, entry] as const),
  )(
    'EDM after %i images, %i a step',
    (images, batch, { ema_halflife_kimg, ema_rampup_ratio, ema_beta }) => {
      const config: EmaConfig = {
        kind: 'half_life',
        half_life: (ema_halflife_kimg * 1000) / batch,
        ema_rampup_ratio,
      }
      expect(emaDecay(config, images / batch + 1)).toBeCloseTo(ema_beta, 14)
    },
  )

  test.each(recorded.edm2_power_ema.map((entry) => [entry.std, entry] as const))(
    'EDM2 of width %f',
    (std, { exp, batch, beta }) => {
      expect(getGamma(std)).toBeCloseTo(exp, 12)
      for (const { cur_nimg, beta: right } of beta) {
        expect(
          emaDecay({ kind: 'power_function', sigma_rel: std, snapshots: 0 }, cur_nimg / batch),
        ).toBeCloseTo(right, 14)
      }
    },
  )

  test('constant decay, with and without an initial copy', () => {
    const copied = { ...noEma, decay: 0.9, min_decay: 0.9 }
    expect([1, 2, 3, 100].map((update) => emaDecay(copied, update))).toEqual([0, 0.9, 0.9, 0.9])
    expect([1, 2, 100].map((update) => emaDecay({ kind: 'constant', decay: 0.9 }, update))).toEqual(
      [0.9, 0.9, 0.9],
    )
  })

  test('the width of a power function is the standard deviation of its profile', () => {
    for (const width of [0.005, 0.05, 0.1, 0.2, 0.28]) {
      const gamma = getGamma(width)
      const moment = (k: number) => (gamma + 1) / (gamma + 1 + k)
      expect(Math.sqrt(moment(2) - moment(1) ** 2)).toBeCloseTo(width, 10)
    }
  })
})

describe('post-hoc averages', () => {
  test('match the coefficients of EDM2', () => {
    const { in_ofs, in_std, out_ofs, out_std, coeffs } = recorded.edm2_posthoc_coefficients
    const there = in_ofs.map((t, i) => ({ t, sigma_rel: in_std[i] }))
    const { coefficients, error } = postHocCoefficients(there, {
      t: out_ofs[0],
      sigma_rel: out_std[0],
    })
    coeffs.forEach((right, i) =>
      expect(Math.abs(coefficients[i] - right), `coefficient ${i}`).toBeLessThan(1e-12),
    )
    expect(error).toBeLessThan(0.05)
  })

  test('reproduce an existing profile exactly, and are stable with many nearly equal ones', () => {
    const there = [0.05, 0.1].flatMap((sigma_rel) =>
      Array.from({ length: 24 }, (_, i) => ({ t: 1000 - i, sigma_rel })),
    )
    const { coefficients, error } = postHocCoefficients(there, { t: 1000, sigma_rel: 0.1 })
    expect(error).toBeLessThan(1e-6)
    expect(coefficients.reduce((sum, x) => sum + Math.abs(x), 0)).toBeLessThan(3)
    expect(
      postHocCoefficients(there.slice(0, 1), { t: 1000, sigma_rel: 0.05 }).coefficients,
    ).toEqual(Float64Array.of(1))
  })
})

/** d/dp of sum(w (p - c)²) + sum(sin 3p). */
const gradientAt = (p: ArrayLike<number>) =>
  Array.from(
    p,
    (value, i) =>
      2 * [1, 0.1, 10, 0.5][i] * (value - [0.3, 0.1, -0.4, 1][i]) + 3 * Math.cos(3 * value),
  )

onEachBackend((backend) => {
  // All cases on one backend; on others only those whose operations differ.
  const cases = recorded.opt.filter(
    ({ optimizer, kwargs }) =>
      backend === goldenBackend || kwargs.amsgrad || optimizer === 'Adamax',
  )
  describe.each(
    cases.map((entry) => [entry.optimizer, JSON.stringify(entry.kwargs), entry] as const),
  )('%s, %s', (optimizer, _, { kwargs, p0, p_after_step }) => {
    test('follows PyTorch', async () => {
      const config: OptimizerConfig = {
        ...plain,
        algorithm: optimizer.toLowerCase() as Algorithm,
        ...kwargs,
      }
      // One weight of one case diverges, to 300,000.
      const sizes = p0.map((_, i) => Math.max(1, ...p_after_step.map((p) => Math.abs(p[i]))))
      let weights = tf.tensor1d(p0)
      let moments = zeroMoments(config, p0.length)
      for (const [step, expected] of p_after_step.entries()) {
        const gradient = tf.tensor1d(gradientAt(await weights.data()))
        const next = tf.tidy(
          () => optimizerStep(config, { weights, gradient, moments, step, total: 100 }) as never,
        ) as ReturnType<typeof optimizerStep>
        tf.dispose([weights, gradient, ...collectTensors(moments)])
        weights = next.weights
        moments = next.moments
        const got = await weights.data()
        expected.forEach((value, i) =>
          expect(Math.abs(got[i] - value), `step ${step}, weight ${i}`).toBeLessThan(
            2e-5 * sizes[i],
          ),
        )
      }
      tf.dispose([weights, ...collectTensors(moments)])
    })
  })

  test.each(recorded.ema.map((entry) => [JSON.stringify(entry.kwargs), entry] as const))(
    'EMA shadows for %s',
    async (_, { kwargs, shadow }) => {
      const weights = shadow.map((_, i) => tf.tensor1d([Math.sin(i + 1)]))
      const shadows = tf.tidy(() => {
        const start: Tensor1D[] = [tf.tensor1d([0])]
        for (const [i, weight] of weights.entries())
          start.push(emaUpdate({ ...noEma, ...kwargs }, start[i], weight, i + 1))
        return tf.concat1d(start.slice(1))
      })
      const got = await shadows.data()
      shadow.forEach((value, i) => expect(Math.abs(got[i] - value)).toBeLessThan(1e-6))
      tf.dispose([...weights, shadows])
    },
  )

  test('clipping scales a gradient above the limit and leaves smaller ones unchanged', async () => {
    const long = tf.tensor1d([3, -4])
    const clipped = tf.tidy(() => clipByNorm(long, 1))
    const left = tf.tidy(() => clipByNorm(long, 10))
    expect([...(await clipped.data())].map((value) => Number(value.toFixed(5)))).toEqual([
      0.6, -0.8,
    ])
    expect([...(await left.data())]).toEqual([3, -4])
    tf.dispose([long, clipped, left])
  })
})

onCpu(() => {
  test('a post-hoc average equals the corresponding running average, and snapshots stay few and evenly spaced', async () => {
    const steps = 400
    const walk = Array.from({ length: steps }, (_, i) => Math.sin(i / 9) + i / 100)
    const power = (sigma_rel: number): EmaConfig => ({
      kind: 'power_function',
      sigma_rel,
      snapshots: 32,
    })
    const along = (config: EmaConfig) => {
      let average = beginAverage(config, tf.tensor1d([5]))
      walk.forEach(
        (weight, i) => (average = averageUpdate(config, average, tf.tensor1d([weight]), i + 1)),
      )
      return average
    }
    await tf.ready()
    const scope = tf.engine()
    scope.startScope()
    const [narrow, wide] = [along(power(0.05)), along(power(0.1))]
    expect(narrow.snapshots.map(({ t }) => t)).toEqual(
      Array.from({ length: 25 }, (_, i) => 16 * (i + 1)),
    )
    for (const sigma_rel of [0.07, 0.1, 0.15]) {
      const right = (await along(power(sigma_rel)).weights.data())[0]
      const { weights, error } = postHocAverage(
        [narrow, wide, along({ kind: 'constant', decay: 0.9 })],
        steps,
        {
          t: steps,
          sigma_rel,
        },
      )!
      expect(error).toBeLessThan(0.005)
      expect(Math.abs((await weights.data())[0] - right), String(sigma_rel)).toBeLessThan(0.01)
    }
    expect(
      postHocAverage([along({ kind: 'constant', decay: 0.9 })], steps, {
        t: steps,
        sigma_rel: 0.1,
      }),
    ).toBeUndefined()
    scope.endScope()
  })
})
