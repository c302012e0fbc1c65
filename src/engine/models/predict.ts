// Evaluates models, which are plain data, by their kind.
import { EngineError } from '../base/errors.ts'
import { isKeyOf } from '../base/records.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Conditioning } from '../base/values.ts'
import type { Model, ModelOf } from './model.ts'
import { modelMessages, modelWords } from '../messages/models.ts'
import { isSameShape } from '../process/coefficients.ts'
import type { Times } from '../process/schedule.ts'
import { checkConditions, checkCount, checkRequired, checkTimesteps } from './argumentChecks.ts'
import type { Answer, Evaluate, Formula } from './formula.ts'
import type { NetworkInputs } from './graph/layer.ts'
import { runProgram } from './graph/program.ts'
import type { Program } from './graph/step.ts'
import { classifierGuidedFormula } from './kinds/classifierGuided/classifierGuided.ts'
import { isKind, type FormulaConfigs } from './kinds/configs.ts'
import { runDefined } from './kinds/defined/run.ts'
import { exactFormula } from './kinds/exact/exact.ts'
import { gaussianFormula } from './kinds/gaussian/gaussian.ts'
import { guidedFormula } from './kinds/guided/guided.ts'
import { requirePredict } from './kinds/layers/graph.ts'
import { preconditionFormula } from './kinds/precondition/precondition.ts'
import {
  findNetworkKind,
  getKind,
  getNetworkKind,
  modelConditions,
  modelItemShape,
} from './kinds/registry.ts'
import { networkProgram } from './network.ts'
import { findModel } from './tree.ts'

const formulas: { readonly [K in keyof FormulaConfigs]: Formula<ModelOf<K>> } = {
  exact: exactFormula,
  gaussian: gaussianFormula,
  guided: guidedFormula,
  classifier_guided: classifierGuidedFormula,
  precondition: preconditionFormula,
}

const findFormula = ({ kind }: Model): Formula | undefined =>
  isKeyOf(formulas, kind) ? formulas[kind] : undefined

/** Returns the trainable model of the tree, or undefined. */
export const trainableModel = (model: Model): Model | undefined =>
  findModel(model, (inner) => getKind(inner).trainable)

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
  const formula = findFormula(model)
  if (!formula?.logDensity) {
    throw new EngineError(modelMessages.noDensity, { argument: 'model', kind: model.kind })
  }
  checkShape(model, x, modelItemShape(model))
  checkCount('t', modelWords.timestep(), t.t.length, x)
  return formula.logDensity(model, x, t)
}

function checkArguments(
  model: Model,
  x: Tensor,
  { t }: Times,
  condition: Conditioning | undefined,
) {
  checkShape(model, x, modelItemShape(model))
  checkTimesteps(t, x)
  checkConditions(condition, modelConditions(model), x)
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
    const program = mainProgram(model)
    if (!program) return evaluate(model, x, times, condition, inspectModel)
    if (found) return { tensor: tf.zerosLike(x) }
    found = true
    checkRequired(condition, modelConditions(model))
    return splitVariance(model, run(program, model, { x, times, condition }), x)
  }
  inspectModel(model, x, t, condition)
  // Such as a classifier beside a model without a network.
  if (!found) throw noNetwork()
}

/** The program that evaluates a network at x and t. Throws EngineError if it does not denoise. */
function mainProgram(model: Model): Program | undefined {
  const { graph, main } = findNetworkKind(model) ?? {}
  if (!graph || !main) return undefined
  if (main.includes('predict')) requirePredict(graph(model.config))
  return networkProgram(model, main)
}

/** The first network of layers in a tree of models, if there is one. */
export function findNetwork(model: Model): { model: Model; program: Program } | undefined {
  const program = mainProgram(model)
  if (program) return { model, program }
  for (const child of Object.values(model.children)) {
    const found = findNetwork(child)
    if (found) return found
  }
  return undefined
}

function evaluate(
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
  evaluateChild: Evaluate = evaluate,
): Answer {
  if (t.tensor && !getKind(model).differentiableTime)
    throw new EngineError(modelMessages.constantTime, { argument: 't', kind: model.kind })
  // Checked here instead of at the entry, because wrappers also evaluate their child without a
  // condition.
  checkRequired(condition, modelConditions(model))
  const formula = findFormula(model)
  const result = formula
    ? formula.evaluate(model, x, t, condition, evaluateChild)
    : runNetwork(model, x, t, condition)
  return result instanceof tf.Tensor ? splitVariance(model, result, x) : result
}

/** The raw output of a network, with both halves for a learned variance. */
function runNetwork(
  model: Model,
  x: Tensor,
  times: Times,
  condition: Conditioning | undefined,
): Tensor {
  if (isKind(model, 'classifier'))
    throw new EngineError(modelMessages.classifierAsDenoiser, { argument: 'model' })
  const { graph, run } = getNetworkKind(model)
  if (graph) requirePredict(graph(model.config))
  if (run) return runDefined(run, model, x, times, condition)
  return runProgram(networkProgram(model, ['predict']), model, { x, times, condition })[0]
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

function checkShape(model: Model, x: Tensor, itemShape: readonly number[]) {
  const shape = x.shape.slice(1)
  if (isSameShape(shape, itemShape)) return
  const { takesImages } = findNetworkKind(trainableModel(model) ?? model) ?? {}
  throw new EngineError(takesImages ? modelMessages.imageShape : modelMessages.itemShape, {
    argument: 'x_t',
    expected: itemShape,
    shape,
  })
}
