// Model of what surrounds a service worker: caches, the browser's HTTP cache, a server that answers
// wrongly, events and restarts. Everything that the worker stores and answers is checked.
import { createHash } from 'node:crypto'
import { fitsPath } from '../../src/editor/pwa/checkedResponses.ts'
import { START, type Built, type FileHashes } from '../../src/editor/pwa/fileCache.ts'
import {
  listenToWorkerEvents,
  type WorkerEvents,
  type WorkerHost,
} from '../../src/editor/pwa/workerEvents.ts'

export const SCOPE = 'https://example.org/editor/'

/** Answers of a server for a script. All but the first are wrong; some have the right contents. */
export const serverAnswers = [
  'right',
  'page', // index.html with status 200, as a single-page fallback sends it
  'unfinished', // a file that is being uploaded
  'empty',
  'interrupted', // a body that ends with an error
  'otherVersion',
  'wrongType',
  'missing',
  'partial',
  'notModified',
  'opaque',
  'foreign',
  'redirected',
  'unpacked', // right for .gz files: servers send them with `Content-Encoding: gzip`
  'networkError',
] as const
export type ServerAnswer = (typeof serverAnswers)[number]

/** Thrown by a fetch without a network. */
export class NetworkError extends TypeError {
  override name = 'NetworkError'
}

interface ResponseFacts {
  status: number
  type: ResponseType
  redirected: boolean
  contentType: string
  text: string
  /** The body ends with an error. */
  interrupted?: true
  isIsolating?: boolean
  fromCache?: true
}

/** A response with the properties that only browsers can set. */
class ModelResponse extends Response {
  readonly facts: ResponseFacts

  constructor(facts: ResponseFacts) {
    const { status, contentType, text } = facts
    const hasBody = status === 200 || status === 404
    super(hasBody ? text : null, {
      status: status || 200,
      headers: {
        ...(contentType && { 'Content-Type': contentType }),
        ...(facts.isIsolating && {
          'Cross-Origin-Opener-Policy': 'same-origin',
          'Cross-Origin-Embedder-Policy': 'require-corp',
        }),
        ...(facts.fromCache && { 'X-From-Cache': facts.type }),
      },
    })
    this.facts = facts
    const values = { status, ok: status >= 200 && status < 300, type: facts.type }
    for (const [name, value] of Object.entries({ ...values, redirected: facts.redirected }))
      Object.defineProperty(this, name, { value })
  }

  override clone(): ModelResponse {
    if (this.isRead) throw new TypeError('The body is already used')
    return new ModelResponse(this.facts)
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.isRead) throw new TypeError('The body is already used')
    this.isRead = true
    if (this.facts.interrupted) throw new NetworkError('The body ends early')
    return new Uint8Array(Buffer.from(this.facts.text)).buffer
  }

  private isRead = false
}

// ---- the versions of the editor

const sha256 = (text: string) =>
  createHash('sha256').update(text).digest('base64').replace(/=+$/, '')

/** Texts of the files of two versions, by path. Some files are the same in both. */
interface Version {
  precached: Readonly<Record<string, string>>
  onDemand: Readonly<Record<string, string>>
}

const versions: readonly Version[] = [1, 2].map((version) => ({
  precached: {
    [START]: `<!doctype html><title>Editor ${version}</title>`,
    [`assets/app-${version}.js`]: `start(${version})`,
    'assets/lazy-AB12.js': 'export const lazy = true',
    'assets/style-CD34.css': 'body { margin: 0 }',
    'manifest.webmanifest': `{"name":"Editor ${version}"}`,
  },
  onDemand: {
    'assets/digits-EF56.zip': 'many digits',
    'assets/images-GH78.gz': 'packed images',
    'LICENSES.txt': `licences of version ${version}`,
  },
}))

const unpacked = (path: string, text: string) =>
  path.endsWith('.gz') ? `unpacked: ${text}` : `not ${text}`

const listHashes = (path: string, text: string) =>
  path.endsWith('.gz') ? `${sha256(text)} ${sha256(unpacked(path, text))}` : sha256(text)

const isListed = (hashes: string, text: string) => hashes.split(' ').includes(sha256(text))

const hashAll = (files: Readonly<Record<string, string>>): FileHashes =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, listHashes(path, text)]))

const builds: readonly Built[] = versions.map(({ precached, onDemand }, i) => ({
  version: `v${i + 1}`,
  precached: hashAll(precached),
  onDemand: hashAll(onDemand),
}))

