// The run history as a service.
import type { RunningServices } from '../running/services.ts'
import { useServices } from '../ui/services.ts'
import type { RunHistory } from './runHistory.ts'

export interface RunsServices extends RunningServices {
  runs: RunHistory
}

export const useRuns = (): RunsServices => useServices()
