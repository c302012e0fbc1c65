// A small convolutional classifier, for evaluating samples, or on noised images for guidance. It is
// not a denoiser.
import { EngineError } from '../../../base/errors.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { modelMessages } from '../../../messages/models.ts'
import { checkCount, isSameShape } from '../../../process/coefficients.ts'
import type { Random } from '../../../base/random.ts'
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import type { Model } from '../../../base/values.ts'
import { labelSpec } from '../../condition.ts'
import { memoize } from '../../graph/memoize.ts'
import { createProgram, runProgram } from '../../graph/program.ts'
import { createWeights } from '../../graph/firstWeights.ts'
import type { LayerGraph } from '../../graph/layer.ts'
import { classifierGraph, classifierLayers, type ClassifierConfig } from './graph.ts'
import type { ModelKind } from '../kind.ts'
import { inputShape, placesOf, viewOf, type LayersConfig } from '../layers/graph.ts'

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

/** Inputs and outputs of a classifier. */
export interface ClassifierFacts {
  /** Shape of an image: height, width, channels. */
  itemShape: number[]
  classes: number
  /** True for classifiers of noised images, which take their timesteps. */
  noised: boolean
}

/** Facts of a classifier, closed or of layers; undefined for other models. */
export function classifierFacts({ kind, config }: Model): ClassifierFacts | undefined {
  if (kind === 'classifier') {
    const closed = config as unknown as ClassifierConfig
    const { height, width, in_channels, num_classes, time_embedding_dim } = closed
    const itemShape = [height, width, in_channels]
    return { itemShape, classes: num_classes, noised: time_embedding_dim > 0 }
  }
  if (kind !== 'layers') return undefined
  const layers = config as unknown as LayersConfig
  if (!isClassifierGraph(layers)) return undefined
  return {
    itemShape: [...inputShape(layers, 'logits')],
    classes: viewOf(layers).shapes[layers.functions.logits][0] as number,
    noised: layers.layers.some(({ op }) => op === 'time'),
  }
}

const FUNCTIONS = ['features', 'logits'] as const

const isClassifierGraph = ({ functions }: Pick<LayerGraph, 'functions'>) =>
  FUNCTIONS.every((name) => Object.hasOwn(functions, name))

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
  const facts = checkKind(model, names.model)
  checkPictures(facts, x, names.x)
  checkTimesteps(facts, x, t)
  const program =
    model.kind === 'layers'
      ? layersProgram(model.config as unknown as LayersConfig)
      : classifierProgram(model.config as unknown as ClassifierConfig)
  const [features, logits] = runProgram(program, model, { x, times: t && { t } })
  return { features: features as Tensor2D, logits: logits as Tensor2D }
}

const classifierProgram = memoize((config: ClassifierConfig) =>
  createProgram(classifierGraph(config), FUNCTIONS),
)
const layersProgram = memoize((config: LayersConfig) =>
  createProgram(config, FUNCTIONS, placesOf(config)),
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

function checkKind(model: Model, argument: string): ClassifierFacts {
  const facts = classifierFacts(model)
  if (facts) return facts
  throw new EngineError(modelMessages.notAClassifier, { argument, kind: model.kind })
}

function checkPictures({ itemShape: expected }: ClassifierFacts, x: Tensor, argument: string) {
  const shape = x.shape.slice(1)
  if (isSameShape(shape, expected)) return
  throw new EngineError(modelMessages.classifierShape, { argument, expected, shape })
}

function checkTimesteps({ noised: knows }: ClassifierFacts, x: Tensor, t?: Float64Array) {
  if (t && knows) return checkCount(t.length, x)
  if (!t && !knows) return
  throw new EngineError(
    knows ? modelMessages.classifierNeedsTime : modelMessages.classifierWithoutTime,
    { argument: 't' },
  )
}

export const classifierKind: ModelKind = {
  trainable: true,
  program: (model) => classifierProgram(model.config as unknown as ClassifierConfig),
  itemShape: (model) => checkKind(model, 'model').itemShape,
  // A wire to Predict should meet the error below, not one about missing classes.
  conditions: (model) => labelSpec(checkKind(model, 'model').classes),
  evaluate() {
    throw new EngineError(modelMessages.classifierAsDenoiser, { argument: 'model' })
  },
}
