// Reference counting of tensors: the owners of a value own its tensors, and a tensor is disposed
// when its last owner releases it.
import { tf, type Tensor } from './tf.ts'
import { collectTensors } from './values.ts'

export class Memory {
  private readonly owners = new Map<Tensor, number>()

  /** Adds an owner to all tensors in a value. Returns the value. */
  retain<T>(value: T): T {
    for (const tensor of collectTensors(value)) {
      const count = this.owners.get(tensor) ?? 0
      if (count === 0) tf.keep(tensor)
      this.owners.set(tensor, count + 1)
    }
    return value
  }

  release(value: unknown) {
    for (const tensor of collectTensors(value)) {
      const count = this.owners.get(tensor)
      if (count === undefined) throw new Error('A tensor is released by who does not own it.')
      if (count > 1) this.owners.set(tensor, count - 1)
      else {
        this.owners.delete(tensor)
        tensor.dispose()
      }
    }
  }

  /** The number of tensors with an owner. */
  get size() {
    return this.owners.size
  }
}

/**
 * Runs `work` and disposes all tensors it creates except those in its result. (tf.tidy would visit
 * every element of typed arrays.)
 */
export function runTidied<T>(work: () => T): T {
  const engine = tf.engine()
  engine.startScope()
  let result: T | undefined
  try {
    result = work()
    return result
  } finally {
    engine.endScope(collectTensors(result))
  }
}

/** Approximate size of a value in bytes: tensors, typed arrays, and a fixed size per object. */
export function measureBytes(value: unknown): number {
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

/** Approximate size of a plain object, in bytes. */
const PLAIN = 64
