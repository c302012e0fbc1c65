// The files of one version of the editor, from the caches and the server. Only files of the build's
// list are stored, and only with the SHA-256 of that list.
import { isComplete, isFile } from './checkedResponses.ts'

/**
 * SHA-256 of files (see hashBytes) by their paths relative to the service worker. Compressed files
 * have a second one, after a space: that of their contents, which servers send with
 * `Content-Encoding: gzip`.
 */
export type FileHashes = Readonly<Record<string, string>>

/** Files of the build. */
export interface Built {
  /** Hash of the contents of all files. */
  readonly version: string
  /** Cached at installation. */
  readonly precached: FileHashes
  /** Large data, cached on first use. */
  readonly onDemand: FileHashes
}

/** Parts of the global scope of a service worker, which tests replace. */
export interface CacheHost {
  readonly registration: Pick<ServiceWorkerRegistration, 'scope'>
  readonly caches: Pick<CacheStorage, 'match' | 'keys' | 'delete'> & {
    open(name: string): Promise<Pick<Cache, 'match' | 'put' | 'keys' | 'delete'>>
  }
  fetch(input: string | Request, init?: RequestInit): Promise<Response>
}

/** The page. Some servers redirect index.html to its folder. */
export const START = './'

/** File names in this folder contain a hash, so their contents never change. */
const isHashed = (path: string) => path.startsWith('assets/')

export interface FileCache {
  /** Returns true if requests for this path are answered by this module. */
  has(path: string): boolean
  /**
   * Returns a file for a page: from the caches if it is there, else from the server. `extend` keeps
   * the worker running until the file is stored.
   */
  find(path: string, request: Request, extend: (work: Promise<void>) => void): Promise<Response>
  /**
   * Caches the files of this version that are not cached yet. Replaces wrong ones, of those that are
   * cached only with `checkAll`: every file is checked before its use anyway.
   * @throws Error if the server does not have one of them
   */
  cacheAll(options: { checkAll: boolean }): Promise<void>
  /**
   * Deletes old versions, except for the previous one, which open pages may still use, and wrong
   * files of this one.
   */
  deleteOld(): Promise<void>
}

const noPaths: ReadonlySet<string> = new Set()

const matching = { ignoreVary: true }

/** Errors of the caches, such as a full disk, leave the files on the server. */
const noCache = () => undefined

