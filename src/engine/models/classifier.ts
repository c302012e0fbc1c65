// A small convolutional classifier, for evaluating samples, or on noised images for guidance. It is
// not a denoiser.
import { EngineError } from '../base/errors.ts'
import { viewText } from '../base/viewTexts.ts'
import { modelMessages } from '../messages/models.ts'
import { checkCount, isSameShape } from '../process/coefficients.ts'
import type { Random } from '../base/random.ts'
import type { Tensor, Tensor2D } from '../base/tf.ts'
import type { Model } from '../base/values.ts'
import { labelSpec } from './condition.ts'
import { memoize } from './graph/memoize.ts'
import { createProgram, runProgram } from './graph/program.ts'
import { createWeights } from './graph/firstWeights.ts'
import { classifierGraph, classifierLayers, type ClassifierConfig } from './classifierGraph.ts'
import type { ModelKind } from './kind.ts'

/**
 * Creates a classifier: per level a 3 x 3 convolution, group norm and activation, with 2 x 2
 * average pooling between levels. Features are the mean over the last level's pixels; a linear
 * layer gives the logits. With t, an MLP of its embedding is added to the channels of each level
 * (Dhariwal & Nichol 2021, section 4: trained on noised data).
 */
export function classifier(config: ClassifierConfig, random: Random): Model {
  // Required of every model, but unused: a classifier makes no prediction.
  return {
    type: 'model',
    kind: 'classifier',
    config: { ...config },
    predicts: 'sample',
    ...createWeights(classifierLayers(config), random),
    children: {},
  }
}

const classifierConfig = (model: Model) => model.config as unknown as ClassifierConfig

const itemShape = (model: Model): number[] => {
  const { height, width, in_channels } = classifierConfig(model)
  return [height, width, in_channels]
}

export interface Classification {
  /** Unnormalised log-probabilities, `[b, classes]`. */
  logits: Tensor2D
  /** Inputs of the last layer, `[b, features]`. */
  features: Tensor2D
}

/**
 * Evaluates a classifier on images `[b, h, w, c]`: clean ones, or noised ones with timesteps `t`,
 * one per item or one for all. Throws EngineError with the argument names in `names` if model,
 * images or timesteps do not fit.
 */
export function classify(
  model: Model,
  x: Tensor,
  names = { model: 'model', x: 'x' },
  t?: Float64Array,
): Classification {
  checkKind(model, names.model)
  checkPictures(model, x, names.x)
  checkTimesteps(model, x, t)
  const program = classifierProgram(classifierConfig(model))
  const [features, logits] = runProgram(program, model, { x, times: t && { t } })
  return { features: features as Tensor2D, logits: logits as Tensor2D }
}

const classifierProgram = memoize((config: ClassifierConfig) =>
  createProgram(classifierGraph(config), ['features', 'logits']),
)

/** Describes a classifier as rows of name and text. */
export function classifierRows({ config, weights }: Model): [string, string][] {
  const { height, width, block_out_channels, num_classes } = config as unknown as ClassifierConfig
  const count = Object.values(weights).reduce((sum, { size }) => sum + size, 0)
  return [
    ...block_out_channels.map((channels, i): [string, string] => [
      `${height >> i} x ${width >> i}`,
      viewText('channels', channels),
    ]),
    [viewText('features'), String(block_out_channels.at(-1))],
    [viewText('classes'), String(num_classes)],
    [viewText('parameters'), count.toLocaleString('en')],
  ]
}

function checkKind(model: Model, argument: string) {
  if (model.kind === 'classifier') return
  throw new EngineError(modelMessages.notAClassifier, { argument, kind: model.kind })
}

function checkPictures(model: Model, x: Tensor, argument: string) {
  const [shape, expected] = [x.shape.slice(1), itemShape(model)]
  if (isSameShape(shape, expected)) return
  throw new EngineError(modelMessages.classifierShape, { argument, expected, shape })
}

function checkTimesteps(model: Model, x: Tensor, t: Float64Array | undefined) {
  const knows = classifierConfig(model).time_embedding_dim > 0
  if (t && knows) return checkCount(t.length, x)
  if (!t && !knows) return
  throw new EngineError(
    knows ? modelMessages.classifierNeedsTime : modelMessages.classifierWithoutTime,
    { argument: 't' },
  )
}

export const classifierKind: ModelKind = {
  trainable: true,
  program: (model) => classifierProgram(classifierConfig(model)),
  itemShape,
  // A wire to Predict should meet the error below, not one about missing classes.
  conditions: (model) => labelSpec(classifierConfig(model).num_classes),
  evaluate() {
    throw new EngineError(modelMessages.classifierAsDenoiser, { argument: 'model' })
  },
}
