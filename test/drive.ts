// Drives a step over a recorded case of diffusers, in closed loop: with the model of the case, over the levels that our own
// functions list for it.
import { scalingsAt } from '../src/engine/models/precondition.ts'
import { perItem } from '../src/engine/coefficients.ts'
import { convertPrediction } from '../src/engine/prediction.ts'
import type { Hold } from '../src/engine/samplers/hold.ts'
import { held } from '../src/engine/samplers/hold.ts'
import type { Levels, Schedule } from '../src/engine/schedule.ts'
import { levelsAt, ratiosOf } from '../src/engine/schedule.ts'
import type { Tensor } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import { endsOf } from '../src/engine/timesteps.ts'
import type { PredictionType } from '../src/engine/values.ts'
import type { SchedulerCase } from './schedulers.ts'
import { entriesOf, models, noisesOf, schedulerOf, startOf, transitionsOf } from './schedulers.ts'

/** One step of a recorded case. */
export interface Now {
  recorded: SchedulerCase
  x: Tensor
  from: Levels
  to: Levels
  schedule: Schedule
  index: number
  count: number
  hold: Hold | undefined
  predicts: PredictionType
  /** What the model said of x. */
  output: Tensor
  x0: Tensor
  /** ε as the model said it, where x_0 is not held: there it follows from x_0. */
  epsilon: Tensor | undefined
  /** x_0 that an output means at a level, held. */
  clean: (output: Tensor, x: Tensor, at: Levels) => Tensor
  /** Asks the model elsewhere. */
  denoise: (x: Tensor, at: Levels) => Tensor
  /** The recorded draws of this step, in their order. */
  noise: () => Tensor
}

export type Step = (now: Now) => Tensor

/** What makes the steps of a case: it may remember things from one to the next. */
export type Driver = (recorded: SchedulerCase) => Step

/** How the case holds x_0; schedulers have different defaults. */
export function holdOf({ config_given: config }: SchedulerCase, clips: boolean): Hold | undefined {
  if (config.thresholding) return { quantile: config.dynamic_thresholding_ratio ?? 0.995, most: config.sample_max_value ?? 1 }
  return (config.clip_sample ?? config.clip_denoised ?? clips) ? { range: config.clip_sample_range ?? 1 } : undefined
}

/** Those that hold x_0 unless told not to. */
const CLIPS = ['DDPMScheduler', 'DDIMScheduler', 'CMStochasticIterativeScheduler']

/**
 * Every recorded frame, in the scale of diffusers: of a step with two evaluations also where the model was asked again.
 */
export function drive(recorded: SchedulerCase, step: Step): Tensor[] {
  const { schedule, transitions, scale } = transitionsOf(recorded)
  const hold = holdOf(recorded, CLIPS.includes(schedulerOf(recorded)))
  const says = speaker(recorded, hold)
  const entries = entriesOf(recorded)
  const theirs = (x: Tensor, at: Levels) => x.div(scale(at))
  return tf.tidy(() => {
    const frames: Tensor[] = []
    const { begins = 0 } = recorded
    const start = levelsAt(schedule, endsOf(transitions, begins).from)
    let x = startOf(recorded, start, scale(start))
    entries.slice(begins).forEach(({ first, after }, i) => {
      const index = begins + i
      const ends = endsOf(transitions, index)
      const [from, to] = [levelsAt(schedule, ends.from), levelsAt(schedule, ends.to)]
      const noises = Array.from({ length: after - first }, (_, i) => noisesOf(recorded, first + i)).flat()
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

interface Speaker {
  predicts: PredictionType
  output(x: Tensor, at: Levels): Tensor
  clean(output: Tensor, x: Tensor, at: Levels): Tensor
  epsilon(output: Tensor, x: Tensor, at: Levels): Tensor | undefined
}

/** The model of a case and what its output means. */
function speaker(recorded: SchedulerCase, hold: Hold | undefined): Speaker {
  const model = models[recorded.model]
  const network = preconditioningOf(recorded)
  const given = recorded.config_given.prediction_type
  // v is the output of the network with the other sign.
  const sign = given === 'v_prediction' ? -1 : 1
  if (network) return { predicts: 'sample', epsilon: () => undefined, ...preconditioned(model, network, sign, hold) }
  const predicts = given ?? (schedulerOf(recorded).startsWith('Flow') ? 'flow_prediction' : 'epsilon')
  return {
    predicts,
    output: (x, { t }) => model(x, t[0]!),
    clean: (output, x, at) => held(convertPrediction(output, x, at, predicts, 'sample'), hold),
    epsilon: (output, x, at) => (hold ? undefined : convertPrediction(output, x, at, predicts, 'epsilon')),
  }
}

/** Samplers of diffusers that have the scaling of a network's inputs and outputs in them. */
function preconditioningOf(recorded: SchedulerCase) {
  const scheduler = schedulerOf(recorded)
  if (scheduler.startsWith('EDM')) return 'edm'
  return scheduler === 'CMStochasticIterativeScheduler' ? 'consistency' : undefined
}

function preconditioned(
  model: (typeof models)['tanh'],
  preconditioning: 'edm' | 'consistency',
  sign: 1 | -1,
  hold: Hold | undefined,
): Pick<Speaker, 'output' | 'clean'> {
  const scalings = (at: Levels) => scalingsAt(ratiosOf(at), { preconditioning, sigma_data: 0.5, sigma_min: 0.002 })
  return {
    output: (x, at) => model(x.mul(perItem(scalings(at).in, x)), scalings(at).noise[0]!).mul(sign),
    clean(output, x, at) {
      const { skip, out } = scalings(at)
      return held(x.mul(perItem(skip, x)).add(output.mul(perItem(out, x))), hold)
    },
  }
}
