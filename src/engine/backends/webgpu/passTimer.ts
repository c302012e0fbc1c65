// Device time by node: each node gets compute passes of its own, with timestamps at both ends. Browsers
// round timestamps, to 100 µs in Chromium, which averages out over the calls of a node.
import type { DeviceTimer } from '../../base/backend.ts'

/** Passes that are timed in one submit; the limit of a query set is 4096 timestamps. */
const MAX_PASSES = 2048
const TIMESTAMP_BYTES = 8

/** What the timer uses of the backend. */
export interface TimedBackend {
  device: GPUDevice
  flush(): void
  endComputePassEncoder(): void
  completion: { wait<T>(promise: Promise<T>): Promise<T> }
}

export class PassTimer implements DeviceTimer {
  /** Nodes that are being measured, the innermost last. */
  private readonly nodes: string[] = []
  /** Nodes of the passes since the last submit. */
  private passes: string[] = []
  private readonly totals = new Map<string, number>()
  private readonly reading = new Set<Promise<void>>()
  private readonly querySet: GPUQuerySet
  private readonly resolved: GPUBuffer

  constructor(
    private readonly backend: TimedBackend,
    private readonly onClose: () => void,
  ) {
    const { device } = backend
    this.querySet = device.createQuerySet({ type: 'timestamp', count: 2 * MAX_PASSES })
    this.resolved = device.createBuffer({
      size: 2 * MAX_PASSES * TIMESTAMP_BYTES,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    })
  }

  enter(node: string) {
    this.backend.endComputePassEncoder()
    this.nodes.push(node)
  }

  leave() {
    this.backend.endComputePassEncoder()
    this.nodes.pop()
  }

  seconds = (node: string): number => this.totals.get(node) ?? 0

  async settle() {
    this.backend.flush()
    while (this.reading.size) await Promise.all(this.reading)
  }

  close() {
    this.backend.flush()
    this.onClose()
    void Promise.all(this.reading).then(() => {
      this.querySet.destroy()
      this.resolved.destroy()
    })
  }

  /** Called before each compute pass. Returns its timestamps, undefined outside of nodes. */
  describePass(): GPUComputePassDescriptor | undefined {
    const node = this.nodes.at(-1)
    if (node === undefined || this.passes.length === MAX_PASSES) return undefined
    const first = 2 * this.passes.length
    this.passes.push(node)
    return {
      timestampWrites: {
        querySet: this.querySet,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    }
  }

  /**
   * Called before each submit, outside of passes. Returns a function to call after it; undefined if
   * no pass was timed.
   */
  resolve(encoder: GPUCommandEncoder): (() => void) | undefined {
    const { passes } = this
    if (passes.length === 0) return undefined
    this.passes = []
    const size = 2 * passes.length * TIMESTAMP_BYTES
    const staging = this.backend.device.createBuffer({
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    encoder.resolveQuerySet(this.querySet, 0, 2 * passes.length, this.resolved, 0)
    encoder.copyBufferToBuffer(this.resolved, 0, staging, 0, size)
    return () => {
      const reading = this.read(staging, passes)
        .catch(() => {}) // A lost device is reported by its own promise.
        .finally(() => this.reading.delete(reading))
      this.reading.add(reading)
    }
  }

  private async read(staging: GPUBuffer, passes: readonly string[]) {
    try {
      await this.backend.completion.wait(staging.mapAsync(GPUMapMode.READ))
      const times = new BigUint64Array(staging.getMappedRange())
      passes.forEach((node, i) => {
        const nanoseconds = Number(times[2 * i + 1] - times[2 * i])
        // Some drivers reset their clock.
        this.totals.set(node, this.seconds(node) + Math.max(0, nanoseconds) / 1e9)
      })
    } finally {
      staging.destroy()
    }
  }
}
