// Any value at a glance, for whoever looks into a wire: read in one small piece, whatever its size.
import type { Glance, ScatterView, View } from '../../engine/plan/view.ts'
import { picturesOf } from '../../engine/pictures.ts'
import { levelsAt, shareOf } from '../../engine/schedule.ts'
import { summaryOf, summaryOfNumbers, type Summary } from '../../engine/summary.ts'
import type { Tensor } from '../../engine/tf.ts'
import type {
  Dataset,
  History,
  Model,
  ScheduleValue,
  SlotType,
  SlotValues,
  Space,
  Timesteps,
  Value,
} from '../../engine/values.ts'
import { tensorsOf } from '../../engine/values.ts'
import { inspected, modelNotes, weightCount } from './inspect.ts'
import { readAll } from './read.ts'
import { placesOf } from './scheduleChart.ts'

type Short = Omit<Glance, 'type'>

/** Images that are shown, and numbers that are read for them, at most. */
const IMAGES = 8
const PIXELS = 2 ** 17
/** Points that are shown. */
const POINTS = 400
/** Of a long list of numbers so many are looked at: the first of a data set, the last of a history. */
const MOST = 2 ** 14

/** What there is to say of a value in short, and to see. */
export const glance = async (value: Value): Promise<Glance> => ({
  type: value.type,
  ...(await glances[value.type](value as never)),
})

const batch = ({ tensor, space }: { tensor: Tensor; space: Space }) => ofBatch(tensor, space, [['space', space]])
const numbersOf = async ({ tensor }: { tensor: Tensor }) => ({ shape: tensor.shape, ...kept(await summaryOf(tensor)), notes: [] })

/** Those that {@link inspected} reads whole anyway: a few numbers, or none. */
const small = async (value: Value): Promise<Short> => {
  const { shape, numbers, notes } = await inspected(value)
  return { shape, ...(numbers.length > 0 && kept(summaryOfNumbers(numbers))), notes }
}

const glances: { [K in SlotType]: (value: SlotValues[K]) => Promise<Short> } = {
  samples: batch,
  noise: batch,
  prediction: ({ tensor, space, predicts }) =>
    ofBatch(tensor, space, [
      ['predicts', predicts],
      ['space', space],
    ]),
  logits: numbersOf,
  loss: numbersOf,
  losses: numbersOf,
  number: numbersOf,
  weights: small,
  record: small,
  timestep: small,
  labels: small,
  attention: small,
  optimizer: small,
  ema: small,
  loop: small,
  condition: async (value) => {
    const { condition } = value
    const tensor = condition.kind === 'vectors' ? condition.vectors : condition.kind === 'tokens' ? condition.tokens : undefined
    return tensor ? { ...(await numbersOf({ tensor })), notes: [['kind', condition.kind]] } : small(value)
  },
  // Their lines say it all.
  timesteps: async (value) => ({ ...(await small(value)), numbers: undefined, picture: ofTimesteps(value) }),
  schedule: async (value) => ({ ...(await small(value)), numbers: undefined, picture: ofSchedule(value) }),
  model: async (model) => ofModel(model),
  training: async ({ state: { step, weights } }) => ({ shape: [weightCount(weights)], notes: [['steps made', String(step)]] }),
  dataset: async (dataset) => ofDataset(dataset),
  trajectory: async ({ frames, t, space }) => {
    const notes: [string, string][] = [['frames', String(frames.length)]]
    if (t.length) notes.push(['last t', String(t.at(-1))])
    const last = frames.at(-1)
    return last ? ofBatch(last, space, notes) : { shape: [], notes }
  },
  history: (history) => ofHistory(history),
}

/** Without the numbers that were read for a picture. */
const kept = ({ first: _first, ...numbers }: Summary): Pick<Short, 'numbers'> => ({ numbers })

