// Description of a checkpoint for the user. Uses no device.
import { type MessageText } from '../base/catalogue.ts'
import { viewText } from '../base/viewTexts.ts'
import type { TrainedOn } from './trainedOn.ts'
import type { ReadCheckpoint, StoredModel } from './checkpoint.ts'
import { isKind, type Configured } from '../models/kinds/configs.ts'
import { countClasses, describeItem, describeNetwork } from '../models/kinds/files.ts'
import { getNetworkKind } from '../models/kinds/registry.ts'
import { onlyChild } from '../models/tree.ts'
import type { Schedule } from '../process/schedule.ts'
import type { Model } from '../models/model.ts'
import { readCheckpoint } from './read.ts'
import type { SamplerSettings } from './samplerSettings.ts'

export interface Description {
  /** "UNet with channels 16, 32 for 8 x 8 x 1 images". */
  title: string
  /** Facts by name: size, images, parameters, predicts, schedule, classes, training, data. */
  rows: [name: string, text: string][]
  /** Notices about assumptions and omissions, in sentences. */
  /** English texts; by id in `messages`. */
  notices: string[]
  messages: { readonly notices: readonly MessageText[] }
}

/** Reads the complete file and describes it. Throws CheckpointError, with a cure. */
export function describeCheckpoint(bytes: Uint8Array): Description {
  const checkpoint = readCheckpoint(bytes)
  const { model, notices, messages } = checkpoint
  const title = describeNetwork(model)
  return {
    title: model.precondition ? `${title}, ${viewText('preconditioned')}` : title,
    rows: checkpointRows(checkpoint, bytes.length),
    notices,
    messages,
  }
}

function checkpointRows(
  { model, schedule, trainedOn, training, sampling }: ReadCheckpoint,
  size: number,
): [string, string][] {
  const parameters = [...model.weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  const classes = countClasses(model)
  return [
    [viewText('size'), sizeText(size)],
    ...modelRows(model, parameters, schedule),
    ...optionalRow(
      viewText('classes'),
      classes > 0 ? (trainedOn?.classNames?.join(', ') ?? String(classes)) : undefined,
    ),
    ...(sampling ? samplingRows(sampling) : []),
    ...optionalRow(viewText('training'), training && trainingText(training.step)),
    ...optionalRow(viewText('data'), trainedOn && dataText(trainedOn)),
  ]
}

/** The sampler of a foreign file, and the timesteps that it visits, by the names of params. */
const samplingRows = ({
  sampler,
  step,
  params,
  timesteps,
}: SamplerSettings): [string, string][] => [
  [viewText('sampler'), settingsText(sampler ?? step, params)],
  ...optionalRow('Timesteps', settingsText('', timesteps) || undefined),
]

const settingsText = (name: string, settings: object): string =>
  [name, ...Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`)]
    .filter(Boolean)
    .join(', ')

/** Rows that fit on a node. `made` is the number of steps of a training that can be resumed. */
export function loadedRows(
  model: Model,
  schedule: Schedule | undefined,
  made: number | undefined,
): [string, string][] {
  const precondition = isKind(model, 'precondition') ? model.config : undefined
  const network = precondition ? onlyChild(model) : model
  const parameters = Object.values(network.weights).reduce((sum, tensor) => sum + tensor.size, 0)
  return [
    ...modelRows({ ...network, ...(precondition && { precondition }) }, parameters, schedule),
    ...optionalRow(viewText('training'), made === undefined ? undefined : trainingText(made)),
  ]
}

const modelRows = (
  model: Configured & Pick<StoredModel, 'predicts' | 'variance' | 'precondition'>,
  parameters: number,
  schedule: Schedule | undefined,
): [string, string][] => [
  describeItem(model),
  [viewText('parameters'), formatCount(parameters)],
  ...(getNetworkKind(model).file.denoises === false ? [] : [predictsRow(model)]),
  ...optionalRow(
    'schedule',
    schedule &&
      `${schedule.name}${'T' in schedule ? `, ${viewText('timesteps', formatCount(schedule.T))}` : ''}`,
  ),
]

const predictsRow = ({
  predicts,
  variance,
  precondition,
}: Pick<StoredModel, 'predicts' | 'variance' | 'precondition'>): [string, string] =>
  precondition
    ? ['predicts', `sample, preconditioned (${precondition.preconditioning})`]
    : ['predicts', variance ? `${predicts}, and a variance (${variance})` : predicts]

const trainingText = (step: number) => viewText('resumable', formatCount(step))

const optionalRow = (name: string, text: string | undefined): [string, string][] =>
  text === undefined ? [] : [[name, text]]

const dataText = ({ size, range: [min, max] }: TrainedOn) =>
  `${viewText('examples', formatCount(size))}, ${viewText('valueRange', threeDigits(min), threeDigits(max))}`

const threeDigits = (value: number) => String(Number(value.toPrecision(3)))

/** Formats 6472195 as 6,472,195. */
const formatCount = (count: number) => count.toLocaleString('en')

const sizeText = (bytes: number) =>
  bytes < 2 ** 20 ? `${threeDigits(bytes / 1024)} KiB` : `${threeDigits(bytes / 2 ** 20)} MiB`
