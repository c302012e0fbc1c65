// Versions of workflows: which stay.
import { describe, expect, test } from 'vitest'
import { createLibrary, inMemory } from '../../src/editor/library.ts'
import { fallingAway, keepVersions, type Version } from '../../src/editor/versions/keep.ts'

const HOUR = 3600e3

describe('which stay', () => {
  test('each save is one, unless it is the same again; those of others are not among them', async () => {
    let clock = 1000
    const stores = { workflows: inMemory(), drafts: inMemory(), settings: inMemory(), versions: inMemory() }
    const library = createLibrary(stores, () => clock++)
    const save = (id: string, text: string, revision: number) => library.save({ id, name: id, text, revision })
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

  test('the older the fewer, no more than fifty, and those with names always', () => {
    const now = 1000 * 24 * HOUR
    const versions = Array.from({ length: 400 }, (_, i): Version => {
      const when = now - i * 0.3 * HOUR
      return { id: `v${i}`, of: 'v', when, text: String(i), ...(i === 399 && { name: 'the first that worked' }) }
    })
    const gone = new Set(fallingAway(versions, now).map(({ id }) => id))
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
    expect(wild.length - fallingAway(wild, now).length).toBe(50)
  })

  test('a name is given and taken', async () => {
    const versions = keepVersions(inMemory(), () => 5)
    await versions.add('a', 'text')
    const [{ id }] = (await versions.list('a')) as [Version]
    await versions.name(id, 'good')
    expect((await versions.list('a'))[0]!.name).toBe('good')
    await versions.name(id, undefined)
    expect((await versions.list('a'))[0]).not.toHaveProperty('name')
  })
})
