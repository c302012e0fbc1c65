// Stored trainings: damage is detected and the state before it is used, earlier states stay until
// later ones are stored, and the schedule of saving limits its cost.
import { englishText, type MessageText } from '../../../src/engine/base/catalogue.ts'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { Memory } from '../../../src/engine/base/memory.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import {
  checkRecord,
  createRecord,
  openRecord,
  RECORD_HEADER,
  sealRecord,
} from '../../../src/engine/plan/record.ts'
import { Results } from '../../../src/engine/plan/results.ts'
import { SaveSchedule } from '../../../src/engine/plan/saveSchedule.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { guardStore, memoryStore, type StateStore } from '../../../src/engine/plan/store.ts'
import { StoredStates } from '../../../src/engine/plan/storedStates.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import * as toy from './toy.ts'
import { withoutIds } from '../../withoutIds.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

/** Trains on points in a new session. Returns its events and the saved checkpoint. */
async function train(store: StateStore, steps: number) {
  const events: Event[] = []
  // By this clock only the first state of a run is due, and its end.
  const options = { now: () => 0, onEvent: (event: Event) => void events.push(event) }
  const session = createSession({ ops: opTable(nodes), store, ...options })
  const { nodes: all } = trainingGraph(steps)
  const graph = {
    nodes: all.filter(({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers'].includes(id)),
  }
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  const file = events.flatMap((event) => (event.type === 'file' ? [event.file.bytes] : []))[0]
  const first = events.find(({ type }) => type === 'progress')
  return { events, file, began: first?.type === 'progress' ? first.index - 1 : undefined }
}

const stateNames = async (store: StateStore) =>
  (await store.list('state/')).map(({ key }) => key.slice(key.indexOf('@'))).sort()

/** A stored training with the states `@1~` and `@4`: the records of the engine. */
async function storedTraining() {
  const store = memoryStore()
  await train(store, 4)
  expect(await stateNames(store)).toEqual(['@1~', '@4'])
  const name = (await store.list('state/')).map(({ key }) => key).find((key) => key.endsWith('@4'))!
  return { store, name, record: (await store.get(name))! }
}

const key = (name: string) => name.slice('state/'.length, name.indexOf('@'))
const flip = (bytes: Uint8Array, bit: number) => {
  const copy = bytes.slice()
  copy[bit >> 3] ^= 1 << (bit & 7)
  return copy
}
const statesOf = (store: StateStore) =>
  new StoredStates(
    guardStore(store, (message) => expect.fail(englishText(message))),
    (message) => expect.fail(englishText(message)),
    () => 0,
  )

describe('a flipped bit', () => {
  test('at 200 random positions of a state is detected, and the state before it is used', async () => {
    const { store, name, record } = await storedTraining()
    const before = tf.memory().numTensors
    const bits = fc.sample(fc.nat(8 * record.length - 1), { seed: 15, numRuns: 200 })
    for (const bit of bits) {
      await store.put(name, flip(record, bit))
      const memory = new Memory()
      const damaged: number[] = []
      const results = new Results(memory, statesOf(store))
      const state = await results.state(key(name), Infinity, (index) => damaged.push(index))
      expect([bit, damaged, state?.index]).toEqual([bit, [4], 1])
      memory.release(state!.state)
      results.dispose()
      expect(await stateNames(store)).toEqual(['@1~'])
    }
    expect(tf.memory().numTensors).toBe(before)
  })

  test('in the header, the metadata or the key is detected', async () => {
    const { name, record } = await storedTraining()
    for (let bit = 0; bit < 8 * (RECORD_HEADER + 64); bit++)
      expect(() => checkRecord(name, flip(record, bit)), `bit ${bit}`).toThrow()
    expect(() => checkRecord(name.replace('@4', '@5'), record)).toThrow(/checksum/)
    checkRecord(name, record)
  })

  test('is reported with the training and the step, and the result has the same bits', async () => {
    const { file } = await train(memoryStore(), 8)
    const { store, name, record } = await storedTraining()
    await store.put(name, flip(record, 4 * record.length))
    const again = await train(store, 8)
    expect(withoutIds(again.events.filter(({ type }) => type === 'storage'))).toEqual([
      {
        type: 'storage',
        node: 'Start',
        message:
          'The training stored at step 4 is damaged and was deleted. Training continues from step 1, which was stored before it.',
      },
    ])
    expect(again.began).toBe(1)
    expect(again.file).toEqual(file)
  })

  test('in every state is reported, and the training starts over', async () => {
    const { store } = await storedTraining()
    for (const { key: each } of await store.list('state/'))
      await store.put(each, flip((await store.get(each))!, 1000))
    const again = await train(store, 4)
    expect(
      again.events.flatMap((event) => (event.type === 'storage' ? [event.message] : [])),
    ).toEqual([
      'The training stored at step 4 is damaged and was deleted. No earlier step is stored, so it trains from the start.',
      'The training stored at step 1 is damaged and was deleted. No earlier step is stored, so it trains from the start.',
    ])
    expect(again.began).toBe(0)
  })

  test('in the name of the weights that a training continued from is reported', async () => {
    const origin = `${'a1'.repeat(32)}@120`
    const write = async (record: Uint8Array) => {
      const store = memoryStore()
      await store.put('origin/k', record)
      const told: MessageText[] = []
      const states = new StoredStates(
        guardStore(store, () => {}),
        (message) => told.push(message),
        () => 0,
      )
      return [await states.origin('k'), told.length]
    }
    const record = createRecord('origin/k', new TextEncoder().encode(origin))
    expect(await write(record)).toEqual([origin, 0])
    expect(await write(new TextEncoder().encode(origin))).toEqual([origin, 0]) // of an earlier version
    for (let bit = 0; bit < 8 * record.length; bit++)
      expect(await write(flip(record, bit)), `bit ${bit}`).toEqual([undefined, 1])
  })
})

test('a state of an earlier version, without a checksum, continues with the same bits', async () => {
  const { file } = await train(memoryStore(), 8)
  const { store, name, record } = await storedTraining()
  const old = openRecord(name, record)
  expect(old.length).toBe(record.length - RECORD_HEADER)
  await store.put(name, old)
  checkRecord(name, old)
  const again = await train(store, 8)
  expect(again.events.filter(({ type }) => type === 'storage')).toEqual([])
  expect([again.began, again.file]).toEqual([4, file])
})

test('a record of a later version is neither used nor deleted', async () => {
  const { store, name, record } = await storedTraining()
  sealRecord(name, record, 2)
  await store.put(name, record)
  const again = await train(store, 3)
  expect(again.events.filter(({ type }) => type === 'storage')).toEqual([])
  expect(await stateNames(store)).toContain('@4')
})

describe('while a training is saved', () => {
  /** Saves states of a training one after the other. */
  async function saveAll(store: StateStore, indices: readonly number[], isPassing = true) {
    const states = new StoredStates(
      guardStore(store, () => {}),
      () => {},
      () => 0,
    )
    for (const index of indices) {
      const own = tf.tensor1d([index])
      await states.save('k', { index, state: { own, solvers: {} }, seconds: 1 }, isPassing)
      own.dispose()
    }
    return states
  }

  test('the last two states stay, and those at the ends of runs', async () => {
    const store = memoryStore()
    await saveAll(store, [1, 2, 3])
    expect(await stateNames(store)).toEqual(['@2~', '@3~'])
    await saveAll(store, [4], false)
    await saveAll(store, [5, 6, 7])
    expect(await stateNames(store)).toEqual(['@4', '@6~', '@7~'])
  })

  test('a shorter run keeps two states below a longer one', async () => {
    const store = memoryStore()
    await saveAll(store, [100], false)
    await saveAll(store, [1, 2, 3])
    expect(await stateNames(store)).toEqual(['@100', '@2~', '@3~'])
  })

  test('a state that could not be written deletes nothing', async () => {
    const store = memoryStore()
    await saveAll(store, [1, 2])
    const full = { ...store, put: () => Promise.reject(new Error('The disk is full.')) }
    await saveAll(full, [3, 4, 5])
    expect(await stateNames(store)).toEqual(['@1~', '@2~'])
  })

  test('a state is deleted only after the next one is stored', async () => {
    const store = memoryStore()
    const log: string[] = []
    await saveAll(
      {
        ...store,
        async put(name, bytes) {
          log.push(`begin ${name}`)
          await new Promise((resolve) => setTimeout(resolve, 5))
          await store.put(name, bytes)
          log.push(`stored ${name}`)
        },
        async delete(name) {
          log.push(`delete ${name}`)
          await store.delete(name)
        },
      },
      [1, 2, 3],
    )
    expect(log.slice(-3)).toEqual(['begin state/k@3~', 'stored state/k@3~', 'delete state/k@1~'])
  })

  test('what a crash left behind is removed at the next start', async () => {
    const store = memoryStore()
    for (const index of [1, 2, 3, 4]) await store.put(`state/k@${index}~`, Uint8Array.of(1))
    await store.put('state/k@1', Uint8Array.of(1))
    await store.put('state/other@7~', Uint8Array.of(1))
    await statesOf(store).removeOrphans()
    expect(await stateNames(store)).toEqual(['@1', '@3~', '@4~', '@7~'])
  })
})

describe('the schedule of saving', () => {
  test('saves the first state, then one per interval, and those that are requested', () => {
    const schedule = new SaveSchedule()
    expect(schedule.isDue(5, 2)).toBe(true)
    schedule.begin(5)
    schedule.end(1)
    expect(schedule.isDue(2004, 2)).toBe(false)
    expect(schedule.isDue(2005, 2)).toBe(true)
    schedule.request()
    expect(schedule.isDue(6, undefined)).toBe(true)
    schedule.begin(6)
    expect(schedule.isDue(1e9, undefined)).toBe(false)
  })

  test.each([0.1, 1, 10, 40, 100, 500])(
    'keeps saves that block for %f ms below 2 % of the time',
    (cost) => {
      const schedule = new SaveSchedule()
      let blocked = 0
      let saves = 0
      const end = 600_000
      for (let now = 0; now < end; now += 20) {
        if (!schedule.isDue(now, 2)) continue
        schedule.begin(now)
        // The first save compiles its code.
        const took = saves++ === 0 ? 5 * cost : cost
        schedule.end(took)
        blocked += took
      }
      expect(blocked / end).toBeLessThan(0.02)
      expect(saves).toBeGreaterThan(cost <= 20 ? 295 : 3)
    },
  )
})

describe('a training in a session', () => {
  const training = (steps: number) =>
    toy.graph(
      toy.node('net', 'Net', {}, { weight: 0.5 }),
      toy.node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
      toy.node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
      toy.node('goal', 'Constant', {}, { value: 1 }),
      toy.node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
      toy.node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
      toy.node('x', 'Constant', {}, { value: 1 }),
      toy.node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
      toy.node('save', 'Save', { value: 'y.y' }),
    )

  /** Runs a training by a clock that advances by `tick` milliseconds per reading. */
  async function run(
    steps: number,
    {
      tick = 1,
      store = memoryStore(),
      paused = false,
    }: { tick?: number; store?: StateStore; paused?: boolean },
    onEvent: (event: Event, session: ReturnType<typeof createSession>) => void = () => {},
    prepare: (session: ReturnType<typeof createSession>) => void = () => {},
  ) {
    let time = 0
    const saved: number[] = []
    const session = createSession({
      ops: toy.ops,
      store,
      now: () => (time += tick),
      onEvent: (event) => {
        if (event.type === 'saved') saved.push(event.index)
        onEvent(event, session)
      },
    })
    prepare(session)
    await session.run({ type: 'run', run: 1, graph: training(steps), paused })
    await session.dispose()
    return saved
  }

  test('reports each save, the first one after its first step', async () => {
    const saved = await run(60, { tick: 20 })
    expect(saved[0]).toBe(1)
    expect(saved.at(-1)).toBe(60)
    expect(saved.length).toBeGreaterThan(3)
    expect(saved.length).toBeLessThan(30)
  })

  test('is stored only when it stops, if the user chooses so', async () => {
    const saved = await run(60, { tick: 20 }, undefined, (session) => session.saveEvery(undefined))
    expect(saved).toEqual([60])
  })

  test('is stored at once when the page may be about to close', async () => {
    let seen = 0
    const saved = await run(
      60,
      { tick: 0 },
      (event, session) => {
        if (event.type !== 'progress') return
        seen = event.index
        if (event.index === 1) session.save()
      },
      (session) => session.saveEvery(undefined),
    )
    expect(seen).toBe(60)
    expect(saved).toHaveLength(2)
    expect(saved[0]).toBeLessThanOrEqual(3)
  })

  test('is stored before it waits in a pause', async () => {
    const log: string[] = []
    await run(3, { tick: 0, paused: true }, (event, session) => {
      if (event.type === 'saved') log.push(`saved ${event.index}`)
      if (event.type !== 'paused') return
      log.push('paused')
      setTimeout(() => session.control('step', 1), 20)
    })
    // The last one is stored again as the end of the run.
    expect(log.join(', ')).toBe('paused, saved 1, paused, saved 2, paused, saved 3, saved 3')
  })

  test('is found by the graph, with the step from which it continues', async () => {
    const store = memoryStore()
    const find = async (steps: number) => {
      const session = createSession({ ops: toy.ops, store, onEvent: () => {} })
      const found = await session.findTrainings(training(steps))
      await session.dispose()
      return found
    }
    expect(await find(9)).toEqual([])
    await run(5, { store })
    expect(await find(9)).toEqual([{ node: 'start', index: 5, count: 9 }])
    expect(await find(3)).toEqual([{ node: 'start', index: 1, count: 3 }])
  })
})
