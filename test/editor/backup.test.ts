// All that a browser keeps as one ZIP: what goes out comes back, beside what is there, and hostile ZIPs do nothing.
import { strFromU8, unzipSync, zipSync, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { sha256Of } from '../../src/engine/checkpoint/archive.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import { decode, encode } from '../../src/editor/backup/records.ts'
import { partIds, partsOf, type Keeper } from '../../src/editor/backup/parts.ts'
import { LIST, readLibrary, writeLibrary } from '../../src/editor/backup/zip.ts'
import { createLibrary, inMemory, type Stores } from '../../src/editor/library.ts'
import type { SavedNode } from '../../src/editor/subgraph/mine.ts'
import { stringifyWorkflow } from '../../src/nodes/workflow.ts'
import { fileOf } from './fileOf.ts'

const nothing = () => {}
const workflow = (title: string) => {
  const file = fileOf({ 1: 'NoiseSchedule' }, [])
  file.extra.diffusion = { format: 1, title }
  return stringifyWorkflow(file)
}

function browser() {
  const names = ['workflows', 'drafts', 'settings', 'versions', 'runs', 'runDetails', 'sweeps', 'nodes'] as const
  const stores = Object.fromEntries(names.map((name) => [name, inMemory()])) as unknown as Stores
  const files = (): Keeper & { kept: Map<string, { name: string; bytes: Uint8Array }> } => {
    const kept = new Map<string, { name: string; bytes: Uint8Array }>()
    return {
      kept,
      list: async () => [...kept].map(([sha256, { name, bytes }]) => ({ sha256, name, size: bytes.length })),
      get: async (sha256) => kept.get(sha256)?.bytes,
      keep: async (name, bytes) => kept.set(await sha256Of(bytes), { name, bytes }),
      remove: async (sha256) => void kept.delete(sha256),
    }
  }
  const [checkpoints, datasets, states] = [files(), files(), memoryStore()]
  return { stores, library: createLibrary(stores), datasets, states, parts: partsOf({ stores, checkpoints, datasets, states }) }
}

/** A node of the user's: its file names it by its id. */
const ownNode = (description: string): SavedNode => ({
  id: 'my-own',
  name: 'Block',
  description,
  revision: 2,
  saved: 5,
  text: workflow(`my-own ${description}`),
})

async function filled() {
  const here = browser()
  await here.library.save({ id: 'w', name: 'Mine: “one/two”', text: workflow('one'), revision: 0 })
  await here.library.save({ id: 'w', name: 'Mine: “one/two”', text: workflow('two'), revision: 1 })
  await here.library.keepDraft({ id: 'd', of: 'd', name: 'Draft', text: workflow('draft'), revision: 0, changed: 7 })
  await here.library.keepSettings({ ...(await here.library.settings()), theme: 'light', open: { id: 'w' } })
  const images = writeImages({ name: 'Four pixels', images: new Uint8Array([0, 50, 100, 255]), shape: [1, 2, 2, 1], max: 255 })
  await here.datasets.keep('Four pixels', images)
  await here.stores.nodes.set('my-own', ownNode('A block'))
  await here.states.put('key@10', new Uint8Array([1, 2, 3]))
  await here.stores.sweeps.set('s', { id: 's', image: new Blob(['png'], { type: 'image/png' }), x: new Float32Array([1, 2]) })
  return here
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

describe('all of it', () => {
  test('goes out with a list and names that people can read, and comes back into an empty browser', async () => {
    const [here, there] = [await filled(), browser()]
    let last = 0
    const zip = await writeLibrary(here.parts, partIds, (done) => (last = done))
    expect(last).toBeGreaterThan(0)
    const paths = Object.keys(unzipSync(await bytesOf(zip)))
    expect(paths.map((path) => path.replace(/\/.*/, ''))).toEqual(
      expect.arrayContaining(['workflows', 'versions', 'drafts', 'datasets', 'states', 'settings.json', 'runs', 'nodes', LIST]),
    )
    expect(paths.find((path) => path.startsWith('workflows/'))).toBe('workflows/Mine-onetwo w.json')
    const report = await readLibrary(zip, there.parts, nothing)
    expect(report).toEqual({ taken: { added: 9, there: 0, both: 0 }, failed: [] })
    for (const part of partIds) {
      expect(await there.parts[part].items(), part).toEqual(await here.parts[part].items())
    }
    expect((await there.library.settings()).theme).toBe('light')
    expect(await there.library.settings()).not.toHaveProperty('open')
    const sweep = (await there.stores.sweeps.get<{ image: Blob; x: Float32Array }>('s'))!
    expect([await sweep.image.text(), sweep.x]).toEqual(['png', new Float32Array([1, 2])])
  })

  test('coming twice changes nothing; what differs is kept beside what is there', async () => {
    const here = await filled()
    const zip = await writeLibrary(here.parts, partIds, nothing)
    expect((await readLibrary(zip, here.parts, nothing)).taken).toEqual({ added: 0, there: 9, both: 0 })
    await here.library.save({ id: 'w', name: 'Mine', text: workflow('three'), revision: 2 })
    await here.library.keepSettings({ ...(await here.library.settings()), theme: 'contrast' })
    expect((await readLibrary(zip, here.parts, nothing)).taken).toMatchObject({ both: 1 })
    expect((await readLibrary(zip, here.parts, nothing)).taken).toMatchObject({ added: 0, both: 0 })
    const list = await here.library.list()
    expect(list.map(({ name }) => name).sort()).toEqual(['Mine', 'Mine: “one/two” copy'])
    expect((await here.library.load('w'))!.text).toBe(workflow('three'))
    expect((await here.library.settings()).theme).toBe('contrast')
  })

  test("a node of one's own that was changed here is kept beside the one that comes, which has an id of its own", async () => {
    const here = await filled()
    const zip = await writeLibrary(here.parts, ['nodes'], nothing)
    await here.stores.nodes.set('my-own', ownNode('Changed'))
    expect((await readLibrary(zip, here.parts, nothing)).taken).toEqual({ added: 0, there: 0, both: 1 })
    expect((await readLibrary(zip, here.parts, nothing)).taken).toEqual({ added: 0, there: 1, both: 0 })
    const kept = await here.stores.nodes.all<SavedNode>()
    expect(kept.map(({ name }) => name).sort()).toEqual(['Block', 'Block copy'])
    const copy = kept.find(({ name }) => name === 'Block copy')!
    expect(copy.text).toBe(ownNode('A block').text.replaceAll('my-own', copy.id))
    expect(await here.stores.nodes.get('my-own')).toEqual(ownNode('Changed'))
  })

  test('a choice of parts holds no others', async () => {
    const zip = await writeLibrary((await filled()).parts, ['drafts'], nothing)
    expect(Object.keys(unzipSync(await bytesOf(zip))).sort()).toEqual(['drafts/Draft d.json', LIST])
  })

  test('one thing that cannot be read keeps nothing else from coming', async () => {
    const files = unzipSync(await bytesOf(await writeLibrary((await filled()).parts, partIds, nothing)))
    const path = Object.keys(files).find((each) => each.startsWith('drafts/'))!
    files[path] = strToU8('{"nodes": 5}')
    delete files['states/1.bin']
    const there = browser()
    const { taken, failed } = await readLibrary(new Blob([zipSync(files) as never]), there.parts, nothing)
    expect([taken.added, failed.map(({ path }) => path)]).toEqual([7, [path, 'states/1.bin']])
  })
})

describe('a ZIP that means no good', () => {
  const withList = (list: unknown, files: Record<string, string> = {}) =>
    new Blob([
      zipSync({
        [LIST]: strToU8(JSON.stringify(list)),
        ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])),
      }) as never,
    ])
  const list = (...files: unknown[]) => ({ format: 'litegraph-diffusion library', version: 1, files })

  test.each([
    ['without a list', new Blob([zipSync({ 'a.txt': strToU8('a') }) as never])],
    ['of another kind', withList({ format: 'something', version: 1, files: [] })],
    ['of a later version', withList({ ...list(), version: 2 })],
    ['that is none', new Blob(['PK but no'])],
  ])('%s is refused', async (_, zip) => {
    await expect(readLibrary(zip, browser().parts, nothing)).rejects.toThrow(/./)
  })

  test('what is listed as something else, too long, or of no part is left out', async () => {
    const there = browser()
    const zip = withList(
      list(
        { path: 'x', part: '__proto__', about: {} },
        { path: 'x', part: 'workflows', about: { id: 'x'.repeat(500), name: 'n' } },
        { path: 'y', part: 'workflows', about: { id: 'y', name: 'n' } },
        { path: 'x', part: 'checkpoints', about: { name: 'weights' } },
        { path: 'x', part: 'runs', about: { kind: 'settings', id: 'x' } },
        { path: '../x', part: 'workflows', about: { id: 'z', name: 'n' } },
        null,
        'text',
      ),
      { x: workflow('x'), y: '{"nodes": "none"}' },
    )
    const { taken, failed } = await readLibrary(zip, there.parts, nothing)
    expect([taken.added, failed.length]).toEqual([0, 5])
    for (const part of partIds) if (part !== 'settings') expect(await there.parts[part].items(), part).toEqual([])
  })

  test('records keep only what they may hold', async () => {
    const text = await encode({ a: [1, null, { b: new Uint8Array([1, 2]) }] })
    expect(decode(text)).toEqual({ a: [1, null, { b: new Uint8Array([1, 2]) }] })
    expect(decode('{"$array":"Function","base64":"AA=="}')).toEqual({ $array: 'Function', base64: 'AA==' })
    expect(strFromU8(strToU8(text))).toBe(text)
  })
})
