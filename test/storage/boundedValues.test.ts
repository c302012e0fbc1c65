// Databases that answer late, never, or with an error.
import { describe, expect, test } from 'vitest'
import { boundValues, type Availability } from '../../src/storage/boundedValues.ts'
import { createMemoryValues, type KeyValues } from '../../src/storage/keyValues.ts'

/** A database that answers when its gate opens, or fails then. */
function createGate(initial: readonly [string, unknown][] = []) {
  const values = createMemoryValues(initial)
  let open = () => {}
  let gate: Promise<void> = Promise.resolve()
  const through =
    <A extends unknown[], R>(operation: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await gate
      return operation(...args)
    }
  const database: KeyValues = {
    get: through((key) => values.get(key)) as KeyValues['get'],
    entries: through((prefix) => values.entries(prefix)) as KeyValues['entries'],
    keys: through(values.keys),
    write: through(values.write),
    update: through(values.update),
  }
  return {
    values,
    database,
    close() {
      gate = new Promise((resolve) => (open = resolve))
    },
    open: () => open(),
    fail() {
      const failed = Promise.reject(new DOMException('', 'UnknownError'))
      failed.catch(() => {})
      gate = failed
      open()
    },
  }
}

const fast = { patience: 30, openPatience: 30, retryInterval: 30 }

function observe(database: KeyValues) {
  const states: string[] = []
  const onChange = (now: Availability) =>
    void states.push(now.state === 'missing' ? `missing: ${now.problem}` : now.state)
  return { states, values: boundValues(database, { onChange, ...fast }) }
}

const hasState = (states: string[], state: string) =>
  expect.poll(() => states.at(-1), { timeout: 5000, interval: 5 }).toBe(state)

describe('a database', () => {
  test('that answers in time is used directly', async () => {
    const gate = createGate([['a', 1]])
    const { values, states } = observe(gate.database)
    expect(await values.get('a')).toBe(1)
    await values.write([['b', 2]])
    expect(await gate.values.entries()).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(states).toEqual([])
  })

  test('that opens late receives the changes made in the meantime, in order', async () => {
    const gate = createGate([
      ['settings', { theme: 'dark', live: true }],
      ['gone', 1],
    ])
    gate.close()
    const { values, states } = observe(gate.database)
    expect(await values.get('settings')).toBeUndefined()
    expect(states).toEqual(['silent'])
    const live = (before: unknown) => ({ ...(before as object), live: false })
    await values.update(new Map([['settings', live]]))
    expect(await values.get('settings')).toEqual({ live: false })
    await values.write([
      ['draft', 'first'],
      ['gone', undefined],
    ])
    await values.write([['draft', 'second']])
    expect(await values.entries()).toEqual([
      ['draft', 'second'],
      ['settings', { live: false }],
    ])
    gate.open()
    await hasState(states, 'ready')
    expect(await values.entries()).toEqual([
      ['draft', 'second'],
      ['settings', { theme: 'dark', live: false }],
    ])
    expect(await gate.values.get('draft')).toBe('second')
  })

  test('that falls silent later still receives a write that it did not answer', async () => {
    const gate = createGate()
    const { values, states } = observe(gate.database)
    await values.write([['a', 1]])
    gate.close()
    await values.write([['a', 2]])
    await values.write([['a', 3]])
    expect(states).toEqual(['silent'])
    expect(await gate.values.get('a')).toBe(1)
    gate.open()
    await hasState(states, 'ready')
    expect(await gate.values.get('a')).toBe(3)
  })

  test('that fails to open is replaced by memory', async () => {
    const gate = createGate()
    gate.fail()
    const { values, states } = observe(gate.database)
    await values.write([['a', { deep: [1] }]])
    expect(await values.get('a')).toEqual({ deep: [1] })
    expect(states).toEqual(['missing: UnknownError'])
  })

  test('that fails later is an error of the operation, and has no effect', async () => {
    const gate = createGate()
    const { values, states } = observe(gate.database)
    await values.write([['a', 1]])
    const refuse = () => {
      throw new Error('changed in another window')
    }
    await expect(values.update(new Map([['a', refuse]]))).rejects.toThrow('another window')
    expect([await values.get('a'), states]).toEqual([1, []])
  })

  test('that is full when it answers keeps the changes in memory until they fit', async () => {
    const gate = createGate()
    let room = false
    const update: KeyValues['update'] = (updates) =>
      room
        ? gate.database.update(updates)
        : Promise.reject(new DOMException('', 'QuotaExceededError'))
    gate.close()
    const { values, states } = observe({ ...gate.database, update })
    await values.write([['a', 1]])
    gate.open()
    await hasState(states, 'missing: QuotaExceededError')
    await values.write([['b', 2]])
    expect(await values.keys()).toEqual(['a', 'b'])
    room = true
    await expect.poll(() => states.at(-1)).toBe('ready')
    expect(await gate.values.keys()).toEqual(['a', 'b'])
  })
})
