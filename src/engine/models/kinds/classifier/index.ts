// The classifier of images as a kind of model. It is not a denoiser.
import { defineNetwork, labelSpec } from '../kind.ts'
import type { ClassifierConfig } from './config.ts'
import { CLASSIFIER } from './facts.ts'
import { classifierFile, parseClassifierConfig } from './file.ts'
import { classifierGraph, classifierLayers } from './graph.ts'

export const classifierKind = defineNetwork<ClassifierConfig>({
  parse: parseClassifierConfig,
  graph: classifierGraph,
  layers: classifierLayers,
  main: CLASSIFIER,
  itemShape: ({ height, width, in_channels }) => [height, width, in_channels],
  // A wire to Predict should meet the error of its evaluation, not one about missing classes.
  conditions: ({ num_classes }) => labelSpec(num_classes),
  file: classifierFile,
})
