// The idx format of MNIST: two bytes of zero, the type of the numbers, how many axes, their lengths as big-endian uint32, and
// the numbers. https://yann.lecun.com/exdb/mnist
import { DatasetError } from './file.ts'

const UNSIGNED_BYTE = 8

/** An array of bytes from a file. Throws DatasetError if it is no such file, or has not `rank` axes. */
export function readIdx(bytes: Uint8Array, rank: number): { shape: number[]; data: Uint8Array } {
  const start = 4 + 4 * rank
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < start || view.getUint32(0) !== UNSIGNED_BYTE * 256 + rank) {
    throw new DatasetError(`The file is not an idx file of bytes with ${rank} axes.`)
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = shape.reduce((product, length) => product * length, 1)
  if (bytes.length - start !== count) {
    throw new DatasetError(`An array of shape [${shape}] takes ${count} bytes, but there are ${bytes.length - start}.`)
  }
  return { shape, data: bytes.subarray(start) }
}
