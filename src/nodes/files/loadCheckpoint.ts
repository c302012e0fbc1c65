// Trained models from a file.
import { loadedRows } from '../../engine/checkpoint/describe.ts'
import type { ReadCheckpoint } from '../../engine/checkpoint/pipeline.ts'
import { CheckpointError, loadModel, loadTraining, readCheckpoint, sha256Of } from '../../engine/checkpoint/pipeline.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Outputs, Said } from '../../engine/plan/op.ts'
import type { Model, ScheduleValue, Training } from '../../engine/values.ts'
import { checkpoint, defineNode, model, schedule, training } from '../define.ts'

export const loadCheckpoint = defineNode({
  type: 'diffusion/LoadCheckpoint',
  category: 'files',
  summary: 'A trained model and the schedule it was trained with, from a checkpoint of this program or of diffusers.',
  inputs: {},
  outputs: {
    model: model('trained'),
    schedule: schedule('it was trained with, if the checkpoint has it'),
    training: training('to go on with, if the checkpoint has it; wire it to TrainingStart'),
  },
  params: { checkpoint: checkpoint('what SaveCheckpoint made, or a ZIP or folder with a UNet2DModel of diffusers') },
  prepare: async ({ checkpoint }, assets) => {
    if (!checkpoint) {
      throw new NodeError({
        param: 'checkpoint',
        message: 'No checkpoint is chosen.',
        cure: 'Drop one on the node, or choose one that is kept here.',
      })
    }
    const { name, sha256 } = checkpoint
    const bytes = await assets.checkpoint(sha256)
    if (!bytes) {
      throw new NodeError({
        param: 'checkpoint',
        message: `The checkpoint "${name}" (SHA-256 ${sha256.slice(0, 12)}...) is not here.`,
        cure: 'Drop it here, or choose another checkpoint.',
      })
    }
    return { key: sha256, data: readChecked(name, sha256, bytes) }
  },
  foresees: (_, __, prepared) => {
    if (!prepared) return {}
    const { model, schedule } = prepared as ReadCheckpoint
    const said: Said = { type: 'model', predicts: model.predicts, variance: model.variance !== undefined }
    return { model: said, ...(schedule && { schedule: { type: 'schedule', schedule } }) }
  },
  run: (_, __, { prepared }) => {
    const { model, schedule, training } = prepared as ReadCheckpoint
    const outputs: Outputs = {
      model: loadModel(model),
      ...(schedule && { schedule: { type: 'schedule', schedule } }),
      ...(training && { training: { type: 'training', state: loadTraining(training) } }),
    }
    // What a checkpoint does not have is a fault where it is wired.
    return outputs as { model: Model; schedule: ScheduleValue; training: Training }
  },
  room: { width: 250, height: 80 },
  show: ({ model, schedule, training }) =>
    model && { kind: 'rows', rows: loadedRows(model, schedule?.schedule, training?.state.step) },
})

/** The last one that was read: every run prepares anew, and most runs name the same. */
let last: { sha256: string; checkpoint: ReadCheckpoint } | undefined

function readChecked(name: string, sha256: string, bytes: Uint8Array): ReadCheckpoint {
  if (last?.sha256 === sha256) return last.checkpoint
  const found = sha256Of(bytes)
  if (found !== sha256) {
    throw new NodeError({
      param: 'checkpoint',
      message: `The file "${name}" has changed: its SHA-256 is ${found.slice(0, 12)}..., not ${sha256.slice(0, 12)}...`,
      cure: 'Drop the right file, or choose this one anew.',
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
      message: `The file "${name}" cannot be read as a checkpoint. ${error.message}`,
      cure: error.cure,
    })
  }
}
