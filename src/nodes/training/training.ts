// The training zone: its Start gives batches and the model that learns, its End takes the loss.
import { itemsAt } from '../../engine/datasets/items.ts'
import type { EmaConfig } from '../../engine/ema.ts'
import { noLosses } from '../../engine/importance.ts'
import { withChanges, withWeights } from '../../engine/models/tree.ts'
import type { OptimizerConfig } from '../../engine/optimizers.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, LoopBehaviour, LoopParams } from '../../engine/plan/op.ts'
import { randomOf } from '../../engine/random.ts'
import { tf } from '../../engine/tf.ts'
import type { TrainingConfig, TrainingState } from '../../engine/training.ts'
import { averagedWeights, beginTraining, resumeTraining, settleTraining, trainStep } from '../../engine/training.ts'
import type { ActivationStorage, Dataset, ItemLosses, Loss, Model, Training } from '../../engine/values.ts'
import {
  advanced,
  choice,
  dataset,
  defineLoop,
  ema,
  history,
  integer,
  labels,
  loss,
  losses,
  model,
  number,
  optimizer,
  optional,
  record,
  samples,
  seed,
  toggle,
  training,
} from '../define.ts'
import { learner } from './learner.ts'

interface StartInputs {
  model: Model
  dataset: Dataset
  optimizer: { config: OptimizerConfig }
  ema?: { configs: EmaConfig[] }
  training?: Training
}

interface StartParams {
  steps: number
  batch_size: number
  gradient_accumulation_steps: number
  shuffle: boolean
  drop_last: boolean
  activations: ActivationStorage
  activation_checkpointing: boolean
  seed: number
}

const startInputs = (inputs: Inputs) => inputs as unknown as StartInputs
const configOf = (inputs: Inputs): TrainingConfig => {
  const { optimizer, ema } = startInputs(inputs)
  return { optimizer: optimizer.config, emas: ema?.configs ?? [] }
}
const startParams = (params: LoopParams) => params.start as unknown as StartParams

const behaviour: LoopBehaviour<TrainingState> = {
  extents: ['steps', 'emit_every', 'activation_checkpointing'],
  trains: true,
  notices: (start) => {
    const { steps, gradient_accumulation_steps: wanted } = start as unknown as StartParams
    const left = steps % wanted
    if (left === 0) return []
    return [
      `The last ${left} of ${steps} steps change no weights: they move after every ${wanted}. Take a multiple of ${wanted} for steps.`,
    ]
  },
  iterations: (inputs, params) => {
    const { steps } = startParams(params)
    const made = startInputs(inputs).training?.state.step ?? 0
    if (made <= steps) return steps
    throw new NodeError({
      param: 'steps',
      message: `The training that is wired has made ${made} steps, more than the ${steps} that are wanted in all.`,
      cure: `Raise steps above ${made}.`,
    })
  },
  first: (inputs) => startInputs(inputs).training?.state.step ?? 0,
  emitEvery: ({ end }) => end.emit_every as number,

  begin(inputs) {
    const { model, training } = startInputs(inputs)
    const { weights } = learner(model)
    return training ? resumeTraining(training.state, weights, configOf(inputs)) : beginTraining(weights, configOf(inputs))
  },

  each(state, _, inputs, params) {
    const { model, dataset } = startInputs(inputs)
    const chosen = batchIndices(dataset.size, state.step, startParams(params))
    return {
      x_0: {
        type: 'samples',
        tensor: tf.tensor(itemsAt(dataset, chosen), [chosen.length, ...dataset.shape]),
        space: dataset.space,
      },
      ...(dataset.labels && { labels: { type: 'labels', labels: chosen.map((i) => dataset.labels![i]!) } }),
      model: withChanges(model, learner(model), {
        weights: state.weights,
        training: {
          seed: startParams(params).seed,
          step: state.step,
          checkpointing: startParams(params).activation_checkpointing,
        },
        activations: startParams(params).activations,
      }),
      step: { type: 'number', tensor: tf.scalar(state.step) },
      record: { type: 'record', record: state.record ?? noLosses() },
    }
  },

  around(state, each, body, _, inputs, params) {
    const { steps, gradient_accumulation_steps } = startParams(params)
    let losses: ItemLosses | undefined
    const loss = () => {
      const next = body(each)
      losses = next.losses as ItemLosses | undefined
      return (next.loss as Loss).tensor
    }
    const made = trainStep(state, {
      ...configOf(inputs),
      loss,
      total: steps,
      gradient_accumulation_steps,
    })
    return { ...made, ...(losses && { unread: losses }) }
  },

  settle: settleTraining,

  done(state, inputs, _, wanted) {
    const { model } = startInputs(inputs)
    return {
      model: withWeights(model, learner(model), state.weights),
      ...(wanted.has('ema') && { ema: withWeights(model, learner(model), averagedWeights(state)) }),
      history: { type: 'history', losses: state.losses },
      training: { type: 'training', state },
    }
  },

  loss: (state) => state.loss && { type: 'loss', tensor: state.loss },
  losses: (state) => state.losses,
}

