// Shares one engine among the figures of a page: frames of this origin with the same parent. The
// frame that asked first hosts the engine, and the others get a port to it. If that frame is
// closed, another one starts an engine, and the runs start again there.
//
// Frames find each other through the list of frames of their parent, which pages of any origin may
// read, so this needs neither a SharedWorker, which cannot start threads, nor a channel that other
// tabs would hear.
import type { EnginePort } from '../../engine/protocol.ts'
import { deferPort } from './deferredPort.ts'
import { createEngineHub, openHubPort, type EngineHub } from './engineHub.ts'
import type { StoreFileRequest } from './memoryEngine.ts'
import { supervise } from './supervisor.ts'

/** Messages between the frames. */
export type SharingNote =
  /** Asks for an engine. `since`: when it began to ask, in milliseconds since 1970. */
  | { type: 'seek'; from: string; since: number }
  /** Answers with a port. `lock` is held as long as the engine's frame exists. */
  | { type: 'offer'; to: string; lock: string }

/** The other frames of a page. */
export interface Siblings {
  readonly count: number
  send(note: SharingNote): void
  listen(onNote: (note: SharingNote, from: Sender) => void): void
}

interface Sender {
  /** The port that came with the note. */
  port: MessagePort | undefined
  /** Sends a note and a port to the sender alone. */
  reply(note: SharingNote, port: MessagePort): void
}

export interface SharingOptions {
  siblings: Siblings
  open: (files: () => readonly StoreFileRequest[]) => EnginePort
  /** Time to wait for an answer, in milliseconds. */
  patience?: number
  now?: () => number
}

const PATIENCE = 250

/** Time for a message to another frame and back, in milliseconds. */
const HEARING = 40

/**
 * Opens a port to the engine of this page. Starts one in this frame if no other frame offers any.
 */
export function shareEngine(options: SharingOptions): EnginePort {
  const sharing = new Sharing(options)
  const open = () => sharing.open()
  return supervise(open(), { reopen: open })
}

type Reply = Sender['reply']

/** A search for an engine. */
interface Search {
  since: number
  began: number
  take(port: EnginePort): void
  /** Frames that began later, which the engine of this frame would answer. */
  asked: Map<string, Reply>
  /** True once a frame is known that began earlier: that frame starts the engine. */
  isLater: boolean
}

class Sharing {
  private readonly name = Math.random().toString(36).slice(2)
  private hub: EngineHub | undefined
  private search: Search | undefined
  private leaveHub = () => {}
  private readonly locked = holdOwnLock(lockOf(this.name))

  constructor(private readonly options: SharingOptions) {
    options.siblings.listen((note, sender) => this.onNote(note, sender))
  }

  /** Returns a port that is connected later; requests are queued in order. */
  open(): EnginePort {
    return deferPort(this.connect())
  }

  private async connect(): Promise<EnginePort> {
    // Another frame that gets the lock of this one concludes that this one is gone.
    await this.locked
    const { siblings, patience = PATIENCE, now = Date.now } = this.options
    if (this.hub || siblings.count === 0) return this.openHere()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.begin(), patience)
      const since = now()
      this.search = {
        since,
        began: performance.now(),
        asked: new Map(),
        isLater: false,
        take: (port) => {
          clearTimeout(timer)
          this.search = undefined
          resolve(port)
        },
      }
      siblings.send({ type: 'seek', from: this.name, since })
    })
  }

  /** Starts the engine in this frame, if it is still looking for one, and answers who asked. */
  private begin() {
    const { search } = this
    if (!search) return
    search.take(this.openHere())
    for (const [name, reply] of search.asked) this.offer(name, reply)
  }

  /** A port to the engine in this frame, which starts now if it does not run yet. */
  private openHere(): EnginePort {
    this.hub ??= createEngineHub(this.options.open)
    const { port1, port2 } = new MessageChannel()
    this.leaveHub()
    this.leaveHub = this.hub.join(port2)
    return openHubPort(port1, () => () => {})
  }

  private onNote(note: SharingNote, { port, reply }: Sender) {
    if (note.type === 'seek') this.onSeek(note, reply)
    else if (note.to === this.name && port) {
      if (this.search) this.search.take(openHubPort(port, waitForLock(note.lock)))
      else port.close() // too late
    }
  }

  /** Answers with an engine. Of several frames that look for one, the first one starts it. */
  private onSeek({ from, since }: SharingNote & { type: 'seek' }, reply: Reply) {
    const { search } = this
    if (this.hub) return this.offer(from, reply)
    if (!search) return
    if (since < search.since || (since === search.since && from < this.name)) {
      search.isLater = true
      return
    }
    search.asked.set(from, reply)
    // An offer of a frame that began earlier, and was not heard, may be on its way.
    const age = performance.now() - search.began
    setTimeout(() => {
      if (this.search === search && !search.isLater) this.begin()
    }, HEARING - age)
  }

  private offer(to: string, reply: Reply) {
    if (!this.hub) return
    const { port1, port2 } = new MessageChannel()
    const leave = this.hub.join(port1)
    waitForLock(lockOf(to))(leave)
    reply({ type: 'offer', to, lock: lockOf(this.name) }, port2)
  }
}

const lockOf = (name: string) => `litegraph-diffusion-figure-${name}`

/** Holds a lock as long as this frame exists. Resolves once it is held, or cannot be. */
const holdOwnLock = (name: string): Promise<void> =>
  new Promise((resolve) => {
    const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>
    if (!locks) return resolve()
    const hold = () => {
      resolve()
      return new Promise<never>(() => {})
    }
    return void locks.request(name, hold).catch(() => resolve())
  })

/** Waits for a lock that another frame holds, which means that the frame is gone. */
const waitForLock = (name: string) => (gone: () => void) => {
  const cancelled = new AbortController()
  const options = { signal: cancelled.signal }
  void globalThis.navigator?.locks?.request(name, options, () => gone()).catch(() => {})
  return () => cancelled.abort()
}

/**
 * The other frames of this origin with the same parent. `key` tells versions apart, such as the
 * address of the worker: figures of different builds do not share an engine.
 */
export function siblingFrames(key: string, page: Window = window): Siblings {
  const { parent, location } = page
  const frames = (): Window[] =>
    parent === page || location.origin === 'null'
      ? []
      : Array.from({ length: parent.length }, (_, i) => parent[i]).filter(
          (each) => each !== page && hasOrigin(each, location.origin),
        )
  return {
    get count() {
      return frames().length
    },
    send(note) {
      for (const frame of frames())
        frame.postMessage({ litegraphDiffusionEngine: key, note }, location.origin)
    },
    listen(onNote) {
      page.addEventListener('message', ({ origin, source, data, ports }: MessageEvent<unknown>) => {
        if (origin !== location.origin || source === page || !isNote(data, key)) return
        onNote(data.note, {
          port: ports[0],
          reply: (note, port) =>
            (source as Window | null)?.postMessage(
              { litegraphDiffusionEngine: key, note },
              location.origin,
              [port],
            ),
        })
      })
    },
  }
}

/** Browsers forbid a look at frames of other origins. Messages to them would be logged as errors. */
function hasOrigin(frame: Window, origin: string): boolean {
  try {
    return frame.location.origin === origin
  } catch {
    return false
  }
}

const isNote = (data: unknown, key: string): data is { note: SharingNote } =>
  typeof data === 'object' &&
  data !== null &&
  'note' in data &&
  'litegraphDiffusionEngine' in data &&
  data.litegraphDiffusionEngine === key
