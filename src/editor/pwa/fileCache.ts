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

const noPaths: ReadonlySet<string> = new Set()

const matching = { ignoreVary: true }

/** Errors of the caches, such as a full disk, leave the files on the server. */
const noCache = () => undefined

/** The caches, without the server. Files are named by their paths. */
class CheckedCaches {
  private readonly caches: CacheHost['caches']
  private readonly scope: string
  /** Includes the scope, as the server may host other copies of the editor. */
  private readonly prefix: string
  /** Names of the caches of this version, and of large data of any version. */
  private readonly app: string
  private readonly data: string
  readonly precached: ReadonlyMap<string, string>
  private readonly onDemand: ReadonlyMap<string, string>
  /** Stored files whose contents were checked by this worker. */
  private readonly checked = new Set<string>()

  constructor({ caches, registration: { scope } }: CacheHost, built: Built) {
    this.caches = caches
    this.scope = scope
    this.prefix = `editor ${scope} `
    this.app = this.prefix + built.version
    this.data = `data ${scope}`
    this.precached = new Map(Object.entries(built.precached))
    this.onDemand = new Map(Object.entries(built.onDemand))
  }

  url(path: string): string {
    return new URL(path, this.scope).href
  }

  /** SHA-256 of a file of the build; undefined for others. */
  hash(path: string): string | undefined {
    return this.precached.get(path) ?? this.onDemand.get(path)
  }

  private open(path: string) {
    return this.caches.open(this.onDemand.has(path) ? this.data : this.app)
  }

  private async match(path: string): Promise<Response | undefined> {
    return (await this.open(path)).match(this.url(path), matching)
  }

  /**
   * Returns true if a file of this version is stored. Deletes it if its contents are wrong: older
   * workers stored what the server sent.
   */
  async isStored(path: string, sha256: string): Promise<boolean> {
    if (this.checked.has(path)) return true
    const stored = await this.match(path)
    if (!stored) return false
    if (await isFile(path, sha256, stored)) this.checked.add(path)
    else await (await this.open(path)).delete(this.url(path), matching)
    return this.checked.has(path)
  }

  /** Browsers run scripts faster from a response that was not read, so the file is matched again. */
  async matchChecked(path: string, sha256: string): Promise<Response | undefined> {
    return (await this.isStored(path, sha256)) ? this.match(path) : undefined
  }

  /** A file in the cache of any version, unchecked. */
  matchAny(path: string): Promise<Response | undefined> {
    return this.caches.match(this.url(path), matching)
  }

  /** A file of this version in the cache of another one. */
  async matchOther(path: string, sha256: string): Promise<Response | undefined> {
    const found = isHashed(path) ? await this.matchAny(path) : undefined
    return found && (await isFile(path, sha256, found.clone())) ? found : undefined
  }

  async listStored(): Promise<ReadonlySet<string>> {
    const stored = await (await this.caches.open(this.app)).keys()
    return new Set(stored.map(({ url }) => url.slice(this.scope.length) || START))
  }

  async store(path: string, response: Response) {
    const cache = await this.open(path)
    await cache.put(this.url(path), response)
    this.checked.add(path)
  }

  /** Deletes the caches of old versions, except for that of the previous one. */
  async deleteOldVersions() {
    const names = (await this.caches.keys()).filter(
      (name) => name.startsWith(this.prefix) && name !== this.app,
    )
    await Promise.all(names.slice(0, -1).map((name) => this.caches.delete(name)))
  }

  /** Deletes the files of this version that are not in its lists, and those with other contents. */
  async deleteWrong() {
    await this.checkStored(this.app, this.precached)
    await this.checkStored(this.data, this.onDemand)
  }

  private async checkStored(name: string, files: ReadonlyMap<string, string>) {
    const cache = await this.caches.open(name)
    const paths = new Map([...files.keys()].map((path) => [this.url(path), path]))
    for (const { url } of await cache.keys()) {
      const path = paths.get(url)
      const sha256 = path && files.get(path)
      if (sha256) await this.isStored(path, sha256)
      else await cache.delete(url, matching)
    }
  }
}

