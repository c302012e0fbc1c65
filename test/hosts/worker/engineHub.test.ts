// One engine for several figures: separate ids and events, a queue, and the end of a frame.
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { EnginePort, Event, Request } from '../../../src/engine/protocol.ts'
import { deferPort, deferUntilNeeded } from '../../../src/hosts/worker/deferredPort.ts'
import { createEngineHub, openHubPort } from '../../../src/hosts/worker/engineHub.ts'
import type { StoreFileRequest } from '../../../src/hosts/worker/memoryEngine.ts'
import {
  shareEngine,
  siblingFrames,
  type Siblings,
  type SharingNote,
} from '../../../src/hosts/worker/shareEngine.ts'
import { eventually } from '../../eventually.ts'

/** An engine that records requests; the test sends its events. */
function createEngine() {
  const requests: Request[] = []
  const listeners = new Set<(event: Event) => void>()
  const port: EnginePort = {
    post: (request) => void requests.push(request),
    listen(onEvent) {
      listeners.add(onEvent)
      return () => void listeners.delete(onEvent)
    },
    close: () => listeners.clear(),
  }
  return {
    port,
    requests,
    emit: (event: Event) => listeners.forEach((listener) => listener(event)),
    posted: (type: Request['type']) => requests.filter((request) => request.type === type),
  }
}

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** A client of a hub, with the events that it received. */
function joinHub(hub: ReturnType<typeof createEngineHub>) {
  const { port1, port2 } = new MessageChannel()
  const leave = hub.join(port1)
  let end = () => {}
  const port = openHubPort(port2, (ended) => {
    end = ended
    return () => {}
  })
  const events: Event[] = []
  port.listen((event) => events.push(event))
  open.push(() => port.close())
  const of = (type: Event['type']) => events.filter((event) => event.type === type)
  return { port, events, of, leave, end: () => end() }
}

/** Messages between ports take a task. */
const settled = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 2))
}

const graph = (id: string) => ({ nodes: [{ id, op: 'a/B', params: {}, inputs: {} }] })
const ready: Event = {
  type: 'ready',
  backend: { name: 'cpu', device: '', reason: '', rejected: [] },
}

describe('a hub', () => {
  test('gives equal ids of two clients different ones, and each client its own events', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const [a, b] = [joinHub(hub), joinHub(hub)]
    a.port.post({ type: 'run', run: 1, graph: graph('a') })
    b.port.post({ type: 'run', run: 1, graph: graph('b') })
    await settled()
    const runs = engine.posted('run') as Extract<Request, { type: 'run' }>[]
    expect(runs.map(({ graph: { nodes } }) => nodes[0].id)).toEqual(['a', 'b'])
    expect(new Set(runs.map(({ run }) => run)).size).toBe(2)
    engine.emit({ type: 'started', run: runs[1].run, nodes: ['b'] })
    engine.emit({ type: 'finished', run: runs[1].run, seconds: 1, stopped: false })
    await settled()
    expect(b.of('started')).toEqual([{ type: 'started', run: 1, nodes: ['b'] }])
    expect(b.of('finished')).toHaveLength(1)
    expect(a.events.filter((event) => 'run' in event)).toEqual([])
  })

  test('answers each question where it was asked', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const [a, b] = [joinHub(hub), joinHub(hub)]
    a.port.post({ type: 'check', id: 4, graph: graph('a') })
    b.port.post({ type: 'check', id: 4, graph: graph('b') })
    await settled()
    const [first, second] = engine.posted('check') as Extract<Request, { type: 'check' }>[]
    engine.emit({ type: 'checked', id: second.id, faults: [] })
    engine.emit({ type: 'checked', id: second.id, faults: [] }) // a second answer belongs to nobody
    engine.emit({ type: 'checked', id: first.id, faults: [{ node: 'a', message: '', cure: '' }] })
    await settled()
    expect(b.of('checked')).toEqual([{ type: 'checked', id: 4, faults: [] }])
    expect(a.of('checked')).toMatchObject([{ id: 4, faults: [{ node: 'a' }] }])
  })

  test('passes commands to the own run only, and stops patiently', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const [a, b] = [joinHub(hub), joinHub(hub)]
    a.port.post({ type: 'run', run: 3, graph: graph('a') })
    b.port.post({ type: 'stop', run: 3 })
    a.port.post({ type: 'stop', run: 3 })
    await settled()
    const [{ run }] = engine.posted('run') as { run: number }[]
    expect(engine.posted('stop')).toEqual([{ type: 'stop', run, patient: true }])
  })

  test('keeps settings of the engine from clients, and shows the visible nodes of the run', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const client = joinHub(hub)
    client.port.post({ type: 'backend', name: 'cpu' })
    client.port.post({ type: 'keepLast', on: true })
    client.port.post({ type: 'visible', nodes: ['4'] })
    client.port.post({ type: 'run', run: 1, graph: graph('4') })
    await settled()
    expect(engine.requests.map(({ type }) => type)).toEqual(['run'])
    const [{ run }] = engine.posted('run') as { run: number }[]
    engine.emit({ type: 'started', run, nodes: ['4'] })
    expect(engine.posted('visible')).toEqual([{ type: 'visible', nodes: ['4'] }])
  })

  test('stops the runs of a client that leaves, and no others', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const [a, b] = [joinHub(hub), joinHub(hub)]
    a.port.post({ type: 'run', run: 1, graph: graph('a') })
    b.port.post({ type: 'run', run: 1, graph: graph('b') })
    await settled()
    const [{ run }] = engine.posted('run') as { run: number }[]
    a.port.close()
    await settled()
    expect(engine.posted('stop')).toEqual([{ type: 'stop', run, patient: true }])
  })

  test('tells a late client about the backend, and that it exists', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    joinHub(hub)
    engine.emit(ready)
    const late = joinHub(hub)
    await settled()
    expect(late.events.map(({ type }) => type)).toEqual(['alive', 'ready'])
  })

  test('names only the own runs after a failure', async () => {
    const engine = createEngine()
    const hub = createEngineHub(() => engine.port)
    const [a, b] = [joinHub(hub), joinHub(hub)]
    b.port.post({ type: 'run', run: 9, graph: graph('b') })
    await settled()
    const [{ run }] = engine.posted('run') as { run: number }[]
    engine.emit({ type: 'restarting', runs: [run], message: 'again' })
    await settled()
    expect(a.of('restarting')).toMatchObject([{ runs: [] }])
    expect(b.of('restarting')).toMatchObject([{ runs: [9] }])
  })

  test('remembers files for an engine that replaces a failed one', async () => {
    let stored: readonly StoreFileRequest[] = []
    let files: () => readonly StoreFileRequest[] = () => []
    const hub = createEngineHub((all) => {
      files = all
      return createEngine().port
    })
    const client = joinHub(hub)
    const bytes = Uint8Array.of(1, 2, 3)
    client.port.post({ type: 'storeFile', id: 1, what: 'checkpoint', name: 'a.zip', bytes })
    await settled()
    stored = files()
    expect(stored).toMatchObject([{ what: 'checkpoint', name: 'a.zip', bytes }])
  })

  test('reports the end of its frame as a failure of the engine', async () => {
    const client = joinHub(createEngineHub(() => createEngine().port))
    await settled()
    client.end()
    expect(client.of('failed')).toMatchObject([{ failure: { cause: 'ended' } }])
  })
})

