// Backup ZIP: export and import without data loss, merging, and rejection of hostile ZIPs.
import { readFileSync } from 'node:fs'
import { strFromU8, unzipSync, zipSync, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { createRecord } from '../../../src/engine/plan/record.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { isRunRecord, type Run } from '../../../src/editor/runs/record.ts'
import { runFault } from '../../../src/editor/runs/runText.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { computeSha256 } from '../../../src/engine/checkpoint/archive.ts'
import { writeImages } from '../../../src/engine/datasets/file.ts'
import { decodeRecord, encodeRecord } from '../../../src/editor/backup/records.ts'
import { partIds, createParts, type FileStore } from '../../../src/editor/backup/parts.ts'
import { LIST_PATH, readBackup, writeBackup } from '../../../src/editor/backup/backupZip.ts'
import { createLibrary } from '../../../src/editor/workspace/library.ts'
import { en } from '../../../src/editor/texts/en/index.ts'
import { OpenedFile } from '../../../src/editor/storage/openedFile.ts'
import { createMemoryStore, storeNames, type Stores } from '../../../src/editor/storage/stores.ts'
import type { SavedNode } from '../../../src/editor/subgraph/savedNodes.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../../src/workflow/index.ts'
import { onEachBackend } from '../../backends.ts'
import { declarations } from '../../readyWorkflows.ts'
import { fileOf } from '../fileOf.ts'

const nothing = () => {}

/** A stored state without arrays. */
function packed(value: unknown): Uint8Array {
  const json = strToU8(JSON.stringify({ layout: 1, size: 0, value }))
  const bytes = new Uint8Array(8 * Math.ceil((4 + json.length) / 8))
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 4)
  return bytes
}
const workflow = (title: string) => {
  const file = fileOf({ 1: 'NoiseSchedule' }, [])
  file.extra.diffusion = { format: 1, title }
  return stringifyWorkflow(file)
}

function browser() {
  const stores = Object.fromEntries(
    storeNames.map((name) => [name, createMemoryStore()]),
  ) as unknown as Stores
  const files = (): FileStore & { stored: Map<string, { name: string; bytes: Uint8Array }> } => {
    const stored = new Map<string, { name: string; bytes: Uint8Array }>()
    return {
      stored,
      list: async () =>
        [...stored].map(([sha256, { name, bytes }]) => ({ sha256, name, size: bytes.length })),
      get: async (sha256) => stored.get(sha256)?.bytes,
      save: async (name, bytes) => stored.set(await computeSha256(bytes), { name, bytes }),
      remove: async (sha256) => void stored.delete(sha256),
    }
  }
  const [checkpoints, datasets, states] = [files(), files(), memoryStore()]
  return {
    stores,
    library: createLibrary(stores),
    datasets,
    states,
    parts: createParts({ stores, checkpoints, datasets, states }),
  }
}

/** A saved node, whose file contains its id. */
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
  await here.library.storeDraft({
    id: 'd',
    of: 'd',
    name: 'Draft',
    text: workflow('draft'),
    revision: 0,
    changed: 7,
  })
  await here.library.storeSettings({
    ...(await here.library.loadSettings()),
    theme: 'light',
    open: { id: 'w' },
  })
  const images = writeImages({
    name: 'Four pixels',
    images: new Uint8Array([0, 50, 100, 255]),
    shape: [1, 2, 2, 1],
    max: 255,
  })
  await here.datasets.save('Four pixels', images)
  await here.stores.nodes.set('my-own', ownNode('A block'))
  await here.states.put('key@10', new Uint8Array([1, 2, 3]))
  await here.stores.sweeps.set('s', {
    id: 's',
    when: 1,
    workflow: 'w',
    name: 'Mine',
    text: workflow('two'),
    axes: [],
    image: new Blob(['png'], { type: 'image/png' }),
    x: new Float32Array([1, 2]),
  })
  return here
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

