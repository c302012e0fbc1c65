// Reads batches of images back as pixels, only as many as are shown.
import type { Range } from '../../engine/images/pixels.ts'
import { toPictures } from '../../engine/images/pixels.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Pictures } from '../../engine/base/view.ts'
import type { Noise, Prediction, Samples, Space } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { readFirst } from './read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export type ImageBatch = Samples | Noise | Prediction | Dataset

/** [count, height, width, channels]. */
type ImageShape = [number, number, number, 1 | 3]

/** @throws NodeError at `slot` for anything but images [b, h, w, 1 or 3] */
function picturesShape(shape: readonly number[], slot: string): ImageShape {
  if (shape.length === 2) {
    throw new NodeError({
      slot,
      message: evaluateMessages.imagesNotPoints({ shape }),
      cure: evaluateMessages.useScatter(),
    })
  }
  if (shape.length !== 4) {
    throw new NodeError({
      slot,
      message: evaluateMessages.imagesToShow({ shape }),
      cure: evaluateMessages.inspectImages(),
    })
  }
  const [count, height, width, channels] = shape
  if (channels !== 1 && channels !== 3) {
    throw new NodeError({
      slot,
      message: evaluateMessages.channels({ channels, shape }),
      cure: evaluateMessages.toPixels(),
    })
  }
  return [count, height, width, channels]
}

/** Shape of the full batch. */
const batchShape = (value: ImageBatch): number[] =>
  value.type === 'dataset' ? [value.size, ...value.shape] : value.tensor.shape

/** Number of items of the full batch. */
export const batchCount = (value: ImageBatch): number => batchShape(value)[0]

/** Pictures of some items of a batch. */
interface ImageLayout {
  items: number
  /** Pictures per item: 1, or the channels of latents. */
  each: number
  height: number
  width: number
  channels: 1 | 3
}

/**
 * Lays out at most `most` pictures of a batch of this shape. Latents are no pictures: each of their
 * channels is a map of its own. Throws NodeError, at `slot`, for anything else but images.
 */
export function layOutImages(
  space: Space,
  shape: readonly number[],
  slot: string,
  most: number,
): ImageLayout {
  const isMaps = space === 'latent' && shape.length === 4 && shape[3] > 1
  const [size, height, width, channels] = isMaps
    ? ([...shape.slice(0, 3), 1] as ImageShape)
    : picturesShape(shape, slot)
  const each = isMaps ? shape[3] : 1
  return {
    items: Math.min(size, Math.max(1, Math.floor(most / each))),
    each,
    height,
    width,
    channels,
  }
}

/** The numbers of some items as pictures. Maps span the range of all their values. */
export const drawImages = (
  numbers: Float32Array,
  { each, height, width, channels }: ImageLayout,
  range: Range,
): Pictures =>
  toPictures(
    each > 1 ? splitMaps(numbers, each, height * width) : numbers,
    [numbers.length / (height * width * channels), height, width, channels],
    each > 1 ? 'auto' : range,
  )

export interface ReadImages {
  pictures: Pictures
  /** Pictures per item: 1, or the channels of latents. */
  each: number
  /** Number of values that are NaN or infinite. */
  broken: number
}

/** The first items of a batch as at most `most` pictures, read back at once. */
export async function readPictures(
  value: ImageBatch,
  slot: string,
  most: number,
  range: Range,
): Promise<ReadImages> {
  const layout = layOutImages(value.space, batchShape(value), slot, most)
  const { items, each, height, width, channels } = layout
  const numbers =
    value.type === 'dataset'
      ? value.data.subarray(0, items * each * height * width * channels)
      : await readFirst(value.tensor, items)
  return { pictures: drawImages(numbers, layout, range), each, broken: countNonFinite(numbers) }
}

/** Converts `[b, h, w, c]` to `[b, c, h, w]`, for items of `length` numbers per channel. */
function splitMaps(numbers: Float32Array, channels: number, length: number): Float32Array {
  const maps = new Float32Array(numbers.length)
  for (let i = 0; i < numbers.length; i++) {
    const [item, at] = [Math.floor(i / (length * channels)), i % (length * channels)]
    const [pixel, channel] = [Math.floor(at / channels), at % channels]
    maps[(item * channels + channel) * length + pixel] = numbers[i]
  }
  return maps
}

function countNonFinite(numbers: Float32Array): number {
  let broken = 0
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) broken++
  return broken
}
