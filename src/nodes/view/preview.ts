// Images as they are, or as they become while a loop runs.
import { evenlyFrom } from '../../engine/datasets/items.ts'
import { ranges } from '../../engine/pictures.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { ImagesView } from '../../engine/plan/view.ts'
import type { Dataset, Labels, PredictionType } from '../../engine/values.ts'
import { advanced, choice, defineNode, integer, labels, many, oneOf, optional, text } from '../define.ts'
import type { ImageBatch } from './images.ts'
import { readImages, shapeOf } from './images.ts'
import { wired } from './read.ts'

export const preview = defineNode({
  type: 'diffusion/Preview',
  category: 'view',
  summary: 'Shows images; inside a sampling loop it shows how they come out of the noise, x_t beside the predicted x_0.',
  room: { width: 380, height: 270 },
  inputs: {
    images: many(
      oneOf(['samples', 'noise', 'prediction', 'dataset'], 'a grid of its own; from ConvertPrediction the predicted x_0'),
    ),
    labels: optional(labels('to be written below each image; a data set has its own')),
  },
  outputs: {},
  params: {
    names: text('', 'of the grids, with commas between'),
    count: integer(16, { min: 1, max: 1024 }, 'so many images: the first; of a data set, evenly spread ones'),
    columns: advanced(integer(0, { min: 0, max: 1024 }, 'of each grid; 0: so that the images are as large as can be')),
    range: advanced(
      choice(ranges, 'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest'),
    ),
  },
  view: async (inputs, { names, count, columns, range }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const batches = wired<ImageBatch>(inputs, 'images').map(([slot, value]): [string, ImageBatch] => [
      slot,
      value.type === 'dataset' ? evenlyFrom(value, count) : value,
    ])
    const read = await Promise.all(batches.map(([slot, value]) => readImages(value, slot, count, range)))
    const groups = batches.map(([slot, value], i) => {
      const { pictures } = read[i]!
      const labels = labelsOf(value, shapeOf(value, slot)[0], inputs.labels, pictures.count)
      return { ...pictures, name: given[i] || nameOf(value), ...(labels && { labels }) }
    })
    const caption = captionOf(
      label,
      read.reduce((sum, { broken }) => sum + broken, 0),
    )
    const view: ImagesView = { kind: 'images', groups, columns, ...(caption && { caption }) }
    return view
  },
})

const nameOf = (value: ImageBatch): string => (value.type === 'prediction' ? `predicted ${short[value.predicts]}` : value.type)

const short: Record<PredictionType, string> = {
  epsilon: 'epsilon',
  sample: 'x_0',
  v_prediction: 'v',
  flow_prediction: 'flow',
}

const nonFinite = (count: number) => (count === 1 ? '1 value is NaN or infinite' : `${count} values are NaN or infinite`)

const captionOf = (label: string | undefined, broken: number): string =>
  [label, broken ? nonFinite(broken) : undefined].filter((part) => part !== undefined).join(', ')

/** Those that a data set has; those wired, for what else is wired. */
function labelsOf(value: ImageBatch, size: number, given: Labels | undefined, count: number): string[] | undefined {
  const numbers = value.type === 'dataset' ? value.labels : given?.labels
  if (!numbers) return undefined
  if (numbers.length !== 1 && numbers.length !== size) {
    throw new NodeError({
      slot: 'labels',
      message: `Expected ${size} labels, one an image, or a single one for all; got ${numbers.length}.`,
      cure: 'Wire the labels that the images were made with.',
    })
  }
  const names = value.type === 'dataset' ? value.classNames : undefined
  return Array.from({ length: count }, (_, i) => labelText(numbers[numbers.length === 1 ? 0 : i]!, names))
}

/** -1 stands for no label. */
const labelText = (label: number, names: Dataset['classNames']): string =>
  label < 0 ? 'none' : (names?.[label] ?? String(label))