/** All paths of both versions, and one that no version has. */
export const modelPaths = [
  ...new Set(
    versions.flatMap(({ precached, onDemand }) => Object.keys({ ...precached, ...onDemand })),
  ),
  'assets/other-9999.js',
  'other.html',
]

const textOf = (version: number, path: string): string | undefined =>
  versions[version].precached[path] ?? versions[version].onDemand[path]

const hashOf = (version: number, path: string): string | undefined =>
  builds[version].precached[path] ?? builds[version].onDemand[path]

const contentTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  html: 'text/html',
  zip: 'application/zip',
  gz: 'application/gzip',
  txt: 'text/plain',
  webmanifest: 'application/manifest+json',
}

const contentType = (path: string) =>
  path === START ? 'text/html' : contentTypes[path.slice(path.lastIndexOf('.') + 1)]

const right = (path: string, text: string): ResponseFacts => ({
  status: 200,
  type: 'basic',
  redirected: false,
  contentType: contentType(path),
  text,
})

const page = (version: number) => right(START, versions[version].precached[START])

/** A response that a server gives for a file. */
function answerWith(answer: ServerAnswer, version: number, path: string): ResponseFacts {
  const text = textOf(version, path)
  if (text === undefined && answer !== 'page')
    return { ...page(version), status: 404, text: 'not found' }
  const file = right(path, text ?? '')
  switch (answer) {
    case 'right':
      return file
    case 'page':
      return page(version)
    case 'unfinished':
      return { ...file, text: file.text.slice(0, -3) }
    case 'empty':
      return { ...file, text: '' }
    case 'interrupted':
      return { ...file, interrupted: true }
    case 'otherVersion':
      return { ...file, text: `${file.text} of another version` }
    case 'wrongType':
      return { ...file, contentType: path === START ? 'text/plain' : 'text/html' }
    case 'missing':
      return { ...file, status: 404 }
    case 'partial':
      return { ...file, status: 206 }
    case 'notModified':
      return { ...file, status: 304 }
    case 'opaque':
      return { ...file, type: 'opaque', status: 0, text: '' }
    case 'foreign':
      return { ...file, type: 'cors' }
    case 'redirected':
      return { ...file, redirected: true }
    case 'unpacked':
      return { ...file, text: unpacked(path, file.text) }
    case 'networkError':
      throw new NetworkError('Failed to fetch')
    default:
      return answer satisfies never
  }
}

// ---- caches

const toPath = (url: string) => url.slice(SCOPE.length) || START
const toUrl = (path: string) => new URL(path, SCOPE).href

type Stored = Map<string, ResponseFacts>

/** Reports a broken promise of the worker. */
export type Report = (message: string) => void

/** Names of the caches, as older workers named theirs too. */
const appCache = (version: number) => `editor ${SCOPE} ${builds[version].version}`
const DATA_CACHE = `data ${SCOPE}`

/** The browser around a service worker. */
export class WorkerModel {
  /** The version on the server. */
  deployed = 0
  /** The server sends the headers of isolated pages. */
  isIsolating = true
  /** Puts that fail from now on. */
  fullFor = 0
  readonly stored = new Map<string, Stored>()
  private readonly answers = new Map<string, ServerAnswer>()
  /** The browser's own cache: names with a hash are stored for a year. */
  private readonly httpCache = new Map<string, ResponseFacts>()
  private worker: ModelWorker | undefined

  constructor(readonly report: Report) {}

  get version(): number | undefined {
    return this.worker?.version
  }

  /** Decides how the server answers requests for a file from now on. */
  setAnswer(path: string, answer: ServerAnswer) {
    this.answers.set(path, answer)
  }

  setAllAnswers(answer: ServerAnswer) {
    for (const path of modelPaths) this.setAnswer(path, answer)
  }

  request(path: string, mode: RequestCache): ResponseFacts {
    const cached = mode === 'default' ? this.httpCache.get(path) : undefined
    if (cached) return cached
    const answer = answerWith(this.answers.get(path) ?? 'right', this.deployed, path)
    const facts = { ...answer, isIsolating: this.isIsolating }
    if (path.startsWith('assets/') && facts.status === 200 && !facts.interrupted)
      this.httpCache.set(path, facts)
    return facts
  }

