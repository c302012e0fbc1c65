// Undo and redo by snapshots. Knows nothing of graphs: a state is a text, and equal texts are the same state.

export interface History {
  /** Notes a new state; false if it is the present one. What was undone is then gone. */
  commit(state: string): boolean
  /** Replaces the present state, so that undo goes past it: a seed drawn before a run is no edit. */
  amend(state: string): void
  /** Forgets everything and starts from here. */
  reset(state: string): void
  /** The state before, made the present one; undefined if there is none. */
  undo(): string | undefined
  redo(): string | undefined
  /** While held nothing is committed, so that a drag is one step. Returns the release, which may be called more than once. */
  hold(): () => void
  readonly held: boolean
  readonly present: string
  readonly canUndo: boolean
  readonly canRedo: boolean
}

/** Keeps `limit` steps back. */
export function createHistory(initial = '', limit = 100): History {
  let past: string[] = []
  let future: string[] = []
  let present = initial
  const holds = new Set<object>()

  return {
    commit(state) {
      if (holds.size || state === present) return false
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
    hold() {
      const hold = {}
      holds.add(hold)
      return () => void holds.delete(hold)
    },
    get held() {
      return holds.size > 0
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
