// Reads tensors back for observers: asynchronously, and only what is shown.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor, Tensor2D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const readTensor = async (tensor: Tensor): Promise<Float32Array> =>
  (await tensor.data()) as Float32Array

/** The first `most` items along the first axis. */
export async function readFirst(tensor: Tensor, most: number): Promise<Float32Array> {
  if (tensor.rank === 0 || tensor.shape[0] <= most) return readTensor(tensor)
  const first = tensor.slice(0, most)
  try {
    return await readTensor(first)
  } finally {
    first.dispose()
  }
}

/** The numbers of several tensors, concatenated and read back at once. */
export async function readAll(tensors: readonly Tensor[]): Promise<Float32Array> {
  if (tensors.length === 0) return new Float32Array()
  const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tensor.as1D())))
  try {
    return await readTensor(joined)
  } finally {
    joined.dispose()
  }
}

/**
 * Points of shape [n, 2].
 * @throws NodeError at `slot` for anything else
 */
export function asPoints(tensor: Tensor, slot: string): Tensor2D {
  if (tensor.rank === 2 && tensor.shape[1] === 2) return tensor as Tensor2D
  throw new NodeError({
    slot,
    message: evaluateMessages.points({ shape: tensor.shape }),
    cure: evaluateMessages.inspectPoints(),
  })
}

/** Largest absolute coordinate with a margin, or 1 without finite points. */
export function largestCoordinate(sets: readonly Float32Array[]): number {
  let largest = 0
  for (const points of sets)
    for (const value of points)
      if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  return 1.05 * largest || 1
}

/** Wired slots of a many-input, in order. */
export const wiredSlots = <T>(
  inputs: Record<string, unknown>,
  name: string,
): [slot: string, value: T][] =>
  Object.entries(inputs)
    .filter(([slot, value]) => value !== undefined && new RegExp(`^${name}_\\d+$`).test(slot))
    .sort(([a], [b]) => Number(a.slice(name.length + 1)) - Number(b.slice(name.length + 1))) as [
    string,
    T,
  ][]

/** Writes a number with up to four significant digits. */
export const shortNumber = (value: number) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
