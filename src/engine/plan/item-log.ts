// Losses of single items that an observer collects while a loop runs: read in bunches, without waiting, the last of them kept.
import { tf, type Tensor1D } from '../tf.ts'
import type { ItemLosses } from '../values.ts'
import type { Memory } from './memory.ts'
import type { CollectedItems } from './op.ts'

/** So many items of a slot are kept; more would be held for nothing. */
const MOST = 50_000
/** Batches read at once. */
const BUNCH = 64

/** The losses of one iteration. */
interface Piece {
  index: number
  t: Float64Array
  losses: Float32Array
}

export class ItemLog {
  private readonly pieces = new Map<string, Piece[]>()
  private readonly pending: { slot: string; index: number; t: Float64Array; tensor: Tensor1D }[] = []

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
      const bunch = this.pending.splice(0, BUNCH)
      try {
        const joined = tf.tidy(() => tf.concat(bunch.map(({ tensor }) => tensor)))
        const numbers = (await joined.data().finally(() => joined.dispose())) as Float32Array
        let at = 0
        for (const { slot, index, t } of bunch) this.put(slot, { index, t, losses: numbers.slice(at, (at += t.length)) })
      } finally {
        this.memory.release(bunch.map(({ tensor }) => tensor))
      }
    }
  }

  /** An iteration that comes again replaces what was known of it and of later ones: the loop began again. */
  private put(slot: string, piece: Piece) {
    const own = this.pieces.get(slot) ?? []
    this.pieces.set(slot, own)
    while (own.length && own.at(-1)!.index >= piece.index) own.pop()
    own.push(piece)
    let count = countOf(own)
    while (count > MOST) count -= own.shift()!.t.length
  }

  /** All that is kept, by slot, the oldest first. */
  items = (): CollectedItems[] =>
    [...this.pieces].map(([slot, own]) => {
      const [t, losses] = [new Float64Array(countOf(own)), new Float64Array(countOf(own))]
      let at = 0
      for (const piece of own) {
        t.set(piece.t, at)
        losses.set(piece.losses, at)
        at += piece.t.length
      }
      return { slot, t, losses }
    })
}

const countOf = (pieces: readonly Piece[]) => pieces.reduce((sum, { t }) => sum + t.length, 0)