async function ofBatch(tensor: Tensor, space: Space, notes: [string, string][]): Promise<Short> {
  const summary = await summaryOf(tensor, seenIn(tensor.shape, space))
  const picture = pictureOf(summary.first, tensor.shape, space)
  return { shape: tensor.shape, ...kept(summary), notes, ...(picture && { picture }) }
}

const isPictured = (shape: readonly number[]) => shape.length === 4 && (shape[3] === 1 || shape[3] === 3)

/** How many numbers from the beginning are seen as a picture. */
function seenIn(shape: readonly number[], space: Space): number {
  const [count = 0, ...item] = shape
  const each = item.reduce((product, side) => product * side, 1)
  if (space === 'image' && isPictured(shape)) return each * Math.min(count, IMAGES, Math.floor(PIXELS / each))
  return shape.length === 2 && each === 2 ? 2 * Math.min(count, POINTS) : 0
}

function pictureOf(first: Float32Array, shape: readonly number[], space: Space): View | undefined {
  if (!first.length) return undefined
  if (space !== 'image' || !isPictured(shape)) return ofPoints(first)
  const [, height, width, channels] = shape as unknown as [number, number, number, 1 | 3]
  const count = first.length / (height * width * channels)
  return { kind: 'images', groups: [{ name: '', ...picturesOf(first, [count, height, width, channels]) }], columns: 0 }
}

function ofPoints(points: Float32Array): ScatterView {
  const far = points.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0) * 1.05 || 1
  return { kind: 'scatter', clouds: [{ name: '', points }], paths: [], extent: [-far, far, -far, far] }
}

function ofModel(model: Model): Short {
  return { shape: [weightCount(model)], notes: modelNotes(model) }
}

function ofDataset({ data, shape, size, space, labels, classNames }: Dataset): Short {
  const each = shape.reduce((product, side) => product * side, 1)
  const looked = Math.min(size, Math.max(1, Math.floor(MOST / each)))
  const whole = [size, ...shape]
  const { first, ...numbers } = summaryOfNumbers(data.subarray(0, looked * each), seenIn(whole, space))
  const picture = pictureOf(first, whole, space)
  return {
    shape: whole,
    numbers: { ...numbers, ...(looked < size && { sample: looked * each }) },
    notes: [
      ['space', space],
      ...(labels ? ([['classes', classNames?.join(', ') ?? String(new Set(labels).size)]] as [string, string][]) : []),
    ],
    ...(picture && { picture }),
  }
}

/** Signal and noise over time. */
function ofSchedule({ schedule }: ScheduleValue): View {
  const t = placesOf(schedule)
  const { alpha, sigma } = levelsAt(schedule, { t })
  const x = t.map((one) => shareOf(schedule, one))
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

const ofTimesteps = ({ t }: Timesteps): View => ({
  kind: 'chart',
  title: '',
  xLabel: 'step',
  yLabel: 't',
  yLog: false,
  lines: [{ name: 't', x: Float64Array.from(t, (_, i) => i), y: Float64Array.from(t) }],
})

async function ofHistory({ losses }: History): Promise<Short> {
  const count = losses.reduce((sum, { size }) => sum + size, 0)
  let [from, looked] = [losses.length, 0]
  while (from > 0 && looked + losses[from - 1]!.size <= MOST) looked += losses[--from]!.size
  const numbers = await readAll(losses.slice(from))
  const x = Float64Array.from(numbers, (_, i) => count - looked + i)
  return {
    shape: [count],
    ...kept({ ...summaryOfNumbers(numbers), ...(looked < count && { sample: looked }) }),
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

/** Of a value that is too large to be kept: what is known of it without reading. */
export function outlineOf(value: Value): Glance {
  const tensors = tensorsOf(value)
  if (value.type === 'model') return { type: value.type, ...ofModel(value), tooLarge: true }
  return { type: value.type, shape: tensors.length === 1 ? tensors[0]!.shape : [weightCount(value)], notes: [], tooLarge: true }
}
