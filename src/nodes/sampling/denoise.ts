// Asking a model for x_0, for nodes that do so themselves.
import { conditioningOf } from '../../engine/models/condition.ts'
import { answerOf } from '../../engine/models/predict.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import type { Denoise } from '../../engine/samplers/heun.ts'
import type { Hold } from '../../engine/samplers/hold.ts'
import { held } from '../../engine/samplers/hold.ts'
import type { Model } from '../../engine/values.ts'

/** x_0 as the model predicts it, held in range. */
export function denoiserOf(
  model: Model,
  condition: Parameters<typeof conditioningOf>[0] | undefined,
  hold: Hold | undefined,
): Denoise {
  const conditioning = condition && conditioningOf(condition)
  return (x, at) => held(convertPrediction(answerOf(model, x, at, conditioning).tensor, x, at, model.predicts, 'sample'), hold)
}
