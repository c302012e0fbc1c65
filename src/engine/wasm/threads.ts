// Starting the wasm backend with threads, which it can have on cross-origin isolated pages.

/** tfjs starts eight workers; threads beyond them and the calling one would never begin. */
const MOST = 8

/** Of so many cores: all, but of many one is left to the page. (Kernels that do not fill them get one: see pool.ts.) */
export const threadsFor = (cores: number) => Math.min(cores > 4 ? cores - 1 : cores, MOST)

/** What the machine, or the browser for it, says that it has. */
export const coresHere = () => (globalThis.navigator as Navigator | undefined)?.hardwareConcurrency || 1

/**
 * Makes `navigator.hardwareConcurrency` say `cores`. tfjs allows no more threads than half of that, taking every core for
 * two. Returns how to undo it; where the page forbids it there are just fewer threads.
 */
export function reportCores(cores: number): () => void {
  const { navigator } = globalThis
  const name = 'hardwareConcurrency'
  const own = Object.getOwnPropertyDescriptor(navigator, name)
  try {
    Object.defineProperty(navigator, name, { value: cores, configurable: true })
  } catch {
    return () => {}
  }
  return () => {
    if (own) Object.defineProperty(navigator, name, own)
    else delete (navigator as { hardwareConcurrency?: number }).hardwareConcurrency
  }
}

/**
 * tfjs makes the script of a thread from the text of a function, which reads one variable from outside of itself, behind
 * a `typeof` that some minifiers remove. The script gets that variable, whatever it is called by now. Returns how to undo it.
 */
export function repairThreadScript(): () => void {
  const original = globalThis.Blob
  const repair = (part: BlobPart): BlobPart => {
    if (typeof part !== 'string' || !part.startsWith('var WasmBackendModuleThreadedSimd = ')) return part
    const name = /mainScriptUrlOrBlob["'`\]]*\s*\|\|\s*([\w$]+)/.exec(part)?.[1]
    return name ? `var ${name};${part}` : part
  }
  globalThis.Blob = class extends original {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(parts.map(repair), options)
    }
  }
  return () => {
    globalThis.Blob = original
  }
}

/** Time for threads to start, in milliseconds; it includes loading 400 kB. */
const PATIENCE = 20_000

/** Resolves when a thread fails, which only shows as an error of this page or worker, or as a broken policy of its. */
export function threadFailure() {
  const listening = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const happened = new Promise<true>((resolve) => {
    const listen = (type: string, isIt: (event: Event) => boolean) =>
      globalThis.addEventListener?.(type, (event) => void (isIt(event) && (event.preventDefault(), resolve(true))), {
        signal: listening.signal,
      })
    listen('error', (event) => (event as ErrorEvent).error instanceof Event)
    listen('securitypolicyviolation', (event) => (event as SecurityPolicyViolationEvent).blockedURI.startsWith('blob'))
    timer = setTimeout(() => resolve(true), PATIENCE)
  })
  const forget = () => {
    clearTimeout(timer)
    listening.abort()
  }
  return { happened, forget }
}
