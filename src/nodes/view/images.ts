// Batches of images read back as pixels, no more of them than are shown.
import type { Range } from '../../engine/pictures.ts'
import { picturesOf } from '../../engine/pictures.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Pictures } from '../../engine/plan/view.ts'
import type { Dataset, Noise, Prediction, Samples } from '../../engine/values.ts'
import { readFirst } from './read.ts'

export type ImageBatch = Samples | Noise | Prediction | Dataset

/** [count, height, width, channels]. */
export type ImageShape = [number, number, number, 1 | 3]

/** Throws NodeError at `slot` for what cannot be seen as images [b, h, w, 1 or 3]. */
export function imageShape(shape: readonly number[], slot: string): ImageShape {
  if (shape.length === 2) {
    throw new NodeError({
      slot,
      message: `Expected images [b, h, w, c], got points [${shape}].`,
      cure: 'Wire images, or look at points with Scatter.',
    })
  }
  if (shape.length !== 4) {
    throw new NodeError({
      slot,
      message: `Expected images [b, h, w, c], got [${shape}].`,
      cure: 'Wire images, or look at it with Inspect.',
    })
  }
  if (shape[3] !== 1 && shape[3] !== 3) {
    throw new NodeError({
      slot,
      message: `Expected 1 channel (grey) or 3 (red, green, blue), got ${shape[3]}: [${shape}].`,
      cure: 'Turn channels back into pixels with DepthToSpace, or look at it with Inspect.',
    })
  }
  return shape as unknown as ImageShape
}

/** The shape of all there are. */
export const shapeOf = (value: ImageBatch, slot: string): ImageShape =>
  imageShape(value.type === 'dataset' ? [value.size, ...value.shape] : value.tensor.shape, slot)

export interface ReadImages {
  pictures: Pictures
  /** How many values are NaN or infinite. */
  broken: number
}

/** The first `most` images as pixels, in one reading. */
export async function readImages(value: ImageBatch, slot: string, most: number, range: Range): Promise<ReadImages> {
  const [size, height, width, channels] = shapeOf(value, slot)
  const count = Math.min(size, most)
  const numbers =
    value.type === 'dataset' ? value.data.subarray(0, count * height * width * channels) : await readFirst(value.tensor, count)
  return { pictures: picturesOf(numbers, [count, height, width, channels], range), broken: brokenIn(numbers) }
}

function brokenIn(numbers: Float32Array): number {
  let broken = 0
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i]!)) broken++
  return broken
}
