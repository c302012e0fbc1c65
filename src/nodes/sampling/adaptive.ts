// The sampling zone that chooses its steps as it goes: each is as large as the error of the one before allows.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour } from '../../engine/plan/op.ts'
import type { StepSize, StepSizeControl } from '../../engine/samplers/stepSize.ts'
import { nextStepSize } from '../../engine/samplers/stepSize.ts'
import type { Levels, Schedule } from '../../engine/schedule.ts'
import { levelsAt, levelsOfRatio, ratiosOf } from '../../engine/schedule.ts'
import { checkShape } from '../../engine/coefficients.ts'
import type { Scalar, Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import { endsOf } from '../../engine/timesteps.ts'
import type { Noise, NumberValue, Samples, ScheduleValue, Timesteps } from '../../engine/values.ts'
import { advanced, defineLoop, integer, number, real, samples, schedule, timestep, timesteps, trajectory } from '../define.ts'
import { keepFrame } from './sampling.ts'

interface AdaptiveState {
  x: Samples
  /** What the lower solver made of the last step that counted. */
  low: Samples
  at: Levels
  size: StepSize
  /** Steps that counted, and all. */
  accepted: number
  tried: number
  frames: Tensor[]
  t: number[]
  every: number
  ended: boolean
  /** Between a step and what is read back of it. */
  trial: Trial | undefined
}

/** A step whose error is not known yet. */
interface Trial {
  x: Tensor
  low: Tensor
  error: Scalar
  to: Levels
  /** Whether the error says something of the size. */
  judged: boolean
  last: boolean
  control: StepSizeControl
}

interface StartInputs {
  x_T: Samples | Noise
  timesteps: Timesteps
  schedule: ScheduleValue
}

const given = (inputs: Inputs) => inputs as unknown as StartInputs

/** Nearer than this in λ is there. */
const THERE = 1e-5

/** Where the list begins, where steps may be chosen up to, and where it ends: clean data alone, at λ = ∞, cannot be neared. */
function wayOf(inputs: Inputs): { begin: Levels; first: Levels; target: Levels; end: Levels; schedule: Schedule } {
  const {
    timesteps,
    schedule: { schedule },
  } = given(inputs)
  const last = timesteps.t.length - 1
  if (last < 0) throw nowhere()
  const [opening, closing] = [endsOf(timesteps, 0), endsOf(timesteps, last)]
  const end = levelsAt(schedule, closing.to)
  const target = end.sigma[0] === 0 ? levelsAt(schedule, closing.from) : end
  return { begin: levelsAt(schedule, opening.from), first: levelsAt(schedule, opening.to), target, end, schedule }
}

const short = (t: number) => Number(t.toPrecision(4))

const lambdaOf = (at: Levels) => -Math.log(ratiosOf(at)[0]!)

/** Where the next step leads. From pure noise, at λ = -∞, it is the first of the list. */
function proposed({ at, size }: AdaptiveState, inputs: Inputs): Levels {
  const { first, target, end, schedule } = wayOf(inputs)
  const [here, there] = [lambdaOf(at), lambdaOf(target)]
  if (here === -Infinity) return first
  if (here >= there - THERE) return end
  return here + size.h >= there - THERE ? target : levelsOfRatio(schedule, Float64Array.of(Math.exp(-here - size.h)))
}

/** With the step, if it counts, and the size of the next. */
function afterTrial(before: AdaptiveState, trial: Trial, error: number): AdaptiveState {
  const state = { ...before, trial: undefined, tried: before.tried + 1 }
  const { x, low, to, judged, control, last: ended } = trial
  const { counts, next: size } = judged ? nextStepSize(state.size, error, control) : { counts: true, next: state.size }
  if (!counts) return { ...state, size }
  const accepted = state.accepted + 1
  return {
    ...state,
    ...(accepted % state.every === 0 && keepFrame(state, x, to.t[0]!)),
    x: { ...state.x, tensor: x },
    low: { ...state.x, tensor: low },
    at: to,
    size,
    accepted,
    ended,
  }
}

const times = ({ t, ratio }: Levels) => ({ t, ...(ratio && { ratio }) })

const behaviour: LoopBehaviour<AdaptiveState> = {
  extents: [],
  samples: true,
  iterations: (_, { start }) => start.max_steps as number,
  label: ({ at, accepted }) => `t = ${short(at.t[0]!)}, step ${accepted}`,
  ended: ({ ended }) => ended,

  begin(inputs, { start, end }) {
    const { x_T } = given(inputs)
    const { begin } = wayOf(inputs)
    const x: Samples = { ...x_T, type: 'samples' }
    const size: StepSize = { h: start.h_init as number, inverse: undefined }
    const kept = { frames: [x_T.tensor], t: [begin.t[0]!], every: end.keep_every as number }
    return { x, low: x, at: begin, size, accepted: 0, tried: 0, ...kept, ended: false, trial: undefined }
  },

  each: (state, index, inputs) => ({
    x_t: state.x,
    x_low: state.low,
    t: { type: 'timestep', ...times(state.at) },
    t_prev: { type: 'timestep', ...times(proposed(state, inputs)) },
    index: { type: 'number', tensor: tf.scalar(index) },
  }),

  advance(state, next, _, inputs, { start }) {
    const [x, low] = [next.x_prev as Samples, next.x_low as Samples]
    checkShape(x.tensor, state.x.tensor, 'x_prev', 'x_t')
    checkShape(low.tensor, state.x.tensor, 'x_low', 'x_t')
    const to = proposed(state, inputs)
    return {
      ...state,
      trial: {
        x: x.tensor,
        low: low.tensor,
        error: (next.error as NumberValue).tensor,
        to,
        // At infinite λ there is no size to be judged.
        judged: lambdaOf(state.at) > -Infinity && to.sigma[0]! > 0,
        last: ratiosOf(to)[0] === ratiosOf(wayOf(inputs).end)[0],
        control: start as unknown as StepSizeControl,
      },
    }
  },

  async settle(state) {
    const [error] = await state.trial!.error.data()
    return afterTrial(state, state.trial!, error!)
  },

  done({ x, at, frames, t, accepted, tried, ended }, _, { start }) {
    if (!ended) throw tooFew(start.max_steps as number, at.t[0]!)
    const complete = frames.at(-1) === x.tensor
    return {
      x_0: x,
      trajectory: {
        type: 'trajectory',
        frames: complete ? frames : [...frames, x.tensor],
        t: Float64Array.from(complete ? t : [...t, at.t[0]!]),
        space: x.space,
      },
      accepted: { type: 'number', tensor: tf.scalar(accepted) },
      tried: { type: 'number', tensor: tf.scalar(tried) },
    }
  },
}

const nowhere = () =>
  new NodeError({
    slot: 'timesteps',
    message: 'Expected a list with a beginning and an end, got one without any steps.',
    cure: 'Wire Timesteps: its first t and its last t_prev are what counts.',
  })

const tooFew = (most: number, t: number) =>
  new NodeError({
    param: 'max_steps',
    message: `After ${most} steps it has come to t = ${short(t)} only, not to the end.`,
    cure: 'Raise max_steps, or rtol of the step.',
  })

/** Also of the closed AdaptiveSampler. */
export const adaptiveParams = {
  max_steps: integer(1000, { min: 1, max: 100_000 }, 'so many steps at most, those that do not count included'),
  order: advanced(integer(3, { min: 2, max: 3 }, 'of the solver: with it the error grows')),
  h_init: advanced(real(0.05, { min: 0.0001, max: 10 }, 'the first step, in log(alpha / sigma)')),
  pcoeff: advanced(real(0, { min: 0, max: 2 }, 'proportional part of the control of the step size')),
  icoeff: advanced(real(1, { min: 0.01, max: 2 }, 'integral part')),
  dcoeff: advanced(real(0, { min: 0, max: 2 }, 'derivative part')),
  accept_safety: advanced(
    real(0.81, { min: 0.1, max: 1 }, 'a step is made again if the next one would be smaller than this share of it'),
  ),
}

export const keepEvery = advanced(
  integer(1, { min: 1, max: 100_000 }, 'the trajectory keeps every n-th step; where that is more than 64 MB, fewer'),
)

export const [adaptiveStart, adaptiveEnd] = defineLoop({
  start: {
    type: 'diffusion/AdaptiveSamplingStart',
    category: 'sampling',
    summary:
      'Begins sampling with steps as large as the error allows: gives where x_t is and where to try to go, until it has come to the end of the list. All items go the same steps.',
    source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_adaptive',
    inputs: {
      x_T: samples('where to start: noise, or data noised to the first t'),
      timesteps: timesteps('from where to where: the first t and the last t_prev count, the steps between do not'),
      schedule: schedule('the one the model was trained with'),
    },
    each: {
      x_t: samples('as far as it has come'),
      x_low: samples('what the lower solver made of the last step'),
      t: timestep('where x_t is'),
      t_prev: timestep('where to try to go'),
      index: number('0, 1, 2, ..., steps that did not count included'),
    },
    // Of the steps that it will choose the first alone is known.
    foresees: ({ timesteps }) => {
      if (!timesteps || timesteps.t.length === 0) return {}
      const { from, to } = endsOf(timesteps, 0)
      return { t: { type: 'timestep', ...from }, t_prev: { type: 'timestep', ...to } }
    },
    params: adaptiveParams,
  },
  end: {
    type: 'diffusion/AdaptiveSamplingEnd',
    category: 'sampling',
    summary:
      'Ends adaptive sampling: takes what two solvers made of a step and how far they are apart, and keeps the step or tries a smaller one.',
    next: {
      x_prev: samples('at t_prev, by the higher solver'),
      x_low: samples('the same by the lower solver'),
      error: number('how far they are apart; 1 is what is allowed'),
    },
    done: {
      x_0: samples('after the last step'),
      trajectory: trajectory('the steps that counted, from x_T to x_0'),
      accepted: number('how many steps counted'),
      tried: number('how many were made in all'),
    },
    params: { keep_every: keepEvery },
  },
  carries: { x_prev: 'x_t', x_low: 'x_low' },
  behaviour: behaviour as LoopBehaviour<never>,
})
