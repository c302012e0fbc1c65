// GPU buffers, given out again as soon as nobody holds them.
//
// Commands on one queue run in the order they were recorded in, so what was disposed may be overwritten by the very next
// dispatch. Only what is written past the commands, by `queue.writeBuffer`, has to wait until all that use a buffer are submitted.

/** A buffer that nobody took for so many submits is destroyed. */
export const KEPT_FOR = 128

/** Bytes for a tensor; a buffer is never empty, and its size is a multiple of 4. */
export const bytesFor = (size: number) => Math.max(4, Math.ceil(size / 4) * 4)

interface Entry {
  readonly shelf: Entry[]
  readonly buffer: GPUBuffer
  /** The submit after which it was given back. */
  freed: number
}

/** Takes the place of tfjs's BufferManager, which never gives a buffer back and searches a list at each release. */
export class BufferPool {
  numBytesUsed = 0
  numBytesAllocated = 0
  /** The most bytes that were allocated at one time. */
  peakBytes = 0
  /** Submits so far. */
  submits = 0
  private readonly shelves = new Map<string, Entry[]>()
  private readonly used = new Map<GPUBuffer, Entry>()

  constructor(
    private readonly device: GPUDevice,
    /** Bytes; a larger buffer is refused by throwing what `refuse` makes. */
    private readonly largest: number,
    private readonly refuse: (bytes: number, largest: number) => Error,
  ) {}

  /** A buffer of any content. `mappedAtCreation` always makes a new one. */
  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags, mappedAtCreation = false): GPUBuffer {
    const shelf = this.shelfOf(bytes, usage)
    return this.use((mappedAtCreation ? undefined : shelf.pop()) ?? this.make(shelf, bytes, usage, mappedAtCreation))
  }

  /** A buffer that no command uses which is not submitted yet: it may be written by the queue at once. */
  acquireIdle(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const shelf = this.shelfOf(bytes, usage)
    const oldest = shelf[0] && shelf[0].freed < this.submits ? shelf.shift() : undefined
    return this.use(oldest ?? this.make(shelf, bytes, usage, false))
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true) {
    const entry = this.used.get(buffer)
    if (!entry) throw new Error('This buffer is not of this pool, or was given back before.')
    this.used.delete(buffer)
    this.numBytesUsed -= buffer.size
    entry.freed = this.submits
    if (reuse) entry.shelf.push(entry)
    else this.destroy(entry)
  }

  /** To be called after each submit. Destroys what was not used for long; `true` now and then, when others should tidy too. */
  submitted(): boolean {
    this.submits++
    if (this.submits % KEPT_FOR !== 0) return false
    const isOld = ({ freed }: Entry) => freed <= this.submits - KEPT_FOR
    for (const shelf of this.shelves.values()) {
      const old = shelf.filter(isOld)
      if (old.length === 0) continue
      for (const entry of old) this.destroy(entry)
      shelf.splice(0, shelf.length, ...shelf.filter((entry) => !isOld(entry)))
    }
    return true
  }

  dispose() {
    for (const entry of [...[...this.shelves.values()].flat(), ...this.used.values()]) this.destroy(entry)
    this.shelves.clear()
    this.used.clear()
    this.numBytesUsed = 0
  }

  private shelfOf(bytes: number, usage: GPUBufferUsageFlags): Entry[] {
    const key = `${bytes} ${usage}`
    let shelf = this.shelves.get(key)
    if (!shelf) this.shelves.set(key, (shelf = []))
    return shelf
  }

  private make(shelf: Entry[], size: number, usage: GPUBufferUsageFlags, mappedAtCreation: boolean): Entry {
    if (size > this.largest) throw this.refuse(size, this.largest)
    const buffer = this.device.createBuffer({ size, usage, mappedAtCreation })
    this.numBytesAllocated += size
    this.peakBytes = Math.max(this.peakBytes, this.numBytesAllocated)
    return { shelf, buffer, freed: 0 }
  }

  private use(entry: Entry): GPUBuffer {
    this.used.set(entry.buffer, entry)
    this.numBytesUsed += entry.buffer.size
    return entry.buffer
  }

  private destroy({ buffer }: Entry) {
    this.numBytesAllocated -= buffer.size
    buffer.destroy()
  }
}
