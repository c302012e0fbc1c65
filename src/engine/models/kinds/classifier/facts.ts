// Facts about classifiers, closed or of layers. Loads no tfjs.
import type { Configured } from '../configs.ts'
import { isKind } from '../configs.ts'
import { inputShape, viewOf } from '../layers/graph.ts'

/** Functions of the graph of a classifier. */
export const CLASSIFIER = ['features', 'logits'] as const

/** Inputs and outputs of a classifier. */
export interface ClassifierFacts {
  /** Shape of an image: height, width, channels. */
  itemShape: readonly number[]
  classes: number
  /** True for classifiers of noised images, which take their timesteps. */
  noised: boolean
}

/** Facts of a classifier, closed or of layers; undefined for other models. */
export function classifierFacts(model: Configured): ClassifierFacts | undefined {
  if (isKind(model, 'classifier')) {
    const { height, width, in_channels, num_classes, time_embedding_dim } = model.config
    const itemShape = [height, width, in_channels]
    return { itemShape, classes: num_classes, noised: time_embedding_dim > 0 }
  }
  if (!isKind(model, 'layers')) return undefined
  const { layers, functions } = model.config
  if (!CLASSIFIER.every((name) => Object.hasOwn(functions, name))) return undefined
  return {
    itemShape: inputShape(model.config, 'logits'),
    classes: viewOf(model.config).shapes[functions.logits][0] as number,
    noised: layers.some(({ op }) => op === 'time'),
  }
}