let lastOrder: { key: string; order: Int32Array } | undefined

/** The order of an epoch depends on the seed and the number of the epoch alone. The last one is kept: many steps ask for it. */
function orderOf(epoch: number, size: number, { seed, shuffle }: StartParams): Int32Array {
  const key = `${seed} ${epoch} ${size} ${shuffle}`
  if (lastOrder?.key !== key) {
    const order = shuffle ? randomOf(seed, [epoch]).permutation(size) : Int32Array.from({ length: size }, (_, i) => i)
    lastOrder = { key, order }
  }
  return lastOrder.order
}

/** The examples of step `step`: a function of the step alone, so a continued run goes on as if it had never stopped. */
function batchIndices(size: number, step: number, params: StartParams): Int32Array {
  const { batch_size: batchSize, drop_last: dropLast } = params
  if (size === 0) {
    throw new NodeError({ slot: 'dataset', message: 'The data set is empty.', cure: 'Draw some points, or raise `count`.' })
  }
  if (dropLast && size < batchSize) {
    throw new NodeError({
      slot: 'dataset',
      message: `batch_size is ${batchSize}, but the data set has only ${size} items, and drop_last leaves out what is no full batch.`,
      cure: `Lower batch_size to ${size}, or switch drop_last off.`,
    })
  }
  const perEpoch = dropLast ? Math.floor(size / batchSize) : Math.ceil(size / batchSize)
  const epoch = Math.floor(step / perEpoch)
  const start = (step % perEpoch) * batchSize
  return orderOf(epoch, size, params).slice(start, start + batchSize)
}

export const [trainingStart, trainingEnd] = defineLoop({
  start: {
    type: 'diffusion/TrainingStart',
    category: 'training',
    summary: 'Begins training: gives a batch of the data and the model as far as it has learned, at every step.',
    inputs: {
      model: model('to be trained; it stays as it is, the zone trains a copy'),
      dataset: dataset('what to learn from'),
      optimizer: optimizer('how weights follow gradients'),
      ema: optional(ema('averages the weights over the steps; several may be chained')),
      training: optional(training('to go on with, from LoadCheckpoint; its weights take the place of those of the model')),
    },
    each: {
      x_0: samples('a batch of clean data'),
      labels: labels('the classes of the batch, if the data has them'),
      model: model('as it is at this step; what the loss has to depend on'),
      step: number('steps made before this one'),
      record: record('the last losses of each timestep, for ImportanceTimesteps; empty unless losses are wired to TrainingEnd'),
    },
    foresees: ({ model }) => ({ model }),
    params: {
      steps: integer(2000, { min: 1, max: 10_000_000 }, 'training steps in all, each of one batch'),
      batch_size: integer(256, { min: 1, max: 65536 }, 'examples a step'),
      gradient_accumulation_steps: advanced(
        integer(
          1,
          { min: 1, max: 10_000 },
          'steps whose gradients are averaged before the weights move: larger batches in the same memory',
        ),
      ),
      shuffle: advanced(toggle(true, 'a new order every epoch; each example comes once in it')),
      drop_last: advanced(toggle(true, 'leave out the last batch of an epoch if it is not full')),
      activations: advanced(
        choice(
          ['float32', 'float16'],
          'how a UNet keeps what its layers gave until the gradient has passed. float16 takes about half the memory, on webgpu; elsewhere it is float32 all the same. All is computed in float32, and weights, gradients and the loss stay so',
        ),
      ),
      activation_checkpointing: advanced(
        toggle(
          false,
          'keep only what goes into each block of a UNet, and compute the block again on the way back: less memory, a step takes about a third longer, and not a bit of the training changes (Chen et al. 2016)',
        ),
      ),
      seed: advanced(seed('equal seeds give the examples in equal order')),
    },
  },
  end: {
    type: 'diffusion/TrainingEnd',
    category: 'training',
    summary: 'Ends training: takes the loss of each step and gives the trained model.',
    next: {
      loss: loss('to be made small'),
      losses: optional(losses('of each item, to be recorded for the next steps; they are waited for in every step')),
    },
    done: {
      model: model('with the weights of the last step'),
      ema: model('with the averaged weights, of several the first; without EMA, those of the last step'),
      history: history('the loss of every step'),
      training: training(
        'all that it takes to go on later, for SaveCheckpoint; with all averages, for AveragedModel and PostHocEMA',
      ),
    },
    foresees: ({ model }) => ({ model, ema: model }),
    params: {
      emit_every: integer(
        100,
        { min: 0, max: 10_000_000 },
        'steps between two glances at the model while it trains, the first ones sooner; 0: none',
      ),
    },
  },
  carries: {},
  behaviour,
})
