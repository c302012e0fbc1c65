// Engine in the page, for hosts that define nodes there. Each step blocks the page.
import type { Op } from '../../engine/plan/op.ts'
import type { EnginePort, Event } from '../../engine/protocol.ts'
import { nodes } from '../table.ts'
import { serve } from './serve.ts'

/** Creates a port to an engine in this page, with the nodes of this package and `own`. */
export function enginePort(own: readonly Op[] = []): EnginePort {
  const listeners = new Set<(event: Event) => void>()
  let onRequest: (message: { data: unknown }) => void = () => {}
  let open = true
  // Messages are asynchronous, as between threads: no callback runs during the caller's own call.
  const defer = (work: () => void) => queueMicrotask(() => open && work())
  const server = serve([...nodes, ...own], {
    postMessage: (event) => defer(() => listeners.forEach((listener) => listener(event))),
    addEventListener: (_, listener) => {
      onRequest = listener
    },
  })
  return {
    post: (request) => defer(() => onRequest({ data: request })),
    listen(onEvent) {
      listeners.add(onEvent)
      return () => void listeners.delete(onEvent)
    },
    close() {
      open = false
      server.close()
    },
  }
}
