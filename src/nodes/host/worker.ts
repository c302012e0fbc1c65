// Default worker of hosts, which serves the nodes of this package. Its name chooses the storage.
import { memoryStorage } from '../storage/memoryStorage.ts'
import { nodes } from '../table.ts'
import { serve } from './serve.ts'
import { MEMORY_WORKER } from './workerNames.ts'

const isInMemory = (globalThis as { name?: string }).name === MEMORY_WORKER

serve(nodes, undefined, isInMemory ? { storage: memoryStorage() } : {})
