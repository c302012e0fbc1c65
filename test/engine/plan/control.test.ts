// Control of a running session: every run ends, nothing leaks, and numbers do not change.
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Graph, GraphNode } from '../../../src/engine/plan/graph.ts'
import { hashKey } from '../../../src/engine/plan/keys.ts'
import { Memory } from '../../../src/engine/base/memory.ts'
import { Results } from '../../../src/engine/plan/results.ts'
import type { ObserverOp, Op, RunOp } from '../../../src/engine/plan/op.ts'
import {
  createSession,
  type Session,
  type SessionOptions,
} from '../../../src/engine/plan/session.ts'
import { memoryStore, type StateStore } from '../../../src/engine/plan/store.ts'
import { StoredStates } from '../../../src/engine/plan/storedStates.ts'
import type { StatisticsView } from '../../../src/engine/base/view.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Dataset } from '../../../src/engine/datasets/dataset.ts'
import { graph, node, ops, ran } from './toy.ts'
import { withoutIds } from '../../withoutIds.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => void (tensors = tf.memory().numTensors))
afterEach(() => expect(tf.memory().numTensors).toBe(tensors))

const move = fc.record({
  kind: fc.constantFrom(
    'constant',
    'add',
    'draw',
    'remember',
    'open',
    'close',
    'show',
    'chart',
    'train',
    'train',
  ),
  a: fc.nat(1000),
  b: fc.nat(1000),
  steps: fc.integer({ min: 0, max: 4 }),
  emit: fc.integer({ min: 0, max: 2 }),
})
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never

/**
 * Random graphs of sums, nested loops and trainings, in sequence and inside each other. With
 * `emissions` false, the graph shows nothing while it trains. Nodes are in random order, as in a
 * file.
 */
function build(moves: readonly Move[], emissions: boolean): Graph {
  const nodes: GraphNode[] = [node('n', 'Constant')]
  const scopes: string[][] = [['n.value']]
  const open: string[] = []
  const pick = (index: number) => {
    const visible = scopes.flat()
    return visible[index % visible.length]
  }
  const add = (made: GraphNode[], ...values: string[]) => {
    nodes.push(...made)
    scopes.at(-1)!.push(...values)
  }
  const close = (a: number) => {
    const inside = scopes.pop()!
    const start = open.pop()!
    add(
      [node(`${start}end`, 'SamplingEnd', { loop: `${start}.loop`, x: inside[a % inside.length] })],
      `${start}end.x`,
    )
  }
  moves.forEach(({ kind, a, b, steps, emit }, i) => {
    const id = `n${i}`
    const inside = scopes.at(-1)!
    if (kind === 'constant') add([node(id, 'Constant', {}, { value: (a % 5) / 4 })], `${id}.value`)
    else if (kind === 'add') add([node(id, 'Add', { a: pick(a), b: pick(b) })], `${id}.sum`)
    else if (kind === 'draw')
      add(
        [
          node(`${id}d`, 'Draw', { like: pick(a) }, { seed: b }),
          node(id, 'Shift', { a: pick(b), noise: `${id}d.noise` }),
        ],
        `${id}.sum`,
      )
    else if (kind === 'remember') {
      if (open.length) add([node(id, 'Remember', { a: inside[a % inside.length] })], `${id}.total`)
    } else if (kind === 'show') add([node(id, 'Show', { value: pick(a) })])
    else if (kind === 'chart') add([node(id, 'Chart', { values_1: pick(a), values_2: pick(b) })])
    else if (kind === 'train')
      add(trainingNodes(id, pick(a), pick(b), steps, emissions ? emit : 0), `${id}y.y`)
    else if (kind === 'open') {
      add([node(id, 'SamplingStart', { x: inside[a % inside.length] }, { steps })])
      open.push(id)
      scopes.push([`${id}.x`, `${id}.t`])
    } else if (open.length) close(a)
  })
  while (open.length) close(0)
  scopes[0].forEach((value, i) => nodes.push(node(`last${i}`, 'Show', { value })))
  const place = ({ id }: GraphNode) => hashKey(id, moves[0]?.b)
  return graph(...nodes.sort((a, b) => (place(a) < place(b) ? -1 : 1)))
}

