// The library of saved nodes as a service.
import type { RunningServices } from '../running/services.ts'
import { useServices } from '../ui/services.ts'
import type { SavedNodeLibrary } from './savedNodes.ts'

export interface SubgraphServices extends RunningServices {
  savedNodeLibrary: SavedNodeLibrary
}

export const useSubgraphs = (): SubgraphServices => useServices()
