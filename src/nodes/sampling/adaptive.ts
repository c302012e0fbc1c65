// The adaptive sampling zone: chooses each step size from the error estimate of the previous step.
import { NodeError } from '../../engine/messages/fault.ts'
import type { StepSize, StepSizeControl } from '../../engine/samplers/stepSize.ts'
import { nextStepSize } from '../../engine/samplers/stepSize.ts'
import type { Levels, Schedule } from '../../engine/process/schedule.ts'
import { levelsAt, levelsAtRatio, getRatios } from '../../engine/process/schedule.ts'
import { checkShape } from '../../engine/process/coefficients.ts'
import type { Scalar, Tensor } from '../../engine/base/tf.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import { hostNumber, type Samples } from '../../engine/base/values.ts'
import type { ScheduleValue, Timesteps } from '../../engine/process/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { addFrame } from './sampling.ts'
import { samplingMessages } from '../../messages/sampling.ts'

interface AdaptiveState {
  x: Samples
  /** Result of the lower-order solver at the last accepted step. */
  low: Samples
  at: Levels
  size: StepSize
  /** Numbers of accepted and of attempted steps. */
  accepted: number
  tried: number
  frames: Tensor[]
  t: number[]
  every: number
  ended: boolean
  /** The step whose error is being read back. */
  trial: Trial | undefined
}

/** A step with unknown error. */
interface Trial {
  x: Tensor
  low: Tensor
  error: Scalar
  to: Levels
  /** True if the error estimate controls the step size. */
  judged: boolean
  last: boolean
  control: StepSizeControl
}

/** Tolerance in λ for reaching the end. */
const END_TOLERANCE = 1e-5

/** Inputs that determine the steps. */
interface Course {
  timesteps: Timesteps
  schedule: ScheduleValue
}

/**
 * Returns the first level, the last level for adaptive steps, and the end of the list. Clean data at
 * λ = ∞ cannot be approached adaptively.
 */
function findCourseEnds({ timesteps, schedule: { schedule } }: Course): {
  begin: Levels
  first: Levels
  target: Levels
  end: Levels
  schedule: Schedule
} {
  const last = timesteps.t.length - 1
  if (last < 0) throw emptyTimestepsError()
  const [opening, closing] = [getTransition(timesteps, 0), getTransition(timesteps, last)]
  const end = levelsAt(schedule, closing.to)
  const target = end.sigma[0] === 0 ? levelsAt(schedule, closing.from) : end
  return {
    begin: levelsAt(schedule, opening.from),
    first: levelsAt(schedule, opening.to),
    target,
    end,
    schedule,
  }
}

const roundToFourDigits = (t: number) => Number(t.toPrecision(4))

const getFirstLambda = (at: Levels) => -Math.log(getRatios(at)[0])

/** Returns the target of the next step. From pure noise (λ = -∞) it is the first of the list. */
function proposeLevels({ at, size }: AdaptiveState, course: Course): Levels {
  const { first, target, end, schedule } = findCourseEnds(course)
  const [lambda, targetLambda] = [getFirstLambda(at), getFirstLambda(target)]
  if (lambda === -Infinity) return first
  if (lambda >= targetLambda - END_TOLERANCE) return end
  return lambda + size.h >= targetLambda - END_TOLERANCE
    ? target
    : levelsAtRatio(schedule, Float64Array.of(Math.exp(-lambda - size.h)))
}

/** Returns the state after a trial: with the step if accepted, and the next step size. */
function completeTrial(before: AdaptiveState, trial: Trial, error: number): AdaptiveState {
  const state = { ...before, trial: undefined, tried: before.tried + 1 }
  const { x, low, to, judged, control, last: ended } = trial
  const { counts, next: size } = judged
    ? nextStepSize(state.size, error, control)
    : { counts: true, next: state.size }
  if (!counts) return { ...state, size }
  const accepted = state.accepted + 1
  return {
    ...state,
    ...(accepted % state.every === 0 && addFrame(state, x, to.t[0])),
    x: { ...state.x, tensor: x },
    low: { ...state.x, tensor: low },
    at: to,
    size,
    accepted,
    ended,
  }
}

const timesOfLevels = ({ t, ratio }: Levels) => ({ t, ...(ratio && { ratio }) })

const emptyTimestepsError = () =>
  new NodeError({
    slot: 'timesteps',
    message: samplingMessages.emptyList(),
    cure: samplingMessages.connectTimesteps(),
  })

const tooFewStepsError = (most: number, t: number) =>
  new NodeError({
    param: 'max_steps',
    message: samplingMessages.notAtEnd({ steps: most, t: roundToFourDigits(t) }),
    cure: samplingMessages.raiseSteps(),
  })

/** Params shared with AdaptiveSampler. */
export const adaptiveParams = {
  max_steps: param.integer(
    1000,
    { min: 1, max: 100_000 },
    'Largest number of steps, including rejected ones',
  ),
  order: param.advanced(
    param.integer(3, { min: 2, max: 3 }, 'Order of the solver, with which the error scales'),
  ),
  h_init: param.advanced(
    param.real(0.05, { min: 0.0001, max: 10 }, 'Initial step size in log(alpha / sigma)'),
  ),
  pcoeff: param.advanced(
    param.real(0, { min: 0, max: 2 }, 'Proportional coefficient of the PID step size controller'),
  ),
  icoeff: param.advanced(param.real(1, { min: 0.01, max: 2 }, 'Integral coefficient')),
  dcoeff: param.advanced(param.real(0, { min: 0, max: 2 }, 'Derivative coefficient')),
  accept_safety: param.advanced(
    param.real(
      0.81,
      { min: 0.1, max: 1 },
      'Rejects a step if the next one would be smaller than this share of it',
    ),
  ),
}

