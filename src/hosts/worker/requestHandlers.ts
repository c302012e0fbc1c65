// Dispatches requests to one handler per type. The compiler reports a type without a handler.
import type { Request } from '../../engine/protocol.ts'

export type RequestHandlers<T extends Request['type'] = Request['type']> = {
  [Type in T]: (request: Request & { type: Type }) => void
}

export function handleRequest(handlers: RequestHandlers, request: Request) {
  // The handler of a request type accepts requests of this type.
  const handler = handlers[request.type] as (request: Request) => void
  handler(request)
}
