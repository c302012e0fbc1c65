// Uniforms as tfjs's shaders declare them, and buffers of them by content: a step that is like the one before writes none.
import type { BufferPool } from './pool.ts'

export interface Field {
  type: string
  data: readonly number[]
}

/**
 * The bytes of a struct of scalars and vectors. WGSL, section 14.4.1: a vec2 begins at a multiple of 8 bytes, a vec3 and a
 * vec4 at one of 16; tfjs aligns its own vec5 and vec6, and what follows them, to 16 as well.
 */
export function packed(fields: readonly Field[]): Uint32Array {
  const places: number[] = []
  let end = 0
  let widest = 1
  let before = 0
  for (const { data } of fields) {
    const length = Math.max(1, data.length)
    const alignment = length > 2 || before > 4 ? 4 : length
    widest = Math.max(widest, alignment)
    const place = Math.ceil(end / alignment) * alignment
    places.push(place)
    end = place + length
    before = length
  }
  const words = new Uint32Array(Math.ceil(end / widest) * widest)
  const floats = new Float32Array(words.buffer)
  const integers = new Int32Array(words.buffer)
  fields.forEach(({ type, data }, i) => (type === 'float32' ? floats : integers).set(data.length ? data : [1], places[i]))
  return words
}

const bitsOf = ({ buffer, byteOffset, length }: Uint32Array | Float32Array) =>
  new Uint32Array(buffer as ArrayBuffer, byteOffset, length)

const KEPT = 0x40 | 0x08 // GPUBufferUsage.UNIFORM | COPY_DST, which is not there where this is read first
/** With COPY_SRC, which nobody needs: a shelf of the pool that only {@link Uniforms.once} takes from. */
const PASSING = KEPT | 0x04

export interface Kept {
  buffer: GPUBuffer
  /** The submit before which it was last used. */
  used: number
}

/** Uniform buffers by content. */
export class Uniforms {
  private readonly kept = new Map<string, Kept>()

  constructor(
    private readonly queue: GPUQueue,
    private readonly pool: BufferPool,
  ) {}

  of(words: Uint32Array | Float32Array): Kept {
    const key = bitsOf(words).join()
    let found = this.kept.get(key)
    if (!found) this.kept.set(key, (found = { buffer: this.written(words, KEPT), used: 0 }))
    found.used = this.pool.submits
    return found
  }

  /** For the next command alone: a content that will hardly come back is not kept. */
  once(words: Uint32Array | Float32Array): GPUBuffer {
    const buffer = this.written(words, PASSING)
    this.pool.releaseBuffer(buffer) // which gives it out again when that command is submitted, not before
    return buffer
  }

  private written(words: Uint32Array | Float32Array, usage: GPUBufferUsageFlags): GPUBuffer {
    const bits = bitsOf(words)
    // A multiple of 16 bytes, which is what a struct with a vec4 takes.
    const buffer = this.pool.acquireIdle(Math.ceil(bits.byteLength / 16) * 16, usage)
    this.queue.writeBuffer(buffer, 0, bits)
    return buffer
  }

  /** Gives back what was not used since submit number `since`. */
  tidy(since: number) {
    for (const [key, { buffer, used }] of this.kept) {
      if (used >= since) continue
      this.kept.delete(key)
      this.pool.releaseBuffer(buffer)
    }
  }
}
