// Guidance: combines two predictions (classifier-free guidance).
import { perItem } from '../../engine/process/coefficients.ts'
import { guide, rescaleGuidance, guidanceScales } from '../../engine/process/guidance.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkComparable, checkSameTypes } from '../process/predictions.ts'
import { guidanceParams } from './guidanceParams.ts'

export const guidance = defineNode({
  type: 'diffusion/Guidance',
  category: 'model',
  summary:
    'Classifier-free guidance: extrapolates from the unconditional to the conditional prediction.',
  aliases: ['cfg', 'classifier-free guidance', 'guidance_scale', 'CFGGuider', 'cfg scale'],
  equation: 'u + w \\, (c - u)',
  source: 'Ho & Salimans 2022, eq. 6; rescaled: Lin et al. 2023, eq. 15 and 16',
  inputs: {
    conditional: slot.prediction('Conditional prediction c, from Predict with a condition'),
    unconditional: slot.prediction(
      'Prediction u, from Predict without a condition, or from a worse model (autoguidance)',
    ),
    t: slot.optional(
      slot.timestep(
        'Timestep of both predictions, for t_low and t_high. If not connected, guidance applies everywhere',
      ),
    ),
  },
  outputs: { prediction: slot.prediction('Guided prediction') },
  params: {
    scale: param.symbol(
      'w',
      param.real(
        2,
        { min: -100, max: 100, step: 0.1 },
        'Guidance scale w: 0 is unconditional, 1 is no guidance, larger values follow the condition more closely',
      ),
    ),
    ...guidanceParams,
  },
  check: (_, { conditional, unconditional }) =>
    checkSameTypes(conditional, unconditional, ['conditional', 'unconditional']),
  staticOutputs: (_, { conditional }) => ({ prediction: conditional }),
  run: ({ conditional, unconditional, t }, { scale, rescale, t_low, t_high }) => {
    checkComparable(conditional, unconditional, ['conditional', 'unconditional'])
    const w = t
      ? perItem(guidanceScales({ low: t_low, high: t_high }, t.t, scale), conditional.tensor)
      : scale
    const guided = guide(conditional.tensor, unconditional.tensor, w)
    return {
      prediction: { ...conditional, tensor: rescaleGuidance(guided, conditional.tensor, rescale) },
    }
  },
})
