// TokenLoss: the cross-entropy of predicted tokens.
import { comparedPlaces, likelihoodWeights, tokenCrossEntropy } from '../../engine/losses/tokens.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Outputs } from '../../engine/plan/op.ts'
import type { Tensor2D, Tensor3D } from '../../engine/base/tf.ts'
import type { ItemLosses, Loss } from '../../engine/base/values.ts'
import type { ScheduleValue, Timestep } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { checkLogits, toTokens } from '../process/tokenValues.ts'
import { toItemLosses } from './items.ts'

export const tokenLoss = defineNode({
  type: 'diffusion/TokenLoss',
  category: 'training',
  summary:
    'Mean cross-entropy of predicted and true tokens, at masked places or at all, in nats per place.',
  aliases: ['masked language model loss', 'mlm loss'],
  equation: 'L = -\\mathrm{mean}\\left( w_t \\log p_\\theta(x_0 \\mid x_t) \\right)',
  source: 'Austin et al. 2021, eq. 5; Sahoo et al. 2024, eq. 10',
  inputs: {
    logits: slot.logits('Logits of PredictTokens'),
    target: slot.tokens('Clean tokens'),
    tokens: slot.optional(slot.tokens('Noisy tokens, for places: masked')),
    t: slot.optional(slot.timestep('Timestep of the tokens, for weighting and for losses')),
    schedule: slot.optional(slot.schedule('Required for weighting')),
  },
  outputs: {
    loss: slot.loss('Scalar loss; log(tokens) for random guesses'),
    losses: slot.losses('Sum of the losses of each item over its number of places; requires t'),
  },
  params: {
    places: param.choice(comparedPlaces, 'Places that count', {
      masked: 'Masked places of the noisy tokens, for the absorbing chain',
      all: 'All places, for the uniform chain',
    }),
    weighting: param.choice(['uniform', 'likelihood'], 'Weights of the items by t', {
      uniform: 'Weight 1 for every place that counts',
      likelihood:
        'The mean is then a bound of -log p(x_0) per place, for t drawn uniformly in the absorbing chain',
    }),
  },
  run: ({ logits, target, tokens, t, schedule }, { places, weighting }) => {
    const clean = toTokens(target, 'target')
    checkLogits(logits.tensor.shape, clean)
    const { loss, losses } = tokenCrossEntropy(
      logits.tensor as Tensor3D,
      clean.tensor,
      places === 'masked' ? maskedPlaces(tokens && toTokens(tokens).tensor) : undefined,
      weighting === 'likelihood' ? requireWeights(schedule, t) : undefined,
    )
    // Records of losses need the timestep of each item.
    return {
      loss: { type: 'loss', tensor: loss },
      ...(t && { losses: toItemLosses(losses, t) }),
    } as Made
  },
})

/** `losses` is present only if t is wired. */
interface Made extends Outputs {
  loss: Loss
  losses: ItemLosses
}

function maskedPlaces(ids: Tensor2D | undefined): Tensor2D {
  if (ids) return ids.less(0).cast('float32') as Tensor2D
  throw new NodeError({
    slot: 'tokens',
    message: modelNodeMessages.noNoisyTokens(),
    cure: modelNodeMessages.connectNoisyTokens(),
  })
}

function requireWeights(
  schedule: ScheduleValue | undefined,
  t: Timestep | undefined,
): Float64Array {
  if (!schedule || !t)
    throw new NodeError({
      slot: schedule ? 't' : 'schedule',
      message: modelNodeMessages.weightsWithoutTime(),
      cure: modelNodeMessages.connectTimes(),
    })
  if ('T' in schedule.schedule) return likelihoodWeights(schedule.schedule, t)
  throw new NodeError({
    slot: 'schedule',
    message: modelNodeMessages.endlessSchedule(),
    cure: modelNodeMessages.useFlowSchedule(),
  })
}
