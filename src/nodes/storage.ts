// Storage in the browser: trained states and checkpoints in IndexedDB, one store a purpose, with what to do without it.
import type { StateStore } from '../engine/plan/store.ts'
import { databaseStore } from './database.ts'
import type { KeptFiles } from './kept.ts'
import { keptIn } from './kept.ts'

export interface EngineStorage {
  states: StateStore
  checkpoints: KeptFiles
  datasets: KeptFiles
  /** Which kernels are the quickest on a GPU; without it none are measured. */
  devices?: StateStore
}

/** Trained states may take this much of the browser's storage, in bytes; the least recently used go first. */
const STATES_BUDGET = 512 * 2 ** 20

/**
 * The stores of the engine. Where the browser gives no storage, everything works until the page is closed, and
 * `onTrouble` gets one sentence that says so.
 */
export function browserStorage(onTrouble: (message: string) => void): EngineStorage {
  let said = false
  const sayOnce = (message: string) => {
    if (!said) onTrouble(message)
    said = true
  }
  return {
    states: databaseStore('litegraph-diffusion-states', {
      budget: STATES_BUDGET,
      onMissing: sayOnce,
      ifFull: 'Until there is room, trainings last only as long as the page.',
    }),
    checkpoints: keptIn(databaseStore('litegraph-diffusion-checkpoints', { onMissing: sayOnce })),
    datasets: keptIn(databaseStore('litegraph-diffusion-datasets', { onMissing: sayOnce })),
    devices: databaseStore('litegraph-diffusion-devices'),
  }
}
