// Damaged records in the stores of the browser: left out, named, and never deleted by a read.
import { beforeEach, describe, expect, test } from 'vitest'
import { defaultSettings, readSettings } from '../../../src/editor/storage/settings.ts'
import {
  createMemoryStore,
  damagedRecords,
  forgetDamaged,
  type StoreName,
} from '../../../src/editor/storage/stores.ts'
import {
  createLibrary,
  type Draft,
  type SavedWorkflow,
} from '../../../src/editor/workspace/library.ts'
import { createEntryStore } from '../../../src/storage/database.ts'
import { createMemoryValues, type Change } from '../../../src/storage/keyValues.ts'
import { eventually } from '../../eventually.ts'

const workflow = (id: string): SavedWorkflow => ({
  id,
  name: `Name ${id}`,
  text: '{}',
  created: 1,
  saved: 2,
  revision: 1,
})
const draft = (id: string): Draft => ({
  id,
  of: id,
  name: id,
  text: '{}',
  revision: 0,
  changed: 3,
})

beforeEach(() => forgetDamaged())

const damage: [string, StoreName, unknown][] = [
  ['null', 'workflows', null],
  ['a text', 'workflows', 'x'],
  ['a missing field', 'workflows', { ...workflow('bad'), text: undefined }],
  ['a time that is none', 'workflows', { ...workflow('bad'), saved: 1e300 }],
  ['the record of another key', 'workflows', workflow('good')],
  ['a revision that is none', 'drafts', { ...draft('bad'), revision: Infinity }],
  ['a list', 'drafts', [draft('bad')]],
  ['a version without its time', 'versions', { id: 'bad', of: 'a', text: '{}', when: NaN }],
  [
    'a picture larger than its pixels',
    'views',
    {
      id: 'bad',
      when: 1,
      views: [
        {
          node: '1',
          op: 'x',
          view: {
            kind: 'images',
            columns: 1,
            groups: [
              {
                width: 9000,
                height: 9000,
                channels: 3,
                count: 1,
                pixels: new Uint8ClampedArray(3),
                name: '',
              },
            ],
          },
        },
      ],
    },
  ],
  [
    'a kind that objects inherit',
    'views',
    { id: 'bad', when: 1, views: [{ node: '1', op: 'x', view: { kind: 'toString' } }] },
  ],
  [
    'details of a run without curves',
    'runDetails',
    { id: 'bad', text: '', losses: 3, charts: [], pictures: [] },
  ],
  ['progress of another lesson', 'lessons', { lesson: 'good', questions: [], tasks: [] }],
]

describe.each(damage)('%s', (_, name, value) => {
  test('is no record, and stays until another replaces it', async () => {
    const store = createMemoryStore(name, [['bad', value]])
    expect(await store.get('bad')).toBeUndefined()
    expect(await store.all()).toEqual([])
    expect(await store.keys()).toEqual(['bad'])
    await eventually(() =>
      expect(damagedRecords.value).toMatchObject([{ store: name, key: 'bad' }]),
    )
    const seen: unknown[] = []
    await store.update('bad', (before) => void seen.push(before))
    expect(seen).toEqual([undefined])
    expect(await store.keys()).toEqual(['bad'])
  })
})

test('the others are listed, and a save replaces a damaged workflow', async () => {
  const values: Change[] = [
    ['good', workflow('good')],
    ['bad', { ...workflow('bad'), saved: 'today' }],
  ]
  const library = createLibrary({
    workflows: createMemoryStore('workflows', values),
    drafts: createMemoryStore('drafts', [
      ['good', draft('good')],
      ['bad', 7],
    ]),
    settings: createMemoryStore('settings', [['settings', { tabs: 5, theme: 'dark' }]]),
    versions: createMemoryStore('versions'),
  })
  expect((await library.list()).map(({ id }) => id)).toEqual(['good'])
  expect((await library.drafts()).map(({ id }) => id)).toEqual(['good'])
  await eventually(() =>
    expect(damagedRecords.value.map(({ name }) => name).sort()).toEqual(['Name bad', 'bad']),
  )
  expect(await library.rename('bad', 'New')).toBeUndefined()
  expect(await library.loadSettings()).toEqual({ ...defaultSettings, theme: 'dark' })
  await library.storeSettings({ panel: false })
  expect(await library.loadSettings()).toEqual({ ...defaultSettings, theme: 'dark', panel: false })
  await library.save({ id: 'bad', name: 'New', text: '{}', revision: 0 })
  expect((await library.list()).map(({ name }) => name).sort()).toEqual(['Name good', 'New'])
})

test.each([
  null,
  7,
  'x',
  [],
  { theme: 'x', language: '__proto__', keys: { run: 'F5' }, recentNodes: {}, live: 'yes' },
  { open: { id: 1 }, tabs: [{ id: 'a' }, null], tour: { of: 'a', step: 'fly' }, saveEvery: -1 },
  JSON.parse('{"__proto__":{"panel":false}}'),
])('settings %j are the defaults', (stored) => {
  expect(readSettings(stored)).toEqual(defaultSettings)
})

test('damaged metadata of one entry does not hide the others', async () => {
  const bytes = Uint8Array.of(1, 2)
  const meta = { size: 2, used: 5 }
  const values = createMemoryValues([
    ['data/a', bytes],
    ['meta/a', meta],
    ['data/b', bytes],
    ['meta/b', null],
    ['data/c', 'text'],
    ['meta/c', { size: 2, used: 6 }],
    ['data/d', bytes],
    ['meta/d', { size: -1, used: 1e300 }],
  ])
  const store = createEntryStore(values, 1000)
  expect((await store.list('')).map(({ key }) => key)).toEqual(['a', 'c'])
  expect(await store.get('a')).toEqual(bytes)
  expect(await store.get('c')).toBeUndefined()
  await store.put('e', bytes)
  expect((await store.list('')).map(({ key }) => key)).toEqual(['a', 'c', 'e'])
})
