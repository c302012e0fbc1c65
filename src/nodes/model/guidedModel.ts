// GuidedModel: wraps a model with classifier-free guidance or autoguidance.
import { isSameShape } from '../../engine/process/coefficients.ts'
import { guidedModel as makeGuided } from '../../engine/models/kinds/guided/guided.ts'
import { isOptional } from '../../engine/models/condition.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Model } from '../../engine/models/model.ts'
import { defineNode, param, slot } from '../define.ts'
import { guidanceParams } from './guidanceParams.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { modelConditions, modelItemShape } from '../../engine/models/kinds/registry.ts'

export const guidedModel = defineNode({
  type: 'diffusion/GuidedModel',
  category: 'model',
  summary:
    'Model with classifier-free guidance or autoguidance built in: every prediction evaluates the model with and without the condition, or a worse model too, and extrapolates.',
  aliases: ['autoguidance', 'cfg model', 'DualCFGGuider', 'SkipLayerGuidance'],
  equation: 'u + w \\, (c - u)',
  source:
    'Ho & Salimans 2022, eq. 6; autoguidance: Karras et al. 2024, eq. 3; interval: Kynkäänniemi et al. 2024',
  inputs: {
    model: slot.model(
      'Conditional model (classes, tokens or extra channels); with `worse`, any model',
    ),
    worse: slot.optional(
      slot.model(
        'Smaller or less trained model to guide away from (autoguidance). If not connected, the same model without the condition',
      ),
    ),
  },
  outputs: { model: slot.model('Guided model') },
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
  staticOutputs: (_, { model }) => ({ model }),
  run: ({ model, worse }, { scale, rescale, t_low: low, t_high: high }) => {
    if (worse) checkWorse(model, worse)
    else checkClasses(model)
    return { model: makeGuided(model, scale, { rescale, low, high, ...(worse && { worse }) }) }
  },
})

function checkClasses(model: Model) {
  const conditions = modelConditions(model)
  if (conditions.some((spec) => isOptional(spec) && (spec.kind !== 'labels' || spec.classes > 0)))
    return
  if (conditions.length > 0) {
    throw new NodeError({
      slot: 'model',
      message: modelNodeMessages.guidanceByNumbers(),
      cure: modelNodeMessages.useClassLabels(),
    })
  }
  throw new NodeError({
    slot: 'model',
    message: modelNodeMessages.guidanceWithoutClasses(),
    cure: modelNodeMessages.addClasses(),
  })
}

/** Checks that both models have the same item shape and prediction type. */
function checkWorse(model: Model, worse: Model) {
  const [shape, other] = [modelItemShape(model), modelItemShape(worse)]
  if (!isSameShape(shape, other)) {
    throw new NodeError({
      slot: 'worse',
      message: modelNodeMessages.worseItems({ expected: shape, got: other }),
      cure: modelNodeMessages.sameData(),
    })
  }
  if (worse.predicts === model.predicts) return
  throw new NodeError({
    slot: 'worse',
    message: modelNodeMessages.worsePredicts({ expected: model.predicts, got: worse.predicts }),
    cure: modelNodeMessages.samePrediction(),
  })
}