export const keepEvery = param.advanced(
  param.integer(
    1,
    { min: 1, max: 100_000 },
    'Stores every n-th step in the trajectory; fewer if it would exceed 64 MB',
  ),
)

export const [adaptiveStart, adaptiveEnd] = defineLoop({
  start: {
    type: 'diffusion/AdaptiveSamplingStart',
    category: 'sampling',
    summary:
      'Start of an adaptive sampling loop: proposes steps as large as the error allows until the end of the list is reached. All items of the batch take the same steps.',
    source: 'Lu et al. 2022a, appendix C; k-diffusion, dpm_adaptive',
    inputs: {
      x_T: slot.samples('Initial noise, or data with the noise of the first t'),
      timesteps: slot.timesteps(
        'Range to sample over: only the first t and the last t_prev are used',
      ),
      schedule: slot.schedule('Schedule that the model was trained with'),
    },
    each: {
      x_t: slot.samples('Current x_t'),
      x_low: slot.samples('Result of the lower-order solver in the last step'),
      t: slot.timestep('Timestep of x_t'),
      t_prev: slot.timestep('Proposed next timestep'),
      index: slot.onHost(slot.number('0, 1, 2, ..., including rejected steps')),
    },
    // Only the first of the chosen steps is known in advance.
    staticOutputs: ({ timesteps }) => {
      if (!timesteps || timesteps.t.length === 0) return {}
      const { from, to } = getTransition(timesteps, 0)
      return { t: { type: 'timestep', ...from }, t_prev: { type: 'timestep', ...to } }
    },
    params: adaptiveParams,
  },
  end: {
    type: 'diffusion/AdaptiveSamplingEnd',
    category: 'sampling',
    summary:
      'End of an adaptive sampling loop: takes a step of two solvers and their difference, and accepts the step or retries with a smaller one.',
    next: {
      x_prev: slot.samples('Data at t_prev, by the higher-order solver'),
      x_low: slot.samples('Data at t_prev, by the lower-order solver'),
      error: slot.number('Error estimate relative to the tolerance; 1 is the limit'),
    },
    done: {
      x_0: slot.samples('Samples after the last step'),
      trajectory: slot.trajectory('Accepted steps from x_T to x_0'),
      accepted: slot.onHost(slot.number('Number of accepted steps')),
      tried: slot.onHost(slot.number('Number of all attempted steps')),
    },
    params: { keep_every: keepEvery },
  },
  carries: { x_prev: 'x_t', x_low: 'x_low' },
  behaviour: {
    extents: [],
    samples: true,
    iterations: (_, { start }) => start.max_steps,
    planned: (_, { start }, wired) => (wired.has('max_steps') ? undefined : start.max_steps),

    begin(inputs, { start, end }): AdaptiveState {
      const { x_T } = inputs
      const { begin } = findCourseEnds(inputs)
      const x: Samples = { ...x_T, type: 'samples' }
      const size: StepSize = { h: start.h_init, inverse: undefined }
      const stored = { frames: [x_T.tensor], t: [begin.t[0]], every: end.keep_every }
      return {
        x,
        low: x,
        at: begin,
        size,
        accepted: 0,
        tried: 0,
        ...stored,
        ended: false,
        trial: undefined,
      }
    },

    each: (state, index, inputs) => ({
      x_t: state.x,
      x_low: state.low,
      t: { type: 'timestep', ...timesOfLevels(state.at) },
      t_prev: { type: 'timestep', ...timesOfLevels(proposeLevels(state, inputs)) },
      index: hostNumber(index),
    }),

    advance(state, next, _, inputs, { start }) {
      const [x, low] = [next.x_prev, next.x_low]
      checkShape(x.tensor, state.x.tensor, 'x_prev', 'x_t')
      checkShape(low.tensor, state.x.tensor, 'x_low', 'x_t')
      const to = proposeLevels(state, inputs)
      return {
        ...state,
        trial: {
          x: x.tensor,
          low: low.tensor,
          error: next.error.tensor,
          to,
          // At infinite λ there is no step size to adapt.
          judged: getFirstLambda(state.at) > -Infinity && to.sigma[0] > 0,
          last: getRatios(to)[0] === getRatios(findCourseEnds(inputs).end)[0],
          control: start,
        },
      }
    },

    async settle(state) {
      const { trial } = state
      if (!trial) return state
      const [error] = await trial.error.data()
      return completeTrial(state, trial, error)
    },

    done({ x, at, frames, t, accepted, tried, ended }, _, { start }) {
      if (!ended) throw tooFewStepsError(start.max_steps, at.t[0])
      const complete = frames.at(-1) === x.tensor
      return {
        x_0: x,
        trajectory: {
          type: 'trajectory',
          frames: complete ? frames : [...frames, x.tensor],
          t: Float64Array.from(complete ? t : [...t, at.t[0]]),
          space: x.space,
        },
        accepted: hostNumber(accepted),
        tried: hostNumber(tried),
      }
    },

    label: ({ at, accepted }) => `t = ${roundToFourDigits(at.t[0])}, step ${accepted}`,
    ended: ({ ended }) => ended,
  },
})
