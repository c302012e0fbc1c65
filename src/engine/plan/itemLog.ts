// Losses of single items, collected by an observer while a loop runs. Read in batches,
// asynchronously; only the latest are stored.
import { tf, type Tensor1D } from '../base/tf.ts'
import type { ItemLosses } from '../base/values.ts'
import type { Memory } from '../base/memory.ts'
import type { CollectedItems } from './op.ts'

/** Maximum number of items per slot. */
const MAX_ITEMS = 50_000
/** Maximum number of iterations per read. */
const MAX_BATCHES = 64

/** Losses of one iteration. */
interface Piece {
  index: number
  t: Float64Array
  losses: Float32Array
}

export class ItemLog {
  private readonly pieces = new Map<string, Piece[]>()
  private readonly pending: { slot: string; index: number; t: Float64Array; tensor: Tensor1D }[] =
    []

  constructor(private readonly memory: Memory) {}

  add(slot: string, index: number, { t, tensor }: ItemLosses) {
    this.memory.retain(tensor)
    this.pending.push({ slot, index, t, tensor })
  }

  clear() {
    this.pieces.clear()
  }

  async read() {
    while (this.pending.length) {
      const bunch = this.pending.splice(0, MAX_BATCHES)
      try {
        const joined = tf.tidy(() => tf.concat(bunch.map(({ tensor }) => tensor)))
        const numbers = (await joined.data().finally(() => joined.dispose())) as Float32Array
        let at = 0
        for (const { slot, index, t } of bunch)
          this.put(slot, { index, t, losses: numbers.slice(at, (at += t.length)) })
      } finally {
        this.memory.release(bunch.map(({ tensor }) => tensor))
      }
    }
  }

  /**
   * Replaces the losses of this and all later iterations if a restarted loop repeats an iteration.
   */
  private put(slot: string, piece: Piece) {
    const own = this.pieces.get(slot) ?? []
    this.pieces.set(slot, own)
    while (own.length && own.at(-1)!.index >= piece.index) own.pop()
    own.push(piece)
    let count = itemCount(own)
    while (count > MAX_ITEMS) count -= own.shift()!.t.length
  }

  /** Returns all items by slot, oldest first. */
  items = (): CollectedItems[] =>
    [...this.pieces].map(([slot, own]) => {
      const [t, losses] = [new Float64Array(itemCount(own)), new Float64Array(itemCount(own))]
      let at = 0
      for (const piece of own) {
        t.set(piece.t, at)
        losses.set(piece.losses, at)
        at += piece.t.length
      }
      return { slot, t, losses }
    })
}

const itemCount = (pieces: readonly Piece[]) => pieces.reduce((sum, { t }) => sum + t.length, 0)