const trainingNodes = (id: string, goal: string, at: string, steps: number, emit: number) => [
  node(`${id}net`, 'Net', {}, { weight: 0.5 }),
  node(id, 'TrainingStart', { model: `${id}net.model` }, { steps, seed: 7 }),
  node(`${id}p`, 'Apply', { model: `${id}.model`, x: `${id}.x` }),
  node(`${id}l`, 'SquaredError', { a: `${id}p.y`, b: goal }),
  node(
    `${id}end`,
    'TrainingEnd',
    { loop: `${id}.loop`, loss: `${id}l.loss` },
    { emit_every: emit },
  ),
  node(`${id}y`, 'Apply', { model: `${id}end.model`, x: at }),
]

const anyMoves = fc.array(move, { maxLength: 14 })

/** A session with its events. */
function startSession(
  onEvent: (event: Event, session: Session) => void = () => {},
  options: Partial<SessionOptions> = {},
) {
  const events: Event[] = []
  const session: Session = createSession({
    ops,
    onEvent: (event) => {
      events.push(event)
      onEvent(event, session)
    },
    ...options,
  })
  return { session, events }
}

/** Last value of each observer at the end of the run. */
const lastValues = (events: readonly Event[], run: number) =>
  Object.fromEntries(
    events.flatMap((event) =>
      event.type === 'view' && event.run === run && event.node.startsWith('last')
        ? [[event.node, (event.view as StatisticsView).mean]]
        : [],
    ),
  )
const faultsOf = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'faults' ? event.faults : []))
/** Internal errors of the plan. */
const broken = (events: readonly Event[]) =>
  faultsOf(events).filter(({ cure }) => cure.includes('report it'))

async function plainRun(some: Graph) {
  const { session, events } = startSession()
  await session.run({ type: 'run', run: 1, graph: some })
  await session.dispose()
  return events
}

describe('any graph', () => {
  test('runs or reports faults, with equal bits with and without emissions', async () => {
    await fc.assert(
      fc.asyncProperty(anyMoves, async (moves) => {
        const before = tf.memory().numTensors
        const silent = await plainRun(build(moves, false))
        const telling = await plainRun(build(moves, true))
        expect(broken(silent)).toEqual([])
        expect(broken(telling)).toEqual([])
        expect(telling.at(-1)!.type).toBe('finished')
        if (!faultsOf(silent).length) expect(lastValues(telling, 1)).toEqual(lastValues(silent, 1))
        expect(tf.memory().numTensors).toBe(before)
      }),
    )
  })

  const command = fc.constantFrom(
    'pause',
    'resume',
    'step',
    'stop',
    'hide',
    'see',
    'restart',
    'continue',
    'cancel',
    'none',
  )

  test('every run ends under random commands, and a last run has the bits of an undisturbed one', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyMoves,
        fc.array(command, { maxLength: 60 }),
        fc.boolean(),
        fc.nat(5000),
        async (moves, commands, paused, tick) => {
          const before = tf.memory().numTensors
          const some = build(moves, true)
          const expected = await plainRun(some)
          const queue = [...commands]
          let time = 0
          let disturbed = true
          const { session, events } = startSession(
            (event, the) => {
              if (!('run' in event)) return
              // The last run also asks, when discarded work took a minute by the clock.
              if (!disturbed && event.type === 'question') the.answer(event.run, 'restart')
              if (!disturbed) return
              const next = queue.shift() ?? 'none'
              if (next === 'hide') the.setVisible([])
              else if (next === 'see') the.setVisible(undefined)
              else if (next === 'restart' || next === 'continue' || next === 'cancel')
                the.answer(event.run, next)
              else if (next !== 'none') the.control(next, event.run)
              // Every pause and question is eventually answered.
              if (event.type === 'paused' && !queue.length) the.control('resume', event.run)
              if (event.type === 'question' && !queue.length) the.answer(event.run, 'restart')
              if (event.type === 'paused' || event.type === 'question')
                void Promise.resolve().then(() => {
                  the.answer(event.run, 'restart')
                  the.control('resume', event.run)
                })
            },
            { now: () => (time += tick) },
          )
          const runs = [1, 2].map((run) =>
            session.run({
              type: 'run',
              run,
              graph: run === 1 ? some : build(moves, false),
              paused,
            }),
          )
          await Promise.all(runs)
          disturbed = false
          session.setVisible(undefined)
          await session.run({ type: 'run', run: 3, graph: some })
          expect(broken(events)).toEqual([])
          expect(
            events
              .filter(({ type }) => type === 'finished')
              .map((event) => 'run' in event && event.run),
          ).toEqual([1, 2, 3])
          if (!faultsOf(expected).length)
            expect(lastValues(events, 3)).toEqual(lastValues(expected, 1))
          await session.dispose()
          expect(tf.memory().numTensors).toBe(before)
        },
      ),
      // Each case is four runs.
      { numRuns: 100 },
    )
  })
})

