// The engine's storage in the browser: one IndexedDB store for each purpose.
import type { StateStore } from '../../engine/plan/store.ts'
import { databaseStore } from './database.ts'
import type { StoredFiles } from './storedFiles.ts'
import { createStoredFiles } from './storedFiles.ts'
import { hostMessages } from '../messages/host.ts'

export interface EngineStorage {
  states: StateStore
  checkpoints: StoredFiles
  datasets: StoredFiles
  /** The fastest kernels of each GPU. Without this store, kernels are not measured. */
  devices?: StateStore
}

/** Limit for trained states, in bytes. Beyond it the least recently used are deleted. */
const STATES_BUDGET = 512 * 2 ** 20

/**
 * The stores of the engine. Without IndexedDB everything works until the page is closed, and
 * `onTrouble` receives one sentence about it.
 */
export function browserStorage(onTrouble: (message: string) => void): EngineStorage {
  let reported = false
  const reportOnce = (message: string) => {
    if (!reported) onTrouble(message)
    reported = true
  }
  return {
    states: databaseStore('litegraph-diffusion-states', {
      budget: STATES_BUDGET,
      onMissing: reportOnce,
      ifFull: hostMessages.untilRoom(),
    }),
    checkpoints: createStoredFiles(
      databaseStore('litegraph-diffusion-checkpoints', { onMissing: reportOnce }),
    ),
    datasets: createStoredFiles(
      databaseStore('litegraph-diffusion-datasets', { onMissing: reportOnce }),
    ),
    devices: databaseStore('litegraph-diffusion-devices'),
  }
}
