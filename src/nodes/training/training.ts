// The training zone: TrainingStart outputs batches and the models, TrainingEnd receives the losses.
import { createLossRecord } from '../../engine/process/importance.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { TrainingState } from '../../engine/training/trainStep.ts'
import { recordUnreadLosses } from '../../engine/training/trainStep.ts'
import { hostNumber } from '../../engine/base/values.ts'
import { defineLoop, param, slot } from '../define.ts'
import { splitMany } from '../../engine/base/ids.ts'
import type { LoopBody } from '../../engine/plan/op.ts'
import { drawBatches } from './batches.ts'
import {
  allWeights,
  beginState,
  doneModels,
  eachModels,
  stepModels,
  type TrainingInputs,
  type TrainingNext,
} from './learners.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

/** The static values of the models, for the outputs of the same number. */
const knownModels = <K extends { model?: unknown }>(known: K): { model?: K['model'] } =>
  Object.fromEntries(
    Object.entries(known).flatMap(([slot, value]) => {
      const suffix = splitMany(slot)[0] === 'model' ? slot.slice('model'.length) : undefined
      return suffix === undefined
        ? []
        : [
            [`model${suffix}`, value],
            [`ema${suffix}`, value],
          ]
    }),
  )

export const [trainingStart, trainingEnd] = defineLoop({
  start: {
    type: 'diffusion/TrainingStart',
    category: 'training',
    summary:
      'Start of a training loop: each step provides a batch of the data and the model with its current weights.',
    aliases: [
      'train',
      'trainer',
      'epoch',
      'epochs',
      'fit',
      'training loop',
      'backward',
      'backprop',
      'loss.backward',
      'optimizer.step',
      'gradient descent',
      'batch size',
      'gradient accumulation',
    ],
    inputs: {
      model: slot.more(slot.model('Model to train; the loop trains a copy of it')),
      dataset: slot.more(slot.dataset('Training data')),
      optimizer: slot.more(
        slot.optimizer(
          'Updates the weights from the gradients; further models use the first by default',
        ),
        'model',
      ),
      ema: slot.more(
        slot.optional(slot.ema('Averages of the weights over the steps; several can be chained')),
        'model',
      ),
      training: slot.optional(
        slot.training(
          'Training state to resume from, from LoadCheckpoint; its weights replace those of the model',
        ),
      ),
      value: slot.further(
        slot.many(
          slot.optional(slot.any('Initial value of what steps pass on, such as a running mean')),
        ),
      ),
    },
    each: {
      x_0: slot.more(slot.samples('Batch of clean data'), 'dataset'),
      labels: slot.more(slot.labels('Labels of the batch, if the data set has classes'), 'dataset'),
      model: slot.more(slot.model('Model at this step; the loss must depend on it')),
      ema: slot.further(
        slot.more(
          slot.model(
            'Model with the averaged weights at this step, as a target without gradients; without EMA, the weights of this step',
          ),
          'model',
        ),
      ),
      step: slot.onHost(slot.number('Number of steps before this one')),
      record: slot.record(
        'Recent losses of each timestep, for ImportanceTimesteps; empty unless losses are connected to TrainingEnd',
      ),
      tokens: slot.further(
        slot.more(
          slot.condition(
            'Tokens of the captions of the batch, if the data set comes from CaptionTokens',
          ),
          'dataset',
        ),
      ),
      value: slot.many(slot.like('value', 'Value of the previous step')),
    },
    staticOutputs: knownModels,
    params: {
      steps: param.integer(
        2000,
        { min: 1, max: 10_000_000 },
        'Number of training steps, one batch each',
      ),
      count: param.added(
        param.advanced(
          param.choice(['in_all', 'more'], 'Which steps count if training is connected', {
            in_all: 'All steps, including those of the connected training',
            more: 'The steps after those of the connected training, as in each round of a Repeat',
          }),
        ),
      ),
      batch_size: param.integer(256, { min: 1, max: 65536 }, 'Examples per step'),
      gradient_accumulation_steps: param.advanced(
        param.integer(
          1,
          { min: 1, max: 10_000 },
          'Steps whose gradients are averaged for one update of the weights: larger batches in the same memory',
        ),
      ),
      shuffle: param.advanced(
        param.toggle(true, 'New random order in every epoch; each example occurs once per epoch'),
      ),
      drop_last: param.advanced(
        param.toggle(true, 'Drops the last batch of an epoch if it is incomplete'),
      ),
      pairs: param.added(
        param.advanced(
          param.toggle(
            false,
            'Items of several data sets with the same number form pairs: all have the order of the first. Off: each has an order of its own',
          ),
        ),
      ),
      activations: param.advanced(
        param.choice(
          ['float32', 'float16'],
          'Number format in which a UNet stores activations for the backward pass, and on GPUs the gradients between its layers. Computation, weights, their gradients and the loss are always float32',
          {
            float32: 'Four bytes per number',
            float16: 'About half the memory on WebGPU; float32 on other backends',
          },
        ),
      ),
      activation_checkpointing: param.advanced(
        param.toggle(
          false,
          "Stores only the inputs of the UNet's blocks and computes each block again in the backward pass: less memory, about a third more time per step, identical results (Chen et al. 2016)",
        ),
      ),
      seed: param.advanced(param.seed('Equal seeds give the examples in equal order')),
      further_slots: param.furtherSlots(
        'Offers slots for further models, data sets and losses, for tokens of captions, for the averaged model at each step, for values that steps pass on, and for an early end',
      ),
    },
  },
  end: {
    type: 'diffusion/TrainingEnd',
    category: 'training',
    summary: 'End of a training loop: takes the loss of each step and outputs the trained model.',
    aliases: ['trained model'],
    next: {
      loss: slot.more(
        slot.loss(
          'Loss to minimize; loss_2 trains model_2 alone, which is trained by loss without it',
        ),
      ),
      losses: slot.optional(
        slot.losses(
          'Loss of each item, recorded for ImportanceTimesteps. Every step waits for them',
        ),
      ),
      again: slot.further(
        slot.optional(slot.number('Ends the training early as soon as it is not above 0')),
      ),
      value: slot.further(slot.many(slot.optional(slot.any('Value for the next step')))),
    },
    done: {
      model: slot.more(slot.model('Model with the weights of the last step')),
      ema: slot.more(
        slot.model(
          'Model with the averaged weights, those of the first EMA if there are several; without EMA, the weights of the last step',
        ),
        'model',
      ),
      history: slot.more(slot.history('Loss of every step'), 'model'),
      training: slot.training(
        'Training state to resume from, for SaveCheckpoint; includes all averages, for AveragedModel and PostHocEMA',
      ),
      value: slot.many(slot.like('value', 'Value after the last step')),
    },
    staticOutputs: knownModels,
    params: {
      emit_every: param.integer(
        100,
        { min: 0, max: 10_000_000 },
        'Fewest steps between previews of the model during training; more if previews would take over a fifth of the time, fewer at the beginning; 0: none',
      ),
      updates: param.added(
        param.advanced(
          param.choice(['together', 'in_turn'], 'When the models of several losses are updated', {
            together: 'All losses are computed at the weights before the step',
            in_turn: 'Each loss is computed after the models of the losses before it are updated',
          }),
        ),
      ),
      again_every: param.added(
        param.advanced(
          param.integer(
            10,
            { min: 1, max: 1_000_000 },
            'Steps after which again is read, unless it is known on the CPU: each reading waits for the device',
          ),
        ),
      ),
    },
  },
  carries: { value: 'value' },
  behaviour: {
    extents: ['steps', 'count', 'emit_every', 'activation_checkpointing', 'further_slots'],
    trains: true,
    notices({ steps, count, gradient_accumulation_steps: wanted }, { wired, isNested }) {
      const left = steps % wanted
      return [
        ...(left ? [trainingNodeMessages.idleSteps({ left, steps, every: wanted })] : []),
        ...(isNested && wired.has('training') && count === 'in_all'
          ? [trainingNodeMessages.stepsInAll({ steps })]
          : []),
      ]
    },
    iterations({ training }, { start: { steps, count } }) {
      const completed = training?.state.step ?? 0
      if (count === 'more') return completed + steps
      if (completed <= steps) return steps
      throw new NodeError({
        param: 'steps',
        message: trainingNodeMessages.stepsDone({ made: completed, steps }),
        cure: trainingNodeMessages.raiseSteps({ made: completed }),
      })
    },
    planned: (_, { start }, wired) => (wired.has('steps') ? undefined : start.steps),
    first: ({ training }) => training?.state.step ?? 0,
    emitEvery: ({ end }) => end.emit_every,

    againEvery: ({ end }) => end.again_every,

    begin: (inputs): TrainingState => beginState(inputs as TrainingInputs),

    each: (state, _, inputs, { start }, _context, wanted) => ({
      ...drawBatches(inputs, state.step, start),
      ...eachModels(
        [state, ...(state.others ?? [])],
        state.step,
        inputs as TrainingInputs,
        start,
        wanted,
      ),
      step: hostNumber(state.step),
      record: { type: 'record', record: state.record ?? createLossRecord() },
      ...state.values,
    }),

    around(state, each, body, _, inputs, { start: { steps, count, ...start }, end }, observed) {
      const before = inputs.training?.state.step ?? 0
      return stepModels(
        state,
        each,
        body as LoopBody as LoopBody<TrainingNext>,
        inputs as TrainingInputs,
        {
          ...start,
          total: count === 'more' ? before + steps : steps,
          updates: end.updates,
          storesGradients: observed.has('training'),
        },
      )
    },

    settle: recordUnreadLosses,
    waits: (wired) => wired.has('losses'),

    done: (state, inputs, _, wanted) => ({
      ...doneModels(state, inputs as TrainingInputs, wanted),
      training: { type: 'training', state },
      ...state.values,
    }),

    loss: (state) => state.loss && { type: 'loss', tensor: state.loss },
    losses: (state) => state.losses,
    weights: allWeights,
  },
})
