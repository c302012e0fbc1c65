// Guidance around a model: away from its unconditional prediction, or from that of a worse model.
import { perItem } from '../../../process/coefficients.ts'
import { guide, rescaleGuidance, guidanceScales } from '../../../process/guidance.ts'
import type { Model, ModelOf } from '../../model.ts'
import { conditionParts, isGuided, withoutGuided } from '../../condition.ts'
import type { Formula } from '../../formula.ts'
import { modelConditions } from '../registry.ts'
import { onlyChild } from '../../tree.ts'
import type { GuidedConfig } from './config.ts'

/** Wraps `child` with guidance, optionally away from `worse`. Condition and prediction type are the
 * child's. */
export const guidedModel = (
  child: Model,
  scale: number,
  { rescale = 0, low = 0, high = Infinity, worse }: Partial<GuidedConfig> & { worse?: Model } = {},
): ModelOf<'guided'> => ({
  type: 'model',
  kind: 'guided',
  config: { scale, rescale, low, high },
  predicts: child.predicts,
  ...(child.variance && { variance: child.variance }),
  weights: {},
  children: { model: child, ...(worse && { worse }) },
})

/** Makes two evaluations; one without labels and tokens or outside of the guidance interval. */
export const guidedFormula: Formula<ModelOf<'guided'>> = {
  evaluate(model, x, t, condition, evaluateChild) {
    const child = onlyChild(model)
    const { worse } = model.children
    const { scale, rescale, low, high } = model.config
    const conditional = evaluateChild(child, x, t, condition)
    const scales = guidanceScales({ low, high }, t.t, scale)
    // A network of extra channels alone is guided by them.
    const guided = modelConditions(child).some(isGuided)
    const without = guided ? !conditionParts(condition).some(isGuided) : !condition
    if ((without && !worse) || scales.every((w) => w === 1)) return conditional
    const reference = worse
      ? evaluateChild(worse, x, t, condition)
      : evaluateChild(child, x, t, guided ? withoutGuided(condition) : undefined)
    const tensor = guide(conditional.tensor, reference.tensor, perItem(scales, x))
    return { ...conditional, tensor: rescaleGuidance(tensor, conditional.tensor, rescale) }
  },
}
