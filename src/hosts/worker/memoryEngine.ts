// Engine in a worker that stores nothing in the browser.
import type { EnginePort, Request } from '../../engine/protocol.ts'
import { hostMessages } from '../../messages/host.ts'
import type { BundledFile } from '../../workflow/bundle.ts'
import { startWorker } from './startWorker.ts'
import { supervise } from './supervisor.ts'
import { brokenPort, openWorkerPort } from './workerPort.ts'
import { MEMORY_WORKER } from './workerNames.ts'

export type StoreFileRequest = Extract<Request, { type: 'storeFile' }>

/** Requests that store the files of a workflow. */
export const storeRequests = (files: readonly BundledFile[]): StoreFileRequest[] =>
  files.map(({ what, file: { name }, bytes }, id) => ({ type: 'storeFile', id, what, name, bytes }))

/**
 * Opens an engine by `start`, see {@link startMemoryWorker}, and its backend. `files` are stored
 * again whenever the engine is replaced, since its memory ends with it.
 */
export function openMemoryEngine(
  start: () => EnginePort,
  files: () => readonly StoreFileRequest[] = () => [],
): EnginePort {
  const open = (): EnginePort => {
    const port = start()
    for (const [i, request] of files().entries()) port.post({ ...request, id: -1 - i })
    return port
  }
  const port = supervise(open(), { reopen: open })
  port.post({ type: 'backend', name: 'auto' })
  return port
}

/** Starts the worker with this address. Trusted Types refuse a worker with an exception. */
export function startMemoryWorker(address: string): EnginePort {
  try {
    return openWorkerPort(startWorker(address, MEMORY_WORKER))
  } catch {
    return brokenPort(hostMessages.workerNotLoaded())
  }
}
