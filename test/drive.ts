// Runs a step over a recorded case of diffusers in a closed loop: with the case's model, over the
// levels from our own functions.
import { scalingsAt } from '../src/engine/models/kinds/precondition/precondition.ts'
import { perItem } from '../src/engine/process/coefficients.ts'
import { convertPrediction } from '../src/engine/process/prediction.ts'
import type { Clipping } from '../src/engine/samplers/clipping.ts'
import { clipX0 } from '../src/engine/samplers/clipping.ts'
import type { Levels, Schedule } from '../src/engine/process/schedule.ts'
import { levelsAt, getRatios } from '../src/engine/process/schedule.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import { getTransition } from '../src/engine/process/timesteps.ts'
import type { PredictionType } from '../src/engine/base/values.ts'
import type { SchedulerCase } from './schedulers.ts'
import {
  stepEntries,
  models,
  recordedNoises,
  schedulerName,
  createStart,
  deriveTransitions,
} from './schedulers.ts'

/** One step of a recorded case. */
export interface RecordedStep {
  recorded: SchedulerCase
  x: Tensor
  from: Levels
  to: Levels
  schedule: Schedule
  index: number
  count: number
  hold: Clipping | undefined
  predicts: PredictionType
  /** Model output at x. */
  output: Tensor
  x0: Tensor
  /** ε of the model; with clipping, ε implied by x_0. */
  epsilon: Tensor | undefined
  /** Converts a model output at a level to the clipped x_0. */
  clean: (output: Tensor, x: Tensor, at: Levels) => Tensor
  /** Evaluates the model elsewhere. */
  denoise: (x: Tensor, at: Levels) => Tensor
  /** Recorded draws of this step, in order. */
  noise: () => Tensor
}

export type Step = (now: RecordedStep) => Tensor

/** Creates the step function of a case, which may have state. */
export type Driver = (recorded: SchedulerCase) => Step

/** Clipping of x_0 in the case; schedulers have different defaults. */
export function readHold(
  { config_given: config }: SchedulerCase,
  clips: boolean,
): Clipping | undefined {
  if (config.thresholding)
    return {
      quantile: config.dynamic_thresholding_ratio ?? 0.995,
      most: config.sample_max_value ?? 1,
    }
  return (config.clip_sample ?? config.clip_denoised ?? clips)
    ? { range: config.clip_sample_range ?? 1 }
    : undefined
}

/** Schedulers that clip x_0 by default. */
const CLIPS = ['DDPMScheduler', 'DDIMScheduler', 'CMStochasticIterativeScheduler']

/**
 * Returns every recorded frame in diffusers' scale, including the intermediate ones of
 * two-evaluation steps.
 */
export function drive(recorded: SchedulerCase, step: Step): Tensor[] {
  const { schedule, transitions, scale } = deriveTransitions(recorded)
  const hold = readHold(recorded, CLIPS.includes(schedulerName(recorded)))
  const says = createCaseModel(recorded, hold)
  const entries = stepEntries(recorded)
  const theirs = (x: Tensor, at: Levels) => x.div(scale(at))
  return tf.tidy(() => {
    const frames: Tensor[] = []
    const { begins = 0 } = recorded
    const start = levelsAt(schedule, getTransition(transitions, begins).from)
    let x = createStart(recorded, start, scale(start))
    entries.slice(begins).forEach(({ first, after }, i) => {
      const index = begins + i
      const ends = getTransition(transitions, index)
      const [from, to] = [levelsAt(schedule, ends.from), levelsAt(schedule, ends.to)]
      const noises = Array.from({ length: after - first }, (_, i) =>
        recordedNoises(recorded, first + i),
      ).flat()
      const output = says.output(x, from)
      x = step({
        recorded,
        x: recorded.scaling === 'into_step' ? x.mul(scale(from)) : x,
        from,
        to,
        schedule,
        index,
        count: entries.length,
        hold,
        predicts: says.predicts,
        output,
        get x0() {
          return says.clean(output, this.x, from)
        },
        get epsilon() {
          return says.epsilon(output, this.x, from)
        },
        clean: says.clean,
        denoise(place, at) {
          frames.push(theirs(place, at))
          const said = says.output(place, at)
          if (recorded.scaling !== 'into_step') return says.clean(said, place, at)
          const slope = convertPrediction(said, place.mul(scale(at)), at, says.predicts, 'epsilon')
          return convertPrediction(slope, place, at, 'epsilon', 'sample')
        },
        noise: () => noises.shift()!,
      })
      frames.push(theirs(x, to))
    })
    return frames
  })
}

interface CaseModel {
  predicts: PredictionType
  output(x: Tensor, at: Levels): Tensor
  clean(output: Tensor, x: Tensor, at: Levels): Tensor
  epsilon(output: Tensor, x: Tensor, at: Levels): Tensor | undefined
}

/** Model and prediction type of a case. */
function createCaseModel(recorded: SchedulerCase, hold: Clipping | undefined): CaseModel {
  const model = models[recorded.model]
  const network = readPreconditioning(recorded)
  const given = recorded.config_given.prediction_type
  // v is the negative of the network's output.
  const sign = given === 'v_prediction' ? -1 : 1
  if (network)
    return {
      predicts: 'sample',
      epsilon: () => undefined,
      ...preconditioned(model, network, sign, hold),
    }
  const predicts =
    given ?? (schedulerName(recorded).startsWith('Flow') ? 'flow_prediction' : 'epsilon')
  return {
    predicts,
    output: (x, { t }) => model(x, t[0]),
    clean: (output, x, at) => clipX0(convertPrediction(output, x, at, predicts, 'sample'), hold),
    epsilon: (output, x, at) =>
      hold ? undefined : convertPrediction(output, x, at, predicts, 'epsilon'),
  }
}

/** Schedulers of diffusers that precondition the network. */
function readPreconditioning(recorded: SchedulerCase) {
  const scheduler = schedulerName(recorded)
  if (scheduler.startsWith('EDM')) return 'edm'
  return scheduler === 'CMStochasticIterativeScheduler' ? 'consistency' : undefined
}

function preconditioned(
  model: (typeof models)['tanh'],
  preconditioning: 'edm' | 'consistency',
  sign: 1 | -1,
  hold: Clipping | undefined,
): Pick<CaseModel, 'output' | 'clean'> {
  const scalings = (at: Levels) =>
    scalingsAt(getRatios(at), { preconditioning, sigma_data: 0.5, sigma_min: 0.002 })
  return {
    output: (x, at) => model(x.mul(perItem(scalings(at).in, x)), scalings(at).noise[0]).mul(sign),
    clean(output, x, at) {
      const { skip, out } = scalings(at)
      return clipX0(x.mul(perItem(skip, x)).add(output.mul(perItem(out, x))), hold)
    },
  }
}
