// Trained models as files.
import { CheckpointError, storeModel, writeCheckpoint } from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Model } from '../../engine/values.ts'
import { defineNode, model, optional, schedule, text } from '../define.ts'

export const saveCheckpoint = defineNode({
  type: 'diffusion/SaveCheckpoint',
  category: 'files',
  summary: 'Saves a trained model, and the schedule it was trained with, as a ZIP of a diffusers pipeline folder.',
  inputs: {
    model: model('from TrainingEnd: `ema` samples better, `model` is where training stopped'),
    schedule: optional(schedule('it was trained with; LoadCheckpoint gives it back')),
  },
  outputs: {},
  params: { name: text('model', 'of the file, without .zip') },
  files: async ({ model, schedule }, { name }) => {
    const stored = await storing(model)
    const bytes = writeCheckpoint({ model: stored, schedule: schedule?.schedule })
    return [{ name: `${name || 'model'}.zip`, mime: 'application/zip', bytes }]
  },
})

async function storing(model: Model) {
  try {
    return await storeModel(model)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    throw new NodeError({
      slot: 'model',
      message: error.message,
      cure: 'Wire the trained model itself: the one that goes into GuidedModel, or that comes out of TrainingEnd.',
    })
  }
}
