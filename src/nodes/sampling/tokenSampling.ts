// The sampling zone of tokens: TokenSamplingStart outputs the tokens and the transition,
// TokenSamplingEnd takes the tokens after it.
import { isSameShape } from '../../engine/process/coefficients.ts'
import { getTransition } from '../../engine/process/timesteps.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { hostNumber, type Tokens } from '../../engine/base/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'
import { processMessages } from '../../engine/messages/process.ts'
import { toTokens } from '../process/tokenValues.ts'
import { addFrame, formatTimestep, transitionTimes } from './sampling.ts'

interface TokenState {
  tokens: Tokens
  /** Timestep of the tokens. */
  at: number
  /** Frames of the trajectory so far, their timesteps, and the interval between them in steps. */
  frames: Tensor[]
  t: number[]
  every: number
}

export const [tokenSamplingStart, tokenSamplingEnd] = defineLoop({
  start: {
    type: 'diffusion/TokenSamplingStart',
    category: 'sampling',
    summary:
      'Start of a sampling loop of tokens: runs over a list of timesteps and provides the tokens of the previous step at each.',
    source: 'Austin et al. 2021, section 3',
    inputs: {
      tokens: slot.tokens('Tokens to start from, from TokenText'),
      timesteps: slot.timesteps('Timesteps to visit'),
    },
    each: {
      tokens: slot.tokens('Current tokens'),
      t: slot.timestep('Timestep of the tokens'),
      t_prev: slot.timestep('Next timestep; -1 is clean data'),
      index: slot.onHost(slot.number('Iteration number: 0, 1, 2, ...')),
    },
    staticOutputs: ({ timesteps }) => (timesteps ? transitionTimes(timesteps) : {}),
    params: {},
  },
  end: {
    type: 'diffusion/TokenSamplingEnd',
    category: 'sampling',
    summary:
      'End of a sampling loop of tokens: takes the tokens of each step and outputs the last ones and all in between.',
    next: { tokens: slot.tokens('Tokens at t_prev, from TokenStep') },
    done: {
      tokens: slot.tokens('Tokens after the last step'),
      trajectory: slot.trajectory('Tokens of all steps, for FilmStrip'),
    },
    params: {
      keep_every: param.advanced(
        param.integer(1, { min: 1, max: 100_000 }, 'Stores every n-th step in the trajectory'),
      ),
    },
  },
  carries: { tokens: 'tokens' },
  behaviour: {
    extents: [],
    samples: true,
    iterations: ({ timesteps }) => timesteps.t.length,
    planned: ({ timesteps }) => timesteps?.t.length,

    begin({ tokens: value, timesteps }, { end }): TokenState {
      const tokens = toTokens(value)
      const first = timesteps.t[0] ?? -1
      return {
        tokens,
        at: first,
        frames: [tokens.tensor],
        t: [first],
        every: end.keep_every,
      }
    },

    each({ tokens }, index, { timesteps }) {
      const { from, to } = getTransition(timesteps, index)
      return {
        tokens,
        t: { type: 'timestep', ...from },
        t_prev: { type: 'timestep', ...to },
        index: hostNumber(index),
      }
    },

    advance(state, { tokens: value }, index, { timesteps }) {
      const tokens = toTokens(value)
      const { shape } = state.tokens.tensor
      if (!isSameShape(tokens.tensor.shape, shape))
        throw new NodeError({
          slot: 'tokens',
          message: processMessages.shape({
            like: 'tokens',
            expected: shape,
            shape: tokens.tensor.shape,
          }),
          cure: samplingMessages.connectStep(),
        })
      const at = timesteps.tPrev[index]
      const isKept = (index + 1) % state.every === 0
      return { ...state, tokens, at, ...(isKept && addFrame(state, tokens.tensor, at)) }
    },

    done({ tokens, at, frames, t }) {
      const complete = frames.at(-1) === tokens.tensor
      return {
        tokens,
        trajectory: {
          type: 'trajectory',
          frames: complete ? frames : [...frames, tokens.tensor],
          t: Float64Array.from(complete ? t : [...t, at]),
          space: 'latent',
          vocabulary: tokens.vocabulary,
        },
      }
    },

    label: (_, index, { timesteps }) => `t = ${formatTimestep(timesteps.t[index])}`,
  },
})
