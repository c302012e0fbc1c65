// The training zone: TrainingStart outputs batches and the model, TrainingEnd receives the loss.
import { itemsAt } from '../../engine/datasets/items.ts'
import { createLossRecord } from '../../engine/process/importance.ts'
import { withChanges, withWeights } from '../../engine/models/tree.ts'
import { NodeError } from '../../engine/base/fault.ts'
import { createRandom } from '../../engine/base/random.ts'
import { tf } from '../../engine/base/tf.ts'
import type { TrainingConfig, TrainingState } from '../../engine/training/trainStep.ts'
import {
  averagedWeights,
  beginTraining,
  resumeTraining,
  recordUnreadLosses,
  trainStep,
} from '../../engine/training/trainStep.ts'
import { hostNumber, type Ema, type ItemLosses, type Optimizer } from '../../engine/base/values.ts'
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
  onHost,
  optimizer,
  optional,
  record,
  samples,
  seed,
  toggle,
  training,
} from '../define.ts'
import { requireTrainable } from './trainable.ts'
import { trainingNodeMessages } from '../messages/trainingNodes.ts'

/** Params that determine the batches. */
interface BatchParams {
  batch_size: number
  shuffle: boolean
  drop_last: boolean
  seed: number
}

const trainingConfig = ({
  optimizer,
  ema,
}: {
  optimizer: Optimizer
  ema: Ema | undefined
}): TrainingConfig => ({ optimizer: optimizer.config, emas: ema?.configs ?? [] })

let lastOrder: { key: string; order: Int32Array } | undefined

/** The order of items in an epoch, from the seed and its number. Caches the last order. */
function epochOrder(epoch: number, size: number, { seed, shuffle }: BatchParams): Int32Array {
  const key = `${seed} ${epoch} ${size} ${shuffle}`
  if (lastOrder?.key !== key) {
    const order = shuffle
      ? createRandom(seed, [epoch]).permutation(size)
      : Int32Array.from({ length: size }, (_, i) => i)
    lastOrder = { key, order }
  }
  return lastOrder.order
}

/** The items of a step. Depends only on the step, so a continued run has the same batches. */
function batchIndices(size: number, step: number, params: BatchParams): Int32Array {
  const { batch_size: batchSize, drop_last: dropLast } = params
  if (size === 0) {
    throw new NodeError({
      slot: 'dataset',
      message: trainingNodeMessages.emptyDataset(),
      cure: trainingNodeMessages.drawPoints(),
    })
  }
  if (dropLast && size < batchSize) {
    throw new NodeError({
      slot: 'dataset',
      message: trainingNodeMessages.batchSize({ batchSize, count: size }),
      cure: trainingNodeMessages.lowerBatchSize({ count: size }),
    })
  }
  const perEpoch = dropLast ? Math.floor(size / batchSize) : Math.ceil(size / batchSize)
  const epoch = Math.floor(step / perEpoch)
  const start = (step % perEpoch) * batchSize
  return epochOrder(epoch, size, params).slice(start, start + batchSize)
}

