// Service worker of the built editor, which then starts and runs without a network. The build adds
// the list of files (build/offline.ts). Responses keep their headers, and get those of an isolated
// page, which wasm threads need, from servers that do not send them.
import { isIsolating, withIsolation } from './isolationHeaders.ts'

/** Files of the build, as paths relative to this script. */
export interface Built {
  /** Hash of the contents of all files. */
  version: string
  /** Cached at installation. */
  precached: string[]
  /** Large data, cached on first use. */
  onDemand: string[]
}

declare const __BUILT__: Built
declare const self: ServiceWorkerGlobalScope

const { version, precached, onDemand } = __BUILT__
const { scope } = self.registration

/** Includes the scope, as the server may host other copies of the editor. */
const PREFIX = `editor ${scope} `
const APP = PREFIX + version
const DATA = `data ${scope}`
const [START, ASSETS] = ['./', 'assets/']

const fileUrl = (path: string) => new URL(path, scope).href
/** File names in this folder contain a hash, so their contents never change. */
const isHashed = (path: string) => path.startsWith(ASSETS)

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) =>
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim())),
)
/**
 * The page sends 'take' to activate this version while older pages are open, and 'cache' when it
 * has started.
 */
self.addEventListener('message', (event) => {
  if (event.data === 'take') void self.skipWaiting()
  // Without a network, the next visit tries again.
  else if (event.data === 'cache') event.waitUntil(cacheFiles().catch(() => {}))
})
self.addEventListener('fetch', (event) => {
  const path = ownPath(event.request)
  if (path === undefined) return
  if (path === START || isHashed(path) || precached.includes(path))
    event.respondWith(respond(event.request, path))
})

/** Path of a request for a file of the editor; undefined for others. */
function ownPath({ url, method, headers, mode }: Request): string | undefined {
  const { origin, pathname } = new URL(url)
  const fullUrl = origin + pathname
  if (method !== 'GET' || headers.has('range') || !fullUrl.startsWith(scope)) return undefined
  const path = fullUrl.slice(scope.length)
  return mode === 'navigate' && (path === '' || path === 'index.html') ? START : path
}

const respond = async (request: Request, path: string): Promise<Response> =>
  withIsolation(await findResponse(request, path))

async function findResponse(request: Request, path: string): Promise<Response> {
  const url = fileUrl(path)
  // An older open page requests files of its own version, which are in an older cache.
  const cached =
    (await matchCache(APP, url)) ?? (isHashed(path) ? await matchAnyCache(url) : undefined)
  if (cached) return cached
  const response = await fetch(request)
  if (response.ok && onDemand.includes(path)) {
    const copy = response.clone()
    // Errors are ignored: the response is valid even if the disk is full.
    await caches
      .open(DATA)
      .then((cache) => cache.put(url, copy))
      .catch(() => {})
  }
  return response
}

const matchCache = async (name: string, url: string) =>
  (await caches.open(name)).match(url, { ignoreVary: true })
const matchAnyCache = (url: string) => caches.match(url, { ignoreVary: true })

/**
 * Caches the files before this version becomes active. The first version on a server that does not
 * isolate its pages becomes active at once, because the page waits to be isolated: it caches the
 * files when the page has started.
 */
async function install() {
  const isUpdate = self.registration.active !== null
  if (isUpdate || isIsolating(await fetch(fileUrl(START), { cache: 'no-cache' })))
    await cacheFiles()
}

/** Caches the files of this version that are not cached yet, the page last. */
async function cacheFiles() {
  const cache = await caches.open(APP)
  if (await cache.match(fileUrl(START))) return
  await Promise.all(precached.map((path) => path !== START && cacheFile(cache, path)))
  // With the page, the cache is in use: it must not refer to files of a version that is gone.
  await cacheFile(cache, START)
}

/** Caches a file. Fetches it only if it has changed since the last version. */
async function cacheFile(cache: Cache, path: string) {
  const url = fileUrl(path)
  const cached = isHashed(path) ? await matchAnyCache(url) : undefined
  const response = cached ?? (await fetch(url, { cache: isHashed(path) ? 'default' : 'no-cache' }))
  if (!response.ok) throw new Error(`${url} is not there: ${response.status}`)
  await cache.put(url, response)
}

/** Deletes old versions, except for the previous one, which open pages may still use. */
async function deleteOldCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== APP)
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
  const data = await caches.open(DATA)
  const cacheable = new Set(onDemand.map(fileUrl))
  for (const { url } of await data.keys()) if (!cacheable.has(url)) await data.delete(url)
}
