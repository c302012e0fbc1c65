// Classifier-free guidance by hand: joins two predictions.
import { perItem } from '../../engine/coefficients.ts'
import { guide, rescaled, scalesIn } from '../../engine/guidance.ts'
import { defineNode, optional, prediction, real, timestep, symbol } from '../define.ts'
import { checkAlike, checkKinds } from '../predictions.ts'
import { guidanceParams } from './guidanceParams.ts'

export const guidance = defineNode({
  type: 'diffusion/Guidance',
  category: 'model',
  summary: 'Goes from what a model predicts without a condition past what it predicts with one: classifier-free guidance.',
  equation: 'u + w \\, (c - u)',
  source: 'Ho & Salimans 2022, eq. 6; rescaled: Lin et al. 2023, eq. 15 and 16',
  inputs: {
    conditional: prediction('c, from Predict with a condition'),
    unconditional: prediction('u, from Predict without, or what a worse model says (autoguidance)'),
    t: optional(timestep('of both, for t_low and t_high; unwired: guided everywhere')),
  },
  outputs: { prediction: prediction('guided') },
  params: {
    scale: symbol(
      'w',
      real(2, { min: -100, max: 100, step: 0.1 }, 'w: 0 no condition, 1 no guidance, above 1 more of the condition'),
    ),
    ...guidanceParams,
  },
  check: (_, { conditional, unconditional }) => checkKinds(conditional, unconditional, ['conditional', 'unconditional']),
  foresees: (_, { conditional }) => ({ prediction: conditional }),
  run: ({ conditional, unconditional, t }, { scale, rescale, t_low, t_high }) => {
    checkAlike(conditional, unconditional, ['conditional', 'unconditional'])
    const w = t ? perItem(scalesIn({ low: t_low, high: t_high }, t.t, scale), conditional.tensor) : scale
    const guided = guide(conditional.tensor, unconditional.tensor, w)
    return { prediction: { ...conditional, tensor: rescaled(guided, conditional.tensor, rescale) } }
  },
})