export function createFileCache(host: CacheHost, built: Built): FileCache {
  const { scope } = host.registration
  const { caches } = host
  /** Includes the scope, as the server may host other copies of the editor. */
  const prefix = `editor ${scope} `
  const [app, data] = [prefix + built.version, `data ${scope}`]
  const precached = new Map(Object.entries(built.precached))
  const onDemand = new Map(Object.entries(built.onDemand))
  /** Stored files whose contents were checked by this worker, by their cache and path. */
  const checked = new Set<string>()

  const fileUrl = (path: string) => new URL(path, scope).href
  const cacheName = (path: string) => (onDemand.has(path) ? data : app)
  const getHash = (path: string) => precached.get(path) ?? onDemand.get(path)

  const match = async (path: string) =>
    (await caches.open(cacheName(path))).match(fileUrl(path), matching)

  /**
   * Returns true if a file of this version is stored. Deletes it if its contents are wrong: older
   * workers stored what the server sent.
   */
  async function isStored(path: string, sha256: string): Promise<boolean> {
    if (checked.has(path)) return true
    const stored = await match(path)
    if (!stored) return false
    if (await isFile(path, sha256, stored)) checked.add(path)
    else await (await caches.open(cacheName(path))).delete(fileUrl(path), matching)
    return checked.has(path)
  }

  /** Browsers run scripts faster from a response that was not read, so the file is matched again. */
  const matchChecked = async (path: string, sha256: string) =>
    (await isStored(path, sha256)) ? match(path) : undefined

  async function listStored(): Promise<ReadonlySet<string>> {
    const stored = await (await caches.open(app)).keys()
    return new Set(stored.map(({ url }) => url.slice(scope.length) || START))
  }

  async function store(path: string, response: Response) {
    const cache = await caches.open(cacheName(path))
    await cache.put(fileUrl(path), response)
    checked.add(path)
  }

  /** A file of this version in the cache of another one. */
  async function matchOther(path: string, sha256: string): Promise<Response | undefined> {
    const found = isHashed(path) ? await caches.match(fileUrl(path), matching) : undefined
    return found && (await isFile(path, sha256, found.clone())) ? found : undefined
  }

  /**
   * Requests a file. A wrong one of a name that never changes may come from the browser's own cache,
   * which is bypassed then.
   */
  async function request(path: string, sha256: string) {
    const modes = isHashed(path) ? (['default', 'reload'] as const) : (['no-cache'] as const)
    let response = Response.error()
    for (const cache of modes) {
      response = await host.fetch(fileUrl(path), { cache })
      if (await isFile(path, sha256, response.clone())) return { response, isRight: true }
    }
    return { response, isRight: false }
  }

  async function cacheFile(path: string, sha256: string) {
    if (await isStored(path, sha256)) return
    const other = await matchOther(path, sha256)
    if (other) return store(path, other)
    const { response, isRight } = await request(path, sha256)
    if (!isRight) throw new Error(describeWrong(path, response))
    await store(path, response)
  }

  async function findListed(
    path: string,
    sha256: string,
    extend: (work: Promise<void>) => void,
  ): Promise<Response> {
    const cached =
      (await matchChecked(path, sha256).catch(noCache)) ??
      (await matchOther(path, sha256).catch(noCache))
    if (cached) return cached
    const { response, isRight } = await request(path, sha256)
    if (isRight) {
      // The page does not wait for the disk, which may be full.
      extend(store(path, response.clone()).catch(noCache))
      return response
    }
    // The server may have a newer version of a file whose name stays the same.
    if (!isHashed(path) || !response.ok) return response
    return new Response(describeWrong(path, response), { status: 502 })
  }

  /**
   * The page, which is stored after all other files. From the server it may be that of a newer
   * version.
   */
  async function findStart(request: Request): Promise<Response> {
    const sha256 = getHash(START)
    const cached = sha256 && (await matchChecked(START, sha256).catch(noCache))
    return cached || host.fetch(request)
  }

  /** A file that an older open page requests: it is in an older cache. */
  async function findOld(path: string, request: Request): Promise<Response> {
    const cached = await caches.match(fileUrl(path), matching).catch(noCache)
    return cached && isComplete(path, cached) ? cached : host.fetch(request)
  }

  /** Deletes the files of a cache that are not in its list, and those with other contents. */
  async function checkStored(name: string, files: ReadonlyMap<string, string>) {
    const cache = await caches.open(name)
    const paths = new Map([...files.keys()].map((path) => [fileUrl(path), path]))
    for (const { url } of await cache.keys()) {
      const path = paths.get(url)
      const sha256 = path && files.get(path)
      if (sha256) await isStored(path, sha256)
      else await cache.delete(url, matching)
    }
  }

  return {
    has: (path) => path === START || isHashed(path) || getHash(path) !== undefined,
    find(path, request, extend) {
      if (path === START) return findStart(request)
      const sha256 = getHash(path)
      return sha256 === undefined ? findOld(path, request) : findListed(path, sha256, extend)
    },
    async cacheAll({ checkAll }) {
      const stored = checkAll ? noPaths : await listStored()
      const files = [...precached].filter(([path]) => path !== START && !stored.has(path))
      await Promise.all(files.map(([path, sha256]) => cacheFile(path, sha256)))
      // With the page, the cache is in use: it must not refer to files of a version that is gone.
      const start = precached.get(START)
      if (start) await cacheFile(START, start)
    },
    async deleteOld() {
      const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== app)
      await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
      await checkStored(app, precached)
      await checkStored(data, onDemand)
    },
  }
}

const describeWrong = (path: string, { status, headers }: Response) =>
  `${path} is not the file of this version: status ${status}, ${headers.get('Content-Type') ?? 'no type'}`
