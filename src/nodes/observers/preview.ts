// Shows images, also while a loop runs.
import { viewText } from '../../engine/base/viewTexts.ts'
import { evenlyFrom } from '../../engine/datasets/items.ts'
import { ranges } from '../../engine/images/pixels.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { ImagesView } from '../../engine/base/view.ts'
import type { Labels, PredictionType } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import type { ImageBatch } from './images.ts'
import { batchCount, readPictures } from './images.ts'
import { wiredSlots } from './read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const preview = defineNode({
  type: 'diffusion/Preview',
  category: 'view',
  summary:
    'Shows images. Inside a sampling loop it shows how they emerge from noise, for example x_t next to the predicted x_0. Of latents it shows each channel as a map.',
  aliases: ['viewer', 'PreviewImage', 'imshow', 'show images', 'display', 'make_grid'],
  room: { width: 380, height: 270 },
  inputs: {
    images: slot.many(
      slot.oneOf(
        ['samples', 'noise', 'prediction', 'dataset'],
        'One grid each; connect ConvertPrediction to show the predicted x_0',
      ),
    ),
    labels: slot.optional(
      slot.labels('Labels shown below the images; data sets bring their own labels or captions'),
    ),
  },
  outputs: {},
  params: {
    names: param.text('', 'Names of the grids, separated by commas'),
    count: param.integer(
      16,
      { min: 1, max: 1024 },
      'Number of images: the first ones; of a data set, evenly spaced ones',
    ),
    columns: param.advanced(
      param.integer(0, { min: 0, max: 1024 }, 'Columns of each grid; 0: largest possible images'),
    ),
    range: param.advanced(
      param.choice(ranges, 'Mapping of values to brightness', {
        data: '-1 is black, 1 is white; values outside are clamped',
        auto: 'From the smallest to the largest value',
      }),
    ),
  },
  view: async (inputs, { names, count, columns, range }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const batches = wiredSlots<ImageBatch>(inputs, 'images').map(
      ([slot, value]): [string, ImageBatch] => [
        slot,
        value.type === 'dataset' ? evenlyFrom(value, count) : value,
      ],
    )
    const read = await Promise.all(
      batches.map(([slot, value]) => readPictures(value, slot, count, range)),
    )
    const groups = batches.map(([, value], i) => {
      const { pictures, each } = read[i]
      const labels = imageLabels(value, inputs.labels, pictures.count, each)
      return { ...pictures, name: given[i] || defaultName(value), ...(labels && { labels }) }
    })
    const caption = makeCaption(
      label,
      read.reduce((sum, { broken }) => sum + broken, 0),
    )
    const view: ImagesView = { kind: 'images', groups, columns, ...(caption && { caption }) }
    return view
  },
})

const defaultName = (value: ImageBatch): string =>
  value.type === 'prediction' ? `predicted ${predictionNames[value.predicts]}` : value.type

const predictionNames: Record<PredictionType, string> = {
  epsilon: 'epsilon',
  sample: 'x_0',
  v_prediction: 'v',
  flow_prediction: 'flow',
}

const nonFiniteText = (count: number) => viewText(count === 1 ? 'oneNonFinite' : 'nonFinite', count)

const makeCaption = (label: string | undefined, broken: number): string =>
  [label, broken ? nonFiniteText(broken) : undefined]
    .filter((part) => part !== undefined)
    .join(', ')

/**
 * Texts of a data set are its own; other images have those wired to `labels`. Each item has `each`
 * of the `count` pictures.
 */
function imageLabels(
  value: ImageBatch,
  given: Labels | undefined,
  count: number,
  each: number,
): string[] | undefined {
  const size = batchCount(value)
  const texts =
    value.type === 'dataset'
      ? (value.captions ?? labelTexts(value.labels, value.classNames))
      : labelTexts(given?.labels, given?.names)
  if (!texts) return undefined
  if (texts.length !== 1 && texts.length !== size) {
    throw new NodeError({
      slot: 'labels',
      message: evaluateMessages.previewLabels({ expected: size, got: texts.length }),
      cure: evaluateMessages.connectLabels(),
    })
  }
  return Array.from(
    { length: count },
    (_, i) => texts[texts.length === 1 ? 0 : Math.floor(i / each)],
  )
}

/** A label of -1 means none. */
const labelTexts = (
  labels: Int32Array | undefined,
  names: readonly string[] | undefined,
): string[] | undefined =>
  labels &&
  Array.from(labels, (label) => (label < 0 ? viewText('none') : (names?.[label] ?? String(label))))
