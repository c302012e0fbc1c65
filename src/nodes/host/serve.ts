// Engine side of the protocol, in a worker or in the page: receives requests and posts events.
import type { Op } from '../../engine/plan/op.ts'
import { opTable } from '../../engine/plan/op.ts'
import type { Event, Request } from '../../engine/protocol.ts'
import { browserStorage, type EngineStorage } from '../storage/storage.ts'
import { createEngineService } from './engineService.ts'
import { handleRequest } from './requestHandlers.ts'
import { fileHandlers } from './serveFiles.ts'
import { questionHandlers } from './serveQuestions.ts'

/** Members of the global scope of a dedicated worker that are used here. */
export interface Scope {
  postMessage(event: Event): void
  addEventListener(type: 'message', listener: (message: { data: unknown }) => void): void
}

export interface ServeOptions {
  /** Default: IndexedDB. */
  storage?: EngineStorage
}

/**
 * Serves these nodes. Your own worker needs two lines:
 *
 *     import { nodes, serve } from 'litegraph-diffusion/worker'
 *     serve([...nodes, mine])
 *
 * Terminating a worker ends everything in it. If the scope continues to exist, `close` stops all
 * runs and disposes every tensor.
 */
export function serve(
  nodes: readonly Op[],
  scope: Scope = globalThis as unknown as Scope,
  { storage }: ServeOptions = {},
): { close(): void } {
  const post = (event: Event) => scope.postMessage(event)
  const stores = storage ?? browserStorage((message) => post({ type: 'storage', message }))
  const ops = opTable(nodes)
  const engine = createEngineService(ops, stores, post)
  const handlers = {
    ...engine.handlers,
    ...questionHandlers(engine.session, ops, post),
    ...fileHandlers(stores, post),
  }
  scope.addEventListener('message', ({ data }) => handleRequest(handlers, data as Request))
  return { close: () => engine.close() }
}
