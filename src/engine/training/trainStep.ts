// Training steps as pure functions of the training state. Nothing is changed in place, so a
// snapshot is a reference.
import { EngineError } from '../base/errors.ts'
import { trainingMessages, trainingWords } from '../messages/training.ts'
import type { Average } from './averages.ts'
import { averageUpdate, beginAverage } from './averages.ts'
import { differentiate, differentiateIntoSlots } from '../gradients/differentiate.ts'
import type { EmaConfig } from './ema.ts'
import {
  concatenate,
  flatten,
  toCurrentLayout,
  currentLayout,
  cloneTensors,
  unflatten,
} from './flatWeights.ts'
import type { Moments, OptimizerConfig } from './optimizers.ts'
import { momentNames, zeroMoments, optimizerStep } from './optimizers.ts'
import type { LossRecord } from '../process/importance.ts'
import { createLossRecord, recordLosses } from '../process/importance.ts'
import { activeBackend } from '../base/backend.ts'
import { runTidied } from '../base/memory.ts'
import { mapValues } from '../base/records.ts'
import type { Scalar, Tensor, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { ItemLosses, Weights } from '../base/values.ts'

/**
 * Everything that later steps depend on, and the losses so far. The first model is part of the
 * state itself, as in trainings of one model.
 */
export interface TrainingState extends Learner {
  /** Completed steps (batches). */
  step: number
  /** The last losses of each timestep, if recorded. */
  record?: LossRecord
  /** The losses of the last batch, not yet read back into `record`. */
  unread?: ItemLosses
  /** The further models. */
  others?: Learner[]
  /** Values of the plan that each step receives from the one before, by slot. */
  values?: Record<string, { type: string }>
}

/** One of the models that a training trains. */
export interface Learner {
  /** Completed steps of the optimizer: fewer than steps if gradients are accumulated. */
  updates: number
  weights: Weights
  moments: Moments
  /** Gradients since the last step of the optimizer; undefined directly after it. */
  accumulated: Accumulated | undefined
  /** Averages of the weights, in the order of their configs. */
  averages: Average[]
  /** The gradient of the last update, before clipping, {@link flatten}ed; only if it is observed. */
  gradient?: Tensor1D
  /** The loss of the last step; undefined before the first, and without a loss of its own. */
  loss: Scalar | undefined
  /** The losses of all steps, as consecutive parts; none without a loss of its own. */
  losses: Tensor[]
}

export interface Accumulated {
  /** The sum of the gradients of the batches, {@link flatten}ed. */
  gradient: Tensor1D
  batches: number
}

/** Optimizer and moving averages of a training. */
export interface TrainingConfig {
  optimizer: OptimizerConfig
  emas: readonly EmaConfig[]
}

/**
 * The state before the first step. Its weights are new tensors, so that gradients with respect to
 * them do not reach others.
 */
export const beginTraining = (weights: Weights, config: TrainingConfig): TrainingState => ({
  step: 0,
  ...beginLearner(weights, config),
})

/** The state of a model before the first step, as in {@link beginTraining}. */
export function beginLearner(weights: Weights, { optimizer, emas }: TrainingConfig): Learner {
  return runTidied(() => {
    const own = copyWeights(weights)
    const flat = flatten(Object.values(own))
    return {
      updates: 0,
      weights: own,
      moments: zeroMoments(optimizer, flat.size),
      accumulated: undefined,
      averages: emas.map((ema) => beginAverage(ema, flat)),
      loss: undefined,
      losses: [],
    }
  })
}

/**
 * The state that continues an earlier training, with its own weights. `weights` are those of the
 * model that would otherwise be trained. Throws EngineError if their names or shapes differ, or if
 * the earlier training lacks moments or averages that this one needs.
 */
export const resumeTraining = (
  left: TrainingState,
  weights: Weights,
  config: TrainingConfig,
): TrainingState => ({ ...left, ...resumeLearner(left, weights, config) })

/** The state of one model, as in {@link resumeTraining}. */
export function resumeLearner(
  left: Learner,
  weights: Weights,
  { optimizer, emas }: TrainingConfig,
): Learner {
  checkSameWeights(left.weights, weights)
  checkMoments(left, optimizer)
  return runTidied(() => {
    const own = copyWeights(left.weights)
    const averages = emas.map(
      (ema, i) => resumeAverage(left, ema, i) ?? beginAverage(ema, flatten(Object.values(own))),
    )
    const moments = Object.fromEntries(
      momentNames(optimizer).map((name) => [name, left.moments[name]!]),
    )
    const { updates, accumulated, loss, losses } = left
    return convertLayout({ updates, accumulated, loss, losses, weights: own, moments, averages })
  })
}

/** Converts the vectors of a state from a file or another backend to the layout of this backend. */
function convertLayout<L extends Learner>(state: L): L {
  const tensors = Object.values(state.weights)
  const here = (flat: Tensor1D) => toCurrentLayout(flat, tensors)
  const { moments, averages, accumulated } = state
  return {
    ...state,
    moments: mapValues(moments, here),
    averages: averages.map(({ weights, snapshots, ...about }) => ({
      ...about,
      weights: here(weights),
      snapshots: snapshots.map(({ t, weights: then }) => ({ t, weights: here(then) })),
    })),
    accumulated: accumulated && { ...accumulated, gradient: here(accumulated.gradient) },
  }
}

function copyWeights(weights: Weights): Weights {
  const own = cloneTensors(Object.values(weights))
  return Object.fromEntries(Object.keys(weights).map((name, i) => [name, own[i]]))
}

/** Throws EngineError if the names or shapes of the weights of a training and a model differ. */
export function checkSameWeights(left: Weights, weights: Weights) {
  const names = [...new Set([...Object.keys(left), ...Object.keys(weights)])]
  const other = names.find((name) => String(left[name]?.shape) !== String(weights[name]?.shape))
  if (other === undefined) return
  const shapeIn = (of: Weights) =>
    of[other] ? trainingWords.ofShape({ shape: of[other].shape }) : trainingWords.missing()
  throw new EngineError(trainingMessages.otherWeights, {
    argument: 'training',
    weight: other,
    expected: shapeIn(weights),
    found: shapeIn(left),
  })
}

function checkMoments({ moments }: Learner, optimizer: OptimizerConfig) {
  const missing = momentNames(optimizer).filter((name) => !moments[name])
  if (missing.length === 0) return
  throw new EngineError(trainingMessages.missingMoments, {
    argument: 'training',
    algorithm: optimizer.algorithm,
    moments: missing.join(', '),
  })
}

/**
 * The average number `i` of an earlier training; undefined if it is missing. Throws EngineError if
 * a power-function average is missing after the first update, since it cannot begin late.
 */
function resumeAverage(
  { averages, updates }: Learner,
  ema: EmaConfig,
  i: number,
): Average | undefined {
  const found = averages[i]
  const wanted = ema.kind === 'power_function' ? ema.sigma_rel : undefined
  if (wanted === undefined) return found && { weights: found.weights, snapshots: [] }
  if (found?.sigma_rel === wanted || updates === 0) return found
  throw new EngineError(found ? trainingMessages.otherAverage : trainingMessages.noAverage, {
    argument: 'training',
    index: i + 1,
    width: wanted,
  })
}

interface StepLength {
  /** Total number of steps, for learning rates that decay to the end. */
  total: number
  /** Number of batches whose gradients are averaged per step of the optimizer; default 1. */
  gradient_accumulation_steps?: number
}

export interface StepOptions extends TrainingConfig, StepLength {
  /** Computes the loss from `state.weights`, under the tape. */
  loss: () => Scalar
}

/**
 * The state after one more step. Disposes all tensors that are not part of it. Throws EngineError
 * if the loss depends on no weight.
 */
export function trainStep(before: TrainingState, options: StepOptions): TrainingState {
  const { loss, optimizer, emas } = options
  return trainStepJointly(before, {
    ...options,
    configs: [{ optimizer, emas }],
    losses: [0],
    updates: 'together',
    loss,
  })
}

export interface JointStepOptions extends StepLength {
  /** Of each model. */
  configs: readonly TrainingConfig[]
  /** The loss that trains each model: its own index, or that of another model. */
  losses: readonly number[]
  /**
   * `together`: all gradients are those at the weights before the step. `in_turn`: each loss is
   * computed after the models of the losses before it have been updated.
   */
  updates: 'together' | 'in_turn'
  /** Stores the gradient of the last update in the state; default false. */
  storesGradients?: boolean
  /** Computes the loss of a model from the weights of all models, under the tape. */
  loss: (model: number, learners: readonly Learner[]) => Scalar
}

/**
 * The state after one more step of several models. Disposes all tensors that are not part of it.
 * Throws EngineError if a loss does not depend on a model that it trains.
 */
export function trainStepJointly(
  before: TrainingState,
  { loss, losses, configs, updates, storesGradients = false, ...length }: JointStepOptions,
): TrainingState {
  return runTidied(() => {
    const { others: left, ...first } = before
    const prepare = <L extends Learner>(learner: L): L =>
      convertLayout(storesGradients ? learner : withoutGradient(learner))
    const state = prepare(first)
    const start: Learner[] = [state, ...(left ?? []).map(prepare)]
    const after = [...start]
    for (const own of new Set(losses)) {
      const trained = start.flatMap((_, i) => (losses[i] === own ? [i] : []))
      const now = updates === 'together' ? start : [...after]
      const { value, gradients } = computeGradients(
        () => loss(own, now),
        trained.map((i) => ({
          weights: Object.values(now[i].weights),
          before: start[i].accumulated?.gradient,
        })),
      )
      for (const [at, i] of trained.entries()) {
        const seen = i === own ? { loss: value, losses: appendLoss(start[i].losses, value) } : {}
        const step = before.step + 1
        const next = applyLast(start[i], gradients[at], {
          ...length,
          ...configs[i],
          step,
          storesGradients,
        })
        after[i] = { ...start[i], ...seen, ...next }
      }
    }
    const [model, ...others] = after
    return { ...state, ...model, step: before.step + 1, ...(left && { others }) }
  })
}

function withoutGradient<L extends Learner>(learner: L): L {
  if (!learner.gradient) return learner
  const { gradient: _, ...rest } = learner
  return rest as L
}

/**
 * Takes the sum of the gradients up to the last batch, and makes a step of the optimizer if one is
 * due.
 */
function applyLast(
  learner: Learner,
  gradient: Tensor1D,
  {
    step,
    total,
    gradient_accumulation_steps: wanted = 1,
    storesGradients,
    ...config
  }: StepLength & TrainingConfig & { step: number; storesGradients: boolean },
) {
  const batches = (learner.accumulated?.batches ?? 0) + 1
  if (batches < wanted) return { accumulated: { gradient, batches } }
  const mean = batches > 1 ? (gradient.div(batches) as Tensor1D) : gradient
  const updates = learner.updates + 1 + Math.floor((total - step) / wanted)
  const next = applyGradient(learner, mean, updates, config)
  return storesGradients ? { ...next, gradient: mean } : next
}

/** The part of the state that a step of the optimizer changes. `total`: number of its steps. */
function applyGradient(
  state: Learner,
  gradient: Tensor1D,
  total: number,
  { optimizer, emas }: TrainingConfig,
) {
  const names = Object.keys(state.weights)
  const tensors = Object.values(state.weights)
  const { weights, moments } = optimizerStep(optimizer, {
    weights: flatten(tensors),
    gradient,
    moments: state.moments,
    step: state.updates,
    total,
  })
  const pieces = unflatten(weights, tensors)
  const updates = state.updates + 1
  return {
    updates,
    weights: Object.fromEntries(names.map((name, i) => [name, pieces[i]])),
    moments,
    accumulated: undefined,
    averages: state.averages.map((average, i) => averageUpdate(emas[i], average, weights, updates)),
  }
}

/**
 * Reads back the losses of the last batch and adds them to the record. Returns undefined if there
 * are none.
 */
export function recordUnreadLosses(state: TrainingState): Promise<TrainingState> | undefined {
  const { unread, record = createLossRecord(), ...rest } = state
  return unread?.tensor
    .data()
    .then((losses) => ({ ...rest, record: recordLosses(record, unread.t, losses) }))
}

/** The average number `i` by weight name, or the weights themselves if there is none. */
export const averagedWeights = ({ weights, averages }: Learner, i = 0): Weights =>
  averages[i] ? namedWeights(averages[i].weights, weights) : weights

/** Flattened weights by name, with the shapes of `like`. */
export function namedWeights(flat: Tensor1D, like: Weights): Weights {
  const names = Object.keys(like)
  const pieces = runTidied(() => unflatten(flat, Object.values(like)))
  return Object.fromEntries(pieces.map((tensor, i) => [names[i], tensor]))
}

/** A model to differentiate. */
interface Differentiable {
  weights: readonly Tensor[]
  /** The sum of the gradients of earlier batches, to which the new one is added. */
  before: Tensor1D | undefined
}

/**
 * The loss and its flattened gradient for the weights of each model, which is zero for weights that
 * the loss does not depend on.
 */
function computeGradients(
  loss: () => Scalar,
  models: readonly Differentiable[],
): { value: Scalar; gradients: Tensor1D[] } {
  const weights = models.flatMap((model) => model.weights)
  // Kernels write into the flat gradient of one model.
  const slots =
    models.length === 1
      ? activeBackend().openGradientSlots?.(weights, currentLayout(weights), models[0].before)
      : undefined
  try {
    const { value, grads } = (slots ? differentiateIntoSlots : differentiate)(loss, weights)
    let at = 0
    const gradients = models.map(({ weights: own, before }) => {
      const part = grads.slice(at, (at += own.length))
      if (part.every((gradient) => !gradient)) throw independentLossError()
      if (slots) return slots.collect(part)
      const all = flatten(part.map((gradient, i) => gradient ?? tf.zerosLike(own[i])))
      return before ? (before.add(all) as Tensor1D) : all
    })
    return { value, gradients }
  } finally {
    slots?.close()
  }
}

const independentLossError = () =>
  new EngineError(trainingMessages.independentLoss, { argument: 'loss' })

const JOIN = 16

/**
 * Appends a loss to consecutive parts. Merges 16 parts of equal size into one: even long trainings
 * have few parts, each loss is copied only a few times, and earlier lists stay valid.
 */
export function appendLoss(losses: readonly Tensor[], loss: Scalar): Tensor[] {
  const pieces: Tensor[] = [...losses, loss]
  for (;;) {
    const last = pieces.slice(-JOIN)
    if (last.length < JOIN || last.some((piece) => piece.size !== last[0].size)) return pieces
    pieces.splice(-JOIN, JOIN, concatenate(last))
  }
}
