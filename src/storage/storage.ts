// The engine's storage in the browser: one IndexedDB store for each purpose.
import { type MessageText, englishText } from '../engine/base/catalogue.ts'
import type { StateStore } from '../engine/plan/store.ts'
import type { Availability } from './boundedValues.ts'
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
const STATES_BUDGET = 2 ** 30

/** A sentence about storage. `recovered`: an earlier problem is over. */
export type ReportStorage = (message: MessageText, recovered?: boolean) => void

/**
 * The stores of the engine. If IndexedDB is unavailable or does not answer, everything works until
 * the page is closed, and `report` receives one sentence about it.
 */
export function browserStorage(report: ReportStorage): EngineStorage {
  const onAvailability = createReporter(report)
  return {
    states: databaseStore('litegraph-diffusion-states', {
      budget: STATES_BUDGET,
      onAvailability: onAvailability(),
      ifFull: hostMessages.untilRoom(),
    }),
    checkpoints: createStoredFiles(
      databaseStore('litegraph-diffusion-checkpoints', { onAvailability: onAvailability() }),
    ),
    datasets: createStoredFiles(
      databaseStore('litegraph-diffusion-datasets', { onAvailability: onAvailability() }),
    ),
    devices: deviceStore(),
  }
}

/** The fastest kernels of each GPU. */
export const deviceStore = (): StateStore => databaseStore('litegraph-diffusion-devices')

/** Returns a function that observes one more database. Equal problems of several are one message. */
function createReporter(report: ReportStorage): () => (availability: Availability) => void {
  const problems = new Map<number, MessageText>()
  let last = ''
  let count = 0
  return () => {
    const database = count++
    return (availability) => {
      if (availability.state === 'ready') problems.delete(database)
      else problems.set(database, storageProblem(availability))
      const [problem = ''] = problems.values()
      const text = englishText(problem)
      if (text === last) return
      last = text
      if (problem) report(problem)
      else report(hostMessages.storageAnswers(), true)
    }
  }
}

const storageProblem = (availability: Exclude<Availability, { state: 'ready' }>): MessageText =>
  availability.state === 'silent'
    ? hostMessages.storageSilent()
    : hostMessages.noStorage({ problem: availability.problem })
