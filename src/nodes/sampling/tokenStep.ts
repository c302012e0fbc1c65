// TokenStep: one step of discrete diffusion towards clean tokens.
import { keptShares, resampleStep, revealOrders, unmaskStep } from '../../engine/process/tokens.ts'
import type { Tensor3D } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { chainParam } from '../process/corruptTokens.ts'
import { checkLogits, toTokens } from '../process/tokenValues.ts'

export const tokenStep = defineNode({
  type: 'diffusion/TokenStep',
  category: 'steps',
  summary:
    'One step of tokens from t to t_prev: fills some of the masked places with tokens of the model, or draws every place again (uniform chain).',
  equation:
    'q(x_s \\mid x_t = \\mathrm{mask}, \\hat{x}_0) = \\frac{k_s - k_t}{1 - k_t} \\delta_{\\hat{x}_0} + \\frac{1 - k_s}{1 - k_t} \\delta_{\\mathrm{mask}}',
  source:
    'Austin et al. 2021, eq. 3 and 4; Sahoo et al. 2024, eq. 7; order by confidence: Chang et al. 2022',
  inputs: {
    tokens: slot.tokens('Tokens at t'),
    logits: slot.logits('Logits of PredictTokens for these tokens'),
    t: slot.timestep('Timestep of the tokens'),
    t_prev: slot.timestep('Timestep after the step; -1 is clean data'),
    schedule: slot.schedule('Schedule of the training'),
  },
  outputs: { tokens: slot.tokens('Tokens at t_prev') },
  params: {
    chain: chainParam,
    order: param.when(
      'chain',
      'absorbing',
      param.choice(revealOrders, 'Masked places that are filled first', {
        random: 'Random ones, as in the forward process',
        confident: 'Those where the model is surest of the drawn token, as in MaskGIT',
      }),
    ),
    temperature: param.real(
      1,
      { min: 0, max: 10, step: 0.05 },
      'Below 1 prefers likely tokens, 0 takes the likeliest; above 1 more variety',
    ),
    seed: param.seed(),
  },
  run: (
    { tokens: value, logits, t, t_prev, schedule: { schedule } },
    { chain, order, temperature },
    { random },
  ) => {
    const tokens = toTokens(value)
    checkLogits(logits.tensor.shape, tokens)
    const step = {
      logits: logits.tensor as Tensor3D,
      ids: tokens.tensor,
      kept: keptShares(schedule, t),
      keptNext: keptShares(schedule, t_prev),
      temperature,
    }
    return {
      tokens: {
        ...tokens,
        tensor:
          chain === 'absorbing' ? unmaskStep(step, order, random) : resampleStep(step, random),
      },
    }
  },
})
