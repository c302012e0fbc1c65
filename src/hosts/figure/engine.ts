// Engines of figures: a worker by its address, or a script inside the figure's own file.
import type { EnginePort } from '../../engine/protocol.ts'
import { defaultWorker } from '../worker/engineFiles.ts'
import { openMemoryEngine, startMemoryWorker, storeRequests } from '../worker/memoryEngine.ts'
import { startScriptWorker } from '../worker/scriptWorker.ts'
import { openWorkerPort } from '../worker/workerPort.ts'
import { parts } from '../page/parts.ts'
import type { BundledFile } from '../../workflow/bundle.ts'

/** The engine in the file itself, as `litegraph-diffusion widget` writes it (page/fillPage.ts). */
export interface EmbeddedEngine {
  /** Base64 of the compressed script. */
  engine: string
  /** Base64 of the files that it would fetch, by name. */
  assets: Readonly<Record<string, string>>
}

/** Address of the package's worker, which may be on another site, or an embedded engine. */
export type FigureEngine = string | URL | EmbeddedEngine

/**
 * Opens an engine that stores nothing in the browser.
 * @param engine default: the worker next to the script
 */
export const openFigureEngine = (
  engine: FigureEngine | undefined,
  files: readonly BundledFile[],
): EnginePort =>
  openMemoryEngine(
    () => startFigureWorker(engine),
    () => storeRequests(files),
  )

function startFigureWorker(engine: FigureEngine | undefined): EnginePort {
  if (engine === undefined) return openWorkerPort(defaultWorker())
  if (typeof engine === 'string' || engine instanceof URL)
    return startMemoryWorker(new URL(engine, document.baseURI).href)
  const texts: Readonly<Record<string, string>> = {
    [parts.engine]: engine.engine,
    [parts.assets]: JSON.stringify(engine.assets),
    [parts.data]: '{}',
  }
  return startScriptWorker((id) => texts[id] ?? '')
}
