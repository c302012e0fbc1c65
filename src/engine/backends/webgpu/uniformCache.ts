// Uniform buffers cached by content, so that a step that repeats an earlier one writes none; and
// the layout of uniforms that tfjs's shaders declare.
import type { BufferPool } from './bufferPool.ts'

export interface UniformField {
  type: string
  data: readonly number[]
}

/**
 * Returns the bytes of a struct of scalars and vectors. WGSL, section 14.4.1: a vec2 is aligned to
 * 8 bytes, a vec3 and a vec4 to 16. tfjs also aligns its own vec5 and vec6, and what follows them,
 * to 16.
 */
export function packUniform(fields: readonly UniformField[]): Uint32Array {
  const offsets: number[] = []
  let end = 0
  let widest = 1
  let previous = 0
  for (const { data } of fields) {
    const length = Math.max(1, data.length)
    const alignment = length > 2 || previous > 4 ? 4 : length
    widest = Math.max(widest, alignment)
    const offset = Math.ceil(end / alignment) * alignment
    offsets.push(offset)
    end = offset + length
    previous = length
  }
  const words = new Uint32Array(Math.ceil(end / widest) * widest)
  const floats = new Float32Array(words.buffer)
  const integers = new Int32Array(words.buffer)
  fields.forEach(({ type, data }, i) =>
    (type === 'float32' ? floats : integers).set(data.length ? data : [1], offsets[i]),
  )
  return words
}

const toBits = ({ buffer, byteOffset, length }: Uint32Array | Float32Array) =>
  new Uint32Array(buffer as ArrayBuffer, byteOffset, length)

/** UNIFORM | COPY_DST; GPUBufferUsage may not be defined yet when this module is loaded. */
const CACHED_USAGE = 0x40 | 0x08
/**
 * With an unneeded COPY_SRC, which gives transient uniforms a free list of their own in the pool.
 */
const TRANSIENT_USAGE = CACHED_USAGE | 0x04

export interface CachedUniform {
  buffer: GPUBuffer
  /** The number of submits when it was last used. */
  lastUsed: number
}

export class UniformCache {
  private readonly cache = new Map<string, CachedUniform>()

  constructor(
    private readonly queue: GPUQueue,
    private readonly pool: BufferPool,
  ) {}

  get(words: Uint32Array | Float32Array): CachedUniform {
    const key = toBits(words).join()
    let entry = this.cache.get(key)
    if (!entry)
      this.cache.set(key, (entry = { buffer: this.writeBuffer(words, CACHED_USAGE), lastUsed: 0 }))
    entry.lastUsed = this.pool.submits
    return entry
  }

  /**
   * Returns a buffer for the next command only, for contents that are unlikely to be needed again.
   */
  writeTransient(words: Uint32Array | Float32Array): GPUBuffer {
    const buffer = this.writeBuffer(words, TRANSIENT_USAGE)
    // The pool does not return it to another `acquireIdle` until that command is submitted.
    this.pool.releaseBuffer(buffer)
    return buffer
  }

  private writeBuffer(words: Uint32Array | Float32Array, usage: GPUBufferUsageFlags): GPUBuffer {
    const bits = toBits(words)
    // A struct with a vec4 takes a multiple of 16 bytes.
    const buffer = this.pool.acquireIdle(Math.ceil(bits.byteLength / 16) * 16, usage)
    this.queue.writeBuffer(buffer, 0, bits)
    return buffer
  }

  /** Releases the buffers that were not used since submit number `since`. */
  evict(since: number) {
    for (const [key, { buffer, lastUsed }] of this.cache) {
      if (lastUsed >= since) continue
      this.cache.delete(key)
      this.pool.releaseBuffer(buffer)
    }
  }
}
