// Evaluates models, which are plain data, by their kind.
import { EngineError } from '../base/errors.ts'
import { modelMessages, modelWords } from '../messages/models.ts'
import { isSameShape } from '../process/coefficients.ts'
import type { Times } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Conditioning, Model } from '../base/values.ts'
import { checkConditions, checkCount, checkRequired, checkTimesteps } from './argumentChecks.ts'
import { classifierKind } from './kinds/classifier/classifier.ts'
import type { ConditionSpec } from './condition.ts'
import { ditKind } from './kinds/dit/dit.ts'
import { classifierGuidedKind } from './kinds/classifierGuided/classifierGuided.ts'
import { exactKind } from './kinds/exact/exact.ts'
import { gaussianKind } from './kinds/gaussian/gaussian.ts'
import { guidedKind } from './kinds/guided/guided.ts'
import type { NetworkInputs } from './graph/layer.ts'
import type { Program } from './graph/step.ts'
import type { Answer, Evaluate, ModelKind } from './kinds/kind.ts'
import { layersKind } from './kinds/layers/layers.ts'
import { mlpKind } from './kinds/mlp/mlp.ts'
import { ownKind } from './kinds/defined/kind.ts'
import { preconditionKind } from './kinds/precondition/precondition.ts'
import { KindTable, type BuiltInKind } from './kinds/registry.ts'
import { findModel } from './tree.ts'
import { unetKind } from './kinds/unet/unet.ts'
import { autoencoderKind } from './kinds/vae/autoencoder.ts'

const builtIn: Record<BuiltInKind, ModelKind> = {
  mlp: mlpKind,
  unet: unetKind,
  dit: ditKind,
  layers: layersKind,
  exact: exactKind,
  gaussian: gaussianKind,
  guided: guidedKind(modelKind),
  classifier_guided: classifierGuidedKind(modelKind),
  precondition: preconditionKind(modelKind),
  classifier: classifierKind,
  autoencoder_kl: autoencoderKind,
  autoencoder_tiny: autoencoderKind,
}

const kinds = new KindTable<ModelKind>(builtIn, ownKind)

function modelKind(model: Model): ModelKind {
  const kind = kinds.find(model.kind)
  if (kind) return kind
  throw new EngineError(modelMessages.unknownKind, {
    argument: 'model',
    known: kinds.names().join(', '),
    kind: model.kind,
  })
}

/** Shape of one item of a model. */
export const modelItemShape = (model: Model): number[] => modelKind(model).itemShape(model)

/** Parts of the condition of a model; none if it is unconditional. */
export const modelConditions = (model: Model): readonly ConditionSpec[] =>
  modelKind(model).conditions(model)

/** Returns the trainable model of the tree, or undefined. */
export const trainableModel = (model: Model): Model | undefined =>
  findModel(model, (inner) => modelKind(inner).trainable)

/**
 * Prediction of `model` for the noised batch `x`, `[b, ...]`, at timesteps `t` and a condition,
 * each one per item or one for all. Label -1, or no condition, is the null label; numbers and
 * vectors have none; extra channels are zeros without a condition. Throws EngineError, by argument,
 * if a shape, timestep or condition does not fit the model.
 */
export const predict = (
  model: Model,
  x: Tensor,
  t: Times | Float64Array,
  condition?: Conditioning,
): Tensor => predictWithVariance(model, x, t, condition).tensor

/** {@link predict} with the learned variance, if the model has one. */
export function predictWithVariance(
  model: Model,
  x: Tensor,
  t: Times | Float64Array,
  condition?: Conditioning,
): Answer {
  const times = t instanceof Float64Array ? { t } : t
  checkArguments(model, x, times, condition)
  return evaluate(model, x, times, condition)
}

/**
 * ln q(x_t) per item, `[b]`, in nats, where q is the model's data distribution noised to `t`, one
 * timestep per item or one for all; -1 is clean data. Throws EngineError if the model has no
 * closed-form density, or if a shape or timestep does not fit.
 */
