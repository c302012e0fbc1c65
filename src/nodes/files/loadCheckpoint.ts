// LoadCheckpoint: models and schedule from a checkpoint file.
import { loadedRows } from '../../engine/checkpoint/describe.ts'
import type { ReadCheckpoint } from '../../engine/checkpoint/pipeline.ts'
import {
  CheckpointError,
  loadModel,
  loadTraining,
  readCheckpoint,
  computeSha256,
} from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Assets, Outputs, StaticPrediction, StoredFile } from '../../engine/plan/op.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import type { Training } from '../../engine/training/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const loadCheckpoint = defineNode({
  type: 'diffusion/LoadCheckpoint',
  category: 'files',
  summary:
    'Loads a trained model and the schedule it was trained with from a checkpoint of this editor or of diffusers.',
  aliases: [
    'CheckpointLoaderSimple',
    'from_pretrained',
    'safetensors',
    'load model',
    'pretrained',
    'ckpt',
    'load weights',
  ],
  inputs: {},
  outputs: {
    model: slot.model('Trained model'),
    schedule: slot.schedule('Training schedule, if stored'),
    training: slot.training('Training state, if stored; connect it to TrainingStart to resume'),
  },
  params: {
    checkpoint: param.checkpoint(
      'File from SaveCheckpoint, or a ZIP or folder with a UNet, DiT or autoencoder of diffusers',
    ),
  },
  prepare: ({ checkpoint }, assets) => prepareCheckpoint(checkpoint, assets),
  staticOutputs: (_, __, prepared) => {
    if (!prepared) return {}
    const { model, schedule } = prepared as ReadCheckpoint
    const said: StaticPrediction = {
      type: 'model',
      predicts: model.predicts,
      variance: model.variance !== undefined,
    }
    return { model: said, ...(schedule && { schedule: { type: 'schedule', schedule } }) }
  },
  run: (_, __, { prepared }) => {
    const { model, schedule, training } = prepared as ReadCheckpoint
    const outputs: Outputs = {
      model: loadModel(model),
      ...(schedule && { schedule: { type: 'schedule', schedule } }),
      ...(training && { training: { type: 'training', state: loadTraining(training, model) } }),
    }
    // A wired output that the checkpoint lacks is a fault of its consumer.
    return outputs as { model: Model; schedule: ScheduleValue; training: Training }
  },
  opens: true,
  room: { width: 250, height: 80 },
  show: ({ model, schedule, training }) =>
    model && { kind: 'rows', rows: loadedRows(model, schedule?.schedule, training?.state.step) },
})

/**
 * Reads the checkpoint that the param `checkpoint` names. Throws NodeError if there is none, or if it
 * is invalid.
 */
export async function prepareCheckpoint(
  checkpoint: StoredFile | null,
  assets: Assets,
): Promise<{ key: string; data: ReadCheckpoint }> {
  if (!checkpoint) {
    throw new NodeError({
      param: 'checkpoint',
      message: dataMessages.noCheckpoint(),
      cure: dataMessages.chooseCheckpoint(),
    })
  }
  const { name, sha256 } = checkpoint
  const bytes = await assets.checkpoint(sha256)
  if (!bytes) {
    throw new NodeError({
      param: 'checkpoint',
      message: dataMessages.checkpointMissing({ name, hash: sha256.slice(0, 12) }),
      cure: dataMessages.dropCheckpoint(),
    })
  }
  return { key: sha256, data: readChecked(name, sha256, bytes) }
}

/** Cache of the last checkpoint read: every run prepares again, usually with the same file. */
let last: { sha256: string; checkpoint: ReadCheckpoint } | undefined

function readChecked(name: string, sha256: string, bytes: Uint8Array): ReadCheckpoint {
  if (last?.sha256 === sha256) return last.checkpoint
  const found = computeSha256(bytes)
  if (found !== sha256) {
    throw new NodeError({
      param: 'checkpoint',
      message: dataMessages.fileChanged({
        name,
        got: found.slice(0, 12),
        expected: sha256.slice(0, 12),
      }),
      cure: dataMessages.dropRightFile(),
    })
  }
  try {
    const checkpoint = readCheckpoint(bytes)
    last = { sha256, checkpoint }
    return checkpoint
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    throw new NodeError({
      param: 'checkpoint',
      message: dataMessages.checkpointUnreadable({ name, problem: error.message }),
      cure: error.cure,
    })
  }
}
