// The engine of a page in one file, whose script and files are in the page.
import { getErrorMessage } from '../../engine/base/fault.ts'
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'
import type { EnginePort } from '../../engine/protocol.ts'
import { deferPort, deferUntilNeeded } from '../../nodes/host/deferredPort.ts'
import { openMemoryEngine } from '../../nodes/host/memoryEngine.ts'
import { MEMORY_WORKER } from '../../nodes/host/workerNames.ts'
import { brokenPort, openWorkerPort } from '../../nodes/host/workerPort.ts'
import { readEngineScript } from '../../nodes/page/readPage.ts'
import type { BundledFile } from '../../nodes/workflow/bundle.ts'

/** Text of an element with data. */
export const readPart = (id: string) => document.getElementById(id)?.textContent ?? ''

/** The engine of this page, which starts after the first paint. */
export function openPageEngine(files: readonly BundledFile[]): EnginePort {
  const requests = files.map(({ what, file: { name }, bytes }, id) => ({
    type: 'storeFile' as const,
    id,
    what,
    name,
    bytes,
  }))
  const painted = new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    setTimeout(resolve, 1000)
  })
  return deferUntilNeeded(() => openMemoryEngine(startPageWorker, () => requests), painted)
}

/** Starts the worker from the script in this page. */
const startPageWorker = (): EnginePort =>
  deferPort(
    readEngineScript(readPart).then(
      (script) => {
        const address = URL.createObjectURL(script)
        return openWorkerPort(new Worker(trustedScriptUrl(address), { name: MEMORY_WORKER }))
      },
      (error: unknown) => brokenPort(getErrorMessage(error)),
    ),
  )
