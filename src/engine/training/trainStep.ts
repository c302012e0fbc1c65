// Training steps as pure functions of the training state. Nothing is changed in place, so a
// snapshot is a reference.
import { EngineError } from '../base/errors.ts'
import { trainingMessages, trainingWords } from '../messages/training.ts'
import type { Average } from './averages.ts'
import { averageUpdate, beginAverage } from './averages.ts'
import { differentiate } from './differentiate.ts'
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

/** Everything that later steps depend on, and the losses so far. */
export interface TrainingState {
  /** Completed steps (batches). */
  step: number
  /** Completed steps of the optimizer: fewer than `step` if gradients are accumulated. */
  updates: number
  weights: Weights
  moments: Moments
  /** Gradients since the last step of the optimizer; undefined directly after it. */
  accumulated: Accumulated | undefined
  /** Averages of the weights, in the order of their configs. */
  averages: Average[]
  /** The loss of the last step; undefined before the first. */
  loss: Scalar | undefined
  /** The losses of all steps, as consecutive parts. */
  losses: Tensor[]
  /** The last losses of each timestep, if recorded. */
  record?: LossRecord
  /** The losses of the last batch, not yet read back into `record`. */
  unread?: ItemLosses
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
export function beginTraining(
  weights: Weights,
  { optimizer, emas }: TrainingConfig,
): TrainingState {
  return runTidied(() => {
    const own = copyWeights(weights)
    const flat = flatten(Object.values(own))
    return {
      step: 0,
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
export function resumeTraining(
  left: TrainingState,
  weights: Weights,
  { optimizer, emas }: TrainingConfig,
): TrainingState {
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
    return convertLayout({ ...left, weights: own, moments, averages })
  })
}

/** Converts the vectors of a state from a file or another backend to the layout of this backend. */
function convertLayout(state: TrainingState): TrainingState {
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

function checkMoments({ moments }: TrainingState, optimizer: OptimizerConfig) {
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
  { averages, updates }: TrainingState,
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

export interface StepOptions extends TrainingConfig {
  /** Computes the loss from `state.weights`, under the tape. */
  loss: () => Scalar
  /** Total number of steps, for learning rates that decay to the end. */
  total: number
  /** Number of batches whose gradients are averaged per step of the optimizer; default 1. */
  gradient_accumulation_steps?: number
}

/**
 * The state after one more step. Disposes all tensors that are not part of it. Throws EngineError
 * if the loss depends on no weight.
 */
export function trainStep(before: TrainingState, options: StepOptions): TrainingState {
  return runTidied(() => {
    const state = convertLayout(before)
    const { value, gradient: last } = computeGradient(options.loss, Object.values(state.weights))
    const { gradient, batches } = accumulate(state.accumulated, last)
    const seen = { step: state.step + 1, loss: value, losses: appendLoss(state.losses, value) }
    const wanted = options.gradient_accumulation_steps ?? 1
    if (batches < wanted) return { ...state, ...seen, accumulated: { gradient, batches } }
    const mean = batches > 1 ? (gradient.div(batches) as Tensor1D) : gradient
    const total = state.updates + 1 + Math.floor((options.total - seen.step) / wanted)
    return { ...state, ...seen, ...applyGradient(state, mean, total, options) }
  })
}

const accumulate = (before: Accumulated | undefined, gradient: Tensor1D): Accumulated =>
  before
    ? { gradient: before.gradient.add(gradient) as Tensor1D, batches: before.batches + 1 }
    : { gradient, batches: 1 }

/** The part of the state that a step of the optimizer changes. `total`: number of its steps. */
function applyGradient(
  state: TrainingState,
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
export const averagedWeights = ({ weights, averages }: TrainingState, i = 0): Weights =>
  averages[i] ? namedWeights(averages[i].weights, weights) : weights

/** Flattened weights by name, with the shapes of `like`. */
export function namedWeights(flat: Tensor1D, like: Weights): Weights {
  const names = Object.keys(like)
  const pieces = runTidied(() => unflatten(flat, Object.values(like)))
  return Object.fromEntries(pieces.map((tensor, i) => [names[i], tensor]))
}

/**
 * The loss and its flattened gradient, which is zero for weights that the loss does not depend on.
 */
function computeGradient(
  loss: () => Scalar,
  weights: Tensor[],
): { value: Scalar; gradient: Tensor1D } {
  const slots = activeBackend().openGradientSlots?.(weights, currentLayout(weights))
  try {
    const { value, grads } = differentiate(loss, weights)
    if (grads.every((gradient) => !gradient)) throw independentLossError()
    const all = () => grads.map((gradient, i) => gradient ?? tf.zerosLike(weights[i]))
    return { value, gradient: slots?.collect(grads) ?? flatten(all()) }
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
