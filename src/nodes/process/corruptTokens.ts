// CorruptTokens: the forward process of discrete diffusion.
import { chains, corruptTokens as corrupt, keptShares } from '../../engine/process/tokens.ts'
import { defineNode, param, slot } from '../define.ts'
import { countClasses, toTokens } from './tokenValues.ts'

/** The `chain` param, shared with TokenStep. */
export const chainParam = param.choice(chains, 'What becomes of tokens that are lost', {
  absorbing: 'A masked place, as in masked diffusion',
  uniform: 'Any other token, equally likely',
})

export const corruptTokens = defineNode({
  type: 'diffusion/CorruptTokens',
  category: 'process',
  summary:
    'Samples x_t from q(x_t | x_0) for tokens: each place keeps its token with probability k_t, and is masked or gets a random token otherwise.',
  aliases: ['d3pm', 'masked diffusion', 'mdlm', 'mask tokens', 'absorbing state'],
  equation:
    'q(x_t \\mid x_0) = k_t \\, \\delta_{x_0} + (1 - k_t) \\, \\pi, \\quad k_t = \\frac{\\alpha_t}{\\alpha_t + \\sigma_t}',
  source: 'Austin et al. 2021, section 3; Sahoo et al. 2024, eq. 3',
  inputs: {
    tokens: slot.tokens('Clean tokens, such as those of TrainingStart'),
    t: slot.timestep('One per item, or one for all items'),
    schedule: slot.schedule(
      'Schedule that gives k_t, the share of the signal: 1 - t / T for FlowSchedule',
    ),
  },
  outputs: { tokens: slot.tokens('Tokens at t') },
  params: {
    chain: chainParam,
    seed: param.seed(),
  },
  run: ({ tokens: value, t, schedule }, { chain }, { random }) => {
    const tokens = toTokens(value)
    const kept = keptShares(schedule.schedule, t)
    const classes = countClasses(tokens)
    return {
      tokens: { ...tokens, tensor: corrupt(tokens.tensor, kept, { chain, classes }, random) },
    }
  },
})
