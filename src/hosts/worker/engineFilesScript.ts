// Replaces engineFiles.ts in the script-tag build, where the engine files are next to the script.
import { startWorker } from './startWorker.ts'

/** `document.currentScript` is set only during the first execution of the script. */
const script = (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI

export const defaultWorker = () => startWorker(new URL('worker.js', script).href)

export const defaultEngine = (): Promise<typeof import('./page.ts')> =>
  import(/* @vite-ignore */ new URL('engine.js', script).href)
