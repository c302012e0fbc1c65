// The engine of a page in one file, whose script and files are in the page.
import type { EnginePort } from '../../engine/protocol.ts'
import { startScriptWorker } from '../../hosts/worker/scriptWorker.ts'
import { deferUntilNeeded } from '../../hosts/worker/deferredPort.ts'
import { openMemoryEngine, storeRequests } from '../../hosts/worker/memoryEngine.ts'
import type { BundledFile } from '../../workflow/bundle.ts'

/** Text of an element with data. */
export const readPart = (id: string) => document.getElementById(id)?.textContent ?? ''

/** The engine of this page, which starts after the first paint. */
export function openPageEngine(files: readonly BundledFile[]): EnginePort {
  const painted = new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    setTimeout(resolve, 1000)
  })
  return deferUntilNeeded(
    () =>
      openMemoryEngine(
        () => startScriptWorker(readPart),
        () => storeRequests(files),
      ),
    painted,
  )
}
