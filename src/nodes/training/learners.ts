// The models of a training: `model`, `model_2`, ..., each with its optimizer, averages and loss.
import { withChanges, withWeights } from '../../engine/models/tree.ts'
import type { Learner, TrainingConfig, TrainingState } from '../../engine/training/trainStep.ts'
import {
  averagedWeights,
  beginLearner,
  beginTraining,
  resumeLearner,
  resumeTraining,
  trainStepJointly,
} from '../../engine/training/trainStep.ts'
import type { ItemLosses, Loss } from '../../engine/base/values.ts'
import type { Ema, Optimizer, Training } from '../../engine/training/values.ts'
import type { Model } from '../../engine/models/model.ts'
import type { LoopBody, Outputs } from '../../engine/plan/op.ts'
import { carryValues, listNumbered, takeCarried, type CarriedValues } from '../loops/carried.ts'
import { requireTrainable } from './trainable.ts'

/** Inputs of TrainingStart, with those of further models and data sets by number. */
export interface TrainingInputs {
  model: Model
  optimizer: Optimizer
  ema: Ema | undefined
  training: Training | undefined
  [further: string]: unknown
}

/** A model with the number of its slots: '' for the first, '_2', ... */
interface Trained {
  suffix: string
  model: Model
  config: TrainingConfig
}

/** Further models use the first optimizer unless they have one, and no averages of others. */
const listTrained = (inputs: TrainingInputs): Trained[] =>
  listNumbered<Model>(inputs, 'model').map(([slot, model]) => {
    const suffix = slot.slice('model'.length)
    const optimizer = (inputs[`optimizer${suffix}`] as Optimizer | undefined) ?? inputs.optimizer
    const ema = inputs[`ema${suffix}`] as Ema | undefined
    return {
      suffix,
      model,
      config: { optimizer: optimizer.config, emas: ema?.configs ?? [] },
    }
  })

const learnersOf = (state: TrainingState): Learner[] => [state, ...(state.others ?? [])]

/** The state before the first step, or the one of the wired training. */
export function beginState(inputs: TrainingInputs): TrainingState {
  const left = inputs.training?.state
  const weightsOf = ({ model, suffix }: Trained) =>
    requireTrainable(model, `model${suffix}`).weights
  const [first, ...further] = listTrained(inputs)
  const own = left
    ? resumeTraining(left, weightsOf(first), first.config)
    : beginTraining(weightsOf(first), first.config)
  const others = further.map((trained, i) => {
    const before = left?.others?.[i]
    return before
      ? resumeLearner(before, weightsOf(trained), trained.config)
      : beginLearner(weightsOf(trained), trained.config)
  })
  const values = { ...takeCarried(inputs), ...left?.values }
  const { others: _others, values: _values, ...rest } = own
  return {
    ...rest,
    ...(others.length && { others }),
    ...(Object.keys(values).length && { values }),
  }
}

export interface ModelParams {
  seed: number
  activation_checkpointing: boolean
  activations: 'float32' | 'float16'
}

/** The each outputs of the models: `model` with the weights to train, `ema` with the averages. */
export function eachModels(
  learners: readonly Learner[],
  step: number,
  inputs: TrainingInputs,
  { seed, activation_checkpointing: checkpointing, activations }: ModelParams,
  wanted: ReadonlySet<string>,
): Outputs {
  return Object.assign(
    {},
    ...listTrained(inputs).map(({ suffix, model }, i) => {
      const trained = requireTrainable(model, `model${suffix}`)
      return {
        [`model${suffix}`]: withChanges(model, trained, {
          weights: learners[i].weights,
          training: { seed, step, checkpointing },
          activations,
        }),
        ...(wanted.has(`ema${suffix}`) && {
          [`ema${suffix}`]: withChanges(model, trained, {
            weights: averagedWeights(learners[i]),
            activations,
          }),
        }),
      }
    }),
  ) as Outputs
}

export interface StepParams extends ModelParams {
  /** Number of all steps. */
  total: number
  gradient_accumulation_steps: number
  updates: 'together' | 'in_turn'
  /** Stores the gradients of the last step in the state, for observers. */
  storesGradients: boolean
}

/** Next inputs of TrainingEnd, with the losses of further models by number. */
export interface TrainingNext {
  loss: Loss
  losses: ItemLosses | undefined
  [further: string]: unknown
}

/**
 * The state after one more step. A model is trained by the loss of its number, if that is wired,
 * else by `loss`. The body is called once for each loss.
 */
export function stepModels(
  state: TrainingState,
  each: Outputs,
  body: LoopBody<TrainingNext>,
  inputs: TrainingInputs,
  params: StepParams,
): TrainingState {
  const trained = listTrained(inputs)
  const start = learnersOf(state)
  const wired = trained.length > 1 ? body.wired(each) : new Set(['loss'])
  let first: TrainingNext | undefined
  const next = trainStepJointly(state, {
    configs: trained.map(({ config }) => config),
    losses: trained.map(({ suffix }, i) => (wired.has(`loss${suffix}`) ? i : 0)),
    updates: params.updates,
    storesGradients: params.storesGradients,
    total: params.total,
    gradient_accumulation_steps: params.gradient_accumulation_steps,
    loss: (own, learners) => {
      const isChanged = learners.some(({ weights }, i) => weights !== start[i].weights)
      const models =
        isChanged && eachModels(learners, state.step, inputs, params, new Set<string>())
      const slot = `loss${trained[own].suffix}`
      const results = body({ ...each, ...models }, first && [slot])
      first ??= results
      return (results[slot] as Loss).tensor
    },
  })
  const values = first && carryValues((state.values ?? {}) as CarriedValues, first)
  return {
    ...next,
    ...(first?.losses && { unread: first.losses }),
    ...(values && Object.keys(values).length && { values }),
  }
}

/** The done outputs of the models of a state. */
export function doneModels(
  state: TrainingState,
  inputs: TrainingInputs,
  wanted: ReadonlySet<string>,
): Outputs {
  const learners = learnersOf(state)
  return Object.assign(
    {},
    ...listTrained(inputs).flatMap(({ suffix, model }, i) => {
      const learner = learners[i]
      // A stored training of fewer models.
      if (!learner) return []
      const trained = requireTrainable(model, `model${suffix}`)
      const { losses } = learner.losses.length ? learner : state
      return [
        {
          [`model${suffix}`]: withWeights(model, trained, learner.weights),
          ...(wanted.has(`ema${suffix}`) && {
            [`ema${suffix}`]: withWeights(model, trained, averagedWeights(learner)),
          }),
          [`history${suffix}`]: { type: 'history', losses },
        },
      ]
    }),
  ) as Outputs
}

/** The weights of all models of a state. */
export const allWeights = (state: TrainingState) =>
  learnersOf(state).flatMap(({ weights }) => Object.values(weights))
