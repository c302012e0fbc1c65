// Engine in a worker that stores nothing in the browser.
import type { EnginePort, Request } from '../../engine/protocol.ts'
import { hostMessages } from '../messages/host.ts'
import { startWorker } from './startWorker.ts'
import { supervise } from './supervisor.ts'
import { brokenPort, openWorkerPort } from './workerPort.ts'
import { MEMORY_WORKER } from './workerNames.ts'

export type StoreFileRequest = Extract<Request, { type: 'storeFile' }>

/**
 * Starts the worker with this address, and its backend. `files` are stored again whenever the
 * engine is replaced, since its memory ends with it.
 */
export function openMemoryEngine(
  address: string,
  files: () => readonly StoreFileRequest[] = () => [],
): EnginePort {
  const open = (): EnginePort => {
    const port = startInMemory(address)
    for (const [i, request] of files().entries()) port.post({ ...request, id: -1 - i })
    return port
  }
  const port = supervise(open(), { reopen: open })
  port.post({ type: 'backend', name: 'auto' })
  return port
}

/** Trusted Types refuse a worker with an exception. */
function startInMemory(address: string): EnginePort {
  try {
    return openWorkerPort(startWorker(address, MEMORY_WORKER))
  } catch {
    return brokenPort(hostMessages.workerNotLoaded())
  }
}
