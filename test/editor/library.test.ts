// The library, on stores in memory: what is saved stays what it was until it is saved again. IndexedDB itself is in the
// browser test.
import { describe, expect, test } from 'vitest'
import { ConflictError, createLibrary, inMemory, isQuotaError, storageMessage, type Store } from '../../src/editor/library.ts'

function newLibrary(workflows: Store = inMemory()) {
  let clock = 1000
  return createLibrary({ workflows, drafts: inMemory(), settings: inMemory(), versions: inMemory() }, () => clock++)
}

const workflow = (id: string, text = '{}', revision = 0) => ({ id, name: id.toUpperCase(), text, revision })

describe('library', () => {
  test('saves, lists the newest first, loads', async () => {
    const library = newLibrary()
    await library.save(workflow('a'))
    await library.save(workflow('b'))
    expect((await library.list()).map(({ name }) => name)).toEqual(['B', 'A'])
    expect(await library.load('a')).toMatchObject({ name: 'A', text: '{}', revision: 1 })
  })

  test('saving again keeps when it was made', async () => {
    const library = newLibrary()
    const first = await library.save(workflow('a'))
    const second = await library.save(workflow('a', '{"x":1}', first.revision))
    expect(second).toMatchObject({ created: first.created, revision: 2, text: '{"x":1}' })
    expect(second.saved).toBeGreaterThan(first.saved)
  })

  test('what was saved elsewhere meanwhile is not overwritten unless that is meant', async () => {
    const library = newLibrary()
    const mine = await library.save(workflow('a'))
    await library.save(workflow('a', '{"theirs":1}', mine.revision))
    const late = workflow('a', '{"mine":1}', mine.revision)
    await expect(library.save(late)).rejects.toThrow(ConflictError)
    expect((await library.load('a'))!.text).toBe('{"theirs":1}')
    await library.save(late, true)
    expect((await library.load('a'))!.text).toBe('{"mine":1}')
  })

  test('drafts leave the saved file alone', async () => {
    const library = newLibrary()
    await library.save(workflow('a', '{"saved":1}'))
    await library.keepDraft({ id: 'a', of: 'a', name: 'A', text: '{"draft":1}', revision: 1, changed: 5 })
    expect((await library.load('a'))!.text).toBe('{"saved":1}')
    expect((await library.draft('a'))!.text).toBe('{"draft":1}')
    await library.dropDraft('a')
    expect(await library.drafts()).toEqual([])
  })

  test('removing can be undone, with the draft', async () => {
    const library = newLibrary()
    await library.save(workflow('a'))
    await library.keepDraft({ id: 'a', of: 'a', name: 'A', text: 'draft', revision: 1, changed: 5 })
    const restore = await library.remove('a')
    expect([await library.list(), await library.drafts()]).toEqual([[], []])
    await restore()
    expect((await library.load('a'))!.name).toBe('A')
    expect((await library.draft('a'))!.text).toBe('draft')
  })

  test('a duplicate is another workflow', async () => {
    const library = newLibrary()
    await library.save(workflow('a', '{"x":1}'))
    const copy = await library.duplicate('a', 'A copy')
    expect(copy).toMatchObject({ name: 'A copy', text: '{"x":1}', revision: 1 })
    expect(copy.id).not.toBe('a')
    await library.rename(copy.id, 'Other')
    expect((await library.list()).map(({ name }) => name).sort()).toEqual(['A', 'Other'])
  })

  test('settings that are new have their defaults', async () => {
    const library = newLibrary()
    expect(await library.settings()).toEqual({
      theme: 'system',
      language: 'system',
      recentNodes: [],
      panel: true,
      minimap: true,
      live: true,
      measures: false,
    })
    await library.keepSettings({
      theme: 'dark',
      language: 'ko',
      recentNodes: ['x'],
      panel: false,
      minimap: false,
      live: false,
      measures: true,
    })
    expect((await library.settings()).theme).toBe('dark')
  })

  test('full storage is said as that, and what was there stays', async () => {
    const kept = inMemory()
    let full = false
    const library = newLibrary({
      ...kept,
      set: (key, value) => (full ? Promise.reject(new DOMException('no room', 'QuotaExceededError')) : kept.set(key, value)),
    })
    const first = await library.save(workflow('a', 'first'))
    full = true
    const error: unknown = await library.save(workflow('a', 'second', first.revision)).catch((reason: unknown) => reason)
    expect(isQuotaError(error)).toBe(true)
    expect(storageMessage(error)).toMatchInlineSnapshot(
      `"The browser’s storage is full. Nothing saved before is lost; delete something, or download the workflow instead."`,
    )
    expect((await library.load('a'))!.text).toBe('first')
  })
})
