// Services that a backup needs.
import type { Stores } from '../storage/stores.ts'
import type { SubgraphServices } from '../subgraph/services.ts'
import { useServices } from '../ui/services.ts'

export interface BackupServices extends SubgraphServices {
  stores: Stores
}

export const useBackup = (): BackupServices => useServices()
