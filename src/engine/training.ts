// One step of training as a function from state to state: nothing is changed in place, so a snapshot is a reference.
import type { Average } from './averages.ts'
import { averageUpdate, beginAverage } from './averages.ts'
import { differentiate } from './differentiate.ts'
import type { EmaConfig } from './ema.ts'
import { flatten, inARow, laidOut, ownTensors, unflatten } from './flat.ts'
import type { Moments, OptimizerConfig } from './optimizers.ts'
import { momentNames, noMoments, optimizerStep } from './optimizers.ts'
import type { LossRecord } from './importance.ts'
import { noLosses, withLosses } from './importance.ts'
import { NodeError } from './plan/fault.ts'
import { tidied } from './plan/memory.ts'
import { mapValues } from './records.ts'
import type { Scalar, Tensor, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'
import type { ItemLosses, Weights } from './values.ts'
import { openHomes } from './webgpu/arena.ts'

/** Everything that a later step depends on, and the losses so far. */
export interface TrainingState {
  /** Steps made: batches seen. */
  step: number
  /** Steps of the optimizer: as many, unless gradients are accumulated. */
  updates: number
  weights: Weights
  moments: Moments
  /** Gradients that wait for the optimizer; undefined right after it. */
  accumulated: Accumulated | undefined
  /** Averages of the weights, in the order of their configs. */
  averages: Average[]
  /** The loss of the last step; undefined before the first. */
  loss: Scalar | undefined
  /** The losses of all steps, in pieces. */
  losses: Tensor[]
  /** The last losses of each timestep, where they are recorded. */
  record?: LossRecord
  /** The losses of the last batch, until they are read back into `record`. */
  unread?: ItemLosses
}

export interface Accumulated {
  /** The sum of their gradients, {@link flatten}ed. */
  gradient: Tensor1D
  batches: number
}

/** How weights follow gradients, and which averages of them are kept. */
export interface TrainingConfig {
  optimizer: OptimizerConfig
  emas: readonly EmaConfig[]
}

/** The state before the first step. The weights get an identity of their own: gradients reach these and no others. */
export function beginTraining(weights: Weights, { optimizer, emas }: TrainingConfig): TrainingState {
  return tidied(() => {
    const own = copyOf(weights)
    const flat = flatten(Object.values(own))
    return {
      step: 0,
      updates: 0,
      weights: own,
      moments: noMoments(optimizer, flat.size),
      accumulated: undefined,
      averages: emas.map((ema) => beginAverage(ema, flat)),
      loss: undefined,
      losses: [],
    }
  })
}

/**
 * The state to go on from: that of a training which was left, with its own weights. `weights`: those of the model that would
 * begin anew, which have to be alike. Throws NodeError if they are not, or if the training lacks what has to be known of its
 * earlier steps.
 */
export function resumeTraining(left: TrainingState, weights: Weights, { optimizer, emas }: TrainingConfig): TrainingState {
  checkAlike(left.weights, weights)
  checkMoments(left, optimizer)
  return tidied(() => {
    const own = copyOf(left.weights)
    const averages = emas.map((ema, i) => resumeAverage(left, ema, i) ?? beginAverage(ema, flatten(Object.values(own))))
    const moments = Object.fromEntries(momentNames(optimizer).map((name) => [name, left.moments[name]!]))
    return laidOutState({ ...left, weights: own, moments, averages })
  })
}

/** The state with its vectors laid out as on this backend, if it comes from a file or from another one. */
function laidOutState(state: TrainingState): TrainingState {
  const tensors = Object.values(state.weights)
  const here = (flat: Tensor1D) => laidOut(flat, tensors)
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

function copyOf(weights: Weights): Weights {
  const own = ownTensors(Object.values(weights))
  return Object.fromEntries(Object.keys(weights).map((name, i) => [name, own[i]!]))
}

/** Throws NodeError if the weights of a training are not those of a model, by names and shapes. */
export function checkAlike(left: Weights, weights: Weights) {
  const names = [...new Set([...Object.keys(left), ...Object.keys(weights)])]
  const other = names.find((name) => String(left[name]?.shape) !== String(weights[name]?.shape))
  if (other === undefined) return
  const shapeIn = (of: Weights) => (of[other] ? `of shape [${of[other].shape}]` : 'missing')
  throw new NodeError({
    slot: 'training',
    message: `Expected a training of this model, but its weight ${other} is ${shapeIn(left)}, and that of the model ${shapeIn(weights)}.`,
    cure: 'Wire model and training from the same checkpoint.',
  })
}

function checkMoments({ moments }: TrainingState, optimizer: OptimizerConfig) {
  const missing = momentNames(optimizer).filter((name) => !moments[name])
  if (missing.length === 0) return
  throw new NodeError({
    slot: 'training',
    message: `The optimizer ${optimizer.algorithm} goes on from moments (${missing.join(', ')}) that the training which is wired has not kept: another optimizer made it.`,
    cure: 'Choose the optimizer that it was made with, or cut the wire to begin at step 0 with its weights.',
  })
}

/** The average number `i` of a training that was left; undefined if it has none that may be begun late. */
function resumeAverage({ averages, updates }: TrainingState, ema: EmaConfig, i: number): Average | undefined {
  const found = averages[i]
  const wanted = ema.kind === 'power_function' ? ema.sigma_rel : undefined
  if (wanted === undefined) return found && { weights: found.weights, snapshots: [] }
  if (found?.sigma_rel === wanted || updates === 0) return found
  throw new NodeError({
    slot: 'training',
    message: `The average ${i + 1} is a power function of width ${wanted}, which has to see every step, and the training which is wired kept ${found ? 'another' : 'none'}.`,
    cure: 'Choose the EMAs that it was made with, in their order, or another kind.',
  })
}

export interface StepOptions extends TrainingConfig {
  /** Computes the loss from `state.weights`; it runs under the tape. */
  loss: () => Scalar
  /** Steps that will be made in all, for learning rates that decay to the end. */
  total: number
  /** Batches whose gradients are averaged for one step of the optimizer; default 1. */
  gradient_accumulation_steps?: number
}

/** The state after one more step. Only tensors of that state stay alive. Throws NodeError if the loss reaches no weight. */
export function trainStep(before: TrainingState, options: StepOptions): TrainingState {
  return tidied(() => {
    const state = laidOutState(before)
    const { value, gradient: last } = gradientOf(options.loss, Object.values(state.weights))
    const { gradient, batches } = accumulate(state.accumulated, last)
    const seen = { step: state.step + 1, loss: value, losses: appendLoss(state.losses, value) }
    const wanted = options.gradient_accumulation_steps ?? 1
    if (batches < wanted) return { ...state, ...seen, accumulated: { gradient, batches } }
    const mean = batches > 1 ? (gradient.div(batches) as Tensor1D) : gradient
    const total = state.updates + 1 + Math.floor((options.total - seen.step) / wanted)
    return { ...state, ...seen, ...moved(state, mean, total, options) }
  })
}

const accumulate = (before: Accumulated | undefined, gradient: Tensor1D): Accumulated =>
  before ? { gradient: before.gradient.add(gradient) as Tensor1D, batches: before.batches + 1 } : { gradient, batches: 1 }

/** What a step of the optimizer changes; `total`: how many it will make. */
function moved(state: TrainingState, gradient: Tensor1D, total: number, { optimizer, emas }: TrainingConfig) {
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
    weights: Object.fromEntries(names.map((name, i) => [name, pieces[i]!])),
    moments,
    accumulated: undefined,
    averages: state.averages.map((average, i) => averageUpdate(emas[i]!, average, weights, updates)),
  }
}

/** The state with the losses of its last batch in the record, which takes reading them back; itself if there are none. */
export function settleTraining(state: TrainingState): Promise<TrainingState> | undefined {
  const { unread, record = noLosses(), ...rest } = state
  return unread?.tensor.data().then((losses) => ({ ...rest, record: withLosses(record, unread.t, losses) }))
}

/** The average number `i`, named; the weights themselves where there is none. */
export const averagedWeights = ({ weights, averages }: TrainingState, i = 0): Weights =>
  averages[i] ? namedWeights(averages[i].weights, weights) : weights

/** Flattened weights by their names, with the shapes of `like`. */
export function namedWeights(flat: Tensor1D, like: Weights): Weights {
  const names = Object.keys(like)
  const pieces = tidied(() => unflatten(flat, Object.values(like)))
  return Object.fromEntries(pieces.map((tensor, i) => [names[i]!, tensor]))
}

/** The loss and its gradient, flattened; it is zero for a weight that the loss does not depend on. */
function gradientOf(loss: () => Scalar, weights: Tensor[]): { value: Scalar; gradient: Tensor1D } {
  const homes = openHomes(weights)
  try {
    const { value, grads } = differentiate(loss, weights)
    if (grads.every((gradient) => !gradient)) throw unreached()
    const all = () => grads.map((gradient, i) => gradient ?? tf.zerosLike(weights[i]!))
    return { value, gradient: homes?.collect(grads) ?? flatten(all()) }
  } finally {
    homes?.close()
  }
}

const unreached = () =>
  new NodeError({
    slot: 'loss',
    message: 'The loss does not depend on the model that TrainingStart gives, so there is nothing to train.',
    cure: 'Wire `model` of TrainingStart to Predict, in place of the model that enters the zone.',
  })

const JOIN = 16

/**
 * The pieces with one loss more. Sixteen pieces of one size become one piece, so there are few of them however long the
 * training, each loss is copied only a few times, and earlier lists stay as they were.
 */
export function appendLoss(losses: readonly Tensor[], loss: Scalar): Tensor[] {
  const pieces: Tensor[] = [...losses, loss]
  for (;;) {
    const last = pieces.slice(-JOIN)
    if (last.length < JOIN || last.some((piece) => piece.size !== last[0]!.size)) return pieces
    pieces.splice(-JOIN, JOIN, inARow(last))
  }
}