describe('frames of a page', () => {
  interface Member {
    hosts?: string
    listener?: Parameters<Siblings['listen']>[0]
  }

  /** Frames that hear each other `delay` milliseconds later. `leave` removes a frame. */
  function createPage(delay = 0) {
    const members: Member[] = []
    const deliver = (
      to: Member,
      note: SharingNote,
      port: MessagePort | undefined,
      from: Member,
    ): unknown =>
      setTimeout(() => {
        if (!members.includes(to)) return
        const reply = (answer: SharingNote, own: MessagePort) => deliver(from, answer, own, to)
        to.listener?.(note, { port, reply })
      }, delay)
    return (): Siblings & { leave(): void } => {
      const self: Member = {}
      members.push(self)
      return {
        get host() {
          return members.find((each) => each !== self && each.hosts)?.hosts
        },
        markAsHost: (name) => void (self.hosts = name),
        send(note) {
          for (const other of members) if (other !== self) deliver(other, note, undefined, self)
        },
        listen: (listener) => void (self.listener = listener),
        leave: () => void members.splice(members.indexOf(self), 1),
      }
    }
  }

  type Engines = ReturnType<typeof createEngine>[]
  const run = (id: string): Request => ({ type: 'run', run: 1, graph: graph(id) })
  const ranNodes = (engines: Engines) =>
    engines.map((each) =>
      each.posted('run').map((request) => 'graph' in request && request.graph.nodes[0].id),
    )

  const start = (siblings: Siblings, engines: Engines, patience?: number) => {
    const port = shareEngine({
      siblings,
      ...(patience !== undefined && { patience }),
      open: () => {
        const engine = createEngine()
        engines.push(engine)
        return engine.port
      },
    })
    open.push(() => port.close())
    return port
  }

  test.each([0, 600])(
    'share one engine if they start at the same time and hear each other after %i ms',
    async (delay) => {
      const [page, engines] = [createPage(delay), [] as Engines]
      const ports = [page(), page(), page()].map((each) => start(each, engines))
      for (const [i, port] of ports.entries()) port.post(run(String(i)))
      await eventually(() => expect(engines[0]?.posted('run')).toHaveLength(3))
      expect(engines).toHaveLength(1)
    },
  )

  test('share one engine if they start one after another', async () => {
    const [page, engines] = [createPage(), [] as Engines]
    start(page(), engines).post(run('a'))
    await eventually(() => expect(ranNodes(engines)).toEqual([['a']]))
    start(page(), engines).post(run('b'))
    await eventually(() => expect(ranNodes(engines)).toEqual([['a', 'b']]))
  })

  test('start an engine if the host ends before it answers', async () => {
    const [page, engines] = [createPage(300), [] as Engines]
    const host = page()
    start(host, engines).post(run('a'))
    await eventually(() => expect(ranNodes(engines)).toEqual([['a']]))
    const others = [page(), page()]
    for (const [i, each] of others.entries()) start(each, engines).post(run(String(i)))
    await settled()
    host.leave()
    await eventually(() => expect(ranNodes(engines)).toEqual([['a'], ['0', '1']]))
  })

  test('start an engine if the host does not answer', async () => {
    const [page, engines] = [createPage(), [] as Engines]
    page().markAsHost('silent')
    start(page(), engines, 200).post(run('a'))
    await eventually(() => expect(ranNodes(engines)).toEqual([['a']]))
  })

  test('are not taken for closed while their locks are not granted yet', async () => {
    const queues = new Map<string, Promise<unknown>>()
    const request = async (name: string, ...more: unknown[]) => {
      const work = more.at(-1) as () => Promise<unknown>
      // The first request for a lock is that of its frame, and comes late.
      if (!queues.has(name)) {
        queues.set(name, Promise.resolve())
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      const granted = queues.get(name)!.then(work)
      queues.set(name, granted)
      return granted
    }
    vi.stubGlobal('navigator', { locks: { request } })
    try {
      const [page, engines] = [createPage(), [] as Engines]
      start(page(), engines).post({ type: 'run', run: 1, graph: graph('a') })
      await eventually(() => expect(engines[0]?.posted('run')).toHaveLength(1))
      const late = start(page(), engines)
      await new Promise((resolve) => setTimeout(resolve, 100))
      late.post({ type: 'run', run: 1, graph: graph('b') })
      await eventually(() => expect(engines[0].posted('run')).toHaveLength(2))
      expect(engines).toHaveLength(1)
      expect(engines[0].posted('stop')).toEqual([])
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('start an engine of their own beside frames that are no figures', async () => {
    const [page, engines] = [createPage(), [] as Engines]
    page()
    start(page(), engines).post(run('a'))
    await eventually(() => expect(ranNodes(engines)).toEqual([['a']]))
  })

  test('hear only frames of their origin that have the same engine', () => {
    const listeners: ((event: object) => void)[] = []
    const sent: unknown[][] = []
    const other = {
      location: { origin: 'https://a.example' },
      postMessage: (...args: unknown[]) => sent.push(args),
    }
    const foreign = {
      get location() {
        throw new Error('forbidden')
      },
      postMessage: () => expect.unreachable(),
    }
    const page = {
      location: { origin: 'https://a.example' },
      addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    }
    const parent = { length: 3, 0: page, 1: other, 2: foreign }
    const own = Object.assign(page, { parent }) as unknown as Window
    const siblings = siblingFrames('worker.js', own)
    siblings.send({ type: 'seek', from: 'x', to: 'y' })
    expect(sent.map(([, origin]) => origin)).toEqual(['https://a.example'])
    const notes: SharingNote[] = []
    siblings.listen((note) => notes.push(note))
    const note = { type: 'seek', from: 'y', to: 'x' }
    const data = { litegraphDiffusionEngine: 'worker.js', note }
    const send = (event: object) =>
      listeners[0]({ source: other, ports: [], origin: 'https://a.example', data, ...event })
    send({ origin: 'https://b.example' })
    send({ data: { ...data, litegraphDiffusionEngine: 'other.js' } })
    send({ data: null })
    expect(notes).toEqual([])
    send({})
    expect(notes).toEqual([note])

    const fromOther = siblingFrames('worker.js', Object.assign(other, { parent }) as never)
    const ofOtherBuild = siblingFrames('other.js', Object.assign(other, { parent }) as never)
    siblings.markAsHost('x')
    expect([fromOther.host, ofOtherBuild.host, siblings.host]).toEqual(['x', undefined, undefined])
  })
})

describe('a deferred port', () => {
  test('keeps the order of requests, and opens at the first one', async () => {
    const engine = createEngine()
    const opened = vi.fn(() => engine.port)
    const port = deferUntilNeeded(opened, new Promise(() => {}))
    const events: Event[] = []
    port.listen((event) => events.push(event))
    await settled()
    expect(opened).not.toHaveBeenCalled()
    port.post({ type: 'ping' })
    port.post({ type: 'save' })
    await settled()
    expect(engine.requests.map(({ type }) => type)).toEqual(['ping', 'save'])
    engine.emit(ready)
    expect(events).toEqual([ready])
  })

  test('sends nothing after it was closed', async () => {
    const engine = createEngine()
    const port = deferPort(Promise.resolve(engine.port))
    const unlisten = port.listen(() => expect.unreachable())
    port.post({ type: 'ping' })
    unlisten()
    port.close()
    await settled()
    engine.emit(ready)
    expect(engine.requests).toEqual([])
  })
})
