// Takes the place of engine-files.ts in the script-tag build: the engine's files are beside the script.
import { startWorker } from './start-worker.ts'

/** Known only while the script runs for the first time. */
const script = (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI

export const defaultWorker = () => startWorker(new URL('worker.js', script).href)

export const defaultEngine = (): Promise<typeof import('./page.ts')> =>
  import(/* @vite-ignore */ new URL('engine.js', script).href)
