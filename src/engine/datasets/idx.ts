// The idx format of MNIST: two zero bytes, element type, rank, axis lengths as big-endian uint32,
// and the elements. https://yann.lecun.com/exdb/mnist
import { countElements } from '../base/shapes.ts'
import { DatasetError } from './file.ts'
import { datasetMessages } from '../messages/datasets.ts'

const UNSIGNED_BYTE = 8

/** Reads a byte array of rank `rank`. Throws DatasetError otherwise. */
export function readIdx(bytes: Uint8Array, rank: number): { shape: number[]; data: Uint8Array } {
  const start = 4 + 4 * rank
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < start || view.getUint32(0) !== UNSIGNED_BYTE * 256 + rank) {
    throw new DatasetError(datasetMessages.notIdx({ rank }))
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = countElements(shape)
  if (bytes.length - start !== count) {
    throw new DatasetError(
      datasetMessages.idxSize({ shape, expected: count, got: bytes.length - start }),
    )
  }
  return { shape, data: bytes.subarray(start) }
}
