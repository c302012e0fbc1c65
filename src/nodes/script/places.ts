// Where in its loops a script is, and what it owns there: what an iteration made is let go at its end.
import type { Memory } from '../../engine/plan/memory.ts'
import type { ObservedAt } from '../../engine/plan/host.ts'

/** States of multistep solvers, by name. */
export interface Solvers {
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** One iteration; outside of loops there is one that never ends. */
export interface Inside {
  /** Indices of the loops around, outermost first: the keys of randomness. */
  path: readonly number[]
  at: ObservedAt
  /** Of the innermost sampling loop. */
  solvers: Solvers | undefined
  around: Inside | undefined
  undo: (() => void)[]
}

export class Places {
  private now: Inside = { path: [], at: { index: undefined, label: undefined }, solvers: undefined, around: undefined, undo: [] }

  constructor(readonly memory: Memory) {}

  get path() {
    return this.now.path
  }

  get at() {
    return this.now.at
  }

  get solvers() {
    return this.now.solvers
  }

  /** A value that lives as long as this iteration. Returns it. */
  own<T>(value: T): T {
    this.memory.retain(value)
    this.atEnd(() => this.memory.release(value))
    return value
  }

  atEnd(undo: () => void) {
    this.now.undo.push(undo)
  }

  enter({ index, label, solvers }: { index: number; label: string | undefined; solvers?: Solvers }): Inside {
    const around = this.now
    this.now = { path: [...around.path, index], at: { index, label }, solvers: solvers ?? around.solvers, around, undo: [] }
    if (solvers) this.atEnd(() => Object.values(solvers.after).forEach((state) => this.memory.release(state)))
    return this.now
  }

  /** Ends an iteration, and with it what was left in the middle inside of it. */
  leave(inside: Inside) {
    let open: Inside | undefined = this.now
    while (open && open !== inside) open = open.around
    if (!open) return // with everything
    while (this.now !== inside) this.end()
    this.end()
  }

  /** Ends everything. */
  clear() {
    while (this.now.around) this.end()
    for (const undo of this.now.undo.splice(0).reverse()) undo()
  }

  private end() {
    const { undo, around } = this.now
    this.now = around!
    for (const each of undo.reverse()) each()
  }
}
