// Prediction types as a param, and the facts about a model that follow from its params.
import type { StaticPrediction } from '../../engine/plan/op.ts'
import type { PredictionType } from '../../engine/base/values.ts'
import { param } from '../define.ts'

export const predictionTypes = ['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const

/** Descriptions of the prediction types. */
export const predictions = {
  epsilon: 'Noise ε, as in DDPM',
  v_prediction: 'Velocity v = α ε − σ x₀',
  sample: 'Clean data x₀',
  flow_prediction: 'Flow velocity ε − x₀',
} as const

/** Param with the prediction type of a model. */
export const predictsParam = param.choice(
  predictionTypes,
  'Prediction type of the model',
  predictions,
)

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

/** Param with the kind of the learned variance of a network. */
const learnedVarianceParam = (about: string) =>
  param.advanced(
    param.choice(['none', 'learned_range', 'learned'], about, {
      none: 'Fixed variance',
      learned_range: 'Interpolates between the two fixed variances (Nichol & Dhariwal 2021)',
      learned: 'Logarithm of the variance',
    }),
  )

export const learnedVariance = learnedVarianceParam(
  'Predicts the variance of the reverse step too, with twice the output channels. Train it with HybridLoss',
)

export const learnedVarianceOfPoints = learnedVarianceParam(
  'Predicts the variance of the reverse step too. Train it with HybridLoss',
)