export const [trainingStart, trainingEnd] = defineLoop({
  start: {
    type: 'diffusion/TrainingStart',
    category: 'training',
    summary:
      'Start of a training loop: each step provides a batch of the data and the model with its current weights.',
    inputs: {
      model: model('Model to train; the loop trains a copy of it'),
      dataset: dataset('Training data'),
      optimizer: optimizer('Updates the weights from the gradients'),
      ema: optional(ema('Averages of the weights over the steps; several can be chained')),
      training: optional(
        training(
          'Training state to resume from, from LoadCheckpoint; its weights replace those of the model',
        ),
      ),
    },
    each: {
      x_0: samples('Batch of clean data'),
      labels: labels('Labels of the batch, if the data set has classes'),
      model: model('Model at this step; the loss must depend on it'),
      step: onHost(number('Number of steps before this one')),
      record: record(
        'Recent losses of each timestep, for ImportanceTimesteps; empty unless losses are connected to TrainingEnd',
      ),
    },
    staticOutputs: ({ model }) => ({ model }),
    params: {
      steps: integer(2000, { min: 1, max: 10_000_000 }, 'Number of training steps, one batch each'),
      batch_size: integer(256, { min: 1, max: 65536 }, 'Examples per step'),
      gradient_accumulation_steps: advanced(
        integer(
          1,
          { min: 1, max: 10_000 },
          'Steps whose gradients are averaged for one update of the weights: larger batches in the same memory',
        ),
      ),
      shuffle: advanced(
        toggle(true, 'New random order in every epoch; each example occurs once per epoch'),
      ),
      drop_last: advanced(toggle(true, 'Drops the last batch of an epoch if it is incomplete')),
      activations: advanced(
        choice(
          ['float32', 'float16'],
          'Number format in which a UNet stores activations for the backward pass. Computation, weights, gradients and loss are always float32',
          {
            float32: 'Four bytes per number',
            float16: 'About half the memory on WebGPU; float32 on other backends',
          },
        ),
      ),
      activation_checkpointing: advanced(
        toggle(
          false,
          "Stores only the inputs of the UNet's blocks and computes each block again in the backward pass: less memory, about a third more time per step, identical results (Chen et al. 2016)",
        ),
      ),
      seed: advanced(seed('Equal seeds give the examples in equal order')),
    },
  },
  end: {
    type: 'diffusion/TrainingEnd',
    category: 'training',
    summary: 'End of a training loop: takes the loss of each step and outputs the trained model.',
    next: {
      loss: loss('Loss to minimize'),
      losses: optional(
        losses('Loss of each item, recorded for ImportanceTimesteps. Every step waits for them'),
      ),
    },
    done: {
      model: model('Model with the weights of the last step'),
      ema: model(
        'Model with the averaged weights, those of the first EMA if there are several; without EMA, the weights of the last step',
      ),
      history: history('Loss of every step'),
      training: training(
        'Training state to resume from, for SaveCheckpoint; includes all averages, for AveragedModel and PostHocEMA',
      ),
    },
    staticOutputs: ({ model }) => ({ model, ema: model }),
    params: {
      emit_every: integer(
        100,
        { min: 0, max: 10_000_000 },
        'Steps between previews of the model during training, more often at the beginning; 0: none',
      ),
    },
  },
  carries: {},
  behaviour: {
    extents: ['steps', 'emit_every', 'activation_checkpointing'],
    trains: true,
    notices({ steps, gradient_accumulation_steps: wanted }) {
      const left = steps % wanted
      if (left === 0) return []
      return [trainingNodeMessages.idleSteps({ left, steps, every: wanted })]
    },
    iterations({ training }, { start: { steps } }) {
      const completed = training?.state.step ?? 0
      if (completed <= steps) return steps
      throw new NodeError({
        param: 'steps',
        message: trainingNodeMessages.stepsDone({ made: completed, steps }),
        cure: trainingNodeMessages.raiseSteps({ made: completed }),
      })
    },
    first: ({ training }) => training?.state.step ?? 0,
    emitEvery: ({ end }) => end.emit_every,

    begin({ model, training, ...config }): TrainingState {
      const { weights } = requireTrainable(model)
      return training
        ? resumeTraining(training.state, weights, trainingConfig(config))
        : beginTraining(weights, trainingConfig(config))
    },

    each(state, _, { model, dataset }, { start }) {
      const chosen = batchIndices(dataset.size, state.step, start)
      const { labels } = dataset
      return {
        x_0: {
          type: 'samples',
          tensor: tf.tensor(itemsAt(dataset, chosen), [chosen.length, ...dataset.shape]),
          space: dataset.space,
        },
        ...(labels && { labels: { type: 'labels', labels: chosen.map((i) => labels[i]) } }),
        model: withChanges(model, requireTrainable(model), {
          weights: state.weights,
          training: {
            seed: start.seed,
            step: state.step,
            checkpointing: start.activation_checkpointing,
          },
          activations: start.activations,
        }),
        step: hostNumber(state.step),
        record: { type: 'record', record: state.record ?? createLossRecord() },
      }
    },

    around(state, each, body, _, inputs, { start: { steps, gradient_accumulation_steps } }) {
      let losses: ItemLosses | undefined
      const loss = () => {
        const outputs = body(each)
        losses = outputs.losses
        return outputs.loss.tensor
      }
      const next = trainStep(state, {
        ...trainingConfig(inputs),
        loss,
        total: steps,
        gradient_accumulation_steps,
      })
      return { ...next, ...(losses && { unread: losses }) }
    },

    settle: recordUnreadLosses,
    waits: (wired) => wired.has('losses'),

    done(state, { model }, _, wanted) {
      const trained = requireTrainable(model)
      return {
        model: withWeights(model, trained, state.weights),
        ...(wanted.has('ema') && { ema: withWeights(model, trained, averagedWeights(state)) }),
        history: { type: 'history', losses: state.losses },
        training: { type: 'training', state },
      }
    },

    loss: (state) => state.loss && { type: 'loss', tensor: state.loss },
    losses: (state) => state.losses,
    weights: (state) => Object.values(state.weights),
  },
})
