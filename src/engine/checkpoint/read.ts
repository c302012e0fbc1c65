// Reads a checkpoint. Files are untrusted, so everything is checked, and assumptions are reported.
import { type MessageText, englishText } from '../base/catalogue.ts'
import { torchShapes, trainedLayers } from '../models/graph/weights.ts'
import type {
  PreconditionConfig,
  PreconditionOptions,
} from '../models/kinds/precondition/config.ts'
import type { Schedule } from '../process/schedule.ts'
import type { PredictionType, VarianceKind } from '../base/values.ts'
import { readAbout } from './about.ts'
import { readZipJson } from './archive.ts'
import { archiveLimits } from '../archive/limits.ts'
import { openZip, type Zip } from '../archive/zip.ts'
import type { ReadCheckpoint } from './checkpoint.ts'
import { asCheckpointError, CheckpointError } from '../archive/checkpointError.ts'
import { readConfig } from '../models/kinds/files.ts'
import type { NetworkKind } from '../models/kinds/kind.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import type { Layout } from './layout.ts'
import { findFileParts, refuseOtherFiles } from './layout.ts'
import { samplerSettings } from './samplerSettings.ts'
import { readScheduler, withStoredName } from './scheduler.ts'
import { readTraining } from './training.ts'
import type { StoredWeights } from './weights.ts'
import { checkWeights, headerLimit, openWeights, renameWeights } from './weights.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

/** Reads a ZIP. Throws CheckpointError. */
export function readCheckpoint(bytes: Uint8Array): ReadCheckpoint {
  return asCheckpointError(() => {
    refuseOtherFiles(bytes)
    return readParts(openZip(bytes, archiveLimits.files))
  })
}

function readParts(zip: Zip): ReadCheckpoint {
  const layout = findFileParts(zip)
  const network = getNetworkKind(layout)
  const { file } = network
  const read = readConfig(layout.kind, readZipJson(zip, layout.config))
  const scheduler = readOptionalScheduler(zip, layout)
  const config = (scheduler?.variance && inferVariance(network, read.config)) || read.config
  const layers = network.layers(config)
  const shapes = torchShapes(layers)
  const stored = openWeights(zip, layout.weights, headerLimit(shapes.keys()))
  const rename = <T>(weights: ReadonlyMap<string, T>) =>
    renameWeights(
      new Map([...weights].filter(([name]) => !file.isIgnored?.(name))),
      file.currentName ?? ((name) => name),
    )
  // Before anything is unpacked: a small file can claim to hold very large weights.
  checkWeights(rename(stored.shapes), shapes)
  const weights = rename(stored.read())
  const notices = [...layout.notices, ...weightNotices(weights)]
  const process = readProcess(
    zip,
    layout,
    { own: read.predicts, scheduler, notices },
    {
      hasVariance: network.hasVariance(config),
      denoises: file.denoises ?? true,
    },
  )
  const { predicts, variance, precondition, schedule, trainedOn, sampling } = process
  return {
    model: {
      kind: layout.kind,
      config,
      predicts,
      ...(variance && { variance }),
      ...(precondition && { precondition }),
      weights,
    },
    schedule,
    ...(trainedOn && { trainedOn }),
    ...(sampling && { sampling }),
    ...(layout.training !== undefined && {
      training: readTraining(zip, layout.training, torchShapes(trainedLayers(layers))),
    }),
    notices: notices.map(englishText),
    messages: { notices },
  }
}

function weightNotices(weights: StoredWeights): MessageText[] {
  const [broken] = [...weights].find(([, { data }]) => !data.every(Number.isFinite)) ?? []
  return broken === undefined ? [] : [checkpointMessages.notFinite({ weight: broken })]
}

const readOptionalJson = (zip: Zip, path: string | undefined) =>
  path === undefined ? undefined : readZipJson(zip, path)

/** Reads the scheduler, with its config, if there is one. */
function readOptionalScheduler(zip: Zip, layout: Layout) {
  const config = readOptionalJson(zip, layout.scheduler)
  return config && { ...readScheduler(config), config }
}

/** The config as that of a model with a variance, if the channels fit one but do not say so. */
const inferVariance = ({ hasVariance, file }: NetworkKind, config: object) =>
  hasVariance(config) ? undefined : file.withVariance?.(config)

interface ProcessParts {
  /** Prediction type in the model's config. */
  own: PredictionType | undefined
  scheduler: ReturnType<typeof readOptionalScheduler>
  notices: MessageText[]
}

/**
 * Determines schedule and prediction type: from the model's config, its scheduler, or our own
 * metadata.
 */
function readProcess(
  zip: Zip,
  layout: Layout,
  { own, scheduler, notices }: ProcessParts,
  { hasVariance, denoises }: { hasVariance: boolean; denoises: boolean },
) {
  const json = readOptionalJson(zip, layout.about)
  const about = json && readAbout(json)
  const predicts: PredictionType | undefined =
    own ?? (about?.precondition ? about.predicts : (scheduler?.predicts ?? about?.predicts))
  const schedule = scheduler && withStoredName(scheduler.schedule, about?.schedule)
  const precondition = addSchedule(about?.precondition ?? scheduler?.precondition, schedule)
  // Our own files have no sampler: their scheduler only states the training.
  const sampling =
    scheduler && !about ? samplerSettings(scheduler.config, predicts ?? 'epsilon') : undefined
  notices.push(...(sampling?.notices ?? []))
  if (!scheduler && denoises) notices.push(checkpointMessages.withoutSchedule())
  if (!predicts) notices.push(checkpointMessages.assumedEpsilon())
  else if (scheduler && !precondition && isZeroSnr(scheduler.schedule) && predicts === 'epsilon') {
    notices.push(checkpointMessages.epsilonWithoutSignal())
  }
  return {
    predicts: predicts ?? ('epsilon' as const),
    variance: readVarianceKind(hasVariance, scheduler?.variance, about?.variance, notices),
    precondition,
    schedule,
    trainedOn: about?.trainedOn,
    sampling,
  }
}

function addSchedule(
  options: PreconditionOptions | undefined,
  schedule: Schedule | undefined,
): PreconditionConfig | undefined {
  if (!options) return undefined
  if (schedule) return { ...options, schedule }
  throw new CheckpointError(checkpointMessages.noSchedule(), checkpointMessages.addScheduler())
}

/** Notice for foreign schedulers with `learned`: diffusers means the variance, we its logarithm. */
function readVarianceKind(
  saysVariance: boolean,
  ofScheduler: VarianceKind | undefined,
  own: VarianceKind | undefined,
  notices: MessageText[],
): VarianceKind | undefined {
  const kind = own ?? ofScheduler
  if (!saysVariance) {
    if (!kind) return undefined
    throw new CheckpointError(
      checkpointMessages.varianceType({ kind }),
      checkpointMessages.chooseVariance(),
    )
  }
  if (!kind) notices.push(checkpointMessages.assumedVariance())
  else if (kind === 'learned' && !own) {
    notices.push(checkpointMessages.logarithmicVariance())
  }
  return kind ?? 'learned_range'
}

const isZeroSnr = (schedule: Schedule) =>
  schedule.kind === 'table' && schedule.alphaBar.at(-1) === 0
