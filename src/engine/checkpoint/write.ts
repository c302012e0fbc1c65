// Writes a checkpoint as diffusers writes a pipeline, and beside it what diffusers has no place for.
import type { PreconditionConfig, PreconditionOptions } from '../models/preconditioning.ts'
import type { Schedule } from '../schedule.ts'
import type { About } from './about.ts'
import { writeAbout } from './about.ts'
import { canonicalZip, jsonBytes } from './archive.ts'
import type { Checkpoint, StoredModel } from './checkpoint.ts'
import { CheckpointError } from './error.ts'
import type { ClassName, Format } from './formats.ts'
import { formats } from './formats.ts'
import { ABOUT } from './paths.ts'
import { writeSafetensors } from './safetensors.ts'
import { isEdm } from './continuous.ts'
import { schedulerConfig } from './scheduler.ts'
import { writeTraining } from './training.ts'
import { DIFFUSERS_VERSION } from './unet.ts'

/** `auto`: as diffusers has it wherever diffusers can load it. `diffusers`: so, or not at all. */
export type CheckpointFormat = 'auto' | 'diffusers'

/**
 * The ZIP. Equal checkpoints give equal bytes. Throws CheckpointError, with the reason, where diffusers is asked for and
 * cannot load it.
 */
export function writeCheckpoint(
  { model, schedule: given, trainedOn, training }: Checkpoint,
  wanted: CheckpointFormat = 'auto',
): Uint8Array {
  const format = formats[model.kind]!
  const schedule = scheduleOf(model, given)
  if (wanted === 'diffusers') refuseForDiffusers(format, model, schedule)
  const { className, config } = format.write(model.config, model.predicts)
  const about: About = {
    predicts: model.predicts,
    ...(model.variance && { variance: model.variance }),
    ...(model.precondition && { precondition: optionsOf(model.precondition) }),
    ...(schedule && { schedule: schedule.name }),
    ...(trainedOn && { trainedOn }),
  }
  const files = new Map<string, Uint8Array>([
    ['model_index.json', jsonBytes(indexOf(format, className, schedule, model))],
    [`${format.folder}/config.json`, jsonBytes({ _class_name: className[1], ...config })],
    [`${format.folder}/diffusion_pytorch_model.safetensors`, writeSafetensors(model.weights)],
    [ABOUT, jsonBytes(writeAbout(about))],
  ])
  if (schedule) {
    const scheduler = schedulerOf(model, schedule)
    files.set('scheduler/scheduler_config.json', jsonBytes({ _diffusers_version: DIFFUSERS_VERSION, ...scheduler }))
  }
  for (const [path, file] of training ? writeTraining(training) : []) files.set(path, file)
  return canonicalZip(files)
}

/** A preconditioned model has a schedule of its own, and there is room for one. */
function scheduleOf(model: StoredModel, given: Schedule | undefined): Schedule | undefined {
  const own = model.precondition?.schedule
  if (!own || !given) return given ?? own
  const written = (schedule: Schedule) => JSON.stringify(schedulerOf(model, schedule))
  if (written(own) === written(given)) return given
  throw new CheckpointError(
    `The schedule is not the one of Precondition: "${given.name}" and "${own.name}".`,
    'Wire the same schedule to both, or leave that of SaveCheckpoint unwired.',
  )
}

const optionsOf = ({ preconditioning, sigma_data, sigma_min }: PreconditionConfig): PreconditionOptions => ({
  preconditioning,
  sigma_data,
  sigma_min,
})

const schedulerOf = (model: StoredModel, schedule: Schedule) => schedulerConfig(schedule, model, spaceOf(model))

const spaceOf = ({ kind }: StoredModel) => (kind === 'mlp' ? 'point' : 'image')

const indexOf = (
  { folder }: Format,
  className: ClassName,
  schedule: Schedule | undefined,
  model: StoredModel,
): Record<string, unknown> => ({
  _class_name: 'DDPMPipeline',
  _diffusers_version: DIFFUSERS_VERSION,
  [folder]: className,
  ...(schedule && {
    scheduler: [
      unknownToDiffusers(model, schedule) === undefined ? 'diffusers' : 'litegraph_diffusion',
      schedulerOf(model, schedule)._class_name,
    ],
  }),
})

/** What diffusers' scheduler has no name for, or takes to be something else. */
function unknownToDiffusers(model: StoredModel, schedule: Schedule | undefined): string | undefined {
  const { predicts, variance, precondition } = model
  if (schedule && isEdm(model, schedule)) return undefined
  if (precondition) return 'its schedulers precondition a model only as EDM does, in σ.'
  const kind = schedule?.kind ?? 'table'
  if (kind === 'sigma') return 'its EDMEulerScheduler preconditions the model by itself, and tells it ln(sigma) / 4.'
  if (kind === 'vp') return 'it has no scheduler for a VPSchedule.'
  if (kind === 'flow') return predicts === 'flow_prediction' ? undefined : `its schedulers of flows know no ${predicts}.`
  if (predicts === 'flow_prediction') return 'DDPMScheduler knows no flow_prediction.'
  return variance === 'learned'
    ? 'its learned variance is a logarithm, which DDPMScheduler takes to be the variance itself.'
    : undefined
}

function refuseForDiffusers(format: Format, model: StoredModel, schedule: Schedule | undefined) {
  const reason = format.refusal(model.config)
  if (reason !== undefined) throw new CheckpointError(`Diffusers cannot load this model. ${reason}`, AUTO)
  const unknown = unknownToDiffusers(model, schedule)
  if (unknown) throw new CheckpointError(`Diffusers cannot load this model: ${unknown}`, AUTO)
  if (!schedule) {
    throw new CheckpointError(
      'Diffusers cannot load a pipeline without a schedule, which also says what the model predicts.',
      'Wire `schedule`: that of the training.',
    )
  }
}

const AUTO = 'Set `format` to auto: then only this program reads it.'
