// Training and sampling with a UNet, compared with PyTorch and diffusers: twenty losses, and
// complete trajectories.
import { describe, expect, test } from 'vitest'
import type { StoredTensor } from '../../../src/engine/archive/safetensors.ts'
import type { EmaConfig } from '../../../src/engine/training/ema.ts'
import { addNoise } from '../../../src/engine/process/forward.ts'
import { lossWeights, meanError } from '../../../src/engine/losses/index.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { convertPrediction, predictionTarget } from '../../../src/engine/process/prediction.ts'
import { ddimStep } from '../../../src/engine/samplers/ddim.ts'
import { ddpmStep } from '../../../src/engine/samplers/ddpm.ts'
import { dpmSolverStep } from '../../../src/engine/samplers/dpmSolver.ts'
import { eulerStep } from '../../../src/engine/samplers/euler.ts'
import { stepOrder } from '../../../src/engine/samplers/exponential.ts'
import type { StepHistory } from '../../../src/engine/samplers/history.ts'
import { addToHistory } from '../../../src/engine/samplers/history.ts'
import type { Levels, ScheduleName } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { getTransition } from '../../../src/engine/process/timesteps.ts'
import type { TrainingConfig, TrainingState } from '../../../src/engine/training/trainStep.ts'
import {
  averagedWeights,
  beginTraining,
  trainStep,
} from '../../../src/engine/training/trainStep.ts'
import type { Conditioning, PredictionType, Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import type { StepPlace } from '../../../src/engine/process/values.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { goldenBackend, onEachBackend, unetBackends } from '../../backends.ts'
import type { SchedulerCase } from '../../schedulers.ts'
import { deriveTransitions } from '../../schedulers.ts'
import {
  gap,
  goldenJson,
  goldenTensors,
  goldenUnet,
  images,
  readWeights,
} from '../../goldenTensors.ts'
import { closedAndOpened } from '../../openedFile.ts'

interface Meta {
  scheduler_config: {
    num_train_timesteps: number
    beta_schedule: ScheduleName
    beta_start?: number
    beta_end?: number
  }
  optimizer: 'Adam' | 'AdamW'
  optimizer_kwargs: { lr: number; betas: [number, number]; eps: number; weight_decay?: number }
  prediction_type: PredictionType
  loss: string
  grad_clip_global_norm: number | null
  lr_schedule: { name: 'cosine'; warmup: number; total: number } | null
  ema: { decay: number; use_ema_warmup?: boolean; inv_gamma?: number; power?: number } | null
  micro_steps: number
  loss_per_step_f64: number[]
}

const scheduleOf = ({
  num_train_timesteps,
  beta_schedule,
  beta_start,
  beta_end,
}: Meta['scheduler_config']) =>
  noiseSchedule({
    name: beta_schedule,
    T: num_train_timesteps,
    betaStart: beta_start,
    betaEnd: beta_end,
  })

const optimizerOf = ({
  optimizer,
  optimizer_kwargs: { lr, betas, eps, weight_decay },
  ...meta
}: Meta): OptimizerConfig => ({
  algorithm: optimizer === 'Adam' ? 'adam' : 'adamw',
  lr,
  beta1: betas[0],
  beta2: betas[1],
  eps,
  weight_decay: weight_decay ?? 0,
  warmup_steps: meta.lr_schedule?.warmup ?? 0,
  lr_schedule: meta.lr_schedule?.name ?? 'constant',
  clip_norm: meta.grad_clip_global_norm ?? 0,
})

const emaOf = (ema: NonNullable<Meta['ema']>): EmaConfig => ({
  kind: 'diffusers',
  decay: ema.decay,
  min_decay: 0,
  update_after_step: 0,
  use_ema_warmup: ema.use_ema_warmup ?? false,
  inv_gamma: ema.inv_gamma ?? 1,
  power: ema.power ?? 2 / 3,
})

const configOf = (meta: Meta): TrainingConfig => ({
  optimizer: optimizerOf(meta),
  emas: meta.ema ? [emaOf(meta.ema)] : [],
})

/** Returns the record of one step from `[steps, ...]`. */
function atStep(
  tensors: Map<string, StoredTensor>,
  name: string,
  step: number,
): Map<string, StoredTensor> {
  const { shape, data } = tensors.get(name)!
  const size = data.length / shape[0]
  return new Map([
    [
      name,
      { shape: shape.slice(1), data: data.slice(step * size, (step + 1) * size) as Float32Array },
    ],
  ])
}

/** WebGPU compiles the programs of a training for too long for `npm test`. */
const isOfLongTests = Boolean(process.env.FULL) || goldenBackend === 'webgpu'

/** Relative tolerance of losses. */
const LOSS = 1e-5
/**
 * Tolerance of weights, which are up to about 2: Adam amplifies rounding errors of small gradients
 * to full steps.
 */
const WEIGHTS = 1e-4

onEachBackend(
  () => {
    describe.each(
      closedAndOpened('a_adam_eps', 'b_adamw_ema_clip_cosine', 'c_v_pred_cosine_minsnr_class'),
    )('training %s', (_, name, open) => {
      const folder = `training/${name}`

      test('has the losses of PyTorch at each step, and its final weights', async () => {
        const meta = goldenJson<Meta>(`${folder}/meta`)
        const model = await open(
          goldenUnet(`${folder}/config`, `${folder}/initial_weights`, meta.prediction_type),
        )
        const batches = goldenTensors(`${folder}/batches`)
        const step = stepper(meta, model, batches)
        let state = beginTraining(model.weights, configOf(meta))
        const losses: number[] = []
        for (let i = 0; i < meta.micro_steps; i++) {
          const next = step(state, i)
          free(state, next)
          state = next
          losses.push((await state.loss!.data())[0])
        }
        meta.loss_per_step_f64.forEach((right, i) =>
          expect(Math.abs(losses[i] / right - 1), `step ${i}`).toBeLessThan(LOSS),
        )
        await expectWeights(state.weights, `${folder}/final_weights`)
        if (meta.ema) {
          const averaged = averagedWeights(state)
          await expectWeights(averaged, `${folder}/final_ema_weights`)
          tf.dispose(averaged)
        }
        tf.dispose([...collectTensors(state), ...collectTensors(model)])
      })
    })

    /** Disposes a state, except for tensors shared with a later one. */
    function free(before: TrainingState, after: TrainingState) {
      const kept = new Set(collectTensors(after))
      for (const tensor of collectTensors(before)) if (!kept.has(tensor)) tensor.dispose()
    }

    function stepper(meta: Meta, model: Model, batches: Map<string, StoredTensor>) {
      const schedule = scheduleOf(meta.scheduler_config)
      return (state: TrainingState, i: number) => {
        const at = (key: string) => images(atStep(batches, key, i), key)
        const labels =
          batches.has('class_labels') &&
          atStep(batches, 'class_labels', i).get('class_labels')!.data
        const condition: Conditioning | undefined = labels
          ? { kind: 'labels', labels: Int32Array.from(labels) }
          : undefined
        const t = Float64Array.from(atStep(batches, 'timesteps', i).get('timesteps')!.data)
        const levels = levelsAt(schedule, { t })
        const loss = () => {
          const [x0, noise] = [at('x0'), at('noise')]
          const prediction = predict(
            { ...model, weights: state.weights },
            addNoise(x0, noise, levels),
            t,
            condition,
          )
          const target = predictionTarget(model.predicts, x0, noise, levels)
          const weights = meta.loss.includes('min-SNR')
            ? lossWeights('min_snr', model.predicts, levels)
            : undefined
          return meanError(prediction, target, { kind: 'mse', ...(weights && { weights }) })
        }
        return trainStep(state, { ...configOf(meta), loss, total: meta.micro_steps })
      }
    }

    /** Skips the biases of keys: their true gradient is 0, and Adam normalises its rounding error. */
    async function expectWeights(weights: Weights, recorded: string) {
      const right = readWeights(goldenTensors(recorded))
      expect(Object.keys(weights).toSorted()).toEqual(Object.keys(right).toSorted())
      for (const [key, tensor] of Object.entries(weights)) {
        if (key.endsWith('to_k.bias')) continue
        expect((await gap(tensor, right[key])).gap, key).toBeLessThan(WEIGHTS)
      }
      tf.dispose(right)
    }
  },
  unetBackends.filter((name) => name !== 'webgpu' || isOfLongTests),
)

interface Now {
  x: Tensor
  prediction: { tensor: Tensor; predicts: PredictionType }
  from: Levels
  to: Levels
  noise: Tensor | undefined
  place: StepPlace
}

const CLIPPED = { clipping: { range: 1 } }

/** One step of each recorded scheduler. Its state is in the closure, outside of any tidy. */
const stepsOf: Record<
  string,
  (kwargs: { eta?: number }) => { step: (now: Now) => Tensor; dispose?: () => void }
> = {
  DDIMScheduler: ({ eta = 0 }) => ({
    step: ({ x, prediction, from, to, noise }) =>
      ddimStep(
        { xt: x, prediction, from, to, ...(noise && { noise: () => noise }) },
        { eta, rederive: false, ...CLIPPED },
      ),
  }),
  DDPMScheduler: () => ({
    step: ({ x, prediction, from, to, noise }) =>
      ddpmStep(
        { xt: x, prediction, from, to, noise: () => noise! },
        { variance: 'fixed_small', ...CLIPPED },
      ),
  }),
  EulerDiscreteScheduler: () => ({
    step: ({ x, prediction, from, to }) => eulerStep(x, cleanOf(x, prediction, from), from, to),
  }),
  DPMSolverMultistepScheduler: () => {
    let history: StepHistory = []
    return {
      step: ({ x, prediction, from, to, place }) => {
        const value = cleanOf(x, prediction, from)
        const next = dpmSolverStep(
          { xt: x, value, from, to, history },
          {
            order: stepOrder(2, to, place, true),
          },
        )
        tf.dispose(collectTensors(history))
        history = addToHistory([], { value: tf.keep(value), at: from }, 1)
        return next
      },
      dispose: () => tf.dispose(collectTensors(history)),
    }
  },
}

const cleanOf = (x: Tensor, { tensor, predicts }: Now['prediction'], at: Levels) =>
  convertPrediction(tensor, x, at, predicts, 'sample')

onEachBackend(() => {
  describe('sampling with a trained model', () => {
    interface Case {
      name: string
      scheduler: string
      config: SchedulerCase['config_given']
      num_inference_steps: number
      step_kwargs: { eta?: number }
    }
    const cases = goldenJson<Case[]>('endToEnd/meta')
    const tensors = goldenTensors('endToEnd/trajectories')

    test.each(cases.map((own) => [own.name, own] as const))(
      '%s goes the way of diffusers, step by step',
      async (name, own) => {
        const model = goldenUnet('training/a_adam_eps/config', 'training/a_adam_eps/final_weights')
        const { scheduler, config, num_inference_steps, step_kwargs } = own
        const { schedule, transitions, scale } = deriveTransitions({
          id: `${scheduler}/${name}`,
          config_given: config,
          num_inference_steps,
          set_timesteps_kwargs: {},
          step_kwargs,
        } as SchedulerCase)
        const sampler = stepsOf[scheduler](step_kwargs)
        const frame = (own: string, at: Levels) =>
          tf.tidy(() => images(tensors, `${name}/${own}`).mul(scale(at)))
        const way = Array.from(transitions.t, (_, i) => {
          const { from, to } = getTransition(transitions, i)
          return [levelsAt(schedule, from), levelsAt(schedule, to)] as const
        })
        // Samplers in terms of σ start with noise of the largest σ.
        const begins = scheduler === 'EulerDiscreteScheduler' ? way[0][0].sigma[0] : 1
        let x: Tensor = tf.tidy(() => images(tensors, `${name}/x_T`).mul(begins))
        for (const [i, [from, to]] of way.entries()) {
          const next = tf.tidy(() => {
            const prediction = { tensor: predict(model, x, from), predicts: model.predicts }
            const noise = tensors.has(`${name}/noise`)
              ? images(atStep(tensors, `${name}/noise`, i), `${name}/noise`)
              : undefined
            return sampler.step({
              x,
              prediction,
              from,
              to,
              noise,
              place: { index: i, count: way.length },
            })
          })
          x.dispose()
          x = next
          const right = frame(`x_after_step_${String(i).padStart(2, '0')}`, to)
          const { gap: most, size } = await gap(x, right)
          expect(most, `step ${i}`).toBeLessThan(1e-5 * size)
          right.dispose()
        }
        sampler.dispose?.()
        tf.dispose([x, ...collectTensors(model)])
      },
    )
  })
}, unetBackends)
