// Number of threads of the wasm backend, and what their start needs.
import { nodeModule, nodeProcess } from '../../base/nodeModule.ts'

/** tfjs starts eight workers; threads beyond these and the calling one would never start. */
export const MAX_THREADS = 8

/** Environment variable with the number of threads in Node. */
const VARIABLE = 'LITEGRAPH_DIFFUSION_THREADS'

/**
 * Returns the number of threads for this many cores: all of them, but of more than four one is left
 * to the page. (Small kernels run on one thread; see xnnpackThreads.ts.)
 */
export const threadCount = (cores: number) => Math.min(cores > 4 ? cores - 1 : cores, MAX_THREADS)

/**
 * Returns the number of threads to start: those that the caller or, in Node, the environment
 * variable asks for, or as many as {@link threadCount}.
 */
export function wantedThreads(wanted?: number): number {
  const asked = wanted ?? Number(nodeProcess()?.env[VARIABLE])
  return asked >= 1 ? Math.min(Math.floor(asked), MAX_THREADS) : threadCount(availableCores())
}

/** Returns the number of cores that the machine, or the browser for it, reports. */
export const availableCores = () =>
  nodeModule('node:os')?.availableParallelism() ??
  ((globalThis.navigator as Navigator | undefined)?.hardwareConcurrency || 1)

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
      (event as SecurityPolicyViolationEvent).effectiveDirective.startsWith('worker-src'),
    )
    timer = setTimeout(() => resolve(true), START_TIMEOUT)
  })
  const forget = () => {
    clearTimeout(timer)
    listening.abort()
  }
  return { happened, forget }
}
