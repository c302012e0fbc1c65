// The last good state of a training: the last one whose weights are known to give a sound loss.
import { measureBytes, type Memory } from '../base/memory.ts'
import type { LoopState } from './host.ts'

/** Maximum size of all retained states, in bytes: little beside the activations of a step. */
const MAX_BYTES = 64 * 2 ** 20
/** Maximum number of states whose next loss is not known yet: more are never in flight. */
const MAX_CANDIDATES = 6

export interface GoodState {
  index: number
  state: LoopState
  /** Duration of the training up to this state. */
  seconds: number
}

/**
 * Retains the last good state, and later ones whose next loss is not known yet, since losses are
 * read asynchronously. Of large states it retains fewer, so that the good one is some iterations
 * older, or none.
 */
export class GoodStates {
  private good: GoodState | undefined
  private candidates: GoodState[] = []
  private limit: number | undefined

  constructor(private readonly memory: Memory) {}

  /**
   * Follows a training. All losses up to iteration `soundUntil` are sound, so the weights before
   * this iteration are good. Those up to iteration `requestedUntil` are being read. Of the states
   * whose next loss is in the batch after them, only the first and the newest are retained.
   */
  follow(next: GoodState, soundUntil: number, requestedUntil: number) {
    this.limit ??= Math.min(MAX_CANDIDATES, Math.floor(MAX_BYTES / measureBytes(next.state)) - 1)
    this.last(soundUntil)
    const [first, newest] = this.candidates.slice(-2)
    if (newest && first.index >= requestedUntil) {
      this.candidates.pop()
      this.memory.release(newest.state)
    }
    if (this.candidates.length >= this.limit) return
    this.memory.retain(next.state)
    this.candidates.push(next)
  }

  /** Returns the last good state, if there is one. */
  last(soundUntil: number): GoodState | undefined {
    while (this.candidates[0]?.index < soundUntil) {
      if (this.good) this.memory.release(this.good.state)
      this.good = this.candidates.shift()
    }
    return this.good
  }

  release() {
    for (const { state } of this.candidates) this.memory.release(state)
    if (this.good) this.memory.release(this.good.state)
    this.good = undefined
    this.candidates = []
  }
}
