// GPU buffers, given out again as soon as nobody holds them.
//
// Commands on one queue run in the order they were recorded in, so what was disposed may be overwritten by the very next
// dispatch. Of those that are free the first that was made is taken: a step that asks for the same in the same order then has
// the same buffers, or those of the step before the last where it writes a new state beside the old, whatever order they were
// given back in; and the bind groups of that step are right for it. Only what is written past the commands, by `queue.writeBuffer`, has to wait until all that use a buffer are submitted.

/** A buffer that nobody took for so many submits is destroyed. */
export const KEPT_FOR = 128

/** Bytes for a tensor; a buffer is never empty, and its size is a multiple of 4. */
export const bytesFor = (size: number) => Math.max(4, Math.ceil(size / 4) * 4)

interface Entry {
  /** Those of its kind that are free, the one made first at the front. */
  readonly shelf: Entry[]
  readonly buffer: GPUBuffer
  /** How many were made before it. */
  readonly age: number
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
  private made = 0
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
    return this.use((mappedAtCreation ? undefined : shelf.shift()) ?? this.make(shelf, bytes, usage, mappedAtCreation))
  }

  /** A buffer that no command uses which is not submitted yet: it may be written by the queue at once. */
  acquireIdle(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const shelf = this.shelfOf(bytes, usage)
    const idle = shelf.findIndex(({ freed }) => freed < this.submits)
    return this.use(shelf.splice(idle, idle < 0 ? 0 : 1)[0] ?? this.make(shelf, bytes, usage, false))
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true) {
    const entry = this.used.get(buffer)
    if (!entry) throw new Error('This buffer is not of this pool, or was given back before.')
    this.used.delete(buffer)
    this.numBytesUsed -= buffer.size
    entry.freed = this.submits
    if (reuse) putBack(entry)
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
    return { shelf, buffer, age: this.made++, freed: 0 }
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

/** Into its place by age. */
function putBack(entry: Entry) {
  const { shelf, age } = entry
  let place = shelf.length
  while (place > 0 && shelf[place - 1]!.age > age) place--
  shelf.splice(place, 0, entry)
}
