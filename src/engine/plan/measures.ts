// What each node takes: time and memory, over a run.
import type { Measure, Timing } from '../protocol.ts'
import { tf } from '../tf.ts'
import { outerId } from './graph.ts'
import { bytesOf } from './memory.ts'

interface Taken {
  seconds: number
  calls: number
  bytes: number
  timed: boolean
}

export class Measures {
  readonly timing: Timing = timingHere()
  private readonly taken = new Map<string, Taken>()
  /** Milliseconds of nodes inside of units, so far. */
  private inUnits = 0

  /** Marks the beginning of something, which {@link add} takes. */
  begin(now: number): { at: number; inUnits: number } {
    return { at: now, inUnits: this.inUnits }
  }

  /**
   * `made` is what the node gives. `unit`: it runs inside a training step. Of the end of such a step all that its nodes took is taken
   * off: what is left is the way back and the optimizer.
   */
  add(id: string, began: { at: number; inUnits: number }, now: number, made: unknown, unit: boolean) {
    const whole = now - began.at
    const timed = !unit || this.timing === 'direct'
    const own = timed ? whole - (this.inUnits - began.inUnits) : 0
    if (unit && timed) this.inUnits += own
    const before = this.taken.get(id) ?? { seconds: 0, calls: 0, bytes: 0, timed }
    this.taken.set(id, {
      seconds: before.seconds + own / 1000,
      calls: before.calls + 1,
      bytes: Math.max(before.bytes, bytesOf(made)),
      timed,
    })
  }

  /** By nodes of the screen: a closed one takes what its nodes take. */
  list(): Measure[] {
    const nodes = new Map<string, Measure>()
    for (const [id, { seconds, calls, bytes, timed }] of this.taken) {
      const node = outerId(id)
      const before = nodes.get(node)
      nodes.set(node, {
        node,
        calls: Math.max(calls, before?.calls ?? 0),
        bytes: bytes + (before?.bytes ?? 0),
        ...(timed && { seconds: seconds + (before?.seconds ?? 0) }),
      })
    }
    return [...nodes.values()]
  }
}

/** Resolves to true when the device has done all it was told; undefined where it always has. */
export function deviceDone(): Promise<true> | undefined {
  const backend = tf.backend() as { flush?: () => void; queue?: { onSubmittedWorkDone?: () => Promise<unknown> } }
  backend.flush?.()
  const done = backend.queue?.onSubmittedWorkDone?.()
  return done?.then(
    () => true,
    () => true, // a device that is lost is said elsewhere
  )
}

function timingHere(): Timing {
  const name = tf.getBackend()
  return name === 'webgpu' ? 'waited' : name === 'webgl' ? 'issued' : 'direct'
}