/** One training, and its model's output for 1. */
const oneTraining = (steps: number, weight = 0.5) =>
  graph(
    ...trainingNodes('t', 'goal.value', 'goal.value', steps, 0).map((it) =>
      it.id === 'tnet' ? { ...it, params: { weight } } : it,
    ),
    node('goal', 'Constant'),
    node('last', 'Show', { value: 'ty.y' }),
  )
const trainings = () => ran.filter((what) => what === 'train').length

describe('storage', () => {
  async function runOn(store: StateStore, steps: number) {
    const { session, events } = startSession(undefined, { store })
    ran.length = 0
    await session.run({ type: 'run', run: 1, graph: oneTraining(steps) })
    await session.dispose()
    return { events, made: trainings(), last: lastValues(events, 1).last }
  }

  const spoilt: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['nothing', () => new Uint8Array(0)],
    ['noise', (bytes) => bytes.map((_, i) => (i * 97) % 256)],
    ['a part', (bytes) => bytes.slice(0, -8)],
    ['another value', () => new TextEncoder().encode('\u0002\u0000\u0000\u0000{}')],
    [
      'an older layout',
      (bytes) =>
        new TextEncoder().encode(
          new TextDecoder().decode(bytes).replace('"layout":1', '"layout":0'),
        ),
    ],
  ]
  test.each(spoilt)(
    'that returns %s is reported, and the training repeats with the same bits',
    async (_, spoil) => {
      const { last } = await runOn(memoryStore(), 6)
      const store = memoryStore()
      await runOn(store, 3)
      await runOn(store, 6)
      for (const { key } of await store.list('state/'))
        if (key.endsWith('@6')) await store.put(key, spoil((await store.get(key))!))
      const again = await runOn(store, 6)
      expect(faultsOf(again.events)).toEqual([])
      expect(withoutIds(again.events.filter(({ type }) => type === 'storage'))).toEqual([
        {
          type: 'storage',
          message:
            'The training stored at step 6 is damaged and was deleted. Training continues from step 4, which was stored before it.',
          node: 't',
        },
      ])
      expect([again.made, again.last]).toEqual([2, last])
    },
  )

  test('that throws synchronously is reported once, and the run continues', async () => {
    const thrown = () => {
      throw new Error('Forbidden.')
    }
    const { events, made } = await runOn(
      { get: thrown, put: thrown, list: thrown, delete: thrown },
      4,
    )
    expect(events.filter(({ type }) => type === 'storage')).toEqual([
      { type: 'storage', message: 'Forbidden.' },
    ])
    expect(faultsOf(events)).toEqual([])
    expect(made).toBe(4)
  })

  test('shared by two sessions yields equal bits in both', async () => {
    const { last } = await runOn(memoryStore(), 8)
    const store = memoryStore()
    const both = [startSession(undefined, { store }), startSession(undefined, { store })]
    await Promise.all(
      both.map(({ session }, i) =>
        session.run({ type: 'run', run: 1, graph: oneTraining(i ? 8 : 5) }),
      ),
    )
    await Promise.all(
      both.map(({ session }) => session.run({ type: 'run', run: 2, graph: oneTraining(8) })),
    )
    for (const { session, events } of both) {
      expect(lastValues(events, 2).last).toBe(last)
      await session.dispose()
    }
  })
})

