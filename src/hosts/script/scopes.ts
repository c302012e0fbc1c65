// The open iterations of a script and the values they own. Ending an iteration releases its values.
import type { Memory } from '../../engine/base/memory.ts'
import type { ObservedAt, Solvers } from '../../engine/plan/host.ts'

/** One iteration. The outermost scope is outside all loops. */
export interface IterationScope {
  /** Indices of the enclosing loops that are part of the random keys, outermost first. */
  path: readonly number[]
  /** Indices of all enclosing loops. */
  indices: readonly number[]
  at: ObservedAt
  /** Solver states of the innermost sampling loop. */
  solvers: Solvers | undefined
  around: IterationScope | undefined
  undo: (() => void)[]
}

export class ScopeStack {
  /** Number of the iteration in the names of files that are saved during a loop. */
  fileNumber: string | undefined
  private now: IterationScope = {
    path: [],
    indices: [],
    at: { index: undefined, label: undefined },
    solvers: undefined,
    around: undefined,
    undo: [],
  }

  private hidden = 0

  constructor(readonly memory: Memory) {}

  get path() {
    return this.now.path
  }

  get indices() {
    return this.now.indices
  }

  get isInside() {
    return this.now.around !== undefined
  }

  get at() {
    return this.now.at
  }

  get solvers() {
    return this.now.solvers
  }

  /** True while observers see nothing: the body of a zone runs once more. */
  get isHidden() {
    return this.hidden > 0
  }

  /** Runs `work` unobserved, with the states of solvers before this iteration. */
  hide<T>(work: () => T): T {
    const { now } = this
    const after = {}
    this.hidden++
    this.now = { ...now, solvers: now.solvers && { before: now.solvers.before, after } }
    try {
      return work()
    } finally {
      this.now = now
      this.hidden--
      for (const state of Object.values(after)) this.memory.release(state)
    }
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
    samePath,
  }: {
    index: number
    label: string | undefined
    solvers?: Solvers
    /** The index is not part of the random keys. */
    samePath?: boolean
  }): IterationScope {
    const around = this.now
    this.now = {
      path: samePath ? around.path : [...around.path, index],
      indices: [...around.indices, index],
      at: { index, label, round: { outer: around.indices, x: index, completed: index + 1 } },
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
