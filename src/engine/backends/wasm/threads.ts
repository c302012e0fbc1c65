// Starts the wasm backend with threads, which are available on cross-origin isolated pages.

/** tfjs starts eight workers; threads beyond these and the calling one would never start. */
const MAX_THREADS = 8

/**
 * Returns the number of threads for this many cores: all of them, but of more than four one is left
 * to the page. (Small kernels run on one thread; see xnnpackThreads.ts.)
 */
export const threadCount = (cores: number) => Math.min(cores > 4 ? cores - 1 : cores, MAX_THREADS)

/** Returns the number of cores that the machine, or the browser for it, reports. */
export const availableCores = () =>
  (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency || 1

/**
 * Overrides `navigator.hardwareConcurrency`: tfjs allows half as many threads, on the assumption
 * that every core counts twice. Returns a function that undoes it. If the page forbids it, there
 * are just fewer threads.
 */
export function overrideCoreCount(cores: number): () => void {
  const { navigator } = globalThis
  const name = 'hardwareConcurrency'
  const original = Object.getOwnPropertyDescriptor(navigator, name)
  try {
    Object.defineProperty(navigator, name, { value: cores, configurable: true })
  } catch {
    return () => {}
  }
  return () => {
    if (original) Object.defineProperty(navigator, name, original)
    else delete (navigator as { hardwareConcurrency?: number }).hardwareConcurrency
  }
}

/**
 * Patches the script of tfjs's threads, which is the text of a function. That function reads a
 * variable from outside, guarded by a `typeof` that some minifiers remove; the patch declares the
 * variable, under its minified name. Returns a function that undoes it.
 */
export function patchThreadScript(): () => void {
  const original = globalThis.Blob
  const patch = (part: BlobPart): BlobPart => {
    if (typeof part !== 'string' || !part.startsWith('var WasmBackendModuleThreadedSimd = '))
      return part
    const name = /mainScriptUrlOrBlob["'`\]]*\s*\|\|\s*([\w$]+)/.exec(part)?.[1]
    return name ? `var ${name};${part}` : part
  }
  globalThis.Blob = class extends original {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(parts.map(patch), options)
    }
  }
  return () => {
    globalThis.Blob = original
  }
}

/** Milliseconds that threads have to start, including the download of 400 kB. */
const START_TIMEOUT = 20_000

/**
 * Watches for a thread that fails, which only shows as an error or a CSP violation of this page or
 * worker. `happened` resolves when one fails, or on a timeout.
 */
export function watchThreadFailure() {
  const listening = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const happened = new Promise<true>((resolve) => {
    const listen = (type: string, isFailure: (event: Event) => boolean) =>
      globalThis.addEventListener?.(
        type,
        (event) => void (isFailure(event) && (event.preventDefault(), resolve(true))),
        { signal: listening.signal },
      )
    listen('error', (event) => (event as ErrorEvent).error instanceof Event)
    listen('securitypolicyviolation', (event) =>
      (event as SecurityPolicyViolationEvent).blockedURI.startsWith('blob'),
    )
    timer = setTimeout(() => resolve(true), START_TIMEOUT)
  })
  const forget = () => {
    clearTimeout(timer)
    listening.abort()
  }
  return { happened, forget }
}
