// Engine in the page, for hosts that define nodes there. Each step blocks the page.
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import type { Op } from '../../engine/plan/op.ts'
import type { EnginePort, Event } from '../../engine/protocol.ts'
import { nodes } from '../../nodes/table.ts'
import { serve, type Scope } from './serve.ts'

/** Creates a port to an engine in this page, with the nodes of this package and your own. */
export function enginePort(
  own: readonly Op[] = [],
  models: readonly ModelDefinition[] = [],
): EnginePort {
  const listeners = new Set<(event: Event) => void>()
  let onRequest: (message: { data: unknown }) => void = () => {}
  let open = true
  // Messages are asynchronous, as between threads: no callback runs during the caller's own call.
  const defer = (work: () => void) => queueMicrotask(() => open && work())
  const scope: Scope = {
    postMessage: (event) => defer(() => listeners.forEach((listener) => listener(event))),
    addEventListener: (_, listener) => {
      onRequest = listener
    },
  }
  const server = serve([...nodes, ...own], scope, { models })
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
