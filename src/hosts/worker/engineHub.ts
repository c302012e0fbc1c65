// One engine for several clients, such as the figures of a page. Each has a port of its own; their
// ids and settings do not meet. The engine runs the graphs of all clients one after another.
import type { EnginePort, Event, Request } from '../../engine/protocol.ts'
import { EventListeners } from './eventListeners.ts'
import type { StoreFileRequest } from './memoryEngine.ts'
import { answeredId } from './supervisedRuns.ts'

/** A message of a client: a request, or the end of its connection. */
type HubRequest = Request | { type: 'leave' }

export interface EngineHub {
  /** Adds a client. Returns a function that stops its runs and removes it. */
  join(port: MessagePort): () => void
}

/**
 * Creates the hub of an engine, which `open` starts. `files` are those that clients stored, for an
 * engine that replaces a failed one.
 */
export function createEngineHub(
  open: (files: () => readonly StoreFileRequest[]) => EnginePort,
): EngineHub {
  const files = new Map<string, StoreFileRequest>()
  const shared: Shared = {
    engine: open(() => [...files.values()]),
    lastId: 0,
    storeFile: (request) => void files.set(`${request.what} ${request.name}`, request),
  }
  const clients = new Set<HubClient>()
  let ready: Event | undefined
  shared.engine.listen((event) => {
    if (event.type === 'ready' || event.type === 'broken') ready = event
    for (const client of clients) client.onEvent(event)
  })
  return {
    join(port) {
      const client = new HubClient(port, shared)
      clients.add(client)
      // Tells the client that this engine exists, also while it loads.
      port.postMessage({ type: 'alive' } satisfies Event)
      if (ready) client.onEvent(ready)
      const leave = () => {
        if (clients.delete(client)) client.stopRuns()
      }
      port.addEventListener('message', ({ data }: MessageEvent<HubRequest>) => {
        if (data.type === 'leave') leave()
        else client.onRequest(data)
      })
      // Some browsers report the end of the other side.
      port.addEventListener('close', leave)
      port.start()
      return leave
    },
  }
}

interface Shared {
  readonly engine: EnginePort
  /** Last id of a run or a question, of any client. */
  lastId: number
  storeFile(request: StoreFileRequest): void
}

class HubClient {
  /** Shared ids by the client's ids, of runs and questions without an end. */
  private readonly runs = new TwoWayMap()
  private readonly questions = new TwoWayMap()
  private visible: string[] | undefined

  constructor(
    private readonly port: MessagePort,
    private readonly shared: Shared,
  ) {}

  onRequest(request: Request) {
    const { shared } = this
    switch (request.type) {
      case 'ping':
        this.port.postMessage({ type: 'alive' } satisfies Event)
        return
      case 'lock':
      case 'stopFlags':
      case 'backend':
      case 'keepLast':
      case 'saveEvery':
      case 'save':
        return // Of the engine as a whole, which belongs to nobody.
      case 'visible':
        this.visible = request.nodes
        if (this.runs.size) shared.engine.post(request)
        return
      case 'run':
        return shared.engine.post({
          ...request,
          run: this.runs.add(request.run, ++shared.lastId),
        })
      default:
        if ('run' in request) this.control(request)
        else this.ask(request)
    }
  }

  /** Commands to a run. An impatient stop may replace the engine, which would disturb the others. */
  private control(request: Extract<Request, { run: number }>) {
    const run = this.runs.toShared(request.run)
    if (run === undefined) return
    const patient = request.type === 'stop' && { patient: true }
    this.shared.engine.post({ ...request, run, ...patient })
  }

  private ask(request: Extract<Request, { id: number }>) {
    if (request.type === 'storeFile') this.shared.storeFile(request)
    const id =
      request.type === 'cancelImport'
        ? this.questions.toShared(request.id)
        : this.questions.add(request.id, ++this.shared.lastId)
    if (id !== undefined) this.shared.engine.post({ ...request, id })
  }

  onEvent(event: Event) {
    if ('run' in event) this.onRunEvent(event)
    else if ('id' in event) this.onAnswer(event)
    else if (event.type === 'restarting') {
      const runs = event.runs.flatMap((run) => this.runs.toOwn(run) ?? [])
      this.port.postMessage({ ...event, runs })
    } else if (event.type !== 'alive' && event.type !== 'locked') this.port.postMessage(event)
  }

  private onRunEvent(event: Extract<Event, { run: number }>) {
    const run = this.runs.toOwn(event.run)
    if (run === undefined) return
    if (event.type === 'started') this.shared.engine.post({ type: 'visible', nodes: this.visible })
    if (event.type === 'finished') this.runs.delete(run)
    this.port.postMessage({ ...event, run })
  }

  private onAnswer(event: Extract<Event, { id: number }>) {
    const id = this.questions.toOwn(event.id)
    if (id === undefined) return
    if (answeredId(event) !== undefined) this.questions.delete(id)
    this.port.postMessage({ ...event, id })
  }

  stopRuns() {
    for (const run of this.runs.shared())
      this.shared.engine.post({ type: 'stop', run, patient: true })
    this.port.close()
  }
}

/** Ids of a client and the shared ids that stand for them. */
class TwoWayMap {
  private readonly own = new Map<number, number>()
  private readonly others = new Map<number, number>()

  get size() {
    return this.others.size
  }

  add(own: number, shared: number): number {
    this.others.set(own, shared)
    this.own.set(shared, own)
    return shared
  }

  toShared = (own: number) => this.others.get(own)
  toOwn = (shared: number) => this.own.get(shared)
  shared = () => [...this.own.keys()]

  delete(own: number) {
    this.own.delete(this.others.get(own) ?? NaN)
    this.others.delete(own)
  }
}

/**
 * Opens a client's side of a hub. `onEnd` calls its argument when the thread of the hub has ended,
 * which is reported as a failure of the engine; it returns a function that stops waiting.
 */
export function openHubPort(
  port: MessagePort,
  onEnd: (ended: () => void) => () => void,
): EnginePort {
  const listeners = new EventListeners()
  let isOpen = true
  const end = () => {
    if (isOpen) listeners.emit({ type: 'failed', failure: { cause: 'ended', message: '' } })
    isOpen = false
  }
  const stopWaiting = onEnd(end)
  port.addEventListener('message', ({ data }: MessageEvent<Event>) => listeners.emit(data))
  port.addEventListener('close', end)
  port.start()
  return {
    post: (request) => port.postMessage(request),
    listen: (onEvent) => listeners.add(onEvent),
    close() {
      isOpen = false
      stopWaiting()
      port.postMessage({ type: 'leave' } satisfies HubRequest)
      port.close()
    },
  }
}
