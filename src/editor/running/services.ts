// The runner, and the engine behind it, as services.
import { useServices } from '../ui/services.ts'
import type { WorkspaceServices } from '../workspace/services.ts'
import type { EngineRequests } from './engineRequests.ts'
import type { Runner } from './runnerTypes.ts'
import type { StoredFileActions } from './storedFileActions.ts'

export interface RunningServices extends WorkspaceServices {
  runner: Runner
  engine: EngineRequests
  files: StoredFileActions
}

export const useRunning = (): RunningServices => useServices()
