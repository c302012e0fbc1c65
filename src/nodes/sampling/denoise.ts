// Denoiser function for nodes that evaluate a model themselves.
import { toConditioning } from '../../engine/models/condition.ts'
import { predictWithVariance } from '../../engine/models/predict.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import type { Denoise } from '../../engine/samplers/step.ts'
import type { Clipping } from '../../engine/samplers/clipping.ts'
import { clipX0 } from '../../engine/samplers/clipping.ts'
import type { Model } from '../../engine/models/model.ts'

/** Returns a function that predicts x_0, clipped. */
export function makeDenoiser(
  model: Model,
  condition: Parameters<typeof toConditioning>[0] | undefined,
  clipping: Clipping | undefined,
): Denoise {
  const conditioning = condition && toConditioning(condition)
  return (x, at) =>
    clipX0(
      convertPrediction(
        predictWithVariance(model, x, at, conditioning).tensor,
        x,
        at,
        model.predicts,
        'sample',
      ),
      clipping,
    )
}
