// Entries of stores in databases: one transaction each, and halves of entries are removed.
import { expect, test } from 'vitest'
import { createEntryStore } from '../../src/storage/database.ts'
import { createMemoryValues, type Change } from '../../src/storage/keyValues.ts'

test('writes an entry, its metadata and evictions in one transaction', async () => {
  const values = createMemoryValues()
  const writes: string[][] = []
  const write = async (changes: readonly Change[]) => {
    writes.push(changes.map(([key, value]) => (value === undefined ? `-${key}` : key)))
    await values.write(changes)
  }
  const store = createEntryStore({ ...values, write }, 100)
  await store.put('state/a@1', new Uint8Array(60))
  await store.put('state/a@2', new Uint8Array(60))
  expect(writes).toEqual([
    ['data/state/a@1', 'meta/state/a@1'],
    ['-data/state/a@1', '-meta/state/a@1', 'data/state/a@2', 'meta/state/a@2'],
  ])
})

test('removes halves of entries, and keeps complete ones', async () => {
  const values = createMemoryValues()
  const store = createEntryStore(values)
  await store.put('state/a@1', Uint8Array.of(1))
  await values.write([
    ['data/state/a@2', Uint8Array.of(2)],
    ['meta/state/a@3', { size: 3, used: 1 }],
  ])
  await store.removeOrphans!()
  expect(await values.keys()).toEqual(['data/state/a@1', 'meta/state/a@1'])
})

test('keeps an entry that another page completes meanwhile', async () => {
  const values = createMemoryValues([['data/state/a@1', Uint8Array.of(1)]])
  const keys = async () => {
    const before = await values.keys()
    await values.write([
      ['data/state/a@1', Uint8Array.of(2)],
      ['meta/state/a@1', { size: 1, used: 1 }],
    ])
    return before
  }
  const store = createEntryStore({ ...values, keys })
  await store.removeOrphans!()
  expect(await store.get('state/a@1')).toEqual(Uint8Array.of(2))
  expect(await store.list('')).toHaveLength(1)
})
