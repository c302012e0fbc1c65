// Service worker of the built editor, which then starts and runs without a network. The build adds
// the list of files (build/offline.ts). Responses keep their headers: wasm threads need an isolated
// page.

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
const [START, ASSETS] = ['../', 'assets/']

const fileUrl = (path: string) => new URL(path, scope).href
/** File names in this folder contain a hash, so their contents never change. */
const isHashed = (path: string) => path.startsWith(ASSETS)

self.addEventListener('install', (event) => event.waitUntil(cacheFiles()))
self.addEventListener('activate', (event) =>
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim())),
)
/** The page sends 'take' to activate this version while older pages are open. */
self.addEventListener('message', ({ data }) => data === 'take' && void self.skipWaiting())
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

async function respond(request: Request, path: string): Promise<Response> {
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

/** Caches the files of this version. Fetches only those that changed since the last one. */
async function cacheFiles() {
  const cache = await caches.open(APP)
  await Promise.all(
    precached.map(async (path) => {
      const url = fileUrl(path)
      const cached = isHashed(path) ? await matchAnyCache(url) : undefined
      const response =
        cached ?? (await fetch(url, { cache: isHashed(path) ? 'default' : 'no-cache' }))
      if (!response.ok) throw new Error(`${url} is not there: ${response.status}`)
      await cache.put(url, response)
    }),
  )
}

/** Deletes old versions, except for the previous one, which open pages may still use. */
async function deleteOldCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== APP)
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
  const data = await caches.open(DATA)
  const cacheable = new Set(onDemand.map(fileUrl))
  for (const { url } of await data.keys()) if (!cacheable.has(url)) await data.delete(url)
}
