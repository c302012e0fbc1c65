// Classifier guidance: a denoiser that a classifier of noised data pulls towards a class.
import { convertPrediction } from '../prediction.ts'
import { towardsClass } from '../guidance.ts'
import type { Schedule } from '../schedule.ts'
import { levelsAt } from '../schedule.ts'
import type { Scalar, Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Model } from '../values.ts'
import { classify } from './classifier.ts'
import { labelsOf, labelsUpTo } from './condition.ts'
import type { ModelKind } from './kind.ts'
import { oneHot } from '../layers/embedding.ts'
import { onlyChild } from './tree.ts'

export interface ClassifierGuidedConfig {
  scale: number
  schedule: Schedule
}

/** `child` guided by `classifier`, which knows t; its condition are the classifier's labels, and the child gets none of it. */
export const classifierGuidedModel = (child: Model, classifier: Model, config: ClassifierGuidedConfig): Model => ({
  type: 'model',
  kind: 'classifier_guided',
  config: { ...config },
  predicts: child.predicts,
  ...(child.variance && { variance: child.variance }),
  weights: {},
  children: { model: child, classifier },
})

const classesOf = ({ children }: Model) => children.classifier!.config.num_classes as number

export const classifierGuidedKind = (kindOf: (model: Model) => ModelKind): ModelKind => ({
  trainable: false,
  itemShape: (model) => kindOf(onlyChild(model)).itemShape(onlyChild(model)),
  condition: (model) => labelsUpTo(classesOf(model)),
  evaluate(model, x, t, condition, evaluateChild) {
    const { scale, schedule } = model.config as unknown as ClassifierGuidedConfig
    const said = evaluateChild(onlyChild(model), x, t, undefined)
    const labels = labelsOf(condition)
    if (!labels || scale === 0) return said
    const levels = levelsAt(schedule, t)
    const epsilon = convertPrediction(said.tensor, x, levels, model.predicts, 'epsilon')
    const gradient = classGradient(model.children.classifier!, x, t.t, labels)
    const bent = towardsClass(epsilon, gradient, levels, scale)
    return { ...said, tensor: convertPrediction(bent, x, levels, 'epsilon', model.predicts) }
  },
})

/**
 * ∇ log p(y | x_t) with respect to x_t, `[b, h, w, c]`, by a classifier that knows `t` (one timestep an item or one for all);
 * `labels` likewise, -1 for none, where it is 0. Dhariwal & Nichol 2021, section 4.
 */
export function classGradient(classifier: Model, x: Tensor, t: Float64Array, labels: Int32Array): Tensor {
  const classes = classifier.config.num_classes as number
  const all = labels.length === 1 ? new Int32Array(x.shape[0]!).fill(labels[0]!) : labels
  return tf.tidy(() => {
    const wanted = oneHot(
      all.map((label) => (label < 0 ? classes : label)),
      classes + 1,
    ).slice([0, 0], [-1, classes])
    const logProbability = (xt: Tensor): Scalar => {
      const { logits } = classify(classifier, xt, { model: 'classifier', x: 'x_t' }, t)
      return tf.logSoftmax(logits).mul(wanted).sum() as Scalar
    }
    return tf.grad(logProbability)(x)
  })
}
