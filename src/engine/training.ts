// One step of training as a function from state to state: nothing is changed in place, so a snapshot is a reference.
import type { EmaConfig } from './ema.ts'
import { emaUpdate } from './ema.ts'
import { flatten, unflatten } from './flat.ts'
import type { Moments, OptimizerConfig } from './optimizers.ts'
import { noMoments, optimizerStep } from './optimizers.ts'
import type { LossRecord } from './importance.ts'
import { noLosses, withLosses } from './importance.ts'
import { NodeError } from './plan/fault.ts'
import { tidied } from './plan/memory.ts'
import type { Scalar, Tensor, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'
import type { ItemLosses, Weights } from './values.ts'

/** Everything that a later step depends on, and the losses so far. */
export interface TrainingState {
  /** Steps made. */
  step: number
  weights: Weights
  moments: Moments
  /** The averaged weights, {@link flatten}ed; undefined without EMA. */
  shadow: Tensor1D | undefined
  /** The loss of the last step; undefined before the first. */
  loss: Scalar | undefined
  /** The losses of all steps, in pieces. */
  losses: Tensor[]
  /** The last losses of each timestep, where they are recorded. */
  record?: LossRecord
  /** The losses of the last batch, until they are read back into `record`. */
  unread?: ItemLosses
}

/** The state before the first step. The weights get an identity of their own: gradients reach these and no others. */
export function beginTraining(weights: Weights, averaged: boolean): TrainingState {
  return tidied(() => {
    const own = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tensor.clone()]))
    const flat = flatten(Object.values(own))
    return {
      step: 0,
      weights: own,
      moments: noMoments(flat.size),
      shadow: averaged ? flat : undefined,
      loss: undefined,
      losses: [],
    }
  })
}

/**
 * The state to go on from: that of a training which was left, with its own weights. `weights`: those of the model that would
 * begin anew, which have to be alike. Throws NodeError if they are not.
 */
export function resumeTraining(left: TrainingState, weights: Weights, averaged: boolean): TrainingState {
  checkAlike(left.weights, weights)
  return tidied(() => {
    const own = Object.fromEntries(Object.entries(left.weights).map(([name, tensor]) => [name, tensor.clone()]))
    const shadow = averaged ? (left.shadow ?? flatten(Object.values(own))) : undefined
    return { ...left, weights: own, shadow }
  })
}

function checkAlike(left: Weights, weights: Weights) {
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

export interface StepOptions {
  /** Computes the loss from `state.weights`; it runs under the tape. */
  loss: () => Scalar
  optimizer: OptimizerConfig
  ema: EmaConfig | undefined
  /** Steps that will be made in all, for learning rates that decay to the end. */
  total: number
}

/** The state after one more step. Only tensors of that state stay alive. Throws NodeError if the loss reaches no weight. */
export function trainStep(state: TrainingState, { loss, optimizer, ema, total }: StepOptions): TrainingState {
  return tidied(() => {
    const names = Object.keys(state.weights)
    const tensors = Object.values(state.weights)
    const { value, gradients } = gradientsOf(loss, tensors)
    const { step } = state
    const { weights, moments } = optimizerStep(optimizer, {
      weights: flatten(tensors),
      gradient: flatten(gradients),
      moments: state.moments,
      step,
      total,
    })
    const pieces = unflatten(weights, tensors)
    return {
      step: step + 1,
      weights: Object.fromEntries(names.map((name, i) => [name, pieces[i]!])),
      moments,
      shadow: state.shadow && ema && emaUpdate(ema, state.shadow, weights, step + 1),
      loss: value,
      losses: appendLoss(state.losses, value),
    }
  })
}

/** The state with the losses of its last batch in the record, which takes reading them back; itself if there are none. */
export function settleTraining(state: TrainingState): Promise<TrainingState> | undefined {
  const { unread, record = noLosses(), ...rest } = state
  return unread?.tensor.data().then((losses) => ({ ...rest, record: withLosses(record, unread.t, losses) }))
}

/** The averaged weights, named; the weights themselves without EMA. */
export function averagedWeights({ weights, shadow }: TrainingState): Weights {
  if (!shadow) return weights
  const names = Object.keys(weights)
  const averaged = tidied(() => unflatten(shadow, Object.values(weights)))
  return Object.fromEntries(averaged.map((tensor, i) => [names[i]!, tensor]))
}

/** The loss and its gradients; a weight that it does not depend on has a gradient of zeros. */
function gradientsOf(loss: () => Scalar, weights: Tensor[]): { value: Scalar; gradients: Tensor[] } {
  const engine = tf.engine()
  try {
    const { value, grads } = engine.gradients(loss, weights, undefined, true) as unknown as {
      value: Scalar
      grads: (Tensor | null | undefined)[]
    }
    if (grads.every((gradient) => !gradient)) throw unreached()
    return { value, gradients: grads.map((gradient, i) => gradient ?? tf.zerosLike(weights[i]!)) }
  } catch (error) {
    // A tape cut short still holds what its operations saved for the way back.
    for (const { saved } of engine.state.activeTape ?? []) saved?.forEach((tensor) => tensor.dispose())
    engine.state.activeTape = []
    throw error
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
    pieces.splice(-JOIN, JOIN, flatten(last))
  }
}
