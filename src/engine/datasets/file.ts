// Data sets of images as safetensors files. Parsed strictly, because files are untrusted. Those of
// points are in pointsFile.ts.
//
//   images   U8 [n, h, w, c], one channel (grey) or three (red, green, blue)
//   labels   I32 or I64 [n], class of each image; optional
//   metadata name, classes (class names, a JSON list), max (the value of white; 255 by default),
//            captions (a JSON list of one text per image; optional)
import { MessageError } from '../base/errors.ts'
import { countElements } from '../base/shapes.ts'
import type { StoredArray } from '../archive/safetensors.ts'
import { readArrays, SafetensorsError, writeSafetensors } from '../archive/safetensors.ts'
import type { CaptionTokens, Dataset } from './dataset.ts'
import { quoteValue } from '../base/quote.ts'
import { datasetMessages } from '../messages/datasets.ts'

/** Contents of a data set file. */
export interface StoredImages {
  name: string
  /** Pixels in row-major order [n, h, w, c]: 0 is black, `max` is white. */
  images: Uint8Array
  /** [n, h, w, c] */
  shape: [number, number, number, number]
  max: number
  labels?: Int32Array
  /** One name per class, if there are labels. */
  classNames?: string[]
  /** One text per image, empty for none. */
  captions?: string[]
}

/** Thrown for invalid data set files, with a message for users. */
export class DatasetError extends MessageError {
  override name = 'DatasetError'
}

const MAX_SIDE = 4096
const MAX_CLASSES = 100_000
/** Limit on the characters of a caption. */
export const MAX_CAPTION = 1000
/** Limit on the pixels in bytes; as float32 they take four times as much. */
export const MAX_NUMBERS = 2 ** 28

/** Writes a file; equal data sets give equal bytes. */
export function writeImages({
  name,
  images,
  shape,
  max,
  labels,
  classNames,
  captions,
}: StoredImages): Uint8Array {
  const tensors = new Map<string, StoredArray>([['images', { shape, data: images }]])
  if (labels) tensors.set('labels', { shape: [labels.length], data: labels })
  return writeSafetensors(tensors, {
    name,
    ...(max !== 255 && { max: String(max) }),
    ...(classNames && { classes: JSON.stringify(classNames) }),
    ...(captions && { captions: JSON.stringify(captions) }),
  })
}

/** Reads a file. Throws DatasetError. The images are a view into `bytes`. */
export function readImages(bytes: Uint8Array): StoredImages {
  const { tensors, metadata } = readDatasetArrays(bytes)
  if (tensors.has('points')) throw new DatasetError(datasetMessages.pointsForImages())
  const extra = [...tensors.keys()].find((name) => name !== 'images' && name !== 'labels')
  if (extra !== undefined)
    throw new DatasetError(datasetMessages.extra({ names: quoteValue(extra) }))
  const { shape, data: images } = checkedImages(tensors.get('images'))
  const max = readMax(metadata.max)
  if (max < 255 && images.some((value) => value > max))
    throw new DatasetError(datasetMessages.aboveWhite({ white: max }))
  const classes = readLabels(tensors.get('labels'), metadata.classes, shape[0])
  const captions = readCaptions(metadata.captions, shape[0])
  return {
    name: metadata.name ?? '',
    images,
    shape,
    max,
    ...classes,
    ...(captions && { captions }),
  }
}

/** Reads the arrays of a data set file. Throws DatasetError. */
export function readDatasetArrays(bytes: Uint8Array) {
  try {
    return readArrays(bytes)
  } catch (error) {
    if (error instanceof SafetensorsError) throw new DatasetError(error.message)
    throw error
  }
}

function checkedImages(images: StoredArray | undefined): {
  shape: StoredImages['shape']
  data: Uint8Array
} {
  if (!images) throw new DatasetError(datasetMessages.noImages())
  const { shape, data } = images
  if (!(data instanceof Uint8Array)) throw new DatasetError(datasetMessages.imageType())
  const [count, height, width, channels] = shape as StoredImages['shape']
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new DatasetError(datasetMessages.imageShape({ shape }))
  }
  if (count < 1) throw new DatasetError(datasetMessages.empty())
  if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
    throw new DatasetError(datasetMessages.sides({ width, height, most: MAX_SIDE }))
  }
  if (data.length > MAX_NUMBERS)
    throw new DatasetError(datasetMessages.tooManyValues({ count: data.length, most: MAX_NUMBERS }))
  return { shape: [count, height, width, channels], data }
}

function readMax(text: string | undefined): number {
  if (text === undefined) return 255
  const max = Number(text)
  if (!/^\d+$/.test(text) || max < 1 || max > 255)
    throw new DatasetError(datasetMessages.white({ value: quoteValue(text) }))
  return max
}

