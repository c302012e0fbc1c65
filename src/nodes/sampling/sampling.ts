// The sampling zone: SamplingStart outputs x_t and the transition, SamplingEnd takes x_prev.
import { NodeError } from '../../engine/base/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Transitions } from '../../engine/process/timesteps.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import {
  hostNumber,
  type Noise,
  type Samples,
  type StepPlace,
  type Timestep,
  type Timesteps,
} from '../../engine/base/values.ts'
import {
  advanced,
  defineLoop,
  integer,
  number,
  onHost,
  samples,
  timestep,
  timesteps,
  trajectory,
} from '../define.ts'
import { samplingMessages } from '../messages/sampling.ts'
import { processMessages } from '../../engine/messages/process.ts'

/** Formats a timestep: integers in full, fractions with six digits. */
const formatTimestep = (t: number) => (Number.isInteger(t) ? t : Number(t.toPrecision(6)))

interface SamplingState {
  x: Samples
  /** Timestep of x. */
  at: number
  /** Frames of the trajectory so far, and their timesteps. */
  frames: Tensor[]
  t: number[]
  /** Interval of stored frames, in steps. */
  every: number
}

/** Limit on a trajectory's frames, in bytes: 300 frames of 64 grey images of 28 x 28. */
const MOST_BYTES = 2 ** 26

/** Adds a frame. Above the limit, every second frame is dropped and the interval doubles. */
export function addFrame(
  { frames, t, every }: Kept,
  frame: Tensor,
  at: number,
  most = MOST_BYTES,
): Kept {
  const room = Math.max(2, Math.floor(most / (4 * frame.size)))
  if (frames.length < room) return { frames: [...frames, frame], t: [...t, at], every }
  const even = (_: unknown, i: number) => i % 2 === 0
  // The new frame is at an even multiple of the interval, or is not stored itself.
  const thinned = { frames: frames.filter(even), t: t.filter(even), every: 2 * every }
  return frames.length % 2 === 0
    ? { ...thinned, frames: [...thinned.frames, frame], t: [...thinned.t, at] }
    : thinned
}

type Kept = Pick<SamplingState, 'frames' | 't' | 'every'>

function createStepPlace({ tPrev, ratioPrev }: Timesteps, index: number): StepPlace {
  const endsClean = ratioPrev ? ratioPrev.at(-1) === 0 : tPrev.at(-1) === -1
  return { index, count: tPrev.length, endsClean }
}

/** Scales noise of variance 1 to the first level of a sigma schedule. */
const scaleInitialNoise = (
  { type, tensor }: Samples | Noise,
  { initNoiseSigma = 1 }: Timesteps,
): Tensor => (type === 'noise' && initNoiseSigma !== 1 ? tensor.mul(initNoiseSigma) : tensor)

/** Returns the times of both ends of all transitions. */
export const transitionTimes = ({
  t,
  tPrev,
  ratio,
  ratioPrev,
}: Transitions): { t: Timestep; t_prev: Timestep } => ({
  t: { type: 'timestep', t, ...(ratio && { ratio }) },
  t_prev: { type: 'timestep', t: tPrev, ...(ratioPrev && { ratio: ratioPrev }) },
})

export const [samplingStart, samplingEnd] = defineLoop({
  start: {
    type: 'diffusion/SamplingStart',
    category: 'sampling',
    summary:
      'Start of a sampling loop: runs over a list of timesteps and provides the result of the previous step at each.',
    source: 'Ho et al. 2020, algorithm 2',
    inputs: {
      x_T: samples(
        'Initial noise (scaled to the first level for sigma schedules), or data with the noise of the first t',
      ),
      timesteps: timesteps('Timesteps to visit'),
    },
    each: {
      x_t: samples('Current x_t'),
      t: timestep('Timestep of x_t'),
      t_prev: timestep('Next timestep; -1 is clean data'),
      index: onHost(number('Iteration number: 0, 1, 2, ...')),
      last: onHost(number('1 in the last iteration, otherwise 0')),
    },
    staticOutputs: ({ timesteps }) => (timesteps ? transitionTimes(timesteps) : {}),
    params: {},
  },
  end: {
    type: 'diffusion/SamplingEnd',
    category: 'sampling',
    summary:
      'End of a sampling loop: takes the result of each step and outputs the last one and the trajectory.',
    next: { x_prev: samples('Data at t_prev, from a step') },
    done: {
      x_0: samples('Samples after the last step'),
      trajectory: trajectory('Intermediate steps from x_T to x_0'),
    },
    params: {
      keep_every: advanced(
        integer(
          1,
          { min: 1, max: 100_000 },
          'Stores every n-th step in the trajectory; fewer if it would exceed 64 MB',
        ),
      ),
    },
  },
  carries: { x_prev: 'x_t' },
  behaviour: {
    extents: [],
    samples: true,
    iterations: ({ timesteps }) => timesteps.t.length,

    begin({ x_T, timesteps }, { end }): SamplingState {
      const at = timesteps.t[0] ?? -1
      const tensor = scaleInitialNoise(x_T, timesteps)
      return {
        x: { ...x_T, type: 'samples', tensor },
        at,
        frames: [tensor],
        t: [at],
        every: end.keep_every,
      }
    },

    each({ x }, index, { timesteps }) {
      const { from, to } = getTransition(timesteps, index)
      return {
        x_t: x,
        t: { type: 'timestep', ...from, place: createStepPlace(timesteps, index) },
        t_prev: { type: 'timestep', ...to },
        index: hostNumber(index),
        last: hostNumber(index === timesteps.t.length - 1 ? 1 : 0),
      }
    },

    advance(state, { x_prev: { tensor } }, index, { timesteps }) {
      const { shape } = state.x.tensor
      if (tensor.shape.join() !== shape.join()) {
        throw new NodeError({
          slot: 'x_prev',
          message: processMessages.shape({ like: 'x_t', expected: shape, shape: tensor.shape }),
          cure: samplingMessages.connectStep(),
        })
      }
      const at = timesteps.tPrev[index]
      const x: Samples = { ...state.x, tensor }
      return (index + 1) % state.every === 0
        ? { x, at, ...addFrame(state, tensor, at) }
        : { ...state, x, at }
    },

    done({ x, at, frames, t }) {
      const complete = frames.at(-1) === x.tensor
      return {
        x_0: x,
        trajectory: {
          type: 'trajectory',
          frames: complete ? frames : [...frames, x.tensor],
          t: Float64Array.from(complete ? t : [...t, at]),
          space: x.space,
        },
      }
    },

    label: (_, index, { timesteps }) => `t = ${formatTimestep(timesteps.t[index])}`,
  },
})
