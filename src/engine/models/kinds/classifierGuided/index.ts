// Classifier guidance as a kind of model: the condition is the classifier's labels.
import { classifierFacts } from '../classifier/facts.ts'
import { labelSpec, type ModelKind } from '../kind.ts'
import type { ClassifierGuidedConfig } from './config.ts'

export const classifierGuidedKind: ModelKind<ClassifierGuidedConfig> = {
  trainable: false,
  // Models that are no classifiers are rejected when they are evaluated.
  conditions: (_, { classifier }) => labelSpec(classifierFacts(classifier)?.classes ?? 0),
}
