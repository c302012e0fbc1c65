// Interprets models: plain data in, a prediction out. The one table of the kinds of models there are.
import { sameShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Times } from '../schedule.ts'
import type { Tensor, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Conditioning, Model } from '../values.ts'
import { classifierKind } from './classifier.ts'
import type { ConditionSpec } from './condition.ts'
import { hasNull } from './condition.ts'
import { classifierGuidedKind } from './classifierGuided.ts'
import { exactKind } from './exact.ts'
import { gaussianKind } from './gaussian.ts'
import { guidedKind } from './guided.ts'
import type { Answer, ModelKind } from './kind.ts'
import { mlpKind } from './mlp.ts'
import { preconditionKind } from './precondition.ts'
import { findModel } from './tree.ts'
import { attentionMaps, unetKind } from './unet/unet.ts'

const kinds: Record<string, ModelKind> = {
  mlp: mlpKind,
  unet: unetKind,
  exact: exactKind,
  gaussian: gaussianKind,
  guided: guidedKind(kindOf),
  classifier_guided: classifierGuidedKind(kindOf),
  precondition: preconditionKind(kindOf),
  classifier: classifierKind,
}

function kindOf(model: Model): ModelKind {
  const kind = kinds[model.kind]
  if (kind) return kind
  throw new NodeError({
    slot: 'model',
    message: `Expected a model of a known kind (${Object.keys(kinds).join(', ')}), got "${model.kind}".`,
    cure: 'Use a model made by a node of this version.',
  })
}

/** The shape of one item that a model takes. */
export const itemShapeOf = (model: Model): number[] => kindOf(model).itemShape(model)

/** What a model can be conditioned on; undefined if on nothing. */
export const conditionOf = (model: Model): ConditionSpec | undefined => kindOf(model).condition(model)

/** The model of the tree whose weights training changes, or undefined if there is none. */
export const trainableOf = (model: Model): Model | undefined => findModel(model, (inner) => kindOf(inner).trainable)

/**
 * What `model` says of the noised batch `x`, `[b, ...]`, at the timesteps `t`, one per item or one for all, under a
 * condition, likewise. A label of -1, or no condition, is the null label; numbers and vectors have no such thing.
 * Throws NodeError, by slot, if a shape, a timestep or a condition is not for this model.
 */
export const predict = (model: Model, x: Tensor, t: Times | Float64Array, condition?: Conditioning): Tensor =>
  answerOf(model, x, t, condition).tensor

/** The same with the variance that the model says, if it was made to; see {@link predict}. */
export function answerOf(model: Model, x: Tensor, t: Times | Float64Array, condition?: Conditioning): Answer {
  const times = t instanceof Float64Array ? { t } : t
  checkArguments(model, x, times, condition)
  return evaluate(model, x, times, condition)
}

/**
 * ln q(x_t) of each item, `[b]`, in nats: q is what the model takes data to be, noised up to the timesteps `t`, one an item or one for
 * all; -1 is clean data. Throws NodeError for a model that knows no such density, and if a shape or a timestep is not for this model.
 */
export function logDensity(model: Model, x: Tensor, t: Times): Tensor {
  const kind = kindOf(model)
  if (!kind.logDensity) {
    throw new NodeError({
      slot: 'model',
      message: `The density of a model of kind "${model.kind}" is not known in closed form.`,
      cure: 'Wire ExactModel or Gaussian; for a network there is BitsPerDim.',
    })
  }
  checkShape(model, x, kind.itemShape(model))
  checkCount('t', 'timestep', t.t.length, x)
  return kind.logDensity(model, x, t)
}

function checkArguments(model: Model, x: Tensor, { t }: Times, condition: Conditioning | undefined) {
  const kind = kindOf(model)
  checkShape(model, x, kind.itemShape(model))
  checkTimesteps(t, x)
  if (condition) checkCondition(condition, kind.condition(model), x)
}

/**
 * What each pixel takes from each token of the condition while `model` predicts, `[b, h, w, n]`, by the side of the feature
 * maps. Throws NodeError as {@link predict} does, and if no UNet is in the model that attends to tokens.
 */
export function tokenMaps(model: Model, x: Tensor, t: Times, condition: Conditioning | undefined): Map<number, Tensor4D> {
  const inner = findModel(model, ({ config }) => config.cross_attention_dim !== undefined)
  if (!inner) {
    throw new NodeError({
      slot: 'model',
      message: 'This model attends to no tokens.',
      cure: 'Take a UNet that was made with Attention of kind cross.',
    })
  }
  checkArguments(inner, x, t, condition)
  return attentionMaps(inner, x as Tensor4D, t.t, condition)
}

function evaluate(model: Model, x: Tensor, t: Times, condition: Conditioning | undefined): Answer {
  const kind = kindOf(model)
  const spec = kind.condition(model)
  // Here and not at the door: wrappers ask what is inside them without a condition too.
  if (!condition && spec && !hasNull(spec)) throw unconditioned(spec)
  const said = kind.evaluate(model, x, t, condition, evaluate)
  return said instanceof tf.Tensor ? halves(model, said, x) : said
}

/** The second half of the channels is the variance, where the model says one. */
function halves({ variance: kind }: Model, output: Tensor, x: Tensor): Answer {
  if (!kind) return { tensor: output }
  const channels = x.shape.at(-1)!
  if (output.shape.at(-1) !== 2 * channels) {
    throw new NodeError({
      slot: 'model',
      message: `The model is to say a variance, ${2 * channels} channels in all, but it gives ${output.shape.at(-1)}.`,
      cure: 'Make it with a learned variance, or load it as one without.',
    })
  }
  const [tensor, variance] = tf.split(output, 2, -1) as [Tensor, Tensor]
  return { tensor, variance: { tensor: variance, kind } }
}