describe('a backup', () => {
  test('is exported with readable names, and imported into an empty browser', async () => {
    const [here, there] = [await filled(), browser()]
    let last = 0
    const { zip } = await writeBackup(here.parts, partIds, (done) => (last = done))
    expect(last).toBeGreaterThan(0)
    const paths = Object.keys(unzipSync(await bytesOf(zip)))
    expect(paths.map((path) => path.replace(/\/.*/, ''))).toEqual(
      expect.arrayContaining([
        'workflows',
        'versions',
        'drafts',
        'datasets',
        'states',
        'settings.json',
        'runs',
        'nodes',
        LIST_PATH,
      ]),
    )
    expect(paths.find((path) => path.startsWith('workflows/'))).toBe('workflows/Mine-onetwo w.json')
    const report = await readBackup(new OpenedFile(zip), there.parts, nothing)
    expect(report).toEqual({ outcomes: { added: 9, present: 0, copied: 0 }, failed: [] })
    for (const part of partIds) {
      expect(await there.parts[part].items(), part).toEqual(await here.parts[part].items())
    }
    expect((await there.library.loadSettings()).theme).toBe('light')
    expect(await there.library.loadSettings()).not.toHaveProperty('open')
    const sweep = (await there.stores.sweeps.get<{ image: Blob; x: Float32Array }>('s'))!
    expect([await sweep.image.text(), sweep.x]).toEqual(['png', new Float32Array([1, 2])])
  })

  test('that does not fit is imported in part, and names what was not stored', async () => {
    const [here, there] = [await filled(), browser()]
    const { zip } = await writeBackup(here.parts, partIds, nothing)
    there.stores.workflows.set = () =>
      Promise.reject(new DOMException('no room', 'QuotaExceededError'))
    const { outcomes, failed } = await readBackup(new OpenedFile(zip), there.parts, nothing)
    expect(outcomes.added).toBe(8)
    expect(failed).toEqual([{ path: 'workflows/Mine-onetwo w.json', reason: en.storage.full }])
  })

  test('stores only different data when it is imported again', async () => {
    const here = await filled()
    const { zip } = await writeBackup(here.parts, partIds, nothing)
    expect((await readBackup(new OpenedFile(zip), here.parts, nothing)).outcomes).toEqual({
      added: 0,
      present: 9,
      copied: 0,
    })
    await here.library.save({ id: 'w', name: 'Mine', text: workflow('three'), revision: 2 })
    await here.library.storeSettings({ ...(await here.library.loadSettings()), theme: 'contrast' })
    expect((await readBackup(new OpenedFile(zip), here.parts, nothing)).outcomes).toMatchObject({
      copied: 1,
    })
    expect((await readBackup(new OpenedFile(zip), here.parts, nothing)).outcomes).toMatchObject({
      added: 0,
      copied: 0,
    })
    const list = await here.library.list()
    expect(list.map(({ name }) => name).sort()).toEqual(['Mine', 'Mine: “one/two” copy'])
    expect((await here.library.load('w'))!.text).toBe(workflow('three'))
    expect((await here.library.loadSettings()).theme).toBe('contrast')
  })

  test('stores an imported saved node beside a changed one, with a new id', async () => {
    const here = await filled()
    const { zip } = await writeBackup(here.parts, ['nodes'], nothing)
    await here.stores.nodes.set('my-own', ownNode('Changed'))
    expect((await readBackup(new OpenedFile(zip), here.parts, nothing)).outcomes).toEqual({
      added: 0,
      present: 0,
      copied: 1,
    })
    expect((await readBackup(new OpenedFile(zip), here.parts, nothing)).outcomes).toEqual({
      added: 0,
      present: 1,
      copied: 0,
    })
    const stored = await here.stores.nodes.all<SavedNode>()
    expect(stored.map(({ name }) => name).sort()).toEqual(['Block', 'Block copy'])
    const copy = stored.find(({ name }) => name === 'Block copy')!
    expect(copy.text).toBe(ownNode('A block').text.replaceAll('my-own', copy.id))
    expect(await here.stores.nodes.get('my-own')).toEqual(ownNode('Changed'))
  })

  test('contains only the chosen parts', async () => {
    const { zip } = await writeBackup((await filled()).parts, ['drafts'], nothing)
    expect(Object.keys(unzipSync(await bytesOf(zip))).sort()).toEqual([
      'drafts/Draft d.json',
      LIST_PATH,
    ])
  })

  test('is imported except for unreadable entries', async () => {
    const files = unzipSync(
      await bytesOf((await writeBackup((await filled()).parts, partIds, nothing)).zip),
    )
    const path = Object.keys(files).find((each) => each.startsWith('drafts/'))!
    files[path] = strToU8('{"nodes": 5}')
    delete files['states/1.bin']
    const there = browser()
    const { outcomes, failed } = await readBackup(
      new OpenedFile(new Blob([zipSync(files) as never])),
      there.parts,
      nothing,
    )
    expect([outcomes.added, failed.map(({ path }) => path)]).toEqual([7, [path, 'states/1.bin']])
  })
})

