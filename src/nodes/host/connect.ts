// Connects a page to an engine in a worker (the default) or in the page. Does not load tfjs.
import { getErrorMessage } from '../../engine/base/fault.ts'
import type { Op } from '../../engine/plan/op.ts'
import type { BackendName, EnginePort, Event, Request, WasmPaths } from '../../engine/protocol.ts'
import { mapValues } from '../../engine/base/records.ts'
import { defaultEngine, defaultWorker } from './engineFiles.ts'
import { startWorker } from './startWorker.ts'
import { hostMessages } from '../messages/host.ts'

export interface AssetPaths {
  /** URL of the worker script. Default: next to this script. */
  worker?: string | URL
  /** URL of the engine module for `engine: 'page'`. */
  engine?: string | URL
  /** Location of the three .wasm files of tfjs. Default: next to the worker. */
  wasm?: WasmPaths
  /**
   * A folder with MNIST for the MNIST node: train-images-idx3-ubyte.gz,
   * train-labels-idx1-ubyte.gz and the two t10k files. They are too large for the package.
   */
  mnist?: string | URL
}

export interface ConnectOptions {
  /**
   * `worker` (the default) keeps the page responsive; `page` can run nodes that the page defines.
   */
  engine?: 'worker' | 'page'
  /**
   * Your nodes, which run in the page in addition to those of the package. To run them in a worker,
   * build your own worker with them.
   */
  nodes?: readonly Op[]
  assets?: AssetPaths
  /** Your own worker that calls `serve`. */
  worker?: Worker | string | URL
  backend?: BackendName | 'auto'
}

/**
 * Opens the connection and starts a backend. Requests posted before it is open are queued in order.
 */
export function connect({
  engine = 'worker',
  nodes,
  assets = {},
  worker,
  backend = 'auto',
}: ConnectOptions = {}): EnginePort {
  const port =
    engine === 'page' ? openPagePort(nodes, assets) : openWorkerPort(worker ?? assets.worker)
  port.post({
    type: 'backend',
    name: backend,
    ...(assets.wasm !== undefined && { wasm: resolveWasmPaths(assets.wasm) }),
    ...(assets.mnist !== undefined && { mnist: resolveUrl(assets.mnist) }),
  })
  return port
}

const resolveWasmPaths = (wasm: WasmPaths): WasmPaths =>
  typeof wasm === 'string' ? resolveUrl(wasm) : mapValues(wasm, resolveUrl)

/** Resolves a URL against the page. The worker would resolve it against its own URL. */
const resolveUrl = (path: string | URL) => new URL(path, document.baseURI).href

/** Passes events to listeners. Queues events until the first listener is added. */
class Listeners {
  private readonly listeners = new Set<(event: Event) => void>()
  private waiting: Event[] | undefined = []

  add(listener: (event: Event) => void): () => void {
    this.listeners.add(listener)
    // Listeners added in the same task as the first also receive the queued events.
    queueMicrotask(() => this.flush())
    return () => void this.listeners.delete(listener)
  }

  private flush() {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const event of waiting) this.emit(event)
  }

  emit(event: Event) {
    if (this.waiting) this.waiting.push(event)
    else for (const listener of this.listeners) listener(event)
  }
}

function openWorkerPort(own: Worker | string | URL | undefined): EnginePort {
  const worker =
    own instanceof Worker ? own : own === undefined ? defaultWorker() : startWorker(resolveUrl(own))
  const listeners = new Listeners()
  const onMessage = ({ data }: MessageEvent<Event>) => listeners.emit(data)
  const onError = ({ message }: ErrorEvent) =>
    listeners.emit({
      type: 'broken',
      message:
        message === undefined
          ? hostMessages.workerNotLoaded()
          : hostMessages.workerFailed({ problem: message }),
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

function openPagePort(nodes: readonly Op[] | undefined, { engine }: AssetPaths): EnginePort {
  const listeners = new Listeners()
  const loading = loadEngine(engine).then(
    ({ enginePort }) => {
      const port = enginePort(nodes)
      port.listen((event) => listeners.emit(event))
      return port
    },
    (error: unknown) => {
      listeners.emit({
        type: 'broken',
        message: hostMessages.notLoaded({ problem: getErrorMessage(error) }),
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
  address === undefined ? defaultEngine() : import(/* @vite-ignore */ resolveUrl(address))