test('evicts the oldest results beyond the budget, and counts numbers outside the device', () => {
  const memory = new Memory()
  const results = new Results(
    memory,
    new StoredStates(
      undefined,
      () => {},
      () => 0,
    ),
    10_000,
  )
  const dataset = (): Dataset => ({
    type: 'dataset',
    data: new Float32Array(1000),
    shape: [2],
    size: 500,
    space: 'point',
  })
  for (const key of ['a', 'b', 'c']) results.storeOutputs(key, { dataset: dataset() })
  expect(['a', 'b', 'c'].map((key) => results.outputs(key) !== undefined)).toEqual([
    false,
    true,
    true,
  ])
  const large = tf.zeros([2000])
  results.storeOutputs(
    'large',
    memory.retain({ x: { type: 'samples', tensor: large, space: 'point' } }),
  )
  expect(results.outputs('large')).toBeUndefined()
  results.dispose()
  memory.release(large)
})

const lossBroken = (steps: number, brokenAt: 'always' | 'never') => {
  const { nodes } = oneTraining(steps)
  return graph(
    ...nodes.map((it) =>
      it.id === 'tl' ? { ...it, params: { broken: brokenAt === 'always' } } : it,
    ),
  )
}

describe('a loss that is NaN', () => {
  test('at the last step is a fault in every run, and its state is not cached', async () => {
    const store = memoryStore()
    const { session, events } = startSession(undefined, { store })
    for (const run of [1, 2]) {
      await session.run({ type: 'run', run, graph: lossBroken(1, 'always') })
      expect(faultsOf(events)).toHaveLength(run)
      expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: true })
    }
    expect(await store.list('state/')).toEqual([])
    await session.dispose()
  })

  test('is not cached by a stop', async () => {
    const store = memoryStore()
    const { session } = startSession(
      (event, the) => event.type === 'progress' && the.control('stop', 1),
      {
        store,
      },
    )
    await session.run({ type: 'run', run: 1, graph: lossBroken(3, 'always') })
    expect(await store.list('state/')).toEqual([])
    await session.dispose()
  })

  test('is not written to storage during the training', async () => {
    let time = 0
    const written: string[] = []
    const store = memoryStore()
    const noting = {
      ...store,
      put: (key: string, bytes: Uint8Array) => (written.push(key), store.put(key, bytes)),
    }
    const { session } = startSession(undefined, { store: noting, now: () => (time += 20_000) })
    await session.run({ type: 'run', run: 1, graph: lossBroken(3, 'always') })
    expect(written).toEqual([])
    await session.dispose()
  })
})

describe('commands at unusual times', () => {
  test('a stop prevents a waiting run', async () => {
    const { session, events } = startSession()
    const first = session.run({ type: 'run', run: 1, graph: oneTraining(3) })
    const second = session.run({ type: 'run', run: 2, graph: oneTraining(3, 2) })
    session.control('stop', 2)
    await Promise.all([first, second])
    expect(events.filter((event) => 'run' in event && event.run === 2)).toMatchObject([
      { type: 'finished', stopped: true },
    ])
    await session.dispose()
  })

  test('disposing a session ends waiting runs', async () => {
    const { session, events } = startSession()
    ran.length = 0
    for (const run of [1, 2, 3])
      void session.run({ type: 'run', run, graph: oneTraining(1000, run) })
    await session.dispose()
    expect(trainings()).toBe(0)
    expect(events.map(({ type }) => type)).toEqual(['finished', 'finished', 'finished'])
  })

  test('a stopped run asks no question', async () => {
    let time = 0
    const { session, events } = startSession(
      (event, the) => event.type === 'started' && event.run === 2 && the.control('stop', 2),
      {
        now: () => (time += 20_000),
      },
    )
    await session.run({ type: 'run', run: 1, graph: oneTraining(5) })
    await session.run({ type: 'run', run: 2, graph: oneTraining(5, 2) })
    expect(events.filter(({ type }) => type === 'question')).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'finished', run: 2, stopped: true })
    await session.dispose()
  })

  test('a listener that throws does not end the session', async () => {
    const { session, events } = startSession((event) => {
      if (event.type === 'finished' && event.run === 1) throw new Error('A mistake in the page.')
    })
    await expect(session.run({ type: 'run', run: 1, graph: oneTraining(2) })).rejects.toThrow(
      'A mistake in the page.',
    )
    await session.run({ type: 'run', run: 2, graph: oneTraining(2) })
    expect(events.at(-1)).toMatchObject({ type: 'finished', run: 2, stopped: false })
    await session.dispose()
  })
})

