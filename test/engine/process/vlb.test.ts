// The variational bound, the hybrid loss and bits/dim, compared with guided-diffusion.
import { describe, expect, test } from 'vitest'
import { addNoise } from '../../../src/engine/process/forward.ts'
import type { Gaussian, HybridTerms } from '../../../src/engine/losses/index.ts'
import {
  discretizedLogLikelihood,
  gaussianKl,
  hybridTerms,
  itemMeans,
  priorBits,
  reverseGaussian,
  reverseLogVariance,
  stepBack,
  vlbTerms,
} from '../../../src/engine/losses/index.ts'
import { posteriorCoefficients } from '../../../src/engine/process/posterior.ts'
import { perItem } from '../../../src/engine/process/coefficients.ts'
import { convertPrediction, predictionTarget } from '../../../src/engine/process/prediction.ts'
import type { Variance } from '../../../src/engine/samplers/ddpm.ts'
import { clipX0 } from '../../../src/engine/samplers/clipping.ts'
import type { TableSchedule } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar, Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Prediction, PredictionType, VarianceKind } from '../../../src/engine/base/values.ts'
import { goldenBackend, onCpu, onEachBackend } from '../../backends.ts'
import { golden } from '../../golden.ts'

type Numbers = number[]

interface TrainingCase {
  id: string
  kind: 'openai_training_losses'
  beta_schedule: 'openai_linear' | 'openai_cosine'
  T: number
  mean_type: 'EPSILON' | 'START_X' | 'PREVIOUS_X'
  var_type: 'FIXED_SMALL' | 'FIXED_LARGE' | 'LEARNED' | 'LEARNED_RANGE'
  loss_type: 'MSE' | 'KL' | 'RESCALED_MSE' | 'RESCALED_KL'
  shape: [number, number, number, number]
  t: Numbers
  x_start: Numbers
  noise: Numbers
  model_output: Numbers
  model_output_shape: [number, number, number, number]
  x_t: Numbers
  mean: Numbers
  log_variance: Numbers
  pred_xstart: Numbers
  vb_bpd_noclip: Numbers
  vb_bpd_clip: Numbers
  prior_bpd: Numbers
  terms: { mse?: Numbers; vb?: Numbers; loss: Numbers }
  grad_of_mean_loss_wrt_model_output: Numbers
}

interface LoopCase {
  id: string
  kind: 'openai_calc_bpd_loop'
  beta_schedule: 'openai_linear' | 'openai_cosine'
  T: number
  var_type: 'FIXED_SMALL' | 'FIXED_LARGE'
  shape: [number, number, number, number]
  x_start: Numbers
  noise: Numbers[]
  total_bpd: Numbers
  prior_bpd: Numbers
  vb: Numbers[]
  mse: Numbers[]
  xstart_mse: Numbers[]
}

const { cases } = golden<{ cases: { id: string; kind: string }[] }>('losses')
const training = cases.filter(({ kind }) => kind === 'openai_training_losses') as TrainingCase[]
const loops = cases.filter(({ kind }) => kind === 'openai_calc_bpd_loop') as LoopCase[]
const caseOf = <Case>(id: string) => cases.find((one) => one.id === id) as unknown as Case

const scheduleOf = ({ beta_schedule, T }: Pick<TrainingCase, 'beta_schedule' | 'T'>) =>
  noiseSchedule({
    name: beta_schedule === 'openai_linear' ? 'linear_openai' : 'squaredcos_cap_v2',
    T,
  })

/** Converts recorded NCHW numbers to NHWC. */
const images = (values: Numbers, shape: [number, number, number, number]): Tensor =>
  tf.tidy(() => tf.tensor4d(values, shape).transpose([0, 2, 3, 1]))

/** No tolerance is recorded for these: uses `share` of the largest number. */
async function expectNear(found: Tensor, wanted: Numbers, what: string, share = 2e-5) {
  const got = await (found.rank === 4 ? found.transpose([0, 3, 1, 2]) : found).data()
  const tolerance = share * Math.max(...wanted.map(Math.abs))
  const farthest = Math.max(...wanted.map((value, i) => Math.abs(value - got[i])))
  expect(got.length, what).toBe(wanted.length)
  expect(farthest, what).toBeLessThanOrEqual(tolerance)
}

const varianceOf = {
  FIXED_SMALL: 'fixed_small',
  FIXED_LARGE: 'fixed_large',
  LEARNED: 'learned',
  LEARNED_RANGE: 'learned',
} as const
const kindOf: { [K in string]: VarianceKind } = {
  LEARNED: 'learned',
  LEARNED_RANGE: 'learned_range',
}
const predictsOf: { [K in string]: PredictionType } = { EPSILON: 'epsilon', START_X: 'sample' }

interface Given {
  schedule: TableSchedule
  step: ReturnType<typeof stepBack>
  x0: Tensor
  xt: Tensor
  noise: Tensor
  variance: Variance
}

