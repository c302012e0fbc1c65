// Stored trainings: when they are saved, and which ones a run of the open graph would continue.
import { effect } from '@preact/signals'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { hasTraining } from '../graph/hasTraining.ts'
import { settings } from '../storage/settings.ts'
import { debounce } from '../ui/debounce.ts'
import { whenLeaving } from '../ui/leaving.ts'
import { shownTab } from '../workspace/state.ts'
import { isIdle, runState } from './state.ts'

/** Delay after the last change, in milliseconds. */
const DELAY = 300

/** Applies the user's rule of saving, and saves when the page may be about to close. */
export function followSaving(client: Pick<Client, 'save' | 'saveEvery'>) {
  effect(() => client.saveEvery(settings.value.saveEvery || undefined))
  whenLeaving(() => client.save())
}

export interface TrainingSearch {
  /** Searches after a pause, unless a run is in progress. */
  schedule(): void
}

/** Finds the stored trainings of the graph on the canvas. */
export function createTrainingSearch(
  graph: () => Graph,
  find: Client['findTrainings'],
): TrainingSearch {
  async function search() {
    const searched = graph()
    const [key, tab] = [graphKey(searched), shownTab.value]
    // A broken engine is reported by the runner.
    const found = hasTraining(searched) ? await find(searched).catch(() => []) : []
    if (isIdle() && tab === shownTab.value && key === graphKey(graph()))
      runState.storedTrainings.value = found
  }

  const scheduled = debounce(DELAY, () => void search())
  return {
    schedule() {
      runState.storedTrainings.value = []
      if (isIdle()) scheduled.call()
    },
  }
}
