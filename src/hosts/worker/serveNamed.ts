// Serves the nodes of this package in a worker, whose name chooses the storage.
import { memoryStorage } from '../../storage/memoryStorage.ts'
import { nodes } from '../../nodes/table.ts'
import { serve } from './serve.ts'
import { MEMORY_WORKER } from './workerNames.ts'

/** Serves from the browser's storage, or from memory in a worker of figures. */
export function serveNamed(name = (globalThis as { name?: unknown }).name) {
  serve(nodes, undefined, name === MEMORY_WORKER ? { storage: memoryStorage() } : {})
}
