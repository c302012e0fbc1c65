// Trained models as files.
import { CheckpointError, storeModel, storeTraining, trainedOn, writeCheckpoint } from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { advanced, choice, dataset, defineNode, model, optional, schedule, text, training } from '../define.ts'

export const saveCheckpoint = defineNode({
  type: 'diffusion/SaveCheckpoint',
  category: 'files',
  summary: 'Saves a trained model, and the schedule it was trained with, as a ZIP of a diffusers pipeline folder.',
  inputs: {
    model: model('from TrainingEnd: `ema` samples better, `model` is where training stopped'),
    schedule: optional(
      schedule('it was trained with; LoadCheckpoint gives it back. Unwired: that of Precondition, if there is one'),
    ),
    training: optional(training('to go on with it another day, to the same bits; makes the file three or four times as large')),
    dataset: optional(dataset('it was trained on; only the names of its classes and the range of its values are saved')),
  },
  outputs: {},
  params: {
    name: text('model', 'of the file, without .zip'),
    format: advanced(
      choice(
        ['auto', 'diffusers'],
        'auto: what diffusers can load is saved as its UNet2DModel, the rest in a class of our own; diffusers: refuse the rest',
      ),
    ),
  },
  files: async ({ model, schedule, training, dataset }, { name, format }) => {
    try {
      const stored = await storeModel(model)
      const checkpoint = {
        model: stored,
        schedule: schedule?.schedule,
        ...(dataset && { trainedOn: trainedOn(dataset) }),
        ...(training && { training: await storeTraining(training.state) }),
      }
      const bytes = writeCheckpoint(checkpoint, format)
      return [{ name: `${name || 'model'}.zip`, mime: 'application/zip', bytes }]
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error
      throw new NodeError({ slot: 'model', message: error.message, cure: error.cure })
    }
  },
})