export class FileCache {
  private readonly caches: CheckedCaches

  constructor(
    private readonly host: CacheHost,
    built: Built,
  ) {
    this.caches = new CheckedCaches(host, built)
  }

  /** Returns true if requests for this path are answered by this module. */
  has(path: string): boolean {
    return path === START || isHashed(path) || this.caches.hash(path) !== undefined
  }

  /**
   * Returns a file for a page: from the caches if it is there, else from the server. `extend` keeps
   * the worker running until the file is stored.
   */
  find(path: string, request: Request, extend: (work: Promise<void>) => void): Promise<Response> {
    if (path === START) return this.findStart(request)
    const sha256 = this.caches.hash(path)
    return sha256 === undefined
      ? this.findOld(path, request)
      : this.findListed(path, sha256, extend)
  }

  /**
   * Caches the files of this version that are not cached yet. Replaces wrong ones, of those that are
   * cached only with `checkAll`: every file is checked before its use anyway.
   * @throws Error if the server does not have one of them
   */
  async cacheAll({ checkAll }: { checkAll: boolean }): Promise<void> {
    const { precached } = this.caches
    const stored = checkAll ? noPaths : await this.caches.listStored()
    const files = [...precached].filter(([path]) => path !== START && !stored.has(path))
    await Promise.all(files.map(([path, sha256]) => this.cacheFile(path, sha256)))
    // With the page, the cache is in use: it must not refer to files of a version that is gone.
    const start = precached.get(START)
    if (start) await this.cacheFile(START, start)
  }

  /**
   * Deletes old versions, except for the previous one, which open pages may still use, and wrong
   * files of this one.
   */
  async deleteOld(): Promise<void> {
    await this.caches.deleteOldVersions()
    await this.caches.deleteWrong()
  }

  private async cacheFile(path: string, sha256: string) {
    if (await this.caches.isStored(path, sha256)) return
    const other = await this.caches.matchOther(path, sha256)
    if (other) return this.caches.store(path, other)
    const { response, isRight } = await this.request(path, sha256)
    if (!isRight) throw new Error(describeWrong(path, response))
    await this.caches.store(path, response)
  }

  /**
   * Requests a file. A wrong one of a name that never changes may come from the browser's own cache,
   * which is bypassed then.
   */
  private async request(path: string, sha256: string) {
    const modes = isHashed(path) ? (['default', 'reload'] as const) : (['no-cache'] as const)
    let response = Response.error()
    for (const cache of modes) {
      response = await this.host.fetch(this.caches.url(path), { cache })
      if (await isFile(path, sha256, response.clone())) return { response, isRight: true }
    }
    return { response, isRight: false }
  }

  private async findListed(
    path: string,
    sha256: string,
    extend: (work: Promise<void>) => void,
  ): Promise<Response> {
    const cached =
      (await this.caches.matchChecked(path, sha256).catch(noCache)) ??
      (await this.caches.matchOther(path, sha256).catch(noCache))
    if (cached) return cached
    const { response, isRight } = await this.request(path, sha256)
    if (isRight) {
      // The page does not wait for the disk, which may be full.
      extend(this.caches.store(path, response.clone()).catch(noCache))
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
  private async findStart(request: Request): Promise<Response> {
    const sha256 = this.caches.hash(START)
    const cached = sha256 && (await this.caches.matchChecked(START, sha256).catch(noCache))
    return cached || this.host.fetch(request)
  }

  /** A file that an older open page requests: it is in an older cache. */
  private async findOld(path: string, request: Request): Promise<Response> {
    const cached = await this.caches.matchAny(path).catch(noCache)
    return cached && isComplete(path, cached) ? cached : this.host.fetch(request)
  }
}

const describeWrong = (path: string, { status, headers }: Response) =>
  `${path} is not the file of this version: status ${status}, ${headers.get('Content-Type') ?? 'no type'}`
