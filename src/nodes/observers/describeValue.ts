// Summaries of values for the inspection of wires. Read back in one small transfer, whatever the
// size.
import { countElements } from '../../engine/base/shapes.ts'
import { partTensor } from '../../engine/models/condition.ts'
import { tokenTexts } from '../../engine/datasets/words.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Inspection, ScatterView, View } from '../../engine/base/view.ts'
import { toPictures } from '../../engine/images/pixels.ts'
import { levelsAt, getSchedulePosition } from '../../engine/process/schedule.ts'
import { summariseTensor, summariseNumbers, type Summary } from '../../engine/base/summary.ts'
import type { Tensor, Tensor2D } from '../../engine/base/tf.ts'
import type { History, Space, Tokens } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScheduleValue, Timesteps } from '../../engine/process/values.ts'
import type { SlotType, SlotValues, Value } from '../../engine/plan/slotValues.ts'
import { collectTensors } from '../../engine/base/values.ts'
import { inspectValue, modelNotes, weightCount } from './inspect.ts'
import { readAll, readFirst } from './read.ts'
import { schedulePlaces } from './scheduleChart.ts'

type ValueDescription = Omit<Inspection, 'type'>

/** Most images shown, and most numbers read for them. */
const MAX_IMAGES = 8
const MAX_PIXELS = 2 ** 17
/** Most texts of tokens shown. */
const SHOWN_TEXTS = 24
/** Most captions shown. */
const SHOWN_CAPTIONS = 5
/** Most points shown. */
const MAX_POINTS = 400
/** Most numbers of a long list that are read: the first of a data set, the last of a history. */
const MAX_NUMBERS = 2 ** 14

/** Summary of a value: statistics, notes, and a picture where it has one. */
export const describeValue = async (value: Value): Promise<Inspection> => ({
  type: value.type,
  ...(await describers[value.type](value as never)),
})

const describeBatch = ({ tensor, space }: { tensor: Tensor; space: Space }) =>
  describeTensor(tensor, space, [['space', space]])
const describeNumbers = async ({ tensor }: { tensor: Tensor }) => ({
  shape: tensor.shape,
  ...withoutFirst(await summariseTensor(tensor)),
  notes: [],
})

/** For values of few or no numbers, which {@link inspectValue} reads completely. */
const describeSmall = async (value: Value): Promise<ValueDescription> => {
  const { shape, numbers, notes } = await inspectValue(value)
  return { shape, ...(numbers.length > 0 && withoutFirst(summariseNumbers(numbers))), notes }
}

const describers: { [K in SlotType]: (value: SlotValues[K]) => Promise<ValueDescription> } = {
  samples: describeBatch,
  noise: describeBatch,
  prediction: ({ tensor, space, predicts }) =>
    describeTensor(tensor, space, [
      ['predicts', predicts],
      ['space', space],
    ]),
  logits: describeNumbers,
  loss: describeNumbers,
  losses: describeNumbers,
  number: describeSmall,
  text: describeSmall,
  weights: describeSmall,
  record: describeSmall,
  timestep: describeSmall,
  labels: describeSmall,
  tokens: describeTokens,
  vocabulary: describeSmall,
  attention: describeSmall,
  features: describeSmall,
  optimizer: describeSmall,
  ema: describeSmall,
  loop: describeSmall,
  condition: async (value) => {
    const { condition } = value
    const tensor = condition.kind === 'joint' ? undefined : partTensor(condition)
    return tensor
      ? { ...(await describeNumbers({ tensor })), notes: [['kind', condition.kind]] }
      : describeSmall(value)
  },
  // Their chart shows everything, so numbers are left out.
  timesteps: async (value) => ({
    ...(await describeSmall(value)),
    numbers: undefined,
    picture: timestepsView(value),
  }),
  schedule: async (value) => ({
    ...(await describeSmall(value)),
    numbers: undefined,
    picture: scheduleView(value),
  }),
  model: async (model) => listModelFacts(model),
  training: async ({ state: { step, weights } }) => ({
    shape: [weightCount(weights)],
    notes: [[viewText('stepsDone'), String(step)]],
  }),
  dataset: async (dataset) => describeDataset(dataset),
  trajectory: async ({ frames, t, space, vocabulary }) => {
    const notes: [string, string][] = [[viewText('frames'), String(frames.length)]]
    if (t.length) notes.push([viewText('lastT'), String(t.at(-1))])
    const last = frames.at(-1)
    if (!last) return { shape: [], notes }
    if (!vocabulary) return describeTensor(last, space, notes)
    const described = await describeTokens({ type: 'tokens', tensor: last as Tensor2D, vocabulary })
    return { ...described, notes }
  },
  history: (history) => describeHistory(history),
}

async function describeTokens({ tensor, vocabulary }: Tokens): Promise<ValueDescription> {
  const ids = await readFirst(tensor, SHOWN_TEXTS)
  return {
    shape: tensor.shape,
    notes: [],
    picture: { kind: 'texts', frames: [tokenTexts(ids, vocabulary)], t: new Float64Array() },
  }
}