function givenOf(recorded: TrainingCase): Given {
  const schedule = scheduleOf(recorded)
  const step = stepBack(schedule, Float64Array.from(recorded.t))
  const [x0, noise] = [
    images(recorded.x_start, recorded.shape),
    images(recorded.noise, recorded.shape),
  ]
  return {
    schedule,
    step,
    x0,
    noise,
    xt: addNoise(x0, noise, step.from),
    variance: varianceOf[recorded.var_type],
  }
}

function predictionOf(
  recorded: TrainingCase,
  output: Tensor,
): Pick<Prediction, 'tensor' | 'predicts' | 'variance'> {
  const kind = kindOf[recorded.var_type]
  const predicts = predictsOf[recorded.mean_type]
  if (!kind) return { tensor: output, predicts }
  const [tensor, variance] = tf.split(output, 2, -1) as [Tensor, Tensor]
  return { tensor, predicts, variance: { tensor: variance, kind } }
}

/** A model that predicts the mean of the reverse step directly needs no conversion. */
function reverseOf(
  recorded: TrainingCase,
  output: Tensor,
  { xt, step, variance }: Given,
  clip = false,
): Gaussian {
  if (recorded.mean_type === 'PREVIOUS_X')
    return { mean: output, logVariance: reverseLogVariance(xt, undefined, step, variance) }
  return reverseGaussian(xt, predictionOf(recorded, output), step, {
    variance,
    clipping: clip ? { range: 1 } : undefined,
  })
}

/** The loss of each item, as in `training_losses`. */
function lossOf(
  recorded: TrainingCase,
  output: Tensor,
  given: Given,
): { loss: Tensor } & Partial<HybridTerms> {
  const { x0, xt, noise, step, schedule } = given
  const bound = () => vlbTerms(x0, xt, reverseOf(recorded, output, given), step)
  if (recorded.loss_type === 'KL') return { loss: bound() }
  if (recorded.loss_type === 'RESCALED_KL') return { loss: bound().mul(schedule.T) }
  const prediction = predictionOf(recorded, output)
  const target = predictionTarget(prediction.predicts, x0, noise, step.from)
  if (recorded.loss_type === 'MSE')
    return { loss: itemMeans(tf.sub(prediction.tensor, target).square()) }
  const { mse, vlb } = hybridTerms(x0, xt, prediction, target, step)
  const vb = vlb.mul(schedule.T / 1000)
  return { mse, vlb: vb, loss: mse.add(vb) }
}

onCpu(() => {
  describe.each(training.map((recorded) => [recorded.id, recorded] as const))(
    'training loss %s',
    (_, recorded) => {
      test(`${recorded.mean_type}, ${recorded.var_type}, ${recorded.loss_type}`, async () => {
        const kept: [Tensor, Numbers, string][] = []
        const engine = tf.engine()
        engine.startScope()
        const given = givenOf(recorded)
        const output = images(recorded.model_output, recorded.model_output_shape)
        const reverse = reverseOf(recorded, output, given)
        const clipped = reverseOf(recorded, output, given, true)
        const { x0, xt, step } = given
        kept.push([xt, recorded.x_t, 'x_t'], [reverse.mean, recorded.mean, 'mean'])
        kept.push([
          reverse.logVariance.broadcastTo(xt.shape),
          recorded.log_variance,
          'log_variance',
        ])
        kept.push([predictedClean(recorded, output, given), recorded.pred_xstart, 'pred_xstart'])
        kept.push([vlbTerms(x0, xt, reverse, step), recorded.vb_bpd_noclip, 'vb'])
        kept.push([vlbTerms(x0, xt, clipped, step), recorded.vb_bpd_clip, 'vb, clipped'])
        const end = levelsAt(given.schedule, { t: Float64Array.of(recorded.T - 1) })
        const prior = priorBits(x0, end)
        const { loss, mse, vlb } = lossOf(recorded, output, given)
        kept.push([loss, recorded.terms.loss, 'loss'])
        if (mse) kept.push([mse, recorded.terms.mse!, 'mse'])
        if (vlb) kept.push([vlb, recorded.terms.vb!, 'vb of the loss'])
        const gradient = tf.grad((o: Tensor): Scalar => lossOf(recorded, o, given).loss.mean())(
          output,
        )
        kept.push([gradient, recorded.grad_of_mean_loss_wrt_model_output, 'gradient'])
        for (const [found, wanted, what] of kept) await expectNear(found, wanted, what)
        // A difference near 1e-5: float32 rounds it to about 1e-7 of the numbers that are
        // subtracted.
        const bits = await prior.data()
        recorded.prior_bpd.forEach((value, i) =>
          expect(Math.abs(bits[i] - value)).toBeLessThan(1e-6),
        )
        engine.endScope()
      })
    },
  )

  test.each(loops.map((recorded) => [recorded.id, recorded] as const))(
    'bits/dim of a whole way: %s',
    async (_, recorded) => {
      const engine = tf.engine()
      engine.startScope()
      const schedule = scheduleOf(recorded)
      const x0 = images(recorded.x_start, recorded.shape)
      const columns = Array.from({ length: recorded.T }, (_, i) => {
        const step = stepBack(schedule, Float64Array.of(recorded.T - 1 - i))
        const noise = images(recorded.noise[i], recorded.shape)
        const xt = addNoise(x0, noise, step.from)
        const epsilon = xt.tanh().mul(0.9)
        const hold = { range: 1 }
        const reverse = reverseGaussian(xt, { tensor: epsilon, predicts: 'epsilon' }, step, {
          variance: varianceOf[recorded.var_type],
          clipping: hold,
        })
        const clean = clipX0(convertPrediction(epsilon, xt, step.from, 'epsilon', 'sample'), hold)
        const again = convertPrediction(clean, xt, step.from, 'sample', 'epsilon')
        return {
          vb: vlbTerms(x0, xt, reverse, step),
          xstart: itemMeans(tf.sub(clean, x0).square()),
          mse: itemMeans(tf.sub(again, noise).square()),
        }
      })
      const flat = (key: 'vb' | 'xstart' | 'mse') =>
        tf.stack(
          columns.map((column) => column[key]),
          1,
        )
      const prior = priorBits(x0, levelsAt(schedule, { t: Float64Array.of(recorded.T - 1) }))
      // The last term is the logarithm of a difference of two tanh, which GPUs approximate.
      const share = goldenBackend === 'webgpu' ? 5e-4 : undefined
      await expectNear(flat('vb'), recorded.vb.flat(), 'vb', share)
      await expectNear(flat('xstart'), recorded.xstart_mse.flat(), 'xstart_mse')
      await expectNear(flat('mse'), recorded.mse.flat(), 'mse')
      await expectNear(flat('vb').sum(1).add(prior), recorded.total_bpd, 'total', share)
      engine.endScope()
    },
  )
})

