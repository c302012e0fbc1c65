// Pool of GPU buffers, which are reused as soon as they are released.
//
// Commands on one queue run in the order they are encoded, so the next dispatch may overwrite a
// buffer that was just released. The exception is `queue.writeBuffer`, which bypasses the command
// buffer: it needs a buffer that no unsubmitted command uses.
//
// Among large ones, a free buffer may be used for a smaller tensor, since the sizes that are needed
// change in the course of a step; and buffers that were not used lately are destroyed before the
// pool grows.
//
// Among the free buffers of a size, the oldest is taken. A step that repeats the allocations of an
// earlier one then gets the same buffers in whatever order they were released (or, where new state
// is written beside the old, those of the step before the last), and can reuse its bind groups.

/** A buffer that is not used for this many submits is destroyed. */
export const MAX_IDLE_SUBMITS = 128

/** From this size on, a buffer may be used for a smaller tensor, at most so many times smaller. */
const LARGE_BYTES = 2 ** 20
const MAX_EXCESS = 2

/**
 * Rounds the size of a tensor in bytes: a buffer is never empty, and its size is a multiple of 4.
 */
export const roundBufferSize = (size: number) => Math.max(4, Math.ceil(size / 4) * 4)

/** The buffers of one size and usage. */
interface SizeClass {
  readonly bytes: number
  readonly usage: GPUBufferUsageFlags
  /** The free ones, the oldest first. */
  readonly free: PoolEntry[]
  /** The number of buffers that were destroyed to make room. */
  removed: number
  /** Set after a removed buffer was needed again; stops removal. */
  isMissed: boolean
}

interface PoolEntry {
  readonly sizeClass: SizeClass
  readonly buffer: GPUBuffer
  /** The number of buffers created before this one. */
  readonly order: number
  /** The number of submits when it was released. */
  freedAt: number
}

/**
 * Replaces tfjs's BufferManager, which never frees a buffer and searches a list at each release.
 */
export class BufferPool {
  numBytesUsed = 0
  numBytesAllocated = 0
  /** The largest `numBytesAllocated` so far. */
  peakBytes = 0
  /** The number of submits so far. */
  submits = 0
  private createdCount = 0
  private readonly classes = new Map<string, SizeClass>()
  private readonly inUse = new Map<GPUBuffer, PoolEntry>()

  constructor(
    private readonly device: GPUDevice,
    private readonly maxBytes: number,
    /** Creates the error that is thrown for a buffer larger than that. */
    private readonly makeError: (bytes: number, maxBytes: number) => Error,
  ) {}

