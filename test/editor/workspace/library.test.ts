// Library with stores in memory. The browser test covers IndexedDB.
import { describe, expect, test } from 'vitest'
import { ConflictError, createLibrary } from '../../../src/editor/workspace/library.ts'
import {
  createMemoryStore,
  storageMessage,
  type Store,
} from '../../../src/editor/storage/stores.ts'
import { isQuotaError } from '../../../src/storage/keyValues.ts'
import { defaultSettings } from '../../../src/editor/storage/settings.ts'

function newLibrary(workflows: Store = createMemoryStore()) {
  let clock = 1000
  return createLibrary(
    {
      workflows,
      drafts: createMemoryStore(),
      settings: createMemoryStore(),
      versions: createMemoryStore(),
    },
    () => clock++,
  )
}

const workflow = (id: string, text = '{}', revision = 0) => ({
  id,
  name: id.toUpperCase(),
  text,
  revision,
})

describe('library', () => {
  test('saves, lists newest first, and loads', async () => {
    const library = newLibrary()
    await library.save(workflow('a'))
    await library.save(workflow('b'))
    expect((await library.list()).map(({ name }) => name)).toEqual(['B', 'A'])
    expect(await library.load('a')).toMatchObject({ name: 'A', text: '{}', revision: 1 })
  })

  test('keeps the creation time when saving again', async () => {
    const library = newLibrary()
    const first = await library.save(workflow('a'))
    const second = await library.save(workflow('a', '{"x":1}', first.revision))
    expect(second).toMatchObject({ created: first.created, revision: 2, text: '{"x":1}' })
    expect(second.saved).toBeGreaterThan(first.saved)
  })

  test('overwrites a revision from another window only on request', async () => {
    const library = newLibrary()
    const mine = await library.save(workflow('a'))
    await library.save(workflow('a', '{"theirs":1}', mine.revision))
    const late = workflow('a', '{"mine":1}', mine.revision)
    await expect(library.save(late)).rejects.toThrow(ConflictError)
    expect((await library.load('a'))!.text).toBe('{"theirs":1}')
    await library.save(late, true)
    expect((await library.load('a'))!.text).toBe('{"mine":1}')
  })

  test('stores drafts without changing the saved file', async () => {
    const library = newLibrary()
    await library.save(workflow('a', '{"saved":1}'))
    await library.storeDraft({
      id: 'a',
      of: 'a',
      name: 'A',
      text: '{"draft":1}',
      revision: 1,
      changed: 5,
    })
    expect((await library.load('a'))!.text).toBe('{"saved":1}')
    expect((await library.draft('a'))!.text).toBe('{"draft":1}')
    await library.removeDraft('a')
    expect(await library.drafts()).toEqual([])
  })

  test('restores a deleted workflow with its draft', async () => {
    const library = newLibrary()
    await library.save(workflow('a'))
    await library.storeDraft({
      id: 'a',
      of: 'a',
      name: 'A',
      text: 'draft',
      revision: 1,
      changed: 5,
    })
    const restore = await library.remove('a')
    expect([await library.list(), await library.drafts()]).toEqual([[], []])
    await restore()
    expect((await library.load('a'))!.name).toBe('A')
    expect((await library.draft('a'))!.text).toBe('draft')
  })

  test('creates a duplicate as a separate workflow', async () => {
    const library = newLibrary()
    await library.save(workflow('a', '{"x":1}'))
    const copy = await library.duplicate('a', 'A copy')
    expect(copy).toMatchObject({ name: 'A copy', text: '{"x":1}', revision: 1 })
    expect(copy.id).not.toBe('a')
    await library.rename(copy.id, 'Other')
    expect((await library.list()).map(({ name }) => name).sort()).toEqual(['A', 'Other'])
  })

  test('adds defaults for new settings', async () => {
    const library = newLibrary()
    expect(await library.loadSettings()).toEqual({
      theme: 'system',
      language: 'system',
      recentNodes: [],
      panel: true,
      minimap: true,
      live: true,
      measures: false,
      fastestArithmetic: false,
      float16Products: false,
      saveEvery: 2,
      room: true,
      snap: true,
      toolbox: true,
      motion: 'system',
      keys: {},
    })
  })

  test('stores each change of settings beside those of other windows', async () => {
    const library = newLibrary()
    await library.storeSettings({ theme: 'dark', recentNodes: ['x'] })
    await library.storeSettings({ language: 'ko' })
    expect(await library.loadSettings()).toEqual({
      ...defaultSettings,
      theme: 'dark',
      recentNodes: ['x'],
      language: 'ko',
    })
  })

  test('of two windows that save the same revision, the second gets a conflict', async () => {
    const library = newLibrary()
    const { revision } = await library.save(workflow('a'))
    const both = await Promise.allSettled(
      ['{"one":1}', '{"two":2}'].map((text) => library.save(workflow('a', text, revision))),
    )
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect((await library.load('a'))!.text).toBe('{"one":1}')
  })

  test('a window with the old name does not overwrite a new one', async () => {
    const library = newLibrary()
    const { revision } = await library.save(workflow('a'))
    expect(await library.rename('a', 'Better')).toBe(revision + 1)
    await expect(library.save(workflow('a', '{"x":1}', revision))).rejects.toThrow(ConflictError)
    expect(await library.rename('none', 'Better')).toBeUndefined()
    expect((await library.list()).map(({ name }) => name)).toEqual(['Better'])
  })

  test('undoing a removal does not replace what another window saved since', async () => {
    const library = newLibrary()
    await library.save(workflow('a', '{"old":1}'))
    const restore = await library.remove('a')
    await library.save(workflow('a', '{"new":1}', 1))
    await restore()
    expect((await library.load('a'))!.text).toBe('{"new":1}')
  })

  test('reports full storage without losing stored data', async () => {
    const kept = createMemoryStore()
    let full = false
    const library = newLibrary({
      ...kept,
      update: (key, update) =>
        full
          ? Promise.reject(new DOMException('no room', 'QuotaExceededError'))
          : kept.update(key, update),
    })
    const first = await library.save(workflow('a', 'first'))
    full = true
    const error: unknown = await library
      .save(workflow('a', 'second', first.revision))
      .catch((reason: unknown) => reason)
    expect(isQuotaError(error)).toBe(true)
    expect(storageMessage(error)).toMatchInlineSnapshot(
      `"The browser storage is full. Nothing stored before is lost. Free space: delete what you no longer need, or download the workflow to keep it."`,
    )
    expect((await library.load('a'))!.text).toBe('first')
  })
})