/** Returns the labels of `count` items and the names of their classes; none without labels. */
export function readLabels(
  stored: StoredArray | undefined,
  names: string | undefined,
  count: number,
): { labels?: Int32Array; classNames?: string[] } {
  const labels = checkedLabels(stored, count)
  return labels ? { labels, classNames: readClasses(names, labels) } : {}
}

function checkedLabels(labels: StoredArray | undefined, count: number): Int32Array | undefined {
  if (!labels) return undefined
  const { shape, data } = labels
  if (!(data instanceof Int32Array)) throw new DatasetError(datasetMessages.labelType())
  if (shape.length !== 1 || shape[0] !== count) {
    throw new DatasetError(datasetMessages.labelShape({ shape, count }))
  }
  return data
}

/** Returns the class names, or numbers if the file has no names. */
function readClasses(text: string | undefined, labels: Int32Array): string[] {
  const least = labels.reduce((a, b) => Math.min(a, b))
  const greatest = labels.reduce((a, b) => Math.max(a, b))
  const classes = text === undefined ? undefined : parseClasses(text)
  const count = classes?.length ?? greatest + 1
  if (least < 0 || greatest >= count || greatest >= MAX_CLASSES) {
    throw new DatasetError(
      datasetMessages.labelRange({ least, greatest, last: Math.min(count, MAX_CLASSES) - 1 }),
    )
  }
  return classes ?? Array.from({ length: count }, (_, i) => String(i))
}

function parseClasses(text: string): string[] {
  let classes: unknown
  try {
    classes = JSON.parse(text)
  } catch {
    throw new DatasetError(datasetMessages.namesNotJson())
  }
  if (!isTextList(classes) || classes.length > MAX_CLASSES)
    throw new DatasetError(datasetMessages.namesNotTexts())
  return classes
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** Returns the captions of `count` items; undefined without captions. */
function readCaptions(text: string | undefined, count: number): string[] | undefined {
  if (text === undefined) return undefined
  let captions: unknown
  try {
    captions = JSON.parse(text)
  } catch {
    throw new DatasetError(datasetMessages.captionsNotJson())
  }
  if (
    !isTextList(captions) ||
    captions.length !== count ||
    captions.some(({ length }) => length > MAX_CAPTION)
  )
    throw new DatasetError(datasetMessages.captionList({ count, most: MAX_CAPTION }))
  return captions
}

/** Converts to a data set for nodes: float32 in [-1, 1], `x / (max / 2) - 1`. */
export function toDataset({
  images,
  shape,
  max,
  labels,
  classNames,
  captions,
}: StoredImages): Dataset {
  const [size, ...itemShape] = shape
  return {
    type: 'dataset',
    data: toUnit(images, max),
    shape: itemShape,
    size,
    space: 'image',
    ...(labels && { labels, classes: classNames!.length, classNames }),
    ...(captions && { captions }),
  }
}

function toUnit(images: Uint8Array, max: number): Float32Array {
  const values = Float32Array.from({ length: max + 1 }, (_, value) => value / (max / 2) - 1)
  const data = new Float32Array(images.length)
  for (let i = 0; i < data.length; i++) data[i] = values[images[i]]
  return data
}

/** Slices the items from `start` to `end`, sharing the memory of data and labels. */
export function sliceDataset(dataset: Dataset, start: number, end: number): Dataset {
  const { captions, tokens } = dataset
  const length = countElements(dataset.shape)
  return {
    ...dataset,
    data: dataset.data.subarray(start * length, end * length),
    size: end - start,
    ...(dataset.labels && { labels: dataset.labels.subarray(start, end) }),
    ...(captions && { captions: captions.slice(start, end) }),
    ...(tokens && { tokens: sliceTokens(tokens, start, end) }),
  }
}

const sliceTokens = ({ ids, vocabulary }: CaptionTokens, start: number, end: number) => ({
  ids: ids.subarray(start * vocabulary.length, end * vocabulary.length),
  vocabulary,
})

/** Converts to one channel: luma (ITU-R BT.601). */
export function toGrey(dataset: Dataset): Dataset {
  const [height, width, channels] = dataset.shape as [number, number, number]
  if (channels === 1) return dataset
  const { data: from } = dataset
  const data = new Float32Array(from.length / 3)
  for (let i = 0; i < data.length; i++)
    data[i] = 0.299 * from[3 * i] + 0.587 * from[3 * i + 1] + 0.114 * from[3 * i + 2]
  return { ...dataset, data, shape: [height, width, 1] }
}
