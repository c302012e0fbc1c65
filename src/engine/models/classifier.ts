// A small convolutional network that says which class a clean picture is of: a judge of samples, no denoiser.
import type { Activation } from '../layers/activations.ts'
import { activations } from '../layers/activations.ts'
import { conv2d } from '../layers/conv.ts'
import { groupNorm } from '../layers/groupNorm.ts'
import { convWeights, linearWeights, normWeights } from '../layers/init.ts'
import { linear } from '../layers/linear.ts'
import { avgPool2 } from '../layers/resample.ts'
import { sameShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Random } from '../random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import type { Model, Weights } from '../values.ts'
import { labelsUpTo } from './condition.ts'
import type { ModelKind } from './kind.ts'

export interface ClassifierConfig {
  /** Of a picture, in pixels. */
  height: number
  width: number
  in_channels: number
  /** Width of each level; a level has half the resolution of the one before. The last is the number of features. */
  block_out_channels: number[]
  num_classes: number
  /** Groups of channels that are normalised together. */
  norm_num_groups: number
  activation: Activation
}

/**
 * A new classifier: each level is a 3x3 convolution, group norm and activation; between levels pixels are averaged two by
 * two. The mean over the last level's pixels are the features, and a linear layer makes the logits of them.
 */
export function classifier(config: ClassifierConfig, random: Random): Model {
  const weights: Weights = {}
  let from = config.in_channels
  for (const [i, to] of config.block_out_channels.entries()) {
    Object.assign(weights, convWeights(`blocks.${i}.conv`, 3, from, to, random), normWeights(`blocks.${i}.norm`, to))
    from = to
  }
  Object.assign(weights, linearWeights('head', from, config.num_classes, random))
  // Every model says what it predicts; this one is never asked.
  return { type: 'model', kind: 'classifier', config: { ...config }, predicts: 'sample', weights, children: {} }
}

const configOf = (model: Model) => model.config as unknown as ClassifierConfig

const itemShape = (model: Model): number[] => {
  const { height, width, in_channels } = configOf(model)
  return [height, width, in_channels]
}

export interface Classification {
  /** Unnormalised log-probabilities, `[b, classes]`. */
  logits: Tensor2D
  /** What the last layer sees of a picture, `[b, features]`. */
  features: Tensor2D
}

/** What a classifier says of clean pictures `[b, h, w, c]`. Throws NodeError if model or pictures are others, naming `slots`. */
export function classify(model: Model, x: Tensor, slots = { model: 'model', x: 'x' }): Classification {
  checkKind(model, slots.model)
  checkPictures(model, x, slots.x)
  const { weights } = model
  const { block_out_channels, norm_num_groups: groups, activation } = configOf(model)
  const fused = activation === 'silu'
  let h = x as Tensor4D
  for (const i of block_out_channels.keys()) {
    const weight = (name: string) => weights[`blocks.${i}.${name}`]!
    if (i > 0) h = avgPool2(h)
    h = conv2d(h, weight('conv.weight') as Tensor4D, weight('conv.bias') as Tensor1D)
    h = groupNorm(h, weight('norm.weight') as Tensor1D, weight('norm.bias') as Tensor1D, { groups, eps: 1e-5, silu: fused })
    if (!fused) h = activations[activation](h) as Tensor4D
  }
  const features = meanOverPixels(h)
  return { features, logits: linear(features, weights['head.weight'] as Tensor2D, weights['head.bias'] as Tensor1D) }
}

/** Sums are quick over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D => h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)

/** What a classifier is, in words: names and texts. */
export function classifierRows({ config, weights }: Model): [string, string][] {
  const { height, width, block_out_channels, num_classes } = config as unknown as ClassifierConfig
  const count = Object.values(weights).reduce((sum, { size }) => sum + size, 0)
  return [
    ...block_out_channels.map((channels, i): [string, string] => [`${height >> i} x ${width >> i}`, `${channels} channels`]),
    ['features', String(block_out_channels.at(-1))],
    ['classes', String(num_classes)],
    ['parameters', count.toLocaleString('en')],
  ]
}

function checkKind(model: Model, slot: string) {
  if (model.kind === 'classifier') return
  throw new NodeError({
    slot,
    message: `Expected a classifier, got a model of kind "${model.kind}".`,
    cure: 'Wire a Classifier, or what a training made of one.',
  })
}

function checkPictures(model: Model, x: Tensor, slot: string) {
  const [shape, expected] = [x.shape.slice(1), itemShape(model)]
  if (sameShape(shape, expected)) return
  throw new NodeError({
    slot,
    message: `The classifier was made for items of shape [${expected}], got items of shape [${shape}].`,
    cure: 'Wire the data set of these pictures to `dataset` of Classifier and train it on that, or wire other pictures.',
  })
}

export const classifierKind: ModelKind = {
  trainable: true,
  itemShape,
  // So that a wire to Predict meets the refusal below, and no word about classes that are missing.
  condition: (model) => labelsUpTo(configOf(model).num_classes),
  evaluate() {
    throw new NodeError({
      slot: 'model',
      message: 'A classifier is no denoiser: it says which class clean data is of, and predicts no noise.',
      cure: 'Ask it with Classify, or wire a model that denoises, such as UNet.',
    })
  },
}
