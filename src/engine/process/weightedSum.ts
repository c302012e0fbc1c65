// Linear combinations of batches with a coefficient per item, for forward processes, sampler steps
// and conversions of predictions.
import { activeBackend } from '../base/backend.ts'
import type { WeightedTerm } from '../base/layerTypes.ts'
import type { Tensor } from '../base/tf.ts'
import { checkCoefficientCount, perItem } from './coefficients.ts'

/**
 * The sum of the terms, whose batches have equal shapes, `[b, ...]`. Throws EngineError about
 * `argument` unless each has b factors or 1.
 */
export function weightedSum(terms: readonly WeightedTerm[], argument = 't'): Tensor {
  const { weightedSum: fused } = activeBackend()
  if (!fused)
    return terms
      .map(([x, factors]) => x.mul(perItem(factors, x, argument)))
      .reduce((sum, term) => sum.add(term))
  for (const [x, factors] of terms) checkCoefficientCount(factors.length, x, argument)
  return fused(terms)
}
