// Positions of observed values in loops that run again in every iteration of others: each round
// continues the line of the one before.
import type { Memory } from '../base/memory.ts'
import type { History } from '../base/values.ts'
import type { ObservedAt } from './host.ts'
import { readLosses } from './lossReader.ts'

type Path = readonly number[]

/** The rounds that one observer has seen. */
export class Rounds {
  private outer: Path = []
  /** Iterations of all rounds before the current one. */
  private before = 0
  /** Iterations of the current round so far. */
  private completed = 0
  private readonly histories = new Map<string, { outer: Path; losses: Float32Array }[]>()
  private readonly pending: { slot: string; outer: Path; history: History }[] = []

  constructor(private readonly memory: Memory) {}

  /** Returns the number of iterations before a value, in all rounds. */
  position({ index, round }: ObservedAt): number {
    if (!round) return index ?? 0
    const order = comparePaths(round.outer, this.outer)
    if (order !== 0) {
      this.before = order > 0 ? this.before + this.completed : 0
      this.completed = 0
      this.outer = round.outer
    }
    this.completed = Math.max(this.completed, round.completed)
    return this.before + round.x
  }

  /** Adds the losses so far of a training inside a loop. */
  add(slot: string, history: History, { path = [] }: ObservedAt) {
    if (!path.length || history.t) return
    this.memory.retain(history)
    this.pending.push({ slot, outer: path, history })
  }

  async read() {
    while (this.pending.length) {
      const [{ slot, outer, history }] = this.pending.splice(0, 1)
      try {
        const losses = history.losses.length ? await readLosses(history.losses) : undefined
        const known = this.histories.get(slot) ?? []
        const earlier = known.filter((other) => comparePaths(other.outer, outer) < 0)
        this.histories.set(slot, losses ? [...earlier, { outer, losses }] : earlier)
      } finally {
        this.memory.release(history)
      }
    }
  }

  /** Returns the losses of all rounds of a slot; undefined if none were added. */
  losses(slot: string): Float64Array | undefined {
    const rounds = this.histories.get(slot)
    return rounds && Float64Array.from(rounds.flatMap(({ losses }) => [...losses]))
  }
}

/** Compares iterations of nested loops in the order in which they run. */
function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i]
  return a.length - b.length
}
