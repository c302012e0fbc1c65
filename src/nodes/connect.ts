// Connects a page to an engine: in a worker, or loaded into the page when that is asked for. Loads no tfjs itself.
import { messageOf } from '../engine/plan/fault.ts'
import type { Op } from '../engine/plan/op.ts'
import type { BackendName, EnginePort, Event, Request, WasmPaths } from '../engine/protocol.ts'
import { mapValues } from '../engine/records.ts'
import { defaultEngine, defaultWorker } from './engine-files.ts'
import { startWorker } from './start-worker.ts'

export interface AssetPaths {
  /** The worker's script; beside this script by default. */
  worker?: string | URL
  /** The engine's module for `engine: 'page'`. */
  engine?: string | URL
  /** Where the three .wasm files of tfjs are; beside the worker by default. */
  wasm?: WasmPaths
  /**
   * A folder with MNIST, for the node of this name: train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz and the two
   * of t10k. It is too large to come with the package.
   */
  mnist?: string | URL
}

export interface ConnectOptions {
  /** `worker` (the default) keeps the page fluent; `page` can run nodes that were defined in the page. */
  engine?: 'worker' | 'page'
  /** Nodes of your own, run in the page beside those of the package. A worker has to be built with them instead. */
  nodes?: readonly Op[]
  assets?: AssetPaths
  /** A worker of your own that calls `serve`. */
  worker?: Worker | string | URL
  backend?: BackendName | 'auto'
}

/** Opens the connection and starts a backend. Requests posted before it stands are kept in order. */
export function connect({ engine = 'worker', nodes, assets = {}, worker, backend = 'auto' }: ConnectOptions = {}): EnginePort {
  const port = engine === 'page' ? portToPage(nodes, assets) : portToWorker(worker ?? assets.worker)
  port.post({
    type: 'backend',
    name: backend,
    ...(assets.wasm !== undefined && { wasm: absolute(assets.wasm) }),
    ...(assets.mnist !== undefined && { mnist: resolved(assets.mnist) }),
  })
  return port
}

/** Addresses are meant relative to the page; the worker would take them relative to itself. */
const absolute = (wasm: WasmPaths): WasmPaths => (typeof wasm === 'string' ? resolved(wasm) : mapValues(wasm, resolved))

const resolved = (path: string | URL) => new URL(path, document.baseURI).href

/** Hands events to its listeners. What comes before the first of them waits: a page may take its time to listen. */
class Listeners {
  private readonly listeners = new Set<(event: Event) => void>()
  private waiting: Event[] | undefined = []

  add(listener: (event: Event) => void): () => void {
    this.listeners.add(listener)
    // Those that are added with the first hear what waited too.
    queueMicrotask(() => this.flush())
    return () => void this.listeners.delete(listener)
  }

  private flush() {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const event of waiting) this.tell(event)
  }

  tell(event: Event) {
    if (this.waiting) this.waiting.push(event)
    else for (const listener of this.listeners) listener(event)
  }
}

function portToWorker(own: Worker | string | URL | undefined): EnginePort {
  const worker = own instanceof Worker ? own : own === undefined ? defaultWorker() : startWorker(resolved(own))
  const listeners = new Listeners()
  const onMessage = ({ data }: MessageEvent<Event>) => listeners.tell(data)
  const onError = ({ message }: ErrorEvent) =>
    listeners.tell({
      type: 'broken',
      message: `The worker of the engine failed: ${message ?? 'its script could not be loaded'}.`,
    })
  worker.addEventListener('message', onMessage)
  worker.addEventListener('error', onError)
  return {
    post: (request) => worker.postMessage(request),
    listen: (onEvent) => listeners.add(onEvent),
    close() {
      worker.removeEventListener('message', onMessage)
      worker.removeEventListener('error', onError)
      worker.terminate()
    },
  }
}

function portToPage(nodes: readonly Op[] | undefined, { engine }: AssetPaths): EnginePort {
  const listeners = new Listeners()
  const loading = loadEngine(engine).then(
    ({ enginePort }) => {
      const port = enginePort(nodes)
      port.listen((event) => listeners.tell(event))
      return port
    },
    (error: unknown) => {
      listeners.tell({
        type: 'broken',
        message: `The engine could not be loaded: ${messageOf(error)}.`,
      })
      return undefined
    },
  )
  return {
    post: (request: Request) => void loading.then((port) => port?.post(request)),
    listen: (onEvent) => listeners.add(onEvent),
    close: () => void loading.then((port) => port?.close()),
  }
}

const loadEngine = (address: string | URL | undefined): ReturnType<typeof defaultEngine> =>
  address === undefined ? defaultEngine() : import(/* @vite-ignore */ resolved(address))
