// Shares one engine among the figures of a page: frames of this origin with the same parent. The
// first frame that needs an engine hosts it, and the others get a port to it. If that frame is
// closed, another one starts an engine, and the runs start again there.
//
// Frames find each other through the list of frames of their parent, which pages of any origin may
// read, so this needs neither a SharedWorker, which cannot start threads, nor a channel that other
// tabs would hear. A host marks its own window. Frames of one origin run in one event loop, so two
// of them cannot both find that there is no host, however late their messages arrive.
import type { EnginePort } from '../../engine/protocol.ts'
import { deferPort } from './deferredPort.ts'
import { createEngineHub, openHubPort, type EngineHub } from './engineHub.ts'
import type { StoreFileRequest } from './memoryEngine.ts'
import { supervise } from './supervisor.ts'

/** Messages between the frames. */
export type SharingNote =
  /** Asks the host for a port. */
  | { type: 'seek'; from: string; to: string }
  /** Answers with a port. `lock` is held as long as the engine's frame exists. */
  | { type: 'offer'; to: string; lock: string }

/** The other frames of a page. */
export interface Siblings {
  /** Name of a frame that hosts an engine. */
  readonly host: string | undefined
  /** Lets the other frames find this one as a host. */
  markAsHost(name: string): void
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
  /** Longest wait for the answer of a host, in milliseconds. */
  patience?: number
}

const PATIENCE = 10_000

/** Time between looks for the host while it has not answered, in milliseconds. */
const CHECK_EVERY = 100

/**
 * Opens a port to the engine of this page. Starts one in this frame if no other frame hosts any.
 */
export function shareEngine(options: SharingOptions): EnginePort {
  const sharing = new Sharing(options)
  const open = () => sharing.open()
  return supervise(open(), { reopen: open })
}

type Reply = Sender['reply']

class Sharing {
  private readonly name = Math.random().toString(36).slice(2)
  private hub: EngineHub | undefined
  /** Receives the port of a host while this frame waits for one. */
  private take: ((port: EnginePort) => void) | undefined
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
    return this.hub || this.options.siblings.host === undefined ? this.openHere() : this.seek()
  }

  /** Asks the host for a port. Starts an engine if the host ends or does not answer. */
  private seek(): Promise<EnginePort> {
    const { siblings, patience = PATIENCE } = this.options
    return new Promise((resolve) => {
      let asked: string | undefined
      let waited = 0
      this.take = (port) => {
        clearInterval(timer)
        this.take = undefined
        resolve(port)
      }
      const ask = () => {
        const { host } = siblings
        if (host === undefined || waited >= patience) this.take?.(this.openHere())
        else if (host !== asked) siblings.send({ type: 'seek', from: this.name, to: host })
        asked = host
        waited += CHECK_EVERY
      }
      const timer = setInterval(ask, CHECK_EVERY)
      ask()
    })
  }

  /** A port to the engine in this frame, which starts now if it does not run yet. */
  private openHere(): EnginePort {
    this.options.siblings.markAsHost(this.name)
    this.hub ??= createEngineHub(this.options.open)
    const { port1, port2 } = new MessageChannel()
    this.leaveHub()
    this.leaveHub = this.hub.join(port2)
    return openHubPort(port1, () => () => {})
  }

  private onNote(note: SharingNote, { port, reply }: Sender) {
    if (note.to !== this.name) return
    if (note.type === 'seek') this.offer(note.from, reply)
    else if (!port) return
    else if (this.take) this.take(openHubPort(port, waitForLock(note.lock)))
    else port.close() // too late
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

/** Property of the window of a host. */
const MARK = 'litegraphDiffusionHost'

/** The engine's key and the name of the frame that hosts it. */
interface HostMark {
  key: string
  name: string
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
    get host() {
      for (const frame of frames()) {
        const mark = (frame as { [MARK]?: HostMark })[MARK]
        if (mark?.key === key) return mark.name
      }
      return undefined
    },
    markAsHost(name) {
      ;(page as { [MARK]?: HostMark })[MARK] = { key, name }
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
