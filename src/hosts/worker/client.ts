// Client of the engine: functions and promises over the protocol.
import { getText } from '../../engine/base/catalogue.ts'
import { MessageError } from '../../engine/base/errors.ts'
import type { BackendReport, EnginePort, Event } from '../../engine/protocol.ts'
import { createFileRequests, createPendingRequests, createQuestions } from './clientRequests.ts'
import { createClientRuns } from './clientRuns.ts'
import type { Client, ClientRun, RunControl } from './clientTypes.ts'
import { hostMessages } from '../../messages/host.ts'

export function createClient(port: EnginePort): Client {
  let lastId = 0
  let latestRun: ClientRun | undefined
  const nextId = () => ++lastId
  const post: EnginePort['post'] = (request) => port.post(request)
  const listeners = new Set<(event: Event) => void>()
  const runs = createClientRuns(post, nextId)
  const requests = createPendingRequests(post, nextId)
  const ready = promiseWithResolvers<BackendReport>()
  ready.promise.catch(() => {}) // Hosts may ignore the promise.

  const abandon = (error: Error) => {
    for (const pending of [runs, requests]) pending.abandon(error)
    ready.reject(error)
  }
  const unlisten = port.listen((event) => {
    for (const listener of listeners) listener(event)
    if ('run' in event) runs.onEvent(event)
    else if ('id' in event) requests.onEvent(event)
    else if (event.type === 'ready') ready.resolve(event.backend)
    else if (event.type === 'broken') abandon(new MessageError(getText(event, 'message')))
  })
  const start: Client['start'] = (graph, options) => (latestRun = runs.start(graph, options))

  return {
    ready: ready.promise,
    start,
    run: async (graph, options) => start(graph, options).finished,
    ...controlLatest(() => latestRun),
    ...createQuestions(requests),
    ...createFileRequests(requests, post),
    listen(onEvent) {
      listeners.add(onEvent)
      return () => void listeners.delete(onEvent)
    },
    save: () => post({ type: 'save' }),
    saveEvery: (seconds) => post({ type: 'saveEvery', ...(seconds !== undefined && { seconds }) }),
    keepLast: (on) => post({ type: 'keepLast', on }),
    setVisible: (nodes) => post({ type: 'visible', nodes }),
    setBackend: (options) => post({ type: 'backend', ...options }),
    close() {
      unlisten()
      port.close()
      abandon(new MessageError(hostMessages.closed()))
    },
  }
}

const controlLatest = (latest: () => ClientRun | undefined): RunControl => ({
  pause: () => latest()?.pause(),
  resume: () => latest()?.resume(),
  step: () => latest()?.step(),
  stop: (options) => latest()?.stop(options),
  answer: (answer) => latest()?.answer(answer),
})

/** Promise.withResolvers, which some supported browsers lack. */
function promiseWithResolvers<T>() {
  let settle: { resolve(value: T): void; reject(error: Error): void } | undefined
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  return {
    promise,
    resolve: (value: T) => settle?.resolve(value),
    reject: (error: Error) => settle?.reject(error),
  }
}
