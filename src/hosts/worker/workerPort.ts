// Port to an engine in a worker. Reports the worker's errors and its end as failures of the engine.
import { type MessageText, textFields } from '../../engine/base/catalogue.ts'
import { StopFlags } from '../../engine/plan/stopFlags.ts'
import type { EnginePort, Event, Request } from '../../engine/protocol.ts'
import { hostMessages } from '../../messages/host.ts'
import { EventListeners } from './eventListeners.ts'

export function openWorkerPort(worker: Worker): EnginePort {
  const listeners = new EventListeners()
  const send = (request: Request) => worker.postMessage(request)
  const stops = StopFlags.create()
  if (stops) send({ type: 'stopFlags', memory: stops.memory })
  const lock = watchEnd(send, () =>
    listeners.emit({ type: 'failed', failure: { cause: 'ended', message: '' } }),
  )
  const onMessage = ({ data }: MessageEvent<Event>) => {
    if (data.type === 'locked') lock.request()
    listeners.emit(data)
  }
  const onError = ({ message }: ErrorEvent) =>
    listeners.emit(
      message === undefined
        ? { type: 'broken', ...textFields({ message: hostMessages.workerNotLoaded() }) }
        : { type: 'failed', failure: { cause: 'crashed', message } },
    )
  worker.addEventListener('message', onMessage)
  worker.addEventListener('error', onError)
  return {
    post(request) {
      if (request.type === 'stop') stops?.add(request.run)
      send(request)
    },
    listen: (onEvent) => listeners.add(onEvent),
    close() {
      lock.cancel()
      worker.removeEventListener('message', onMessage)
      worker.removeEventListener('error', onError)
      worker.terminate()
    },
  }
}

/** Returns the port of an engine that could not be started. */
export function brokenPort(message: MessageText): EnginePort {
  const listeners = new EventListeners()
  listeners.emit({ type: 'broken', ...textFields({ message }) })
  return { post() {}, listen: (onEvent) => listeners.add(onEvent), close() {} }
}

/**
 * Detects the end of a worker, which browsers do not report: the worker holds a lock, which the
 * page gets once the worker has ended. Without locks (an insecure context) nothing is detected.
 */
function watchEnd(post: (request: Request) => void, onEnd: () => void) {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  const cancelled = new AbortController()
  const name = `litegraph-diffusion-engine-${Math.random().toString(36).slice(2)}`
  if (locks) post({ type: 'lock', name })
  return {
    /** Waits for the lock, which the worker holds now. */
    request: () =>
      void locks?.request(name, { signal: cancelled.signal }, () => onEnd()).catch(() => {}), // cancelled
    cancel: () => cancelled.abort(),
  }
}

/** Holds a lock until this thread ends. Nothing happens where locks are missing or forbidden. */
export const holdLock = (name: string, onHeld: () => void): void =>
  void globalThis.navigator?.locks
    ?.request(name, () => {
      onHeld()
      return new Promise(() => {})
    })
    .catch(() => {})
