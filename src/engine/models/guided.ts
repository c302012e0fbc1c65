// Guidance around a model: away from what it says without a condition, or from what a worse model says.
import { perItem } from '../coefficients.ts'
import type { Interval } from '../guidance.ts'
import { guide, rescaled, scalesIn } from '../guidance.ts'
import type { Model } from '../values.ts'
import type { ModelKind } from './kind.ts'
import { onlyChild } from './tree.ts'

export interface GuidedConfig extends Interval {
  scale: number
  /** How far the result is brought back to the spread of the conditional prediction. */
  rescale: number
}

/** `child`, guided; it takes what the child takes and predicts what it predicts. `worse` is what it is guided away from. */
export const guidedModel = (
  child: Model,
  scale: number,
  { rescale = 0, low = 0, high = Infinity, worse }: Partial<GuidedConfig> & { worse?: Model } = {},
): Model => ({
  type: 'model',
  kind: 'guided',
  config: { scale, rescale, low, high },
  predicts: child.predicts,
  ...(child.variance && { variance: child.variance }),
  weights: {},
  children: { model: child, ...(worse && { worse }) },
})

const configOf = (model: Model) => model.config as unknown as GuidedConfig

/** Two evaluations; one where there is no condition to follow, or outside of the interval. */
export const guidedKind = (kindOf: (model: Model) => ModelKind): ModelKind => ({
  trainable: false,
  itemShape: (model) => kindOf(onlyChild(model)).itemShape(onlyChild(model)),
  condition: (model) => kindOf(onlyChild(model)).condition(onlyChild(model)),
  evaluate(model, x, t, condition, evaluateChild) {
    const child = onlyChild(model)
    const { worse } = model.children
    const { scale, rescale, low, high } = configOf(model)
    const conditional = evaluateChild(child, x, t, condition)
    const scales = scalesIn({ low, high }, t.t, scale)
    if ((!condition && !worse) || scales.every((w) => w === 1)) return conditional
    const reference = worse ? evaluateChild(worse, x, t, condition) : evaluateChild(child, x, t, undefined)
    const guided = guide(conditional.tensor, reference.tensor, perItem(scales, x))
    return { ...conditional, tensor: rescaled(guided, conditional.tensor, rescale) }
  },
})