describe('damaged data', () => {
  const name = `state/${'a1'.repeat(32)}@10`
  const record = createRecord(name, packed({ index: 10 }))
  const flip = (bytes: Uint8Array, bit: number) => {
    const copy = bytes.slice()
    copy[bit >> 3] ^= 1 << (bit & 7)
    return copy
  }

  test('is left out of a backup, which names it', async () => {
    const here = browser()
    await here.states.put(name, flip(record, 200))
    await here.states.put('state/k@3', createRecord('state/k@3', packed({ index: 3 })))
    here.datasets.stored.set('00'.repeat(32), { name: 'spots', bytes: Uint8Array.of(1) })
    const { zip, failed } = await writeBackup(here.parts, partIds, nothing)
    expect(failed.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'datasets/000000000000/spots: damaged: the content differs from what was stored',
      'states/1.bin: damaged: the content differs from what was stored',
    ])
    const there = browser()
    expect((await readBackup(new OpenedFile(zip), there.parts, nothing)).failed).toEqual([])
    expect((await there.states.list('')).map(({ key }) => key)).toEqual(['state/k@3'])
  })

  test('in a backup whose own checksums are right is not imported', async () => {
    const here = browser()
    await here.states.put(name, record)
    const { zip } = await writeBackup(here.parts, ['states'], nothing)
    const files = unzipSync(await bytesOf(zip))
    for (let bit = 0; bit < 8 * record.length; bit += 3) {
      const there = browser()
      files['states/1.bin'] = flip(record, bit)
      const altered = new Blob([zipSync(files, { level: 0 }) as never])
      const { failed } = await readBackup(new OpenedFile(altered), there.parts, nothing)
      expect(failed, `bit ${bit}`).toEqual([
        { path: 'states/1.bin', reason: 'damaged: the content differs from what was stored' },
      ])
      expect(await there.states.list('')).toEqual([])
    }
  })

  test('of an earlier version, without checksums, is imported if its sizes fit', async () => {
    const here = browser()
    await here.states.put(name, packed({ index: 10 }))
    const { zip } = await writeBackup(here.parts, ['states'], nothing)
    const there = browser()
    expect((await readBackup(new OpenedFile(zip), there.parts, nothing)).outcomes.added).toBe(1)
    await here.states.put(name, packed({ index: 10 }).subarray(1))
    expect((await writeBackup(here.parts, ['states'], nothing)).failed).toHaveLength(1)
  })
})

describe('a hostile ZIP', () => {
  const withList = (list: unknown, files: Record<string, string> = {}) =>
    new Blob([
      zipSync({
        [LIST_PATH]: strToU8(JSON.stringify(list)),
        ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])),
      }) as never,
    ])
  const list = (...files: unknown[]) => ({
    format: 'litegraph-diffusion library',
    version: 1,
    files,
  })

  test.each([
    ['without a list', new Blob([zipSync({ 'a.txt': strToU8('a') }) as never])],
    ['of another kind', withList({ format: 'something', version: 1, files: [] })],
    ['of a later version', withList({ ...list(), version: 2 })],
    ['that is none', new Blob(['PK but no'])],
  ])('%s is refused', async (_, zip) => {
    await expect(readBackup(new OpenedFile(zip), browser().parts, nothing)).rejects.toThrow(/./)
  })

  test('imports no entry of a wrong kind, length or part', async () => {
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
    const { outcomes, failed } = await readBackup(new OpenedFile(zip), there.parts, nothing)
    expect([outcomes.added, failed.length]).toEqual([0, 5])
    for (const part of partIds)
      if (part !== 'settings') expect(await there.parts[part].items(), part).toEqual([])
  })

  test('decodes only known kinds of records', async () => {
    const record = { a: [1, null, { b: new Uint8Array([1, 2]) }], c: [NaN, Infinity, -Infinity] }
    const text = await encodeRecord(record)
    expect(decodeRecord(text)).toEqual(record)
    expect(decodeRecord('{"$number":"1"}')).toEqual({ $number: '1' })
    expect(decodeRecord('{"$array":"Function","base64":"AA=="}')).toEqual({
      $array: 'Function',
      base64: 'AA==',
    })
    expect(strFromU8(strToU8(text))).toBe(text)
  })
})

onEachBackend(() => {
  test('of the version before messages had ids is imported, and its trainings go on', async () => {
    const there = browser()
    const zip = new Blob([readFileSync('test/fixtures/earlier/backup.zip')])
    const report = await readBackup(new OpenedFile(zip), there.parts, nothing)
    // The settings are the defaults.
    expect(report).toEqual({ outcomes: { added: 12, present: 1, copied: 0 }, failed: [] })

    const runs = (await there.stores.runs.all<Run>()).filter(isRunRecord)
    expect(runs.map(({ name, outcome }) => [name, outcome]).sort()).toEqual([
      ['Diverged training', 'failed'],
      ['Sound training', 'finished'],
    ])
    expect(runs.map(runFault).sort()).toEqual([
      '',
      'Expected a finite loss, got Infinity at step 3. Layer linear_out is the first with a gradient that is not finite, in the backward pass of step 3.',
    ])

    const store = there.states
    const session = createSession({ ops: opTable(nodes), store, onEvent: nothing })
    const steps: Record<string, unknown> = {}
    for (const { name, text } of await there.library.list()) {
      const { workflow: file, notices } = parseWorkflow(text, declarations)
      expect(notices).toEqual([])
      steps[name] = await session.findTrainings(toGraph(file, declarations))
    }
    await session.dispose()
    expect(steps).toEqual({
      'Sound training': [{ node: '6', index: 12, count: 12 }],
      'Diverged training': [{ node: '6', index: 1, count: 12 }],
    })
  })
}, ['wasm'])
