// Reads MNIST from its original files (LeCun, Bottou, Bengio & Haffner 1998).
import type { StoredImages } from './file.ts'
import { DatasetError } from './file.ts'
import { readIdx } from './idx.ts'
import { datasetMessages } from '../messages/datasets.ts'

/**
 * Returns the first `count` images (0: all) with labels, padded with black to `side`. Throws
 * DatasetError.
 */
export function readMnist(
  imageFile: Uint8Array,
  labelFile: Uint8Array,
  { count, side }: { count: number; side: number },
): StoredImages {
  const { shape, data } = readIdx(imageFile, 3)
  const [all, height, width] = shape as [number, number, number]
  const labels = readIdx(labelFile, 1).data
  if (labels.length !== all)
    throw new DatasetError(datasetMessages.labelCount({ images: all, labels: labels.length }))
  if (labels.some((label) => label > 9)) throw new DatasetError(datasetMessages.digitRange())
  if (height > side || width > side)
    throw new DatasetError(datasetMessages.digitSize({ width, height, most: side }))
  const wanted = count === 0 ? all : Math.min(count, all)
  return {
    name: 'MNIST',
    images: addBorder(data.subarray(0, wanted * height * width), [wanted, height, width], side),
    shape: [wanted, side, side, 1],
    max: 255,
    labels: Int32Array.from(labels.subarray(0, wanted)),
    classNames: [...'0123456789'],
  }
}

function addBorder(
  images: Uint8Array,
  [count, height, width]: [number, number, number],
  side: number,
): Uint8Array {
  if (height === side && width === side) return images
  const out = new Uint8Array(count * side * side)
  const [top, left] = [Math.floor((side - height) / 2), Math.floor((side - width) / 2)]
  for (let row = 0; row < count * height; row++) {
    const image = Math.floor(row / height)
    const to = (image * side + top + (row % height)) * side + left
    out.set(images.subarray(row * width, (row + 1) * width), to)
  }
  return out
}
