// The engine's side of the protocol: takes requests, drives a session, posts events. In a worker, or in the page.
import { startBackend, stopBackend } from '../engine/backends.ts'
import type { Fault } from '../engine/plan/fault.ts'
import { GraphError, messageOf, NodeError } from '../engine/plan/fault.ts'
import type { Op } from '../engine/plan/op.ts'
import { opTable } from '../engine/plan/op.ts'
import type { Session } from '../engine/plan/session.ts'
import { createSession } from '../engine/plan/session.ts'
import type { BackendName, Event, Kept, Request, RunRequest, WasmPaths, Watching } from '../engine/protocol.ts'
import type { EngineStorage } from './storage.ts'
import { assetsOf } from './assets.ts'
import { decodeInBrowser, fileOfBlob, importDataset } from './import.ts'
import type { KeptFiles } from './kept.ts'
import type { ShippedAddresses } from './shipped.ts'
import { shippedFrom, withMnist } from './shipped.ts'
import { shippedFiles } from './shipped-files.ts'
import { scriptOf } from './script/write.ts'
import { browserStorage } from './storage.ts'
import { glance, outlineOf } from './view/glance.ts'
import { wasmFiles } from './wasm-files.ts'

/** What a dedicated worker's global scope is, as far as it is needed here. */
export interface Scope {
  postMessage(event: Event): void
  addEventListener(type: 'message', listener: (message: { data: unknown }) => void): void
}

export interface ServeOptions {
  /** Unset: IndexedDB. */
  storage?: EngineStorage
}

/**
 * Serves these nodes. In a worker of your own, two lines:
 *
 *     import { nodes, serve } from 'litegraph-diffusion/worker'
 *     serve([...nodes, mine])
 *
 * A worker ends with everything in it; where the scope lives on, `close` ends what runs and lets go of every tensor.
 */
export function serve(
  nodes: readonly Op[],
  scope: Scope = globalThis as unknown as Scope,
  options: ServeOptions = {},
): { close(): void } {
  const server = new Server(nodes, (event) => scope.postMessage(event), options)
  scope.addEventListener('message', ({ data }) => server.take(data as Request))
  return { close: () => server.close() }
}

type Control = 'pause' | 'resume' | 'step' | 'stop'

/** A device that is lost may never answer; its session is left behind after this many milliseconds. */
const PATIENCE = 3000

