// Classifier-free guidance: away from what a model says without a condition, towards what it says with one.
import type { Tensor } from '../tf.ts'
import type { Model } from '../values.ts'
import type { ModelKind } from './kind.ts'
import { onlyChild } from './tree.ts'

/** u + w (c - u). Ho & Salimans 2022, eq. 6, with w = 1 for no guidance as in Imagen and diffusers. */
export const guide = (conditional: Tensor, unconditional: Tensor, scale: number): Tensor =>
  unconditional.add(conditional.sub(unconditional).mul(scale))

/** `child`, guided; it takes what the child takes and predicts what it predicts. */
export const guidedModel = (child: Model, scale: number): Model => ({
  type: 'model',
  kind: 'guided',
  config: { scale },
  predicts: child.predicts,
  weights: {},
  children: { model: child },
})

/** Two evaluations of the child; one where there is no condition to follow. */
export const guidedKind = (kindOf: (model: Model) => ModelKind): ModelKind => ({
  trainable: false,
  itemShape: (model) => kindOf(onlyChild(model)).itemShape(onlyChild(model)),
  condition: (model) => kindOf(onlyChild(model)).condition(onlyChild(model)),
  evaluate(model, x, t, condition, evaluateChild) {
    const child = onlyChild(model)
    const unconditional = evaluateChild(child, x, t, undefined)
    if (!condition) return unconditional
    return guide(evaluateChild(child, x, t, condition), unconditional, model.config.scale as number)
  },
})