function checkShape(model: Model, x: Tensor, itemShape: number[]) {
  const shape = x.shape.slice(1)
  if (sameShape(shape, itemShape)) return
  throw new NodeError({
    slot: 'x_t',
    message: `Expected a batch of items of shape [${itemShape}], got items of shape [${shape}].`,
    cure: `Make the model for this data (${shapeParams(model)}), or wire data that the model was made for.`,
  })
}

/** Which params of a node say what shape its model takes. */
function shapeParams(model: Model): string {
  const { kind } = trainableOf(model) ?? model
  return kind === 'unet' ? 'wire the data set to `dataset` of UNet, or set `sample_size` and `channels`' : 'its param `dim`'
}

function checkTimesteps(t: Float64Array, x: Tensor) {
  checkCount('t', 'timestep', t.length, x)
  refuseCleanTimes(t)
}

/** Throws NodeError where a timestep is -1. */
export function refuseCleanTimes(t: Float64Array) {
  if (t.every((step) => step >= 0)) return
  throw new NodeError({
    slot: 't',
    message: 'No model knows clean data: t = -1 means that no noise is left.',
    cure: 'Set `end` of Timesteps to `smallest`, so that the last t_prev is a timestep the model was trained on.',
  })
}

const words: { [K in Conditioning['kind']]: string } = {
  labels: 'labels',
  values: 'a number an item, on a timestep wire',
  vectors: 'a vector an item, samples of shape [b, d]',
  tokens: 'tokens of shape [b, n, d]',
}

function checkCondition(condition: Conditioning, spec: ConditionSpec | undefined, x: Tensor) {
  if (!spec) {
    throw new NodeError({
      slot: 'condition',
      message: `This model was made without ${condition.kind === 'labels' ? 'classes' : 'a condition'}, but got ${words[condition.kind]}.`,
      cure:
        condition.kind === 'tokens'
          ? 'Wire Attention of kind cross to the UNet, or leave `condition` unwired.'
          : 'Set `num_classes` of the model, or leave `condition` unwired.',
    })
  }
  if (spec.kind === 'labels' && condition.kind === 'labels') return checkLabels(condition, spec, x)
  if (spec.kind === 'values' && condition.kind === 'values') return checkCount('condition', 'number', condition.values.length, x)
  if (spec.kind === 'vectors' && condition.kind === 'vectors') return checkVectors(condition.vectors, spec.width, x)
  if (spec.kind === 'tokens' && condition.kind === 'tokens') return checkTokens(condition.tokens, spec.width, x)
  throw new NodeError({
    slot: 'condition',
    message: `This model is conditioned on ${words[spec.kind]}, but got ${words[condition.kind]}.`,
    cure:
      spec.kind === 'tokens' || condition.kind === 'tokens'
        ? 'Wire what it was made for, or set `tokens` of Attention to what is wired: labels, or vectors as PixelTokens gives them.'
        : 'Wire what it was made for, or set `class_embed_type` of the model for what is wired.',
  })
}

const unconditioned = (spec: ConditionSpec) =>
  new NodeError({
    slot: 'condition',
    message: `This model is conditioned on ${words[spec.kind]}, and knows no prediction without: it has no null condition.`,
    cure: 'Wire `condition`. For guidance take a model with class labels.',
  })

function checkLabels(
  { labels, perItem = 1 }: { labels: Int32Array; perItem?: number },
  { classes, last, perItem: wanted = 1 }: { classes: number; last: number; perItem?: number },
  x: Tensor,
) {
  if (perItem !== wanted) {
    throw new NodeError({
      slot: 'condition',
      message: `Expected ${counted(wanted, 'label')} an item, got ${perItem}.`,
      cure: `Wire ${counted(wanted, 'input')} of LabelTokens, or set \`labels_per_item\` of Attention to ${perItem}.`,
    })
  }
  checkCount('condition', 'label', labels.length / perItem, x)
  const unknown = labels.find((label) => label < -1 || label > last)
  if (unknown === undefined) return
  throw new NodeError({
    slot: 'condition',
    message: `Expected labels from 0 to ${classes - 1}, or -1 for none, got ${unknown}.`,
    cure: 'Choose a label that the model was trained on, or set `num_classes` of the model to that of the data.',
  })
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

function checkTokens(tokens: Tensor, width: number, x: Tensor) {
  if (tokens.shape[2] !== width) {
    throw new NodeError({
      slot: 'condition',
      message: `Expected tokens of ${width} numbers, got tokens of shape [${tokens.shape}].`,
      cure: `Set \`token_width\` of Attention to ${tokens.shape[2]}.`,
    })
  }
  checkCount('condition', 'row of tokens', tokens.shape[0]!, x)
}

function checkVectors(vectors: Tensor, width: number, x: Tensor) {
  if (vectors.rank !== 2 || vectors.shape[1] !== width) {
    throw new NodeError({
      slot: 'condition',
      message: `Expected a vector of ${width} numbers per item, got samples of shape [${vectors.shape}].`,
      cure: `Wire samples of shape [b, ${width}].`,
    })
  }
  checkCount('condition', 'vector', vectors.shape[0]!, x)
}

function checkCount(slot: string, what: string, count: number, x: Tensor) {
  const batch = x.shape[0]!
  if (count === 1 || count === batch) return
  throw new NodeError({
    slot,
    message: `Expected one ${what} per item: [${batch}], got [${count}].`,
    cure: `Take ${slot} and x_t from the same batch.`,
  })
}