  /** Returns a buffer with arbitrary contents; with `mappedAtCreation` always a new one. */
  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags, mappedAtCreation = false): GPUBuffer {
    const sizeClass = this.getClass(bytes, usage)
    return this.markInUse(
      (mappedAtCreation ? undefined : sizeClass.free.shift()) ??
        this.createEntry(sizeClass, mappedAtCreation),
    )
  }

  /** The same, for callers that bind a range: the buffer may be larger. */
  acquireAtLeast(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const sizeClass = this.getClass(bytes, usage)
    const entry =
      sizeClass.free.shift() ??
      this.findLarger(sizeClass)?.free.shift() ??
      this.createEntry(sizeClass, false)
    return this.markInUse(entry)
  }

  /**
   * Returns a buffer that no unsubmitted command uses, so that the queue may write to it at once.
   */
  acquireIdle(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const sizeClass = this.getClass(bytes, usage)
    return this.markInUse(this.takeIdle(sizeClass) ?? this.createEntry(sizeClass, false))
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true) {
    const entry = this.inUse.get(buffer)
    if (!entry) throw new Error('This buffer does not belong to this pool, or was released before.')
    this.inUse.delete(buffer)
    this.numBytesUsed -= buffer.size
    entry.freedAt = this.submits
    if (reuse) insertInOrder(entry)
    else this.destroyEntry(entry)
  }

  /**
   * Has to be called after each submit. Every {@link MAX_IDLE_SUBMITS} submits it destroys idle
   * buffers and returns true, for other caches to evict theirs.
   */
  afterSubmit(): boolean {
    this.submits++
    if (this.submits % MAX_IDLE_SUBMITS !== 0) return false
    const isIdle = ({ freedAt }: PoolEntry) => freedAt <= this.submits - MAX_IDLE_SUBMITS
    for (const { free } of this.classes.values()) {
      const idle = free.filter(isIdle)
      if (idle.length === 0) continue
      for (const entry of idle) this.destroyEntry(entry)
      free.splice(0, free.length, ...free.filter((entry) => !isIdle(entry)))
    }
    return true
  }

  dispose() {
    const free = [...this.classes.values()].flatMap((each) => each.free)
    for (const entry of [...free, ...this.inUse.values()]) this.destroyEntry(entry)
    this.classes.clear()
    this.inUse.clear()
    this.numBytesUsed = 0
  }

  private getClass(bytes: number, usage: GPUBufferUsageFlags): SizeClass {
    const key = `${bytes} ${usage}`
    let sizeClass = this.classes.get(key)
    if (!sizeClass) {
      sizeClass = { bytes, usage, free: [], removed: 0, isMissed: false }
      this.classes.set(key, sizeClass)
    }
    return sizeClass
  }

  /** Returns the smallest size with a free buffer for a smaller tensor. */
  private findLarger({ bytes, usage }: SizeClass): SizeClass | undefined {
    if (bytes < LARGE_BYTES) return undefined
    return smallest(
      [...this.classes.values()].filter(
        (each) =>
          each.free.length > 0 &&
          each.usage === usage &&
          each.bytes > bytes &&
          each.bytes <= MAX_EXCESS * bytes,
      ),
    )
  }

  private takeIdle({ free }: SizeClass): PoolEntry | undefined {
    const index = free.findIndex((entry) => this.isIdle(entry))
    return index < 0 ? undefined : free.splice(index, 1)[0]
  }

  /** Returns whether no unsubmitted command uses a free buffer. */
  private isIdle = ({ freedAt }: PoolEntry) => freedAt < this.submits

  private createEntry(sizeClass: SizeClass, mappedAtCreation: boolean): PoolEntry {
    const { bytes: size, usage } = sizeClass
    if (size > this.maxBytes) throw this.makeError(size, this.maxBytes)
    sizeClass.isMissed ||= sizeClass.removed > 0
    if (size >= LARGE_BYTES) this.makeRoom(size)
    const buffer = this.device.createBuffer({ size, usage, mappedAtCreation })
    this.numBytesAllocated += size
    this.peakBytes = Math.max(this.peakBytes, this.numBytesAllocated)
    return { sizeClass, buffer, order: this.createdCount++, freedAt: 0 }
  }

  /**
   * Destroys large idle buffers of other sizes, as far as the pool would otherwise grow beyond its
   * peak. A size that was missed later keeps its buffers, so steps that repeat soon destroy none.
   */
  private makeRoom(size: number) {
    for (;;) {
      const excess = this.numBytesAllocated + size - this.peakBytes
      if (excess <= 0) return
      const candidates = [...this.classes.values()].filter(
        ({ bytes, isMissed, free }) =>
          !isMissed && bytes >= LARGE_BYTES && bytes !== size && free.some(this.isIdle),
      )
      const sizeClass =
        smallest(candidates.filter(({ bytes }) => bytes >= excess)) ?? largestClass(candidates)
      const entry = sizeClass && this.takeIdle(sizeClass)
      if (!sizeClass || !entry) return
      sizeClass.removed++
      this.destroyEntry(entry)
    }
  }

  private markInUse(entry: PoolEntry): GPUBuffer {
    this.inUse.set(entry.buffer, entry)
    this.numBytesUsed += entry.buffer.size
    return entry.buffer
  }

  private destroyEntry({ buffer }: PoolEntry) {
    this.numBytesAllocated -= buffer.size
    buffer.destroy()
  }
}

/** Returns an entry to its free list, which is sorted by creation. */
function insertInOrder(entry: PoolEntry) {
  const { sizeClass, order } = entry
  const { free } = sizeClass
  let index = free.length
  while (index > 0 && free[index - 1].order > order) index--
  free.splice(index, 0, entry)
}

const smallest = (classes: readonly SizeClass[]): SizeClass | undefined =>
  classes.reduce<SizeClass | undefined>(
    (least, each) => (least && least.bytes <= each.bytes ? least : each),
    undefined,
  )

const largestClass = (classes: readonly SizeClass[]): SizeClass | undefined =>
  classes.reduce<SizeClass | undefined>(
    (most, each) => (most && most.bytes >= each.bytes ? most : each),
    undefined,
  )
