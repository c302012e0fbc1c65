// Detects losses that are not finite or have exploded.

/**
 * An exploded loss exceeds the first losses of its training by this factor. The largest loss of the
 * ready workflows is below 100 times their median, also with weightings of 1 / sigma^2, while a
 * diverging training multiplies its loss in every step and passes the limit soon.
 */
export const EXPLOSION = 1e6

/** Number of losses that count as the first. */
const FIRST = 16

export type BadLoss = 'notFinite' | 'exploded'

/** Watches the losses of one training. */
export class LossWatch {
  private readonly first: number[] = []
  /** Number of iterations whose losses, and all before, were sound. */
  soundUntil = 0

  /** Returns what is wrong with a loss, if anything. Losses have to arrive in order. */
  judge(index: number, loss: number): BadLoss | undefined {
    if (!Number.isFinite(loss)) return 'notFinite'
    const size = Math.abs(loss)
    if (size > this.limit) return 'exploded'
    if (this.first.length < FIRST) this.first.push(size)
    this.soundUntil = index
    return undefined
  }

  /** The largest sound loss: relative to the median of the first ones, but at least to 1. */
  get limit(): number {
    const sorted = [...this.first].sort((a, b) => a - b)
    return EXPLOSION * Math.max(1, sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity)
  }
}
