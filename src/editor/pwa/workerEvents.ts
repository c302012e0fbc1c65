// Events of the service worker. Responses keep their headers, and get those of an isolated page,
// which wasm threads need, from servers that do not send them.
import { FileCache, START, type Built, type CacheHost } from './fileCache.ts'
import { isIsolating, withIsolation } from './isolationHeaders.ts'

/** Parts of the global scope of a service worker, which tests replace. */
export interface WorkerHost extends CacheHost {
  readonly registration: { readonly scope: string; readonly active: object | null }
  readonly clients: Pick<Clients, 'claim'>
  skipWaiting(): Promise<void>
  addEventListener<K extends keyof WorkerEvents>(
    type: K,
    listen: (event: WorkerEvents[K]) => void,
  ): void
}

export interface WorkerEvents {
  install: Pick<ExtendableEvent, 'waitUntil'>
  activate: Pick<ExtendableEvent, 'waitUntil'>
  message: Pick<ExtendableMessageEvent, 'waitUntil' | 'data'>
  fetch: Pick<FetchEvent, 'request' | 'respondWith' | 'waitUntil'>
}

export function listenToWorkerEvents(host: WorkerHost, built: Built) {
  const { scope } = host.registration
  const files = new FileCache(host, built)

  /**
   * Caches the files before this version becomes active. The first version on a server that does not
   * isolate its pages becomes active at once, because the page waits to be isolated: it caches the
   * files when the page has started.
   */
  async function install() {
    const isUpdate = host.registration.active !== null
    const start = new URL(START, scope).href
    if (isUpdate || isIsolating(await host.fetch(start, { cache: 'no-cache' })))
      await files.cacheAll({ checkAll: true })
  }

  host.addEventListener('install', (event) => event.waitUntil(install()))
  host.addEventListener('activate', (event) =>
    event.waitUntil(files.deleteOld().then(() => host.clients.claim())),
  )
  /**
   * The page sends 'take' to activate this version while older pages are open, and 'cache' when it
   * has started.
   */
  host.addEventListener('message', (event) => {
    if (event.data === 'take') void host.skipWaiting()
    // Without a network, the next visit tries again.
    else if (event.data === 'cache')
      event.waitUntil(files.cacheAll({ checkAll: false }).catch(() => {}))
  })
  host.addEventListener('fetch', (event) => {
    const path = ownPath(event.request, scope)
    if (path === undefined || !files.has(path)) return
    const found = files.find(path, event.request, (work) => event.waitUntil(work))
    event.respondWith(found.then(withIsolation))
  })
}

/** Path of a request for a file of the editor; undefined for others. */
function ownPath({ url, method, headers, mode }: Request, scope: string): string | undefined {
  const { origin, pathname } = new URL(url)
  const fullUrl = origin + pathname
  if (method !== 'GET' || headers.has('range') || !fullUrl.startsWith(scope)) return undefined
  const path = fullUrl.slice(scope.length)
  return mode === 'navigate' && (path === '' || path === 'index.html') ? START : path
}
