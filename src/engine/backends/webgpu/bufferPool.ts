// Pool of GPU buffers, which are reused as soon as they are released.
//
// Commands on one queue run in the order they are encoded, so the next dispatch may overwrite a
// buffer that was just released. The exception is `queue.writeBuffer`, which bypasses the command
// buffer: it needs a buffer that no unsubmitted command uses.
//
// Among the free buffers of a size, the oldest is taken. A step that repeats the allocations of an
// earlier one then gets the same buffers in whatever order they were released (or, where new state
// is written beside the old, those of the step before the last), and can reuse its bind groups.

/** A buffer that is not used for this many submits is destroyed. */
export const MAX_IDLE_SUBMITS = 128

/**
 * Rounds the size of a tensor in bytes: a buffer is never empty, and its size is a multiple of 4.
 */
export const roundBufferSize = (size: number) => Math.max(4, Math.ceil(size / 4) * 4)

interface PoolEntry {
  /** The free buffers of this size and usage, the oldest first. */
  readonly freeList: PoolEntry[]
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
  private readonly freeLists = new Map<string, PoolEntry[]>()
  private readonly inUse = new Map<GPUBuffer, PoolEntry>()

  constructor(
    private readonly device: GPUDevice,
    private readonly maxBytes: number,
    /** Creates the error that is thrown for a buffer larger than that. */
    private readonly makeError: (bytes: number, maxBytes: number) => Error,
  ) {}

  /** Returns a buffer with arbitrary contents; with `mappedAtCreation` always a new one. */
  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags, mappedAtCreation = false): GPUBuffer {
    const freeList = this.getFreeList(bytes, usage)
    return this.markInUse(
      (mappedAtCreation ? undefined : freeList.shift()) ??
        this.createEntry(freeList, bytes, usage, mappedAtCreation),
    )
  }

  /**
   * Returns a buffer that no unsubmitted command uses, so that the queue may write to it at once.
   */
  acquireIdle(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const freeList = this.getFreeList(bytes, usage)
    const idle = freeList.findIndex(({ freedAt }) => freedAt < this.submits)
    return this.markInUse(
      freeList.splice(idle, idle < 0 ? 0 : 1)[0] ?? this.createEntry(freeList, bytes, usage, false),
    )
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
    for (const freeList of this.freeLists.values()) {
      const idle = freeList.filter(isIdle)
      if (idle.length === 0) continue
      for (const entry of idle) this.destroyEntry(entry)
      freeList.splice(0, freeList.length, ...freeList.filter((entry) => !isIdle(entry)))
    }
    return true
  }

  dispose() {
    for (const entry of [...[...this.freeLists.values()].flat(), ...this.inUse.values()])
      this.destroyEntry(entry)
    this.freeLists.clear()
    this.inUse.clear()
    this.numBytesUsed = 0
  }

  private getFreeList(bytes: number, usage: GPUBufferUsageFlags): PoolEntry[] {
    const key = `${bytes} ${usage}`
    let freeList = this.freeLists.get(key)
    if (!freeList) this.freeLists.set(key, (freeList = []))
    return freeList
  }

  private createEntry(
    freeList: PoolEntry[],
    size: number,
    usage: GPUBufferUsageFlags,
    mappedAtCreation: boolean,
  ): PoolEntry {
    if (size > this.maxBytes) throw this.makeError(size, this.maxBytes)
    const buffer = this.device.createBuffer({ size, usage, mappedAtCreation })
    this.numBytesAllocated += size
    this.peakBytes = Math.max(this.peakBytes, this.numBytesAllocated)
    return { freeList, buffer, order: this.createdCount++, freedAt: 0 }
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
  const { freeList, order } = entry
  let index = freeList.length
  while (index > 0 && freeList[index - 1].order > order) index--
  freeList.splice(index, 0, entry)
}
