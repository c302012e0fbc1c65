// Undo and redo by snapshots. States are texts and are compared by value.

export interface History {
  /**
   * Adds a state as a step and discards undone steps. Returns false while commits are suspended, or
   * if the state equals the current one.
   */
  commit(state: string): boolean
  /** Replaces the current state without a step, for example after a seed was drawn for a run. */
  amend(state: string): void
  /** Clears the history and sets the current state. */
  reset(state: string): void
  /** Restores and returns the previous state. Returns undefined if there is none. */
  undo(): string | undefined
  redo(): string | undefined
  /** Suspends commits until the returned function is called, so that a drag is a single step. */
  suspend(): () => void
  readonly isSuspended: boolean
  readonly present: string
  readonly canUndo: boolean
  readonly canRedo: boolean
}

/** Creates a history of at most `limit` undo steps. */
export function createHistory(initial = '', limit = 100): History {
  let past: string[] = []
  let future: string[] = []
  let present = initial
  const suspensions = new Set<object>()

  return {
    commit(state) {
      if (suspensions.size || state === present) return false
      past = [...past, present].slice(-limit)
      future = []
      present = state
      return true
    },
    amend(state) {
      present = state
    },
    reset(state) {
      past = []
      future = []
      present = state
    },
    undo() {
      const state = past.pop()
      if (state === undefined) return undefined
      future.push(present)
      return (present = state)
    },
    redo() {
      const state = future.pop()
      if (state === undefined) return undefined
      past.push(present)
      return (present = state)
    },
    suspend() {
      const suspension = {}
      suspensions.add(suspension)
      return () => void suspensions.delete(suspension)
    },
    get isSuspended() {
      return suspensions.size > 0
    },
    get present() {
      return present
    },
    get canUndo() {
      return past.length > 0
    },
    get canRedo() {
      return future.length > 0
    },
  }
}
