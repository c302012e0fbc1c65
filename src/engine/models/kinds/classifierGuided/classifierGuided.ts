// Classifier guidance: a denoiser guided towards a class by a classifier of noised data.
import { convertPrediction } from '../../../process/prediction.ts'
import { guideEpsilon } from '../../../process/guidance.ts'
import { levelsAt } from '../../../process/schedule.ts'
import type { Scalar, Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { Model, ModelOf } from '../../model.ts'
import { differentiate } from '../../../gradients/differentiate.ts'
import { classify } from '../classifier/classifier.ts'
import { classifierFacts } from '../classifier/facts.ts'
import { labelsOrNone } from '../../condition.ts'
import type { Formula } from '../../formula.ts'
import { oneHot } from '../../../layers/embedding.ts'
import { onlyChild } from '../../tree.ts'
import type { ClassifierGuidedConfig } from './config.ts'

/**
 * Wraps `child` with guidance by `classifier`, which must take t. The condition is the classifier's
 * labels; the child is unconditional.
 */
export const classifierGuidedModel = (
  child: Model,
  classifier: Model,
  config: ClassifierGuidedConfig,
): ModelOf<'classifier_guided'> => ({
  type: 'model',
  kind: 'classifier_guided',
  config,
  predicts: child.predicts,
  ...(child.variance && { variance: child.variance }),
  weights: {},
  children: { model: child, classifier },
})

/** Classes of a classifier; 0 for other models, which {@link classify} rejects. */
const classesOf = (classifier: Model) => classifierFacts(classifier)?.classes ?? 0

export const classifierGuidedFormula: Formula<ModelOf<'classifier_guided'>> = {
  evaluate(model, x, t, condition, evaluateChild) {
    const { scale, schedule } = model.config
    const prediction = evaluateChild(onlyChild(model), x, t, undefined)
    const labels = labelsOrNone(condition)
    if (!labels || scale === 0) return prediction
    const levels = levelsAt(schedule, t)
    const epsilon = convertPrediction(prediction.tensor, x, levels, model.predicts, 'epsilon')
    const gradient = classGradient(model.children.classifier, x, t.t, labels)
    const bent = guideEpsilon(epsilon, gradient, levels, scale)
    return { ...prediction, tensor: convertPrediction(bent, x, levels, 'epsilon', model.predicts) }
  },
}

/**
 * ∇ log p(y | x_t) with respect to x_t, `[b, h, w, c]`, for a classifier of noised data at `t`, one
 * timestep per item or one for all; `labels` likewise. The gradient is 0 for label -1 (none).
 * Dhariwal & Nichol 2021, section 4.
 */
export function classGradient(
  classifier: Model,
  x: Tensor,
  t: Float64Array,
  labels: Int32Array,
): Tensor {
  const classes = classesOf(classifier)
  const all = labels.length === 1 ? new Int32Array(x.shape[0]).fill(labels[0]) : labels
  return tf.tidy(() => {
    const wanted = oneHot(
      all.map((label) => (label < 0 ? classes : label)),
      classes + 1,
    ).slice([0, 0], [-1, classes])
    const logProbability = (xt: Tensor): Scalar => {
      const { logits } = classify(classifier, xt, { model: 'classifier', x: 'x_t' }, t)
      return tf.logSoftmax(logits).mul(wanted).sum() as Scalar
    }
    const image = x.clone()
    return differentiate(() => logProbability(image), [image]).grads[0] ?? tf.zerosLike(x)
  })
}
