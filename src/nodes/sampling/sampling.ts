// The sampling zone: SamplingStart outputs x_t and the transition, SamplingEnd takes x_prev.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import type { Transitions } from '../../engine/process/timesteps.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import { hostNumber, type Noise, type Samples } from '../../engine/base/values.ts'
import type { StepPlace, Timestep, Timesteps } from '../../engine/process/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { mapEntries } from '../../engine/base/records.ts'
import type { Inputs, Outputs } from '../../engine/plan/op.ts'
import { carryValues, listNumbered, takeCarried, type CarriedValues } from '../loops/carried.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { processMessages } from '../../engine/messages/process.ts'

/** Formats a timestep: integers in full, fractions with six digits. */
export const formatTimestep = (t: number) => (Number.isInteger(t) ? t : Number(t.toPrecision(6)))

interface SamplingState extends Track {
  /** Timestep of x. */
  at: number
  /** Further samples that the loop moves, by the slot of their start. */
  others?: Record<string, Track>
  /** Carried values by slot. */
  values?: CarriedValues
}

/** Samples on their way, with their trajectory. */
interface Track {
  x: Samples
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

type Kept = Pick<Track, 'frames' | 't' | 'every'>

function beginTrack(x_T: Samples | Noise, timesteps: Timesteps, every: number): Track {
  const tensor = scaleInitialNoise(x_T, timesteps)
  return {
    x: { ...x_T, type: 'samples', tensor },
    frames: [tensor],
    t: [timesteps.t[0] ?? -1],
    every,
  }
}

/** The track after a step to timestep `at`. `suffix` is the number of its slots. */
function moveTrack(
  track: Track,
  next: Samples | Noise | undefined,
  { index, at, suffix }: { index: number; at: number; suffix: string },
): Track {
  if (!next) {
    throw new NodeError({
      slot: `x_prev${suffix}`,
      message: samplingMessages.notMoved({ slot: `x_prev${suffix}`, input: `x_T${suffix}` }),
      cure: samplingMessages.connectStep(),
    })
  }
  const { tensor } = next
  const { shape } = track.x.tensor
  if (tensor.shape.join() !== shape.join()) {
    throw new NodeError({
      slot: `x_prev${suffix}`,
      message: processMessages.shape({
        like: `x_t${suffix}`,
        expected: shape,
        shape: tensor.shape,
      }),
      cure: samplingMessages.connectStep(),
    })
  }
  const x: Samples = { ...track.x, tensor }
  return (index + 1) % track.every === 0 ? { x, ...addFrame(track, tensor, at) } : { ...track, x }
}

/** The done outputs of a track at timestep `at`. */
function endTrack({ x, frames, t }: Track, at: number, suffix: string): Outputs {
  const complete = frames.at(-1) === x.tensor
  return {
    [`x_0${suffix}`]: x,
    [`trajectory${suffix}`]: {
      type: 'trajectory',
      frames: complete ? frames : [...frames, x.tensor],
      t: Float64Array.from(complete ? t : [...t, at]),
      space: x.space,
    },
  }
}

const slotSuffix = (slot: string) => slot.slice('x_T'.length)

function createStepPlace({ tPrev, ratioPrev, skipped }: Timesteps, index: number): StepPlace {
  const endsClean = ratioPrev ? ratioPrev.at(-1) === 0 : tPrev.at(-1) === -1
  return { index, count: tPrev.length, endsClean, ...(skipped && { skipped }) }
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
    aliases: ['sampling loop', 'denoising loop', 'reverse diffusion loop'],
    source: 'Ho et al. 2020, algorithm 2',
    inputs: {
      x_T: slot.more(
        slot.samples(
          'Initial noise (scaled to the first level for sigma schedules), or data with the noise of the first t',
        ),
      ),
      timesteps: slot.timesteps('Timesteps to visit'),
      value: slot.further(
        slot.many(
          slot.optional(
            slot.any('Initial value of what steps pass on, such as an estimate of x_0'),
          ),
        ),
      ),
    },
    each: {
      x_t: slot.more(slot.samples('Current x_t'), 'x_T'),
      t: slot.timestep('Timestep of x_t'),
      t_prev: slot.timestep('Next timestep; -1 is clean data'),
      index: slot.onHost(slot.number('Iteration number: 0, 1, 2, ...')),
      last: slot.onHost(slot.number('1 in the last iteration, otherwise 0')),
      value: slot.many(slot.like('value', 'Value of the previous step')),
    },
    staticOutputs: ({ timesteps }) => (timesteps ? transitionTimes(timesteps) : {}),
    params: {
      further_slots: param.furtherSlots(
        'Offers slots for further samples, and for values that steps pass on',
      ),
    },
  },
  end: {
    type: 'diffusion/SamplingEnd',
    category: 'sampling',
    summary:
      'End of a sampling loop: takes the result of each step and outputs the last one and the trajectory.',
    next: {
      x_prev: slot.more(slot.samples('Data at t_prev, from a step')),
      value: slot.further(slot.many(slot.optional(slot.any('Value for the next step')))),
    },
    done: {
      x_0: slot.more(slot.samples('Samples after the last step'), 'x_T'),
      trajectory: slot.more(slot.trajectory('Intermediate steps from x_T to x_0'), 'x_T'),
      value: slot.many(slot.like('value', 'Value after the last step')),
    },
    params: {
      keep_every: param.advanced(
        param.integer(
          1,
          { min: 1, max: 100_000 },
          'Stores every n-th step in the trajectory; fewer if it would exceed 64 MB',
        ),
      ),
    },
  },
  carries: { x_prev: 'x_t', value: 'value' },
  behaviour: {
    extents: ['further_slots'],
    samples: true,
    iterations: ({ timesteps }) => timesteps.t.length,
    planned: ({ timesteps }) => timesteps?.t.length,

    begin(inputs, { end }): SamplingState {
      const { timesteps } = inputs
      const [[, first], ...others] = listNumbered<Samples | Noise>(inputs, 'x_T')
      const begin = (x_T: Samples | Noise) => beginTrack(x_T, timesteps, end.keep_every)
      const values = takeCarried(inputs)
      return {
        ...begin(first),
        at: timesteps.t[0] ?? -1,
        ...(others.length && {
          others: Object.fromEntries(others.map(([slot, x_T]) => [slot, begin(x_T)])),
        }),
        ...(Object.keys(values).length && { values }),
      }
    },

    each({ x, others, values }, index, { timesteps }) {
      const { from, to } = getTransition(timesteps, index)
      return {
        x_t: x,
        ...Object.fromEntries(
          Object.entries(others ?? {}).map(([slot, track]) => [`x_t${slotSuffix(slot)}`, track.x]),
        ),
        t: { type: 'timestep', ...from, place: createStepPlace(timesteps, index) },
        t_prev: { type: 'timestep', ...to },
        index: hostNumber(index),
        last: hostNumber(index === timesteps.t.length - 1 ? 1 : 0),
        ...values,
      }
    },

    advance({ others, values, ...first }, next, index, { timesteps }) {
      const at = timesteps.tPrev[index]
      const results: Inputs = next
      const move = (track: Track, suffix: string) =>
        moveTrack(track, results[`x_prev${suffix}`] as Samples | undefined, { index, at, suffix })
      return {
        ...move(first, ''),
        at,
        ...(others && {
          others: mapEntries(others, (slot, track) => move(track, slotSuffix(slot))),
        }),
        ...(values && { values: carryValues(values, next) }),
      }
    },

    done: ({ others, values, at, ...first }) => ({
      ...endTrack(first, at, ''),
      ...Object.assign(
        {},
        ...Object.entries(others ?? {}).map(([slot, track]) =>
          endTrack(track, at, slotSuffix(slot)),
        ),
      ),
      ...values,
    }),

    label: (_, index, { timesteps }) => `t = ${formatTimestep(timesteps.t[index])}`,
  },
})
