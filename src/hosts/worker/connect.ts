// Connects a page to an engine in a worker (the default) or in the page. Does not load tfjs.
import { textFields } from '../../engine/base/catalogue.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import type { Op } from '../../engine/plan/op.ts'
import type { BackendName, EnginePort, Request, WasmPaths } from '../../engine/protocol.ts'
import { mapValues } from '../../engine/base/records.ts'
import { defaultEngine, defaultWorker } from './engineFiles.ts'
import { EventListeners } from './eventListeners.ts'
import { startWorker } from './startWorker.ts'
import { supervise } from './supervisor.ts'
import { brokenPort, openWorkerPort } from './workerPort.ts'
import { hostMessages } from '../../messages/host.ts'

export interface AssetPaths {
  /** URL of the worker script. Default: next to this script. */
  worker?: string | URL
  /** URL of the engine module for `engine: 'page'`. */
  engine?: string | URL
  /** Location of the .wasm files of tfjs. Default: those with SIMD, next to the worker. */
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
  /** Your kinds of models, from `defineModel`, for `engine: 'page'` as well. */
  models?: readonly ModelDefinition[]
  assets?: AssetPaths
  /** Your own worker that calls `serve`. */
  worker?: Worker | string | URL
  backend?: BackendName | 'auto'
  /**
   * Milliseconds without any sign of life after which the worker counts as hung and is replaced.
   * Default: 30,000. The worker gives signs of life during long iterations too.
   */
  hungAfter?: number
}

/**
 * Opens the connection and starts a backend. Requests posted before it is open are queued in order.
 */
export function connect({
  engine = 'worker',
  nodes,
  models,
  assets = {},
  worker,
  backend = 'auto',
  hungAfter,
}: ConnectOptions = {}): EnginePort {
  const port =
    engine === 'page'
      ? supervise(openPagePort({ nodes, models, assets }))
      : openWorker(worker ?? assets.worker, hungAfter)
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

/** A worker of the host cannot be started again; those by URL can. */
function openWorker(own: Worker | string | URL | undefined, hungAfter?: number): EnginePort {
  if (own instanceof Worker) return supervise(openWorkerPort(own))
  const reopen = () => startAndOpen(own)
  return supervise(reopen(), { reopen, ...(hungAfter !== undefined && { hungAfter }) })
}

/** Trusted Types refuse a worker with an exception; a policy for workers causes an error event. */
function startAndOpen(url: string | URL | undefined): EnginePort {
  try {
    return openWorkerPort(url === undefined ? defaultWorker() : startWorker(resolveUrl(url)))
  } catch {
    return brokenPort(hostMessages.workerNotLoaded())
  }
}

function openPagePort({
  nodes,
  models,
  assets,
}: Pick<ConnectOptions, 'nodes' | 'models' | 'assets'>): EnginePort {
  const listeners = new EventListeners()
  const loading = loadEngine(assets?.engine)
    .then(({ enginePort }) => {
      const port = enginePort(nodes, models)
      port.listen((event) => listeners.emit(event))
      return port
    })
    .catch((error: unknown) => {
      listeners.emit({
        type: 'broken',
        ...textFields({ message: hostMessages.notLoaded({ problem: getErrorText(error) }) }),
      })
      return undefined
    })
  return {
    post: (request: Request) => void loading.then((port) => port?.post(request)),
    listen: (onEvent) => listeners.add(onEvent),
    close: () => void loading.then((port) => port?.close()),
  }
}

const loadEngine = (address: string | URL | undefined): ReturnType<typeof defaultEngine> =>
  address === undefined ? defaultEngine() : import(/* @vite-ignore */ resolveUrl(address))
