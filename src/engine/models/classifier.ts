// A small convolutional classifier, for evaluating samples, or on noised images for guidance. It is
// not a denoiser.
import { EngineError } from '../base/errors.ts'
import { viewText } from '../base/viewTexts.ts'
import { modelMessages } from '../messages/models.ts'
import type { Activation } from '../layers/activations.ts'
import { activations, silu } from '../layers/activations.ts'
import { conv2d } from '../layers/conv.ts'
import { timestepEmbedding } from '../layers/embedding.ts'
import { groupNorm } from '../layers/groupNorm.ts'
import { convWeights, linearWeights, normWeights } from '../layers/init.ts'
import { linear } from '../layers/linear.ts'
import { avgPool2 } from '../layers/resample.ts'
import { checkCount, isSameShape } from '../process/coefficients.ts'
import type { Random } from '../base/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../base/tf.ts'
import type { Model, Weights } from '../base/values.ts'
import { distinct, labelSpec } from './condition.ts'
import type { ModelKind } from './kind.ts'

export interface ClassifierConfig {
  /** Image height in pixels. */
  height: number
  width: number
  in_channels: number
  /**
   * Channels of each level, each at half the resolution of the previous one. The last is the number
   * of features.
   */
  block_out_channels: number[]
  num_classes: number
  /** Groups of the group norms. */
  norm_num_groups: number
  activation: Activation
  /** Width of the sinusoidal embedding of t (even), for noised images; 0 for clean images only. */
  time_embedding_dim: number
}

/**
 * Creates a classifier: per level a 3 x 3 convolution, group norm and activation, with 2 x 2
 * average pooling between levels. Features are the mean over the last level's pixels; a linear
 * layer gives the logits. With t, an MLP of its embedding is added to the channels of each level
 * (Dhariwal & Nichol 2021, section 4: trained on noised data).
 */
export function classifier(config: ClassifierConfig, random: Random): Model {
  const { time_embedding_dim: dim } = config
  const weights: Weights = {
    ...(dim > 0 && linearWeights('time_embedding.linear_1', dim, 2 * dim, random)),
    ...(dim > 0 && linearWeights('time_embedding.linear_2', 2 * dim, 2 * dim, random)),
  }
  let from = config.in_channels
  for (const [i, to] of config.block_out_channels.entries()) {
    Object.assign(
      weights,
      convWeights(`blocks.${i}.conv`, 3, from, to, random),
      normWeights(`blocks.${i}.norm`, to),
    )
    if (dim > 0)
      Object.assign(weights, linearWeights(`blocks.${i}.time_emb_proj`, 2 * dim, to, random))
    from = to
  }
  Object.assign(weights, linearWeights('head', from, config.num_classes, random))
  // Required of every model, but unused: a classifier makes no prediction.
  return {
    type: 'model',
    kind: 'classifier',
    config: { ...config },
    predicts: 'sample',
    weights,
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
  const { weights } = model
  const time = embedding(model, t)
  const { block_out_channels, norm_num_groups: groups, activation } = classifierConfig(model)
  const fused = activation === 'silu'
  let h = x as Tensor4D
  for (const i of block_out_channels.keys()) {
    const weight = (name: string) => weights[`blocks.${i}.${name}`]
    if (i > 0) h = avgPool2(h)
    h = conv2d(h, weight('conv.weight') as Tensor4D, weight('conv.bias') as Tensor1D)
    if (time)
      h = h.add(
        perChannel(
          linear(
            time,
            weight('time_emb_proj.weight') as Tensor2D,
            weight('time_emb_proj.bias') as Tensor1D,
          ),
        ),
      )
    h = groupNorm(h, weight('norm.weight') as Tensor1D, weight('norm.bias') as Tensor1D, {
      groups,
      eps: 1e-5,
      silu: fused,
    })
    if (!fused) h = activations[activation](h) as Tensor4D
  }
  const features = meanOverPixels(h)
  return {
    features,
    logits: linear(features, weights['head.weight'] as Tensor2D, weights['head.bias'] as Tensor1D),
  }
}

function embedding({ config, weights }: Model, t: Float64Array | undefined): Tensor2D | undefined {
  const { time_embedding_dim: dim } = config as unknown as ClassifierConfig
  if (!t || !dim) return undefined
  const layer = (name: string, x: Tensor2D) =>
    linear(
      x,
      weights[`time_embedding.${name}.weight`] as Tensor2D,
      weights[`time_embedding.${name}.bias`] as Tensor1D,
    )
  return silu(
    layer('linear_2', silu(layer('linear_1', timestepEmbedding(distinct(t), dim))) as Tensor2D),
  ) as Tensor2D
}

const perChannel = (rows: Tensor2D): Tensor4D => rows.reshape([rows.shape[0], 1, 1, rows.shape[1]])

/** Mean over pixels. Sums are fast over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D =>
  h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)

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
  itemShape,
  // A wire to Predict should meet the error below, not one about missing classes.
  conditions: (model) => labelSpec(classifierConfig(model).num_classes),
  evaluate() {
    throw new EngineError(modelMessages.classifierAsDenoiser, { argument: 'model' })
  },
}
