// SaveCheckpoint: writes models as a checkpoint file.
import {
  CheckpointError,
  storeModel,
  storeTraining,
  describeTrainingData,
  writeCheckpoint,
} from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { everyParam } from './every.ts'

export const saveCheckpoint = defineNode({
  type: 'diffusion/SaveCheckpoint',
  category: 'files',
  summary:
    'Saves a trained model and its training schedule as a ZIP with the folder of a diffusers pipeline.',
  aliases: [
    'save_pretrained',
    'state_dict',
    'torch.save',
    'save model',
    'export model',
    'CheckpointSave',
  ],
  inputs: {
    model: slot.model(
      'Model from TrainingEnd: `ema` gives better samples, `model` has the weights of the last step',
    ),
    schedule: slot.optional(
      slot.schedule(
        'Training schedule, which LoadCheckpoint restores. If not connected, that of Precondition is saved, if there is one',
      ),
    ),
    training: slot.optional(
      slot.training(
        'Training state, to resume later with bit-identical results; makes the file three to four times as large',
      ),
    ),
    dataset: slot.optional(
      slot.dataset(
        'Training data; only the names of its classes, the words of its tokens and the range of its values are saved',
      ),
    ),
  },
  outputs: {},
  params: {
    name: param.text('model', 'File name without .zip or .onnx'),
    format: param.advanced(
      param.choice(['auto', 'diffusers', 'onnx'], 'File format', {
        auto: 'A class of diffusers that it can load, otherwise a class of this editor',
        diffusers: 'Only what diffusers can load; refuses the rest',
        onnx: 'ONNX, for other programs; cannot be loaded here',
      }),
    ),
    every: everyParam,
  },
  files: async ({ model, schedule, training, dataset }, { name, format }) => {
    if (format === 'onnx') {
      if (training)
        throw new NodeError({
          slot: 'training',
          message: modelNodeMessages.onnxTraining(),
          cure: modelNodeMessages.onnxWithoutTraining(),
        })
      const { onnxFiles } = await import('./onnxFiles.ts')
      return onnxFiles(model, name, { schedule, dataset })
    }
    try {
      const stored = await storeModel(model)
      const checkpoint = {
        model: stored,
        schedule: schedule?.schedule,
        ...(dataset && { trainedOn: describeTrainingData(dataset) }),
        ...(training && { training: await storeTraining(training.state, stored) }),
      }
      const bytes = writeCheckpoint(checkpoint, format)
      return [{ name: `${name || 'model'}.zip`, mime: 'application/zip', bytes }]
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error
      throw new NodeError({ slot: 'model', message: error.message, cure: error.cure })
    }
  },
})