  /** Installs the worker of a version, and activates it if that succeeds. */
  async install(version: number): Promise<boolean> {
    const isUpdate = this.worker !== undefined
    const worker = new ModelWorker(this, version, isUpdate)
    const installed = await worker.send('install', {}).then(
      () => true,
      () => false,
    )
    if (!installed) return false
    if (isUpdate) this.checkInstalled(version)
    this.worker = worker
    await this.activate()
    return true
  }

  /** An update is complete: it may be activated without a network. */
  private checkInstalled(version: number) {
    for (const [path, hash] of Object.entries(builds[version].precached)) {
      const stored = this.stored.get(appCache(version))?.get(path)
      if (!stored || !isListed(hash, stored.text)) this.report(`${path} is not installed`)
    }
  }

  private async activate() {
    const worker = this.worker
    if (!worker) return
    await worker.send('activate', {}).catch((error: Error) => this.report(`activate: ${error}`))
    for (const [name, files] of this.stored) {
      if (name !== appCache(worker.version) && name !== DATA_CACHE) continue
      const list = name === DATA_CACHE ? 'onDemand' : 'precached'
      for (const path of files.keys())
        if (!(path in builds[worker.version][list]))
          this.report(`${path} is in the cache ${name}, but in no list`)
    }
  }

  /** Ends the worker and starts it again, as browsers do when it is idle. */
  restart() {
    if (this.worker) this.worker = new ModelWorker(this, this.worker.version, true)
  }

  async message(data: unknown) {
    const sent = this.worker?.send('message', { data })
    await sent?.catch((error: Error) => this.report(`message: ${error}`))
  }

  /**
   * Requests a file as a page does. Returns its text, or undefined without a response of status 200.
   */
  async fetch(path: string): Promise<string | undefined> {
    if (!this.worker) return this.fetchDirectly(path)
    try {
      const response = await this.worker.fetch(path)
      if (!response) return this.fetchDirectly(path)
      const { status, headers } = response
      const text = status === 200 ? Buffer.from(await response.arrayBuffer()).toString() : undefined
      this.checkAnswer(path, text, headers)
      return text
    } catch (error) {
      if (!(error instanceof NetworkError)) this.report(`fetch: ${String(error)}`)
      return undefined
    }
  }

  private fetchDirectly(path: string): string | undefined {
    try {
      const { status, text } = this.request(path, 'default')
      return status === 200 ? text : undefined
    } catch {
      return undefined
    }
  }

  private checkAnswer(path: string, text: string | undefined, headers: Headers) {
    const [type, contentType] = [headers.get('X-From-Cache'), headers.get('Content-Type')]
    const isCached = type !== null
    const listed = this.version === undefined ? undefined : hashOf(this.version, path)
    if (listed === undefined) {
      if (isCached && (text === undefined || type !== 'basic' || !fitsPath(path, contentType)))
        this.report(`${path} of another version is answered from the cache as ${contentType}`)
      return
    }
    const isRight = text !== undefined && isListed(listed, text) && fitsPath(path, contentType)
    if (isCached && !isRight) this.report(`${path} is answered from the cache with other contents`)
    if (path.startsWith('assets/') && text !== undefined && !isRight)
      this.report(`${path} is answered with other contents`)
  }

  /** Loads the page with all files of a version, as a reload does. */
  async reload() {
    if (this.version === undefined) return
    for (const path of Object.keys(builds[this.version].precached)) await this.fetch(path)
    await this.message('cache')
  }

  /** Puts a response into a cache as an older worker did before this one started. */
  plant(version: number, path: string, answer: ServerAnswer, isData: boolean) {
    try {
      const facts = answerWith(answer, version, path)
      if (facts.status === 200) this.files(isData ? DATA_CACHE : appCache(version)).set(path, facts)
    } catch {
      // Nothing to store without a network.
    }
    this.restart()
  }

  files(name: string): Stored {
    const files: Stored = this.stored.get(name) ?? new Map<string, ResponseFacts>()
    this.stored.set(name, files)
    return files
  }

  /**
   * Once the server answers rightly, all files must be right after one reload, and without a network
   * afterwards.
   */
  async checkRepair() {
    this.fullFor = 0
    this.setAllAnswers('right')
    const { version } = this
    if (version === undefined) return
    this.deployed = version
    await this.reload()
    const { precached, onDemand } = builds[version]
    for (const path of Object.keys({ ...precached, ...onDemand })) await this.expectFile(path)
    this.setAllAnswers('networkError')
    this.httpCache.clear()
    this.restart()
    for (const path of Object.keys(precached)) await this.expectFile(path)
  }

