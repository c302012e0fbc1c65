// Port that is connected later. Requests and listeners wait in order.
import type { EnginePort } from '../../engine/protocol.ts'

export function deferPort(connecting: Promise<EnginePort>): EnginePort {
  const listening = new Set<() => void>()
  let isOpen = true
  return {
    post: (request) => void connecting.then((port) => isOpen && port.post(request)),
    listen(onEvent) {
      let unlisten: (() => void) | undefined
      const stop = () => {
        listening.delete(stop)
        unlisten?.()
      }
      listening.add(stop)
      void connecting.then((port) => {
        if (listening.has(stop)) unlisten = port.listen(onEvent)
      })
      return stop
    },
    close() {
      isOpen = false
      for (const stop of listening) stop()
      void connecting.then((port) => port.close())
    },
  }
}

/** Port that `open` opens at the first request, or when `start` resolves. */
export function deferUntilNeeded(open: () => EnginePort, start: Promise<unknown>): EnginePort {
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  void start.then(begin)
  const port = deferPort(begun.then(open))
  return {
    ...port,
    post(request) {
      begin()
      port.post(request)
    },
  }
}
