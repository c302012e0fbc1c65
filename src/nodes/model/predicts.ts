// Prediction types as a param, and the facts about a model that follow from its params.
import type { StaticPrediction } from '../../engine/plan/op.ts'
import type { PredictionType } from '../../engine/base/values.ts'

export const predictionTypes = ['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const

/** Facts known before a run about a model with these params. */
export const modelFacts = ({
  predicts,
  learned_variance = 'none',
}: {
  predicts: PredictionType
  learned_variance?: string
}): StaticPrediction => ({ type: 'model', predicts, variance: learned_variance !== 'none' })

/** Facts about the prediction of such a model. */
export const predictionFacts = (
  model: StaticPrediction | undefined,
): StaticPrediction | undefined => model && { ...model, type: 'prediction' }

/** Options for a model's learned variance. */
export const learnedVariances = ['none', 'learned_range', 'learned'] as const
