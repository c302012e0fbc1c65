// Who owns a tensor: as many owners as hold a value that contains it, and when the last lets go it is disposed.
import { tf, type Tensor } from '../tf.ts'
import { tensorsOf } from '../values.ts'

export class Memory {
  private readonly owners = new Map<Tensor, number>()

  /** Another owner of all tensors in a value. Returns the value. */
  retain<T>(value: T): T {
    for (const tensor of tensorsOf(value)) {
      const count = this.owners.get(tensor) ?? 0
      if (count === 0) tf.keep(tensor)
      this.owners.set(tensor, count + 1)
    }
    return value
  }

  release(value: unknown) {
    for (const tensor of tensorsOf(value)) {
      const count = this.owners.get(tensor)
      if (count === undefined) throw new Error('A tensor is released by who does not own it.')
      if (count > 1) this.owners.set(tensor, count - 1)
      else {
        this.owners.delete(tensor)
        tensor.dispose()
      }
    }
  }

  /** How many tensors have an owner. */
  get size() {
    return this.owners.size
  }
}

/** Runs `work` and disposes every tensor it made but those in its result. (tf.tidy would walk typed arrays item by item.) */
export function tidied<T>(work: () => T): T {
  const engine = tf.engine()
  engine.startScope()
  let result: T | undefined
  try {
    result = work()
    return result
  } finally {
    engine.endScope(tensorsOf(result))
  }
}

/** What a value takes, in bytes: tensors, typed arrays, and a little for the rest. */
export function bytesOf(value: unknown): number {
  const seen = new Set<unknown>()
  const measure = (part: unknown): number => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return 0
    seen.add(part)
    if (part instanceof tf.Tensor) return part.size * 4
    if (ArrayBuffer.isView(part)) return part.byteLength
    return Object.values(part).reduce<number>((sum, inner) => sum + measure(inner), PLAIN)
  }
  return measure(value)
}

/** About what a plain object takes, in bytes. */
const PLAIN = 64