export function logDensity(model: Model, x: Tensor, t: Times): Tensor {
  const kind = modelKind(model)
  if (!kind.logDensity) {
    throw new EngineError(modelMessages.noDensity, { argument: 'model', kind: model.kind })
  }
  checkShape(model, x, kind.itemShape(model))
  checkCount('t', modelWords.timestep(), t.t.length, x)
  return kind.logDensity(model, x, t)
}

function checkArguments(
  model: Model,
  x: Tensor,
  { t }: Times,
  condition: Conditioning | undefined,
) {
  const kind = modelKind(model)
  checkShape(model, x, kind.itemShape(model))
  checkTimesteps(t, x)
  checkConditions(condition, kind.conditions(model), x)
}

/** Runs the network of a model. */
export type RunNetwork = (program: Program, network: Model, inputs: NetworkInputs) => Tensor

/**
 * Evaluates a model as {@link predict} does, for inspection: `run` runs the first network that is
 * evaluated, with its own inputs; of a guided model, with the condition. Later networks give zeros.
 * Throws EngineError as `predict` does, and for a model without a network of layers.
 */
export function inspectNetwork(
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
  run: RunNetwork,
) {
  const noNetwork = () =>
    new EngineError(modelMessages.noNetwork, { argument: 'model', kind: model.kind })
  if (!findNetwork(model)) throw noNetwork()
  checkArguments(model, x, t, condition)
  let found = false
  const inspectModel: Evaluate = (model, x, times, condition) => {
    const program = modelKind(model).program?.(model)
    if (!program) return evaluate(model, x, times, condition, inspectModel)
    if (found) return { tensor: tf.zerosLike(x) }
    found = true
    checkRequired(condition, modelKind(model).conditions(model))
    return splitVariance(model, run(program, model, { x, times, condition }), x)
  }
  inspectModel(model, x, t, condition)
  // Such as a classifier beside a model without a network.
  if (!found) throw noNetwork()
}

/** The first network of layers in a tree of models, if there is one. */
export function findNetwork(model: Model): { model: Model; program: Program } | undefined {
  const found = findModel(model, (inner) => modelKind(inner).program !== undefined)
  return found && { model: found, program: modelKind(found).program!(found) }
}

function evaluate(
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
  evaluateChild: Evaluate = evaluate,
): Answer {
  const kind = modelKind(model)
  if (t.tensor && !kind.differentiableTime)
    throw new EngineError(modelMessages.constantTime, { argument: 't', kind: model.kind })
  // Checked here instead of at the entry, because wrappers also evaluate their child without a
  // condition.
  checkRequired(condition, kind.conditions(model))
  const said = kind.evaluate(model, x, t, condition, evaluateChild)
  return said instanceof tf.Tensor ? splitVariance(model, said, x) : said
}

/** Splits off the learned variance, which is the second half of the channels. */
function splitVariance({ variance: kind }: Model, output: Tensor, x: Tensor): Answer {
  if (!kind) return { tensor: output }
  const channels = x.shape.at(-1)!
  if (output.shape.at(-1) !== 2 * channels) {
    throw new EngineError(modelMessages.varianceChannels, {
      argument: 'model',
      expected: 2 * channels,
      channels: output.shape.at(-1),
    })
  }
  const [tensor, variance] = tf.split(output, 2, -1) as [Tensor, Tensor]
  return { tensor, variance: { tensor: variance, kind } }
}

function checkShape(model: Model, x: Tensor, itemShape: number[]) {
  const shape = x.shape.slice(1)
  if (isSameShape(shape, itemShape)) return
  throw new EngineError(takesImages(model) ? modelMessages.imageShape : modelMessages.itemShape, {
    argument: 'x_t',
    expected: itemShape,
    shape,
  })
}

const takesImages = (model: Model) =>
  ['unet', 'dit'].includes((trainableModel(model) ?? model).kind)
