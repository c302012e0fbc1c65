// The service worker of the built editor: after the first visit it starts and runs without a network. The build gives it the
// list of its files (build/offline.ts). Answers keep their headers, so that the page stays isolated and wasm has its threads.

/** What the build knows: paths from where this script is. */
export interface Built {
  /** Another for every content of the files. */
  version: string
  /** Kept as soon as the editor was visited. */
  atOnce: string[]
  /** Large data, kept once a node has asked for it. */
  later: string[]
}

declare const __BUILT__: Built
declare const self: ServiceWorkerGlobalScope

const { version, atOnce, later } = __BUILT__
const { scope } = self.registration

/** Other copies of the editor may be on the same server. */
const PREFIX = `editor ${scope} `
const APP = PREFIX + version
const DATA = `data ${scope}`
const [START, ASSETS] = ['./', 'assets/']

const addressOf = (path: string) => new URL(path, scope).href
/** Names in this folder have a hash in them: never the same name for another content. */
const isHashed = (path: string) => path.startsWith(ASSETS)

self.addEventListener('install', (event) => event.waitUntil(keepAll()))
self.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => self.clients.claim())))
/** The page says when it is to be taken while older pages are still open. */
self.addEventListener('message', ({ data }) => data === 'take' && void self.skipWaiting())
self.addEventListener('fetch', (event) => {
  const path = pathOf(event.request)
  if (path === undefined) return
  if (path === START || isHashed(path) || atOnce.includes(path)) event.respondWith(answer(event.request, path))
})

/** The path of a request that may be ours. */
function pathOf({ url, method, headers, mode }: Request): string | undefined {
  const { origin, pathname } = new URL(url)
  const address = origin + pathname
  if (method !== 'GET' || headers.has('range') || !address.startsWith(scope)) return undefined
  const path = address.slice(scope.length)
  return mode === 'navigate' && (path === '' || path === 'index.html') ? START : path
}

async function answer(request: Request, path: string): Promise<Response> {
  const address = addressOf(path)
  // An older page that is still open asks for files of its own version: those are in the cache before.
  const kept = (await of(APP, address)) ?? (isHashed(path) ? await ofAny(address) : undefined)
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok && later.includes(path)) {
    const copy = response.clone()
    // A full disk is no reason not to go on.
    await caches
      .open(DATA)
      .then((cache) => cache.put(address, copy))
      .catch(() => {})
  }
  return response
}

const of = async (name: string, address: string) => (await caches.open(name)).match(address, { ignoreVary: true })
const ofAny = (address: string) => caches.match(address, { ignoreVary: true })

/** Only what has changed since the last version is fetched. */
async function keepAll() {
  const cache = await caches.open(APP)
  await Promise.all(
    atOnce.map(async (path) => {
      const address = addressOf(path)
      const known = isHashed(path) ? await ofAny(address) : undefined
      const response = known ?? (await fetch(address, { cache: isHashed(path) ? 'default' : 'no-cache' }))
      if (!response.ok) throw new Error(`${address} is not there: ${response.status}`)
      await cache.put(address, response)
    }),
  )
}

/** The version before stays, for pages that still show it; what is older goes. */
async function tidy() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== APP)
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
  const data = await caches.open(DATA)
  const wanted = new Set(later.map(addressOf))
  for (const { url } of await data.keys()) if (!wanted.has(url)) await data.delete(url)
}
