// Writes a checkpoint as a diffusers pipeline, with our own metadata next to it.
import { englishText } from '../base/catalogue.ts'
import { strToU8 } from 'fflate'
import type {
  PreconditionConfig,
  PreconditionOptions,
} from '../models/kinds/precondition/config.ts'
import type { Schedule } from '../process/schedule.ts'
import type { Space } from '../base/values.ts'
import type { About } from './about.ts'
import { writeAbout } from './about.ts'
import { canonicalZip, jsonBytes } from './archive.ts'
import type { Checkpoint, StoredModel } from './checkpoint.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { DIFFUSERS_VERSION } from '../models/kinds/diffusers.ts'
import { isOfPoints, writeConfig } from '../models/kinds/files.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import { diffusersRefusal, findPipeline, modelIndex } from './modelIndex.ts'
import { ABOUT } from './paths.ts'
import { writeReadme } from './readme.ts'
import { writeSafetensors } from '../archive/safetensors.ts'
import { schedulerConfig } from './scheduler.ts'
import type { TrainedOn } from './trainedOn.ts'
import { writeTraining } from './training.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

/** `auto`: diffusers' classes where possible. `diffusers`: diffusers' classes or an error. */
export type CheckpointFormat = 'auto' | 'diffusers'

/**
 * Writes the ZIP; equal checkpoints give equal bytes. Throws CheckpointError, with the reason, if
 * `diffusers` is requested but cannot load it.
 */
export function writeCheckpoint(
  { model, schedule: given, trainedOn, training }: Checkpoint,
  wanted: CheckpointFormat = 'auto',
): Uint8Array {
  const {
    file: { folder },
  } = getNetworkKind(model)
  const schedule = checkedSchedule(model, given)
  const space = dataSpace(model, trainedOn)
  if (wanted === 'diffusers') refuseForDiffusers(model, schedule)
  const { className, config } = writeConfig(model, model.predicts)
  const about: About = {
    predicts: model.predicts,
    ...(model.variance && { variance: model.variance }),
    ...(model.precondition && { precondition: preconditionOptions(model.precondition) }),
    ...(schedule && { schedule: schedule.name }),
    ...(trainedOn && { trainedOn }),
  }
  const files = new Map<string, Uint8Array>([
    [`${folder}/config.json`, jsonBytes({ _class_name: className[1], ...config })],
    [`${folder}/diffusion_pytorch_model.safetensors`, writeSafetensors(model.weights)],
    [ABOUT, jsonBytes(writeAbout(about))],
  ])
  const scheduler = schedule && schedulerConfig(schedule, model, space)
  if (scheduler)
    files.set(
      'scheduler/scheduler_config.json',
      jsonBytes({ _diffusers_version: DIFFUSERS_VERSION, ...scheduler }),
    )
  const parts = { model, className, schedule, space, trainedOn }
  const pipeline = findPipeline(parts)
  if (pipeline !== undefined)
    files.set('model_index.json', jsonBytes(modelIndex(pipeline, parts, scheduler)))
  const refusal = diffusersRefusal(parts)
  files.set(
    'README.md',
    strToU8(
      writeReadme({
        ...parts,
        pipeline,
        scheduler: scheduler && String(scheduler._class_name),
        refusal: refusal && englishText(refusal),
      }),
    ),
  )
  for (const [path, file] of training ? writeTraining(training) : []) files.set(path, file)
  return canonicalZip(files)
}

/** Checks that a preconditioned model is saved with its own schedule: the file has room for one. */
function checkedSchedule(model: StoredModel, given: Schedule | undefined): Schedule | undefined {
  const own = model.precondition?.schedule
  if (!own || !given) return given ?? own
  const written = (schedule: Schedule) => JSON.stringify(schedulerConfig(schedule, model, 'image'))
  if (written(own) === written(given)) return given
  throw new CheckpointError(
    checkpointMessages.otherSchedule({ got: given.name, expected: own.name }),
    checkpointMessages.oneSchedule(),
  )
}

const preconditionOptions = ({
  preconditioning,
  sigma_data,
  sigma_min,
}: PreconditionConfig): PreconditionOptions => ({
  preconditioning,
  sigma_data,
  sigma_min,
})

/** Space of the data: latents only if the training data are known to be such. */
function dataSpace(model: StoredModel, trainedOn: TrainedOn | undefined): Space {
  if (isOfPoints(model)) return 'point'
  return trainedOn?.space === 'latent' ? 'latent' : 'image'
}

function refuseForDiffusers(model: StoredModel, schedule: Schedule | undefined) {
  const reason = diffusersRefusal({ model, schedule })
  if (reason !== undefined) {
    throw new CheckpointError(checkpointMessages.notForDiffusers({ reason }), AUTO)
  }
  if (!schedule && getNetworkKind(model).file.denoises !== false) {
    throw new CheckpointError(
      checkpointMessages.pipelineSchedule(),
      checkpointMessages.saveWithSchedule(),
    )
  }
}

const AUTO = checkpointMessages.saveAsAuto()