function predictedClean(recorded: TrainingCase, output: Tensor, { xt, step }: Given): Tensor {
  if (recorded.mean_type !== 'PREVIOUS_X') {
    const { tensor, predicts } = predictionOf(recorded, output)
    return convertPrediction(tensor, xt, step.from, predicts, 'sample')
  }
  const { fromX0, fromXt } = posteriorCoefficients(step.from, step.to)
  return output.sub(xt.mul(perItem(fromXt, xt))).div(perItem(fromX0, xt))
}

onEachBackend(() => {
  test('KL of Gaussians', async () => {
    const { mean1, logvar1, mean2, logvar2, kl } =
      caseOf<Record<'mean1' | 'logvar1' | 'mean2' | 'logvar2' | 'kl', Numbers>>('normal_kl')
    const gaussian = (mean: Numbers, logVariance: Numbers) => ({
      mean: tf.tensor1d(mean),
      logVariance: tf.tensor1d(logVariance),
    })
    const found = tf.tidy(() => gaussianKl(gaussian(mean1, logvar1), gaussian(mean2, logvar2)))
    await expectNear(found, kl, 'kl')
    found.dispose()
  })

  test('likelihood of a pixel under a Gaussian', async () => {
    const { x, means, log_scales, log_prob, bits_per_dim } = caseOf<
      Record<'x' | 'means' | 'log_scales' | 'log_prob', Numbers> & { bits_per_dim: number }
    >('decoder_nll')
    const found = tf.tidy(() =>
      discretizedLogLikelihood(tf.tensor1d(x), {
        mean: tf.tensor1d(means),
        logVariance: tf.tensor1d(log_scales).mul(2),
      }),
    )
    await expectNear(found, log_prob, 'log_prob')
    const bits =
      -(await found.data<'float32'>()).reduce((sum, value) => sum + value, 0) / x.length / Math.LN2
    expect(bits).toBeCloseTo(bits_per_dim, 4)
    found.dispose()
  })

  test('the probabilities of all levels sum to 1', async () => {
    const levels = Array.from({ length: 17 }, (_, i) => i / 8 - 1)
    const total = tf.tidy(() => {
      const gaussian = {
        mean: tf.scalar(0.3).broadcastTo([17]),
        logVariance: tf.scalar(Math.log(0.2)).broadcastTo([17]),
      }
      return discretizedLogLikelihood(tf.tensor1d(levels), gaussian, 17).exp().sum()
    })
    expect((await total.data())[0]).toBeCloseTo(1, 5)
    total.dispose()
  })
})

test('rejects missing reverse steps, levels and variances', () => {
  const schedule = noiseSchedule({ name: 'linear', T: 10 })
  const x = tf.zeros([2, 3])
  const gaussian = { mean: x, logVariance: x }
  expect(() => discretizedLogLikelihood(x, gaussian, 1)).toThrow(
    /levels to be an integer of at least 2/,
  )
  const step = stepBack(schedule, Float64Array.of(4))
  expect(() =>
    reverseGaussian(x, { tensor: x, predicts: 'epsilon' }, step, { variance: 'learned' }),
  ).toThrow(/Expected a model with a learned variance/)
  expect(() => hybridTerms(x, x, { tensor: x, predicts: 'epsilon' }, x, step)).toThrow(
    /Expected a model with a learned variance/,
  )
  x.dispose()
})
