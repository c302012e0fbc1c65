// A small convolutional network that says which class a picture is of: a judge of samples, or of noised pictures a guide; no
// denoiser.
import type { Activation } from '../layers/activations.ts'
import { activations, silu } from '../layers/activations.ts'
import { conv2d } from '../layers/conv.ts'
import { timestepEmbedding } from '../layers/embedding.ts'
import { groupNorm } from '../layers/groupNorm.ts'
import { convWeights, linearWeights, normWeights } from '../layers/init.ts'
import { linear } from '../layers/linear.ts'
import { avgPool2 } from '../layers/resample.ts'
import { checkCount, sameShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Random } from '../random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import type { Model, Weights } from '../values.ts'
import { distinct, labelsUpTo } from './condition.ts'
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
  /** Even: sines and cosines of t, for one that is asked about noised pictures. 0 for clean ones alone. */
  time_embedding_dim: number
}

/**
 * A new classifier: each level is a 3x3 convolution, group norm and activation; between levels pixels are averaged two by
 * two. The mean over the last level's pixels are the features, and a linear layer makes the logits of them. One that knows t
 * adds what an MLP makes of it to the channels of each level (Dhariwal & Nichol 2021, section 4: trained on noised data).
 */
export function classifier(config: ClassifierConfig, random: Random): Model {
  const { time_embedding_dim: dim } = config
  const weights: Weights = {
    ...(dim > 0 && linearWeights('time_embedding.linear_1', dim, 2 * dim, random)),
    ...(dim > 0 && linearWeights('time_embedding.linear_2', 2 * dim, 2 * dim, random)),
  }
  let from = config.in_channels
  for (const [i, to] of config.block_out_channels.entries()) {
    Object.assign(weights, convWeights(`blocks.${i}.conv`, 3, from, to, random), normWeights(`blocks.${i}.norm`, to))
    if (dim > 0) Object.assign(weights, linearWeights(`blocks.${i}.time_emb_proj`, 2 * dim, to, random))
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

/**
 * What a classifier says of pictures `[b, h, w, c]`, clean ones or, with timesteps `t`, one an item or one for all, noised ones.
 * Throws NodeError if model, pictures or timesteps are others, naming `slots`.
 */
export function classify(model: Model, x: Tensor, slots = { model: 'model', x: 'x' }, t?: Float64Array): Classification {
  checkKind(model, slots.model)
  checkPictures(model, x, slots.x)
  checkTimesteps(model, x, t)
  const { weights } = model
  const time = embedding(model, t)
  const { block_out_channels, norm_num_groups: groups, activation } = configOf(model)
  const fused = activation === 'silu'
  let h = x as Tensor4D
  for (const i of block_out_channels.keys()) {
    const weight = (name: string) => weights[`blocks.${i}.${name}`]!
    if (i > 0) h = avgPool2(h)
    h = conv2d(h, weight('conv.weight') as Tensor4D, weight('conv.bias') as Tensor1D)
    if (time)
      h = h.add(perChannel(linear(time, weight('time_emb_proj.weight') as Tensor2D, weight('time_emb_proj.bias') as Tensor1D)))
    h = groupNorm(h, weight('norm.weight') as Tensor1D, weight('norm.bias') as Tensor1D, { groups, eps: 1e-5, silu: fused })
    if (!fused) h = activations[activation](h) as Tensor4D
  }
  const features = meanOverPixels(h)
  return { features, logits: linear(features, weights['head.weight'] as Tensor2D, weights['head.bias'] as Tensor1D) }
}

function embedding({ config, weights }: Model, t: Float64Array | undefined): Tensor2D | undefined {
  const { time_embedding_dim: dim } = config as unknown as ClassifierConfig
  if (!t || !dim) return undefined
  const layer = (name: string, x: Tensor2D) =>
    linear(x, weights[`time_embedding.${name}.weight`] as Tensor2D, weights[`time_embedding.${name}.bias`] as Tensor1D)
  return silu(layer('linear_2', silu(layer('linear_1', timestepEmbedding(distinct(t), dim))) as Tensor2D)) as Tensor2D
}

const perChannel = (rows: Tensor2D): Tensor4D => rows.reshape([rows.shape[0], 1, 1, rows.shape[1]])

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

function checkTimesteps(model: Model, x: Tensor, t: Float64Array | undefined) {
  const knows = configOf(model).time_embedding_dim > 0
  if (t && knows) return checkCount(t.length, x)
  if (!t && !knows) return
  throw new NodeError({
    slot: 't',
    message: knows
      ? 'This classifier was made for noised pictures, and has to be told their t.'
      : 'This classifier was made for clean pictures, and knows no t.',
    cure: knows
      ? 'Wire the t of the pictures.'
      : 'Leave t unwired, or switch `noised` of Classifier on and train it on noised pictures.',
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
