// What the measurements of a device need: a store, as results may depend on the choice.
import type { StateStore } from '../plan/store.ts'

export interface TuningOptions {
  /** The store of choices. */
  store: StateStore
  /** Deletes the stored choices for this device and measures again. */
  remeasure?: boolean
  /** Products on a GPU may be of float16, where that is faster; sums are float32. */
  float16Products?: boolean | undefined
}
