// Versions of workflows: storage and thinning.
import { describe, expect, test } from 'vitest'
import { createLibrary } from '../../../src/editor/workspace/library.ts'
import { createMemoryStore } from '../../../src/editor/storage/stores.ts'
import {
  versionsToRemove,
  createVersionStore,
  type Version,
} from '../../../src/editor/workspace/versions.ts'

const HOUR = 3600e3

describe('versions', () => {
  test('are added by each save that changes a workflow', async () => {
    let clock = 1000
    const stores = {
      workflows: createMemoryStore(),
      drafts: createMemoryStore(),
      settings: createMemoryStore(),
      versions: createMemoryStore(),
    }
    const library = createLibrary(stores, () => clock++)
    const save = (id: string, text: string, revision: number) =>
      library.save({ id, name: id, text, revision })
    await save('a', 'one', 0)
    await save('a', 'one', 1)
    await save('b', 'other', 0)
    await save('a', 'two', 2)
    const texts = async (id: string) => (await library.versions.list(id)).map(({ text }) => text)
    expect(await texts('a')).toEqual(['two', 'one'])
    const restore = await library.remove('a')
    expect([await texts('a'), await texts('b')]).toEqual([[], ['other']])
    await restore()
    expect(await texts('a')).toEqual(['two', 'one'])
  })

  test('are thinned with age to at most fifty, except named ones', () => {
    const now = 1000 * 24 * HOUR
    const versions = Array.from({ length: 400 }, (_, i): Version => {
      const when = now - i * 0.3 * HOUR
      return {
        id: `v${i}`,
        of: 'v',
        when,
        text: String(i),
        ...(i === 399 && { name: 'the first that worked' }),
      }
    })
    const gone = new Set(versionsToRemove(versions, now).map(({ id }) => id))
    const stay = versions.filter(({ id }) => !gone.has(id))
    expect(stay.slice(0, 12)).toEqual(versions.slice(0, 12))
    expect(stay.at(-1)!.name).toBe('the first that worked')
    expect(stay.length).toBeLessThanOrEqual(51)
    const days = stay.slice(12, -1).filter(({ when }) => now - when > 24 * HOUR)
    expect(new Set(days.map(({ when }) => Math.floor(when / (24 * HOUR)))).size).toBe(days.length)
    const wild = Array.from({ length: 90 }, (_, i): Version => ({
      id: String(i),
      of: 'v',
      when: now - i * 14 * 24 * HOUR,
      text: '',
    }))
    expect(wild.length - versionsToRemove(wild, now).length).toBe(50)
  })

  test('survive a clock that is a year ahead for a while', async () => {
    let clock = 1000 * 24 * HOUR
    const versions = createVersionStore(createMemoryStore(), () => clock)
    for (let i = 0; i < 40; i++, clock += HOUR) await versions.add('a', `hour ${i}`)
    const before = (await versions.list('a')).length
    clock += 365 * 24 * HOUR
    await versions.add('a', 'ahead')
    clock -= 366 * 24 * HOUR
    await versions.add('a', 'corrected')
    const after = await versions.list('a')
    expect(after.slice(0, 3).map(({ text }) => text)).toEqual(['corrected', 'ahead', 'hour 39'])
    expect(after.length).toBeGreaterThanOrEqual(before - 2)
  })

  test('can be named and unnamed', async () => {
    const versions = createVersionStore(createMemoryStore(), () => 5)
    await versions.add('a', 'text')
    const [{ id }] = (await versions.list('a')) as [Version]
    await versions.name(id, 'good')
    expect((await versions.list('a'))[0].name).toBe('good')
    await versions.name(id, undefined)
    expect((await versions.list('a'))[0]).not.toHaveProperty('name')
  })
})
