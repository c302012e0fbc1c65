// The sampling zone: its Start gives x_t and where to go from it, its End takes where a step has led.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour } from '../../engine/plan/op.ts'
import type { Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import type { Transitions } from '../../engine/timesteps.ts'
import { endsOf } from '../../engine/timesteps.ts'
import type { Noise, Samples, StepPlace, Timestep, Timesteps } from '../../engine/values.ts'
import { advanced, defineLoop, integer, number, samples, timestep, timesteps, trajectory } from '../define.ts'

/** Whole timesteps as they are, fractions short. */
const timeInWords = (t: number) => (Number.isInteger(t) ? t : Number(t.toPrecision(6)))

interface SamplingState {
  x: Samples
  /** The timestep x is at. */
  at: number
  /** What the trajectory has of the way so far, each at its timestep. */
  frames: Tensor[]
  t: number[]
  /** Every how many steps a frame is kept. */
  every: number
}

/** Of the frames of a trajectory, in bytes: 300 frames of 64 grey images of 28 x 28, and more than is ever used of points. */
const MOST_BYTES = 2 ** 26

/** One more frame; where there are too many, every second is let go, and from then on half as many are kept. */
export function keepFrame({ frames, t, every }: Kept, frame: Tensor, at: number, most = MOST_BYTES): Kept {
  const room = Math.max(2, Math.floor(most / (4 * frame.size)))
  if (frames.length < room) return { frames: [...frames, frame], t: [...t, at], every }
  const even = (_: unknown, i: number) => i % 2 === 0
  // The new one is an even multiple of what is left, or is not kept itself.
  const thinned = { frames: frames.filter(even), t: t.filter(even), every: 2 * every }
  return frames.length % 2 === 0 ? { ...thinned, frames: [...thinned.frames, frame], t: [...thinned.t, at] } : thinned
}

type Kept = Pick<SamplingState, 'frames' | 't' | 'every'>

const startInputs = (inputs: Inputs) => inputs as unknown as { x_T: Samples | Noise; timesteps: Timesteps }

function placeOf({ tPrev, ratioPrev }: Timesteps, index: number): StepPlace {
  const endsClean = ratioPrev ? ratioPrev.at(-1) === 0 : tPrev.at(-1) === -1
  return { index, count: tPrev.length, endsClean }
}

/** Noise as it is drawn has variance 1; at the first level of a schedule of sigmas it has more. */
const startOf = ({ type, tensor }: Samples | Noise, { initNoiseSigma = 1 }: Timesteps): Tensor =>
  type === 'noise' && initNoiseSigma !== 1 ? tensor.mul(initNoiseSigma) : tensor

const behaviour: LoopBehaviour<SamplingState> = {
  extents: [],
  samples: true,
  iterations: (inputs) => startInputs(inputs).timesteps.t.length,
  label: (_, index, inputs) => `t = ${timeInWords(startInputs(inputs).timesteps.t[index]!)}`,

  begin(inputs, { end }) {
    const { x_T, timesteps } = startInputs(inputs)
    const at = timesteps.t[0] ?? -1
    const tensor = startOf(x_T, timesteps)
    return { x: { ...x_T, type: 'samples', tensor }, at, frames: [tensor], t: [at], every: end.keep_every as number }
  },

  each({ x }, index, inputs) {
    const { timesteps } = startInputs(inputs)
    const { from, to } = endsOf(timesteps, index)
    return {
      x_t: x,
      t: { type: 'timestep', ...from, place: placeOf(timesteps, index) },
      t_prev: { type: 'timestep', ...to },
      index: { type: 'number', tensor: tf.scalar(index) },
      last: { type: 'number', tensor: tf.scalar(index === timesteps.t.length - 1 ? 1 : 0) },
    }
  },

  advance(state, next, index, inputs) {
    const { tensor } = next.x_prev as Samples | Noise
    const { shape } = state.x.tensor
    if (tensor.shape.join() !== shape.join()) {
      throw new NodeError({
        slot: 'x_prev',
        message: `Expected the shape of x_t, [${shape}], got [${tensor.shape}].`,
        cure: 'Wire here what a step made of x_t.',
      })
    }
    const at = startInputs(inputs).timesteps.tPrev[index]!
    const x: Samples = { ...state.x, tensor }
    return (index + 1) % state.every === 0 ? { x, at, ...keepFrame(state, tensor, at) } : { ...state, x, at }
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
}

/** Both ends of all transitions. */
export const timesToCome = ({ t, tPrev, ratio, ratioPrev }: Transitions): { t: Timestep; t_prev: Timestep } => ({
  t: { type: 'timestep', t, ...(ratio && { ratio }) },
  t_prev: { type: 'timestep', t: tPrev, ...(ratioPrev && { ratio: ratioPrev }) },
})

export const [samplingStart, samplingEnd] = defineLoop({
  start: {
    type: 'diffusion/SamplingStart',
    category: 'sampling',
    summary: 'Begins sampling: goes over a list of timesteps, and gives at each what the step before has made.',
    source: 'Ho et al. 2020, algorithm 2',
    inputs: {
      x_T: samples('where to start: noise (brought to the first level, where that is sigma), or data noised to the first t'),
      timesteps: timesteps('the way'),
    },
    each: {
      x_t: samples('as far as it has come'),
      t: timestep('where x_t is'),
      t_prev: timestep('where to go; -1 is clean data'),
      index: number('0, 1, 2, ...'),
      last: number('1 in the last iteration, else 0'),
    },
    foresees: ({ timesteps }) => (timesteps ? timesToCome(timesteps) : {}),
    params: {},
  },
  end: {
    type: 'diffusion/SamplingEnd',
    category: 'sampling',
    summary: 'Ends sampling: takes each step, and gives what came of the last, and the way there.',
    next: { x_prev: samples('at t_prev, from a step') },
    done: { x_0: samples('after the last step'), trajectory: trajectory('what was on the way, from x_T to x_0') },
    params: {
      keep_every: advanced(
        integer(1, { min: 1, max: 100_000 }, 'the trajectory keeps every n-th step; where that is more than 64 MB, fewer'),
      ),
    },
  },
  carries: { x_prev: 'x_t' },
  behaviour: behaviour as LoopBehaviour<never>,
})
