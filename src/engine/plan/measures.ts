// Time and memory of each node during a run.
import { outerId } from '../base/ids.ts'
import type { DeviceTimer, Timing } from '../base/backend.ts'
import { activeBackend } from '../base/backend.ts'
import type { Measure } from '../protocol.ts'
import { measureBytes } from '../base/memory.ts'

interface Taken {
  seconds: number
  calls: number
  bytes: number
  timed: boolean
}

/** Beginning of a measurement. */
interface Begun {
  at: number
  inUnits: number
}

export class Measures {
  private readonly taken = new Map<string, Taken>()
  /** Total milliseconds of nodes inside training steps. */
  private inUnits = 0
  /** Started with the first measurement; null if the device has no clock. */
  private timer: DeviceTimer | null | undefined

  get timing(): Timing {
    return this.timer ? 'device' : (activeBackend().timing ?? 'direct')
  }

  /** Starts a measurement, for {@link add}. */
  begin(id: string, now: number): Begun {
    if (this.timer === undefined) this.timer = activeBackend().startTimer?.() ?? null
    this.timer?.enter(id)
    return { at: now, inUnits: this.inUnits }
  }

  /**
   * Adds a measurement. `made` is the output of the node; `unit` is set inside a training step. The
   * time of nodes inside a step is subtracted from that of its End, which leaves the backward pass
   * and the optimizer.
   */
  add(id: string, began: Begun, now: number, made: unknown, unit: boolean) {
    this.timer?.leave()
    const whole = now - began.at
    const timed = !unit || this.timing === 'direct' || this.timing === 'device'
    const own = timed ? whole - (this.inUnits - began.inUnits) : 0
    if (unit && timed) this.inUnits += own
    const before = this.taken.get(id) ?? { seconds: 0, calls: 0, bytes: 0, timed }
    this.taken.set(id, {
      seconds: before.seconds + own / 1000,
      calls: before.calls + 1,
      bytes: Math.max(before.bytes, measureBytes(made)),
      timed,
    })
  }

  /** Lists measures by top-level node: a closed node has the sum of its inner nodes. */
  list(): Measure[] {
    const nodes = new Map<string, Measure>()
    for (const [id, { seconds: ownSeconds, calls, bytes, timed }] of this.taken) {
      const node = outerId(id)
      const before = nodes.get(node)
      const seconds = this.timer ? this.timer.seconds(id) : ownSeconds
      nodes.set(node, {
        node,
        calls: Math.max(calls, before?.calls ?? 0),
        bytes: bytes + (before?.bytes ?? 0),
        ...(timed && { seconds: seconds + (before?.seconds ?? 0) }),
      })
    }
    return [...nodes.values()]
  }

  /** Resolves when the times of all measurements are known. */
  async settle() {
    await this.timer?.settle()
  }

  close() {
    this.timer?.close()
    this.timer = null
  }
}

/**
 * Resolves to true when the device has completed all submitted work; undefined for backends without
 * a queue.
 */
export function deviceDone(): Promise<true> | undefined {
  const { queue } = activeBackend()
  queue?.flush()
  return queue?.done().then(() => true)
}
