// The open iterations of a script and the values they own. Ending an iteration releases its values.
import type { Memory } from '../../engine/base/memory.ts'
import type { ObservedAt, Solvers } from '../../engine/plan/host.ts'

/** One iteration. The outermost scope is outside all loops. */
export interface IterationScope {
  /** Indices of the enclosing loops, outermost first. Part of the random keys. */
  path: readonly number[]
  at: ObservedAt
  /** Solver states of the innermost sampling loop. */
  solvers: Solvers | undefined
  around: IterationScope | undefined
  undo: (() => void)[]
}

export class ScopeStack {
  /** Set while a body runs again in the same iteration: its values are not observed. */
  isQuiet = false
  /** Number of the iteration in the names of files that are saved during a loop. */
  fileNumber: string | undefined
  private now: IterationScope = {
    path: [],
    at: { index: undefined, label: undefined },
    solvers: undefined,
    around: undefined,
    undo: [],
  }

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

  /** Retains a value until the end of this iteration, and returns it. */
  own<T>(value: T): T {
    this.memory.retain(value)
    this.atEnd(() => this.memory.release(value))
    return value
  }

  atEnd(undo: () => void) {
    this.now.undo.push(undo)
  }

  enter({
    index,
    label,
    solvers,
  }: {
    index: number
    label: string | undefined
    solvers?: Solvers
  }): IterationScope {
    const around = this.now
    this.now = {
      path: [...around.path, index],
      at: { index, label, round: { outer: around.path, x: index, completed: index + 1 } },
      solvers: solvers ?? around.solvers,
      around,
      undo: [],
    }
    if (solvers)
      this.atEnd(() => Object.values(solvers.after).forEach((state) => this.memory.release(state)))
    return this.now
  }

  /** Ends an iteration and all unfinished iterations inside it. */
  leave(inside: IterationScope) {
    let open: IterationScope | undefined = this.now
    while (open && open !== inside) open = open.around
    if (!open) return // already ended by `clear`
    while (this.now !== inside) this.end()
    this.end()
  }

  /** Runs work whose values are released when it ends, in the same iteration. */
  async nest(work: () => unknown) {
    this.now = { ...this.now, around: this.now, undo: [] }
    try {
      await work()
    } finally {
      this.end()
    }
  }

  /** Ends all iterations and releases the values outside loops. */
  clear() {
    while (this.now.around) this.end()
    for (const undo of this.now.undo.splice(0).reverse()) undo()
  }

  private end() {
    const { undo, around } = this.now
    if (!around) throw new Error('The outermost scope has no end')
    this.now = around
    for (const each of undo.reverse()) each()
  }
}
