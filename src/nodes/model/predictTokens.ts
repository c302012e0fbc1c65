// PredictTokens: evaluates a model of tokens.
import { refuseCleanTimes } from '../../engine/models/argumentChecks.ts'
import { toConditioning } from '../../engine/models/condition.ts'
import { predictTokens as predict } from '../../engine/models/kinds/layers/tokenModel.ts'
import { defineNode, slot } from '../define.ts'
import { checkLogits, toTokens } from '../process/tokenValues.ts'

export const predictTokens = defineNode({
  type: 'diffusion/PredictTokens',
  category: 'model',
  summary:
    'Evaluates a model of tokens on noisy ones: for each place, the logits of the clean token.',
  equation: 'p_\\theta(x_0 \\mid x_t) = \\mathrm{softmax}(\\mathrm{logits})',
  source: 'Austin et al. 2021, section 3.3',
  inputs: {
    model: slot.model('Model of TokenOutput; inside training, the model output of TrainingStart'),
    tokens: slot.tokens('Noisy tokens'),
    t: slot.optional(slot.timestep('Timestep of the tokens, if the model reads it; not -1')),
    condition: slot.optional(slot.condition('Condition, for a model built for one')),
  },
  outputs: {
    logits: slot.logits('Unnormalized log-probability of each token, [b, places, tokens]'),
  },
  params: {},
  check: (_, { t }) => t && refuseCleanTimes(t.t),
  run: ({ model, tokens: value, t, condition }) => {
    const tokens = toTokens(value)
    const tensor = predict(model, tokens.tensor, t, condition && toConditioning(condition))
    checkLogits(tensor.shape, tokens, 'tokens')
    return { logits: { type: 'logits', tensor } }
  },
})
