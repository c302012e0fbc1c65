// Engine side of the protocol, in a worker or in the page: receives requests and posts events.
import { textFields } from '../../engine/base/catalogue.ts'
import type { Op } from '../../engine/plan/op.ts'
import { onEachKernel } from '../../engine/backends/kernelCalls.ts'
import { throwIfInterrupted } from '../../engine/base/interruption.ts'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { registerModels } from '../../engine/models/kinds/defined/register.ts'
import { opTable } from '../../engine/plan/op.ts'
import type { Event, Request } from '../../engine/protocol.ts'
import { browserStorage, type EngineStorage, type ReportStorage } from '../../storage/storage.ts'
import { createEngineService } from './engineService.ts'
import { handleRequest } from './requestHandlers.ts'
import { fileHandlers } from './serveFiles.ts'
import { questionHandlers } from './serveQuestions.ts'
import { holdLock } from './workerPort.ts'

/** Members of the global scope of a dedicated worker that are used here. */
export interface Scope {
  postMessage(event: Event): void
  addEventListener(type: 'message', listener: (message: { data: unknown }) => void): void
}

export interface ServeOptions {
  /** Default: IndexedDB. */
  storage?: EngineStorage
  /** Kinds of models of your own, from `defineModel`. */
  models?: readonly ModelDefinition[]
}

/** Maximum time between two events while kernels run, in milliseconds. */
const ALIVE_INTERVAL = 1000

const reportTo =
  (post: (event: Event) => void): ReportStorage =>
  (message, recovered = false) =>
    post({ type: 'storage', ...textFields({ message }), ...(recovered && { recovered }) })

/**
 * Serves these nodes. Your own worker needs two lines:
 *
 *     import { nodes, serve } from 'litegraph-diffusion/worker'
 *     serve([...nodes, mine])
 *
 * Kinds of models are the third argument: `serve([...nodes, mine], self, { models: [tiny] })`.
 *
 * Terminating a worker ends everything in it. If the scope continues to exist, `close` stops all
 * runs and disposes every tensor.
 */
export function serve(
  nodes: readonly Op[],
  scope: Scope = globalThis as typeof globalThis & Scope,
  { storage, models = [] }: ServeOptions = {},
): { close(): void } {
  registerModels(models)
  let postedAt = 0
  const post = (event: Event) => {
    postedAt = performance.now()
    scope.postMessage(event)
  }
  // A page receives events also during a long task, so it can distinguish one from a hang.
  const stopListening = onEachKernel(() => {
    if (performance.now() - postedAt > ALIVE_INTERVAL) post({ type: 'alive' })
    throwIfInterrupted()
  })
  const stores = storage ?? browserStorage(reportTo(post))
  const ops = opTable(nodes)
  const engine = createEngineService(ops, stores, post)
  const handlers = {
    ...engine.handlers,
    ...questionHandlers({ ...engine, ops, post }),
    ...fileHandlers(stores, post),
    ping: () => post({ type: 'alive' }),
    lock: ({ name }: { name: string }) => holdLock(name, () => post({ type: 'locked' })),
  }
  scope.addEventListener('message', ({ data }) => handleRequest(handlers, data as Request))
  return {
    close() {
      stopListening()
      engine.close()
    },
  }
}