describe('samples during training', () => {
  /** A clock that advances only by `train` and `show`, in milliseconds. */
  function createClock(cost: { train: number; emission: number }) {
    let time = 0
    let counted = 0
    const now = () => {
      const steps = trainings()
      time += (steps - counted) * cost.train
      counted = steps
      return time
    }
    return { now, spend: () => void (time += cost.emission) }
  }

  /** Runs a training of 200 steps and returns the steps of its emissions. */
  async function emissionSteps(cost: { train: number; emission: number }, every = 1) {
    ran.length = 0
    const clock = createClock(cost)
    const at: number[] = []
    const slow: Op = {
      ...(ops.get('toy/Apply') as RunOp),
      type: 'toy/Slow',
      run: ((inputs: never, params: never, context: never) => {
        if (trainings() < 200) at.push(trainings())
        clock.spend()
        return (ops.get('toy/Apply') as RunOp).run(inputs, params, context)
      }) as never,
    }
    const nodes = oneTraining(200).nodes.map((it) =>
      it.id === 'ty'
        ? { ...it, op: 'toy/Slow' }
        : it.id === 'tend'
          ? { ...it, params: { emit_every: every } }
          : it,
    )
    const { session, events } = startSession(undefined, {
      ops: new Map([...ops, ['toy/Slow', slow]]),
      now: clock.now,
    })
    await session.run({ type: 'run', run: 1, graph: { nodes } })
    await session.dispose()
    expect(faultsOf(events)).toEqual([])
    return { at, said: events.filter(({ type }) => type === 'status').length }
  }

  test('take at most a fifth of the time, except for the first, and a notice reports it', async () => {
    const { at, said } = await emissionSteps({ train: 10, emission: 100 })
    at.forEach((step, i) => {
      const spent = (i + 1) * 100
      if (i) expect(spent).toBeLessThanOrEqual(0.2 * (step * 10 + spent) + 1e-9)
    })
    expect(at.length).toBeGreaterThan(3)
    expect(said).toBeGreaterThan(0)
  })

  test('have the requested interval if they are cheap, without a notice', async () => {
    const { at, said } = await emissionSteps({ train: 10, emission: 1 })
    expect(at).toEqual(Array.from({ length: 199 }, (_, i) => i + 1))
    expect(said).toBe(0)
  })

  test('start early', async () => {
    expect(await emissionSteps({ train: 10, emission: 1 }, 80)).toEqual({
      at: [10, 20, 40, 80, 160],
      said: 0,
    })
    expect(await emissionSteps({ train: 10, emission: 1 }, 60)).toEqual({
      at: [15, 30, 60, 120, 180],
      said: 0,
    })
    expect((await emissionSteps({ train: 10, emission: 1 }, 8)).at).toEqual(
      Array.from({ length: 24 }, (_, i) => 8 * (i + 1)),
    )
  })
})

describe('an observer that fails', () => {
  const failing: Op = {
    ...(ops.get('toy/Chart') as ObserverOp),
    type: 'toy/Failing',
    view: () => Promise.reject(new Error('No.')),
  }

  test('reports one fault, and the run continues to its end', async () => {
    const { session, events } = startSession(undefined, {
      ops: new Map([...ops, ['toy/Failing', failing]]),
      now: () => 0,
    })
    const { nodes } = oneTraining(5)
    const chart = { ...node('bad', 'Failing', { values_1: 'tl.loss' }) }
    await session.run({ type: 'run', run: 1, graph: { nodes: [...nodes, chart] } })
    expect(faultsOf(events)).toMatchObject([{ node: 'bad', message: 'No.' }])
    expect(events.at(-1)).toMatchObject({ type: 'finished', stopped: false })
    expect(lastValues(events, 1).last).toBeDefined()
    await session.dispose()
  })
})