/** Drops the numbers that were read for a picture. */
const withoutFirst = ({
  first: _first,
  ...numbers
}: Summary): Pick<ValueDescription, 'numbers'> => ({
  numbers,
})

async function describeTensor(
  tensor: Tensor,
  space: Space,
  notes: [string, string][],
): Promise<ValueDescription> {
  const summary = await summariseTensor(tensor, picturedCount(tensor.shape, space))
  const picture = makePicture(summary.first, tensor.shape, space)
  return { shape: tensor.shape, ...withoutFirst(summary), notes, ...(picture && { picture }) }
}

const isImageShape = (
  shape: readonly number[],
): shape is readonly [number, number, number, 1 | 3] =>
  shape.length === 4 && (shape[3] === 1 || shape[3] === 3)

/** Number of leading values needed for the picture. */
function picturedCount(shape: readonly number[], space: Space): number {
  const [count = 0, ...item] = shape
  const each = countElements(item)
  if (space === 'image' && isImageShape(shape))
    return each * Math.min(count, MAX_IMAGES, Math.floor(MAX_PIXELS / each))
  return shape.length === 2 && each === 2 ? 2 * Math.min(count, MAX_POINTS) : 0
}

function makePicture(
  first: Float32Array,
  shape: readonly number[],
  space: Space,
): View | undefined {
  if (!first.length) return undefined
  if (space !== 'image' || !isImageShape(shape)) return pointsView(first)
  const [, height, width, channels] = shape
  const count = first.length / (height * width * channels)
  return {
    kind: 'images',
    groups: [{ name: '', ...toPictures(first, [count, height, width, channels]) }],
    columns: 0,
  }
}

function pointsView(points: Float32Array): ScatterView {
  const far =
    points.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      0,
    ) * 1.05 || 1
  return {
    kind: 'scatter',
    clouds: [{ name: '', points }],
    paths: [],
    extent: [-far, far, -far, far],
  }
}

function listModelFacts(model: Model): ValueDescription {
  return { shape: [weightCount(model)], notes: modelNotes(model) }
}

function describeDataset({
  data,
  shape,
  size,
  space,
  labels,
  classNames,
  captions,
}: Dataset): ValueDescription {
  const each = countElements(shape)
  const looked = Math.min(size, Math.max(1, Math.floor(MAX_NUMBERS / each)))
  const whole = [size, ...shape]
  const { first, ...numbers } = summariseNumbers(
    data.subarray(0, looked * each),
    picturedCount(whole, space),
  )
  const picture = makePicture(first, whole, space)
  return {
    shape: whole,
    numbers: { ...numbers, ...(looked < size && { sample: looked * each }) },
    notes: [
      ['space', space],
      ...(labels
        ? ([[viewText('classes'), classNames?.join(', ') ?? String(new Set(labels).size)]] as [
            string,
            string,
          ][])
        : []),
      ...(captions
        ? ([[viewText('captions'), captions.slice(0, SHOWN_CAPTIONS).join(', ')]] as [
            string,
            string,
          ][])
        : []),
    ],
    ...(picture && { picture }),
  }
}

/** Chart of signal and noise over time. */
function scheduleView({ schedule }: ScheduleValue): View {
  const t = schedulePlaces(schedule)
  const { alpha, sigma } = levelsAt(schedule, { t })
  const x = t.map((one) => getSchedulePosition(schedule, one))
  return {
    kind: 'chart',
    title: '',
    xLabel: 't / T',
    yLabel: '',
    yLog: sigma.some((value) => value > 10),
    lines: [
      { name: 'alpha', x, y: alpha },
      { name: 'sigma', x, y: sigma },
    ],
  }
}

const timestepsView = ({ t }: Timesteps): View => ({
  kind: 'chart',
  title: '',
  xLabel: 'step',
  yLabel: 't',
  yLog: false,
  lines: [{ name: 't', x: Float64Array.from(t, (_, i) => i), y: Float64Array.from(t) }],
})

async function describeHistory({ losses }: History): Promise<ValueDescription> {
  const count = losses.reduce((sum, { size }) => sum + size, 0)
  let [from, looked] = [losses.length, 0]
  while (from > 0 && looked + losses[from - 1].size <= MAX_NUMBERS) looked += losses[--from].size
  const numbers = await readAll(losses.slice(from))
  const x = Float64Array.from(numbers, (_, i) => count - looked + i)
  return {
    shape: [count],
    ...withoutFirst({ ...summariseNumbers(numbers), ...(looked < count && { sample: looked }) }),
    notes: [],
    picture: {
      kind: 'chart',
      title: '',
      xLabel: 'step',
      yLabel: '',
      yLog: numbers.every((value) => value > 0),
      lines: [{ name: 'loss', x, y: Float64Array.from(numbers) }],
    },
  }
}

/** Summary of a value that is too large to keep: what is known without reading it. */
export function describeOutline(value: Value): Inspection {
  const tensors = collectTensors(value)
  if (value.type === 'model') return { type: value.type, ...listModelFacts(value), tooLarge: true }
  return {
    type: value.type,
    shape: tensors.length === 1 ? tensors[0].shape : [weightCount(value)],
    notes: [],
    tooLarge: true,
  }
}
