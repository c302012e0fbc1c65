// The kinds of predictions, as a param offers them, and what is known of a model by them.
import type { Said } from '../../engine/plan/op.ts'
import type { PredictionType } from '../../engine/values.ts'

export const predictionTypes = ['epsilon', 'v_prediction', 'sample', 'flow_prediction'] as const

/** What is known before a run of a model that is made with these params. */
export const saidBy = ({
  predicts,
  learned_variance = 'none',
}: {
  predicts: PredictionType
  learned_variance?: string
}): Said => ({ type: 'model', predicts, variance: learned_variance !== 'none' })

/** Of what it says when it is asked. */
export const predictionOf = (model: Said | undefined): Said | undefined => model && { ...model, type: 'prediction' }

/** Whether a model says a variance too, and how. */
export const learnedVariances = ['none', 'learned_range', 'learned'] as const
