// Data sets of images as safetensors files. Read strictly, since files come from strangers.
//
//   images   U8 [n, h, w, c], one channel (grey) or three (red, green, blue)
//   labels   I32 or I64 [n], the class of each image; may be left out
//   metadata name, classes (their names, a JSON list), max (the value that is white; 255 if not said)
import type { StoredArray } from '../checkpoint/safetensors.ts'
import { readArrays, SafetensorsError, writeSafetensors } from '../checkpoint/safetensors.ts'
import type { Dataset } from '../values.ts'

/** A data set as its file has it. */
export interface StoredImages {
  name: string
  /** Image after image, row after row, channel after channel: 0 is black, `max` is white. */
  images: Uint8Array
  /** [n, h, w, c] */
  shape: [number, number, number, number]
  max: number
  labels?: Int32Array
  /** One for each class; where there are labels. */
  classNames?: string[]
}

/** A file that is no data set of images; the message is for people. */
export class DatasetError extends Error {
  override name = 'DatasetError'
}

const MAX_SIDE = 4096
const MAX_CLASSES = 100_000
/** As float32 they take four times as many bytes. */
export const MAX_NUMBERS = 2 ** 28

/** The file. Equal data sets give equal bytes. */
export function writeImages({ name, images, shape, max, labels, classNames }: StoredImages): Uint8Array {
  const tensors = new Map<string, StoredArray>([['images', { shape, data: images }]])
  if (labels) tensors.set('labels', { shape: [labels.length], data: labels })
  return writeSafetensors(tensors, {
    name,
    ...(max !== 255 && { max: String(max) }),
    ...(classNames && { classes: JSON.stringify(classNames) }),
  })
}

/** Reads a file. Throws DatasetError, saying what is wrong. The images are a view into `bytes`. */
export function readImages(bytes: Uint8Array): StoredImages {
  const { tensors, metadata } = readFile(bytes)
  const extra = [...tensors.keys()].find((name) => name !== 'images' && name !== 'labels')
  if (extra !== undefined) throw new DatasetError(`The file holds ${JSON.stringify(extra)}; a data set holds images and labels.`)
  const { shape, data: images } = checkedImages(tensors.get('images'))
  const max = readMax(metadata.max)
  if (max < 255 && images.some((value) => value > max)) throw new DatasetError(`There are values above ${max}, which is white.`)
  const labels = checkedLabels(tensors.get('labels'), shape[0])
  const classNames = labels && readClasses(metadata.classes, labels)
  return { name: metadata.name ?? '', images, shape, max, ...(labels && { labels, classNames }) }
}

function readFile(bytes: Uint8Array) {
  try {
    return readArrays(bytes)
  } catch (error) {
    if (error instanceof SafetensorsError) throw new DatasetError(error.message)
    throw error
  }
}

function checkedImages(images: StoredArray | undefined): { shape: StoredImages['shape']; data: Uint8Array } {
  if (!images) throw new DatasetError('The file holds no images.')
  const { shape, data } = images
  if (!(data instanceof Uint8Array)) throw new DatasetError('The images are not bytes (U8).')
  const [count, height, width, channels] = shape as StoredImages['shape']
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new DatasetError(`The images have shape [${shape}]; expected is [n, h, w, c], c being 1 or 3.`)
  }
  if (count < 1) throw new DatasetError('There is no image in it.')
  if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE) {
    throw new DatasetError(`The images are ${width} x ${height}; expected are 1 to ${MAX_SIDE} pixels a side.`)
  }
  if (data.length > MAX_NUMBERS) throw new DatasetError(`The images have ${data.length} values, more than ${MAX_NUMBERS}.`)
  return { shape: [count, height, width, channels], data }
}

function readMax(text: string | undefined): number {
  if (text === undefined) return 255
  const max = Number(text)
  if (!/^\d+$/.test(text) || max < 1 || max > 255)
    throw new DatasetError(`White is said to be ${JSON.stringify(text)}, not 1 to 255.`)
  return max
}

function checkedLabels(labels: StoredArray | undefined, count: number): Int32Array | undefined {
  if (!labels) return undefined
  const { shape, data } = labels
  if (!(data instanceof Int32Array)) throw new DatasetError('The labels are not whole numbers (I32 or I64).')
  if (shape.length !== 1 || shape[0] !== count) {
    throw new DatasetError(`The labels have shape [${shape}]; expected is one an image, [${count}].`)
  }
  return data
}

/** The names of the classes; numbers where the file has no names. */
function readClasses(text: string | undefined, labels: Int32Array): string[] {
  const least = labels.reduce((a, b) => Math.min(a, b))
  const greatest = labels.reduce((a, b) => Math.max(a, b))
  const classes = text === undefined ? undefined : parseClasses(text)
  const count = classes?.length ?? greatest + 1
  if (least < 0 || greatest >= count || greatest >= MAX_CLASSES) {
    throw new DatasetError(`The labels go from ${least} to ${greatest}; expected are 0 to ${Math.min(count, MAX_CLASSES) - 1}.`)
  }
  return classes ?? Array.from({ length: count }, (_, i) => String(i))
}

function parseClasses(text: string): string[] {
  let classes: unknown
  try {
    classes = JSON.parse(text)
  } catch {
    throw new DatasetError('The names of the classes are not JSON.')
  }
  if (!Array.isArray(classes) || classes.some((name) => typeof name !== 'string') || classes.length > MAX_CLASSES) {
    throw new DatasetError('The names of the classes are not a list of texts.')
  }
  return classes as string[]
}

/** The data set for nodes: float32 in [-1, 1], `x / (max / 2) - 1`. */
export function datasetOf({ images, shape, max, labels, classNames }: StoredImages): Dataset {
  const [size, ...itemShape] = shape
  return {
    type: 'dataset',
    data: toUnit(images, max),
    shape: itemShape,
    size,
    space: 'image',
    ...(labels && { labels, classes: classNames!.length, classNames }),
  }
}

function toUnit(images: Uint8Array, max: number): Float32Array {
  const values = Float32Array.from({ length: max + 1 }, (_, value) => value / (max / 2) - 1)
  const data = new Float32Array(images.length)
  for (let i = 0; i < data.length; i++) data[i] = values[images[i]!]!
  return data
}

/** The items from `start` up to `end`, sharing the memory of the whole. */
export function slice(dataset: Dataset, start: number, end: number): Dataset {
  const length = dataset.shape.reduce((product, size) => product * size, 1)
  return {
    ...dataset,
    data: dataset.data.subarray(start * length, end * length),
    size: end - start,
    ...(dataset.labels && { labels: dataset.labels.subarray(start, end) }),
  }
}

/** The images with one channel: luma (ITU-R BT.601). */
export function greyOf(dataset: Dataset): Dataset {
  const [height, width, channels] = dataset.shape as [number, number, number]
  if (channels === 1) return dataset
  const { data: from } = dataset
  const data = new Float32Array(from.length / 3)
  for (let i = 0; i < data.length; i++) data[i] = 0.299 * from[3 * i]! + 0.587 * from[3 * i + 1]! + 0.114 * from[3 * i + 2]!
  return { ...dataset, data, shape: [height, width, 1] }
}
