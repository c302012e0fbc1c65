// The engine in the page itself, for hosts that want to run nodes they defined there. The page stands still while a step computes.
import type { Op } from '../engine/plan/op.ts'
import type { EnginePort, Event } from '../engine/protocol.ts'
import { nodes } from './table.ts'
import { serve } from './serve.ts'

/** A port to an engine in this page that has the nodes of this package, and `own`. */
export function enginePort(own: readonly Op[] = []): EnginePort {
  const listeners = new Set<(event: Event) => void>()
  let take: (message: { data: unknown }) => void = () => {}
  let open = true
  // As between threads: what is posted arrives later, so no one is called back while still calling.
  const later = (work: () => void) => queueMicrotask(() => open && work())
  const server = serve([...nodes, ...own], {
    postMessage: (event) => later(() => listeners.forEach((listener) => listener(event))),
    addEventListener: (_, listener) => {
      take = listener
    },
  })
  return {
    post: (request) => later(() => take({ data: request })),
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
