// Undo and redo of texts. Steps are stored as patches, so that a long history of a large workflow
// needs little memory.
import { applyPatch, diffTexts, type TextPatch } from './textPatch.ts'

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
  /** Patches from each state to the one before it; the last one applies to the present. */
  const past: TextPatch[] = []
  /** Patches from each state to the one after it; the last one applies to the present. */
  const future: TextPatch[] = []
  let present = initial
  const suspensions = new Set<object>()

  const move = (from: TextPatch[], to: TextPatch[]) => {
    const patch = from.pop()
    if (!patch) return undefined
    const state = applyPatch(present, patch)
    to.push(diffTexts(state, present))
    return (present = state)
  }

  return {
    commit(state) {
      if (suspensions.size || state === present) return false
      past.push(diffTexts(state, present))
      if (past.length > limit) past.shift()
      future.length = 0
      present = state
      return true
    },
    amend(state) {
      for (const patches of [past, future]) {
        const last = patches.pop()
        if (last) patches.push(diffTexts(state, applyPatch(present, last)))
      }
      present = state
    },
    reset(state) {
      past.length = future.length = 0
      present = state
    },
    undo: () => move(past, future),
    redo: () => move(future, past),
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
