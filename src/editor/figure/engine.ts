// The engine of figures: in memory, shared by the figures of a page, started after the first paint.
import type { EnginePort } from '../../engine/protocol.ts'
import { createClient } from '../../hosts/worker/client.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { deferUntilNeeded } from '../../hosts/worker/deferredPort.ts'
import { openMemoryEngine, startMemoryWorker } from '../../hosts/worker/memoryEngine.ts'
import { shareEngine, siblingFrames } from '../../hosts/worker/shareEngine.ts'

/** Longest wait for an idle moment after the first paint, in milliseconds. */
const PATIENCE = 600

/** Opens the engine of the figures of this page. `worker` is the address of its script. */
export const openFigureEngine = (worker: string): EnginePort => {
  const address = new URL(worker, document.baseURI).href
  return deferUntilNeeded(
    () =>
      shareEngine({
        siblings: siblingFrames(address),
        open: (files) => openMemoryEngine(() => startMemoryWorker(address), files),
      }),
    firstIdleMoment(),
  )
}

export const createFigureClient = (port: EnginePort): Client => {
  const client = createClient(port)
  // Other figures need not wait until this frame is collected.
  addEventListener('pagehide', () => client.close())
  return client
}

/** Resolves when the page has been painted and has nothing else to do. */
function firstIdleMoment(): Promise<void> {
  return new Promise((resolve) => {
    const idle = (globalThis as Partial<Pick<Window, 'requestIdleCallback'>>).requestIdleCallback
    requestAnimationFrame(() => {
      if (idle) idle(() => resolve(), { timeout: PATIENCE })
      else setTimeout(resolve)
    })
    // Frames are not painted in a hidden page.
    setTimeout(resolve, 2 * PATIENCE)
  })
}
