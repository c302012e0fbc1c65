// Reading values back for observers: asynchronously, and no more than is shown.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor, Tensor2D } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'

/** The numbers of a tensor. */
export const read = async (tensor: Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array

/** The first `most` items along the first axis. */
export async function readFirst(tensor: Tensor, most: number): Promise<Float32Array> {
  if (tensor.rank === 0 || tensor.shape[0]! <= most) return read(tensor)
  const first = tensor.slice(0, most)
  try {
    return await read(first)
  } finally {
    first.dispose()
  }
}

/** The numbers of several tensors, one after the other, in one reading. */
export async function readAll(tensors: readonly Tensor[]): Promise<Float32Array> {
  if (tensors.length === 0) return new Float32Array()
  const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tensor.as1D())))
  try {
    return await read(joined)
  } finally {
    joined.dispose()
  }
}

/** Points `[n, 2]`; throws NodeError at `slot` for anything else. */
export function asPoints(tensor: Tensor, slot: string): Tensor2D {
  if (tensor.rank === 2 && tensor.shape[1] === 2) return tensor as Tensor2D
  throw new NodeError({
    slot,
    message: `Expected points in the plane, [n, 2], got [${tensor.shape}].`,
    cure: 'Wire points with two coordinates, or look at it with Inspect.',
  })
}

/** The largest coordinate, with a margin; 1 if there is none. */
export function reachOf(sets: readonly Float32Array[]): number {
  let largest = 0
  for (const points of sets) for (const value of points) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  return 1.05 * largest || 1
}

/** The slots of a many-input that are wired, in the order of their numbers. */
export const wired = <T>(inputs: Record<string, unknown>, name: string): [slot: string, value: T][] =>
  Object.entries(inputs)
    .filter(([slot, value]) => value !== undefined && new RegExp(`^${name}_\\d+$`).test(slot))
    .sort(([a], [b]) => Number(a.slice(name.length + 1)) - Number(b.slice(name.length + 1))) as [string, T][]

/** A number in four digits. */
export const shown = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value))
