// Reads batches of images back as pixels, only as many as are shown.
import type { Range } from '../../engine/images/pixels.ts'
import { toPictures } from '../../engine/images/pixels.ts'
import { NodeError } from '../../engine/base/fault.ts'
import type { Pictures } from '../../engine/plan/view.ts'
import type { Dataset, Noise, Prediction, Samples } from '../../engine/base/values.ts'
import { readFirst } from './read.ts'
import { evaluateMessages } from '../messages/evaluate.ts'

export type ImageBatch = Samples | Noise | Prediction | Dataset

/** [count, height, width, channels]. */
export type ImageShape = [number, number, number, 1 | 3]

/** @throws NodeError at `slot` for anything but images [b, h, w, 1 or 3] */
export function imageShape(shape: readonly number[], slot: string): ImageShape {
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
  if (shape[3] !== 1 && shape[3] !== 3) {
    throw new NodeError({
      slot,
      message: evaluateMessages.channels({ channels: shape[3], shape }),
      cure: evaluateMessages.toPixels(),
    })
  }
  return shape as unknown as ImageShape
}

/** Shape of the full batch. */
export const batchShape = (value: ImageBatch, slot: string): ImageShape =>
  imageShape(value.type === 'dataset' ? [value.size, ...value.shape] : value.tensor.shape, slot)

export interface ReadImages {
  pictures: Pictures
  /** Number of values that are NaN or infinite. */
  broken: number
}

/** The first `most` images as pixels, read back at once. */
export async function readImages(
  value: ImageBatch,
  slot: string,
  most: number,
  range: Range,
): Promise<ReadImages> {
  const [size, height, width, channels] = batchShape(value, slot)
  const count = Math.min(size, most)
  const numbers =
    value.type === 'dataset'
      ? value.data.subarray(0, count * height * width * channels)
      : await readFirst(value.tensor, count)
  return {
    pictures: toPictures(numbers, [count, height, width, channels], range),
    broken: countNonFinite(numbers),
  }
}

function countNonFinite(numbers: Float32Array): number {
  let broken = 0
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) broken++
  return broken
}
