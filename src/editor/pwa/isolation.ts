// Isolation of the page on servers that do not send its headers. The service worker adds them, but
// a page that was loaded without it has to be loaded again. This happens once, at the first visit,
// before a workflow is open, so that there is no work to lose.
import { openTabs } from '../workspace/state.ts'
import { startServiceWorker } from './register.ts'

/** Item of the session storage that marks the second loading. */
const MARK = 'isolated'

/** Time after which the editor goes on without isolation, in milliseconds: a slow network. */
const PATIENCE = 2000

/**
 * Resolves when workflows may be opened. Loads the page again if that isolates it, and does not
 * resolve then.
 */
export async function isolatePage(): Promise<void> {
  if (!canBeIsolated() || !(await isServedByWorker())) return undefined
  // The user may have dropped a file in the meantime.
  if (openTabs.value.length || !markReload()) return undefined
  location.reload()
  return new Promise(() => {})
}

/**
 * Returns true if the page is not isolated, and would be if the service worker had loaded it. A
 * frame is isolated only in an isolated page, which does not load frames that are not.
 */
const canBeIsolated = (): boolean =>
  import.meta.env.PROD &&
  !crossOriginIsolated &&
  window.top === window &&
  isSecureContext &&
  Boolean(navigator.serviceWorker) &&
  !navigator.serviceWorker.controller

/** Returns true once the service worker would answer, or false if that takes too long. */
const isServedByWorker = (): Promise<boolean> =>
  Promise.race([
    startServiceWorker().then((registration) =>
      registration ? becomesActive(registration) : false,
    ),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE)),
  ])

function becomesActive({ active, installing, waiting }: ServiceWorkerRegistration) {
  const worker = active ?? waiting ?? installing
  return new Promise<boolean>((resolve) => {
    const check = () => {
      if (worker?.state === 'activated') resolve(true)
      else if (!worker || worker.state === 'redundant') resolve(false)
    }
    worker?.addEventListener('statechange', check)
    check()
  })
}

/** Returns false if this tab has loaded the page again before, or if that cannot be known. */
function markReload(): boolean {
  try {
    if (sessionStorage.getItem(MARK)) return false
    sessionStorage.setItem(MARK, 'tried')
    return true
  } catch {
    return false
  }
}
