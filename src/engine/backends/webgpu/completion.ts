// Waiting for a device whose promises resolve late. Firefox notices that work is complete or a buffer
// is mapped only at a submit, or when it polls, every 100 ms. Submits of nothing while something is
// awaited bring that back to a few milliseconds. Whether a device needs them is measured.

/** What is used of a device. */
export interface CompletionDevice {
  queue: Pick<GPUQueue, 'submit'>
  createBuffer(options: GPUBufferDescriptor): Pick<GPUBuffer, 'mapAsync' | 'unmap' | 'destroy'>
}

/** Maps of an unused buffer that are timed. */
const TRIALS = 3
/** A map takes less than this, in milliseconds, unless a device polls. */
const SLOW_MAP = 20
/** Submits have to make maps faster by this factor. */
const MIN_GAIN = 3
/** Time between two submits, in milliseconds. */
const INTERVAL = 1

export class DeviceCompletion {
  /** Whether {@link wait} submits nothing from time to time. */
  needsSubmits = false
  private waiting = 0

  constructor(
    private readonly device: CompletionDevice,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns the result of a promise of the device, without the delay of its polls. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return this.needsSubmits ? this.waitWithSubmits(promise) : promise
  }

  /** Finds out whether the device needs submits. The device has to be idle. */
  async measure(): Promise<void> {
    const plain = await this.timeMaps((mapping) => mapping)
    if (plain < SLOW_MAP) return
    const submitting = await this.timeMaps((mapping) => this.waitWithSubmits(mapping))
    this.needsSubmits = MIN_GAIN * submitting < plain
  }

  /** The least time of a map in milliseconds, which other load affects least. */
  private async timeMaps(wait: (mapping: Promise<undefined>) => Promise<unknown>) {
    let least = Infinity
    for (let trial = 0; trial < TRIALS && least >= SLOW_MAP; trial++) {
      const buffer = this.device.createBuffer({ size: 4, usage: MAP_READ | COPY_DST })
      const began = this.now()
      await wait(buffer.mapAsync(MAP_READ_MODE))
      least = Math.min(least, this.now() - began)
      buffer.unmap()
      buffer.destroy()
    }
    return least
  }

  private async waitWithSubmits<T>(promise: Promise<T>): Promise<T> {
    this.waiting++
    if (this.waiting === 1) void this.submitWhileWaiting()
    try {
      return await promise
    } finally {
      this.waiting--
    }
  }

  private async submitWhileWaiting() {
    while (this.waiting > 0) {
      await soon()
      if (this.waiting > 0) this.device.queue.submit([])
    }
  }
}

/** As numbers, because GPUBufferUsage and GPUMapMode may not be defined yet. */
const [MAP_READ, COPY_DST, MAP_READ_MODE] = [0x01, 0x08, 0x01]

/**
 * Resolves after about a millisecond. Browsers clamp nested timers to 4 ms, but not those that a
 * message sets.
 */
const soon = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      setTimeout(resolve, INTERVAL)
    }
    port2.postMessage(undefined)
  })