  private async expectFile(path: string) {
    const text = await this.fetch(path)
    const hashes = this.version === undefined ? undefined : hashOf(this.version, path)
    if (hashes === undefined || (text !== undefined && isListed(hashes, text))) return
    this.report(`${path} is ${JSON.stringify(text)} after a reload`)
  }

  checkPut(version: number, name: string, path: string, facts: ResponseFacts) {
    const hash = hashOf(version, path)
    if (hash === undefined) return this.report(`${path} is stored, but in no list`)
    const { status, type, redirected, text, contentType } = facts
    if (name !== appCache(version) && name !== DATA_CACHE)
      return this.report(`${path} is stored in ${name}`)
    if (status !== 200 || type !== 'basic' || redirected)
      return this.report(`${path} is stored with status ${status} and type ${type}`)
    if (!isListed(hash, text)) return this.report(`${path} is stored with other contents`)
    if (!fitsPath(path, contentType)) this.report(`${path} is stored as ${contentType}`)
  }
}

/** A running service worker. */
class ModelWorker {
  private readonly listeners: {
    [K in keyof WorkerEvents]?: (event: WorkerEvents[K]) => void
  } = {}

  constructor(
    private readonly model: WorkerModel,
    readonly version: number,
    isUpdate: boolean,
  ) {
    const host: WorkerHost = {
      registration: { scope: SCOPE, active: isUpdate ? {} : null },
      clients: { claim: async () => {} },
      skipWaiting: async () => {},
      caches: this.createCaches(),
      fetch: async (input, { cache = 'default' } = {}) => {
        await nextTurn()
        const path = toPath(typeof input === 'string' ? input : input.url)
        return new ModelResponse(model.request(path, cache))
      },
      addEventListener: (type, listen) => void Object.assign(this.listeners, { [type]: listen }),
    }
    listenToWorkerEvents(host, builds[version])
  }

  /** Sends an event and waits for its work. Rejects if that does. */
  async send(type: 'install' | 'activate' | 'message', { data }: { data?: unknown }) {
    const work: Promise<unknown>[] = []
    const event = { data, waitUntil: (each: Promise<unknown>) => void work.push(each) }
    if (type === 'message') this.listeners.message?.(event)
    else this.listeners[type]?.(event)
    await Promise.all(work)
  }

  /** Returns undefined if the worker leaves the request to the browser. */
  async fetch(path: string): Promise<Response | undefined> {
    let answer: Promise<Response> | Response | undefined
    const work: Promise<unknown>[] = []
    const request = new Request(toUrl(path))
    if (path === START || path.endsWith('.html'))
      Object.defineProperty(request, 'mode', { value: 'navigate' })
    this.listeners.fetch?.({
      request,
      respondWith: (response) => void (answer = response as Promise<Response>),
      waitUntil: (each) => void work.push(each),
    })
    const response = await answer
    await Promise.all(work).catch((error: Error) => this.model.report(`after a fetch: ${error}`))
    return response
  }

  private createCaches(): WorkerHost['caches'] {
    const { model, version } = this
    const match = (files: Stored, url: RequestInfo | URL) => {
      const facts = files.get(toPath(String(url)))
      return facts && new ModelResponse({ ...facts, fromCache: true })
    }
    const open = async (name: string) => {
      await nextTurn()
      const files = model.files(name)
      return {
        match: async (url: RequestInfo | URL) => match(files, url),
        delete: async (url: RequestInfo | URL) => files.delete(toPath(String(url))),
        keys: async () => [...files.keys()].map((path) => new Request(toUrl(path))),
        async put(url: RequestInfo | URL, response: Response) {
          if (!(response instanceof ModelResponse)) throw new TypeError('A response of the worker')
          if (model.fullFor > 0) {
            model.fullFor--
            throw new DOMException('The disk is full', 'QuotaExceededError')
          }
          const { fromCache: _, ...facts } = response.facts
          if (facts.interrupted) throw new NetworkError('The body ends early')
          if (facts.status === 206) throw new TypeError('Partial responses cannot be stored')
          model.checkPut(version, name, toPath(String(url)), facts)
          files.set(toPath(String(url)), facts)
        },
      }
    }
    return {
      open,
      keys: async () => [...model.stored.keys()],
      delete: async (name) => model.stored.delete(name),
      async match(url) {
        for (const files of model.stored.values()) {
          const found = match(files, url as string)
          if (found) return found
        }
        return undefined
      },
    }
  }
}

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))