class Server {
  private readonly storage: EngineStorage
  private session: Session
  private addresses: ShippedAddresses = shippedFiles
  private wanted: { name: BackendName | 'auto'; wasm: WasmPaths; measure: boolean } = {
    name: 'auto',
    wasm: wasmFiles,
    measure: false,
  }
  /** Resolves to why no backend could be started. */
  private backend: Promise<string | undefined> | undefined
  /** Runs that wait for their turn or for the backend. */
  private readonly waiting = new Map<number, RunRequest>()
  /** Imports that are to end. */
  private readonly cancelled = new Set<number>()
  private keepsLast = false
  private current = 0
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly nodes: readonly Op[],
    private readonly post: (event: Event) => void,
    { storage }: ServeOptions,
  ) {
    this.storage = storage ?? browserStorage((message) => post({ type: 'storage', message }))
    this.session = this.createSession()
  }

  take(request: Request): void {
    switch (request.type) {
      case 'run':
        this.waiting.set(request.run, request)
        this.inTurn(() => this.run(request.run))
        break
      case 'pause':
      case 'resume':
      case 'step':
      case 'stop':
        this.control(request.type, request.run)
        break
      case 'watch':
        this.watch(request)
        break
      case 'answer':
        this.session.answer(request.run, request.answer)
        break
      case 'check':
        this.post({ type: 'checked', id: request.id, faults: this.session.check(request.graph) })
        break
      case 'expand':
        this.expand(request)
        break
      case 'script':
        this.script(request)
        break
      case 'visible':
        this.session.setVisible(request.nodes)
        break
      case 'keepLast':
        this.keepsLast = request.on
        this.session.keepLast(request.on)
        break
      case 'glance':
        void this.glance(request)
        break
      case 'backend':
        this.wanted = { name: request.name, wasm: request.wasm ?? this.wanted.wasm, measure: request.measure ?? false }
        if (request.mnist !== undefined) this.addresses = withMnist(this.addresses, request.mnist)
        this.session.control('stop', this.current)
        this.inTurn(() => this.changeBackend())
        break
      case 'keep':
        void this.keep(request)
        break
      case 'listKept':
        void this.listKept(request)
        break
      case 'getKept':
        void this.getKept(request)
        break
      case 'deleteKept':
        void this.deleteKept(request)
        break
      case 'importImages':
        void this.importImages(request)
        break
      case 'cancelImport':
        this.cancelled.add(request.id)
        break
      default:
        request satisfies never
    }
  }

  close() {
    for (const run of this.waiting.keys()) this.control('stop', run)
    this.session.control('stop', this.current)
    this.inTurn(() => this.session.dispose())
  }

  private inTurn(work: () => Promise<void>) {
    this.turn = this.turn.then(work).catch((error) => this.post({ type: 'broken', message: messageOf(error) }))
  }

  private createSession(): Session {
    const session = createSession({
      ops: opTable(this.nodes),
      store: this.storage.states,
      assets: assetsOf(
        this.storage.checkpoints,
        this.storage.datasets,
        shippedFrom(() => this.addresses),
      ),
      onEvent: this.post,
      glancing: { glance, outline: outlineOf },
    })
    session.keepLast(this.keepsLast)
    return session
  }

  private async run(id: number) {
    if (!this.waiting.has(id)) return // stopped before its turn
    const failure = await (this.backend ??= this.startBackend())
    const request = this.waiting.get(id)
    if (!request) return
    this.waiting.delete(id)
    if (failure !== undefined) return this.refuse(id, failure)
    this.current = id
    await this.session.run(request)
  }

  private refuse(run: number, message: string) {
    this.post({ type: 'faults', run, faults: [{ node: '', message, cure: 'Try another browser, or another backend.' }] })
    this.post({ type: 'finished', run, seconds: 0, stopped: true })
  }

  private control(command: Control, run: number) {
    const request = this.waiting.get(run)
    if (!request) return this.session.control(command, run)
    if (command === 'stop') {
      this.waiting.delete(run)
      this.post({ type: 'finished', run, seconds: 0, stopped: true })
    } else this.waiting.set(run, { ...request, paused: command !== 'resume' })
  }

  private watch({ run, perSecond, measure }: Extract<Request, { type: 'watch' }>) {
    const watching: Watching = { ...(perSecond !== undefined && { perSecond }), ...(measure && { measure }) }
    const waiting = this.waiting.get(run)
    if (!waiting) return this.session.watch(run, watching)
    const { perSecond: _speed, measure: _measure, ...request } = waiting
    this.waiting.set(run, { ...request, ...watching })
  }

  private expand({ id, node, wired }: Extract<Request, { type: 'expand' }>) {
    try {
      this.post({ type: 'expanded', id, expansion: this.session.expand(node, wired), faults: [] })
    } catch (error) {
      this.post({ type: 'expanded', id, faults: faultsOf(error, node.id) })
    }
  }

  private script({ id, graph, title, about }: Extract<Request, { type: 'script' }>) {
    try {
      this.post({ type: 'scripted', id, text: scriptOf(graph, opTable(this.nodes), { title, about }), faults: [] })
    } catch (error) {
      this.post({ type: 'scripted', id, faults: faultsOf(error, '') })
    }
  }

  private async glance({ id, output }: Extract<Request, { type: 'glance' }>) {
    // What cannot be read just now (the device is lost, say) is as good as not kept.
    const glance = await this.session.glance(output).catch(() => undefined)
    this.post({ type: 'glanced', id, ...(glance && { glance }) })
  }

  private kept(what: Kept): KeptFiles {
    return what === 'checkpoint' ? this.storage.checkpoints : this.storage.datasets
  }

  private async keep({ id, what, name, bytes }: Extract<Request, { type: 'keep' }>) {
    try {
      this.post({ type: 'kept', id, file: await this.kept(what).put(name, bytes) })
    } catch (error) {
      this.post({ type: 'kept', id, error: messageOf(error) })
    }
  }

  private async getKept({ id, what, sha256 }: Extract<Request, { type: 'getKept' }>) {
    const bytes = await this.kept(what)
      .get(sha256)
      .catch(() => undefined)
    this.post({ type: 'keptBytes', id, ...(bytes && { bytes: new Uint8Array(bytes) }) })
  }

  private async deleteKept({ id, what, sha256 }: Extract<Request, { type: 'deleteKept' }>) {
    await this.kept(what)
      .delete(sha256)
      .catch((error) => this.post({ type: 'storage', message: messageOf(error) }))
    await this.listKept({ id, what })
  }

  private async listKept({ id, what }: { id: number; what: Kept }) {
    try {
      this.post({ type: 'keptFiles', id, files: await this.kept(what).list() })
    } catch (error) {
      this.post({ type: 'storage', message: messageOf(error) })
      this.post({ type: 'keptFiles', id, files: [] })
    }
  }

  private async importImages({ id, name, files, options }: Extract<Request, { type: 'importImages' }>) {
    try {
      const { bytes, report } = await importDataset({
        name,
        files: files.map(({ path, file }) => fileOfBlob(path, file)),
        options,
        decode: decodeInBrowser,
        onProgress: (done, total) => {
          if (this.cancelled.has(id)) throw new Error('The import was cancelled.')
          this.post({ type: 'importing', id, done, total })
        },
      })
      this.post({ type: 'imported', id, file: await this.storage.datasets.put(name, bytes), report })
    } catch (error) {
      this.post({ type: 'imported', id, error: messageOf(error) })
    }
    this.cancelled.delete(id)
  }

  // ---- the backend

  private async startBackend(): Promise<string | undefined> {
    try {
      const { name: prefer, wasm, measure } = this.wanted
      this.wanted.measure = false // what was chosen now holds from now on
      const { devices } = this.storage
      const tuning = devices && { store: devices, again: measure }
      const backend = await startBackend({ prefer, wasm, tuning, onLost: (message) => this.lost(message) })
      this.post({ type: 'ready', backend })
      return undefined
    } catch (error) {
      this.post({ type: 'broken', message: messageOf(error) })
      return messageOf(error)
    }
  }

  /** Tensors cannot move to another backend: the session ends, and its trained states come back from storage. */
  private async changeBackend() {
    await Promise.race([this.session.dispose(), patience()])
    this.session = this.createSession()
    await stopBackend()
    await (this.backend = this.startBackend())
  }

  private lost(message: string) {
    const fault: Fault = {
      node: '',
      message: `The GPU device was lost${message ? ` (${message})` : ''}.`,
      cure: 'It is started anew; press Run to go on from the last state that was kept.',
    }
    this.post({ type: 'faults', run: this.current, faults: [fault] })
    this.session.control('stop', this.current)
    this.inTurn(() => this.changeBackend())
  }
}

const patience = () => new Promise<void>((resolve) => setTimeout(resolve, PATIENCE))

function faultsOf(error: unknown, node: string): Fault[] {
  if (error instanceof GraphError) return error.faults
  if (error instanceof NodeError) return [{ ...error.fault, node }]
  return [{ node, message: messageOf(error), cure: 'Check the params of this node.' }]
}
