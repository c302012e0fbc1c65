// Stored data that is damaged, a disk that is full, and two tabs with one workflow, in Chromium with
// its own IndexedDB.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { closeContext, useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  drafts,
  openEditor,
  press,
  readStore,
  titles,
  waitForEditor,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
afterEach(() => closeContext(context))

const alert = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text })

/** Values for a store by key. */
type Raw = Record<string, Record<string, unknown>>

/** Writes values into the databases of the editor, which is not open. */
const writeRaw = (page: Page, raw: Raw) =>
  page.evaluate(async (stores) => {
    const done = (request: IDBRequest) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(undefined)
        request.onerror = () => reject(request.error)
      })
    for (const [name, values] of Object.entries(stores)) {
      const opening = indexedDB.open(`litegraph-diffusion-${name}`)
      const inner = ['states', 'checkpoints', 'datasets', 'devices'].includes(name)
        ? 'entries'
        : name
      opening.onupgradeneeded = () => opening.result.createObjectStore(inner)
      await done(opening)
      const store = opening.result.transaction(inner, 'readwrite').objectStore(inner)
      for (const [key, value] of Object.entries(values)) await done(store.put(value, key))
      opening.result.close()
    }
  }, raw)

const text = readyWorkflow('points')
const flipped = `${text.slice(0, 900)}\u0001${text.slice(901)}`
const saved = { created: 1, saved: 2, revision: 1 }

const damagedStores: Raw = {
  workflows: {
    good: { id: 'good', name: 'Good one', text, ...saved },
    unread: { id: 'unread', name: 'Flipped', text: flipped, ...saved },
    nameless: { id: 'nameless', text, ...saved },
    null: null,
  },
  drafts: {
    good: { id: 'good', of: 'good', name: 'Good one', text: flipped, revision: 1, changed: 3 },
    shapeless: { id: 'shapeless', of: [], name: 'Half a draft', text: 5, revision: 0, changed: {} },
  },
  settings: {
    settings: {
      theme: 'dark',
      language: { a: 1 },
      open: { id: 'good', name: 'Good one' },
      tabs: [{ id: 'good', name: 'Good one' }],
      recentNodes: 'all',
      keys: { run: 5 },
      tour: 7,
      saveEvery: 'often',
    },
  },
  versions: { 'good 5': { id: 'good 5', of: 'good', when: 1e300, text }, x: 'y' },
  runs: { a: { id: 'a', when: 'now' }, b: 5 },
  runDetails: { a: { id: 'a', losses: null } },
  sweeps: { a: { id: 'a', axes: 5 } },
  nodes: { a: { id: 'a', name: 5, text } },
  views: { good: { id: 'good', when: 1, views: [{ node: '1', op: 5, view: { kind: 'chart' } }] } },
  lessons: { 'a/b': { lesson: 'a/b', questions: 5 } },
  states: {
    'meta/state/x@1': null,
    'data/state/y@1': 'text',
    'meta/state/y@1': { size: 4, used: 1e300 },
  },
  checkpoints: { 'meta/x': 5, 'meta/a/b': { size: 'x' } },
  datasets: { 'data/y': {}, 'meta/y': { size: 4, used: 1 } },
  devices: { 'data/x': 'tile', 'meta/x': null },
}

test('a page with damaged data starts, names what is damaged and shows the rest', async () => {
  context = await chromium.newContext()
  const plain = await context.newPage()
  await plain.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  await plain.goto(`${server.address}manifest.webmanifest`)
  await writeRaw(plain, damagedStores)
  await plain.close()

  const page = await openEditor(context, server.address)
  // The draft cannot be read: the saved workflow opens, and the draft stays under another id.
  await expect.poll(() => page.title()).toContain('Good one')
  await alert(page, en.files.unreadable(en.draft.of('Good one'))).waitFor()
  const notice = alert(page, 'in the browser storage cannot be read')
  await notice.waitFor()
  expect(await notice.innerText()).toContain('Drafts: Half a draft')
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  const kept = await readStore<{ of: string; text: string }>(page, 'drafts')
  expect(kept.find(({ of }) => of === 'good')?.text).toBe(flipped)

  // Everything works, and is stored.
  await page.locator('canvas.canvas').focus()
  await press(page, 'Control+s')
  await page.getByText(en.files.saved('Good one')).waitFor()
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => page.title()).toContain('Good one')
  expect((await titles(page)).length).toBeGreaterThan(5)
  await notice.getByRole('button', { name: en.storage.deleteDamaged }).click()
  await expect.poll(async () => (await readStore(page, 'workflows')).length).toBe(2)
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => page.title()).toContain('Good one')
  expect(await notice.count()).toBe(0)
  expect(await button(page, en.commands.run).count()).toBeGreaterThan(0)
})

fullTest('a full disk is reported, and what waits is stored when there is room again', async () => {
  context = await chromium.newContext()
  const page = await openEditor(context, server.address, { empty: true })
  await addNode(page, 'mix', 300, 300)
  await expect.poll(async () => (await drafts(page)).length).toBe(1)
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype
    Object.assign(globalThis, { makeRoom: () => (IDBObjectStore.prototype.put = put) })
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('No room.', 'QuotaExceededError')
    }
  })
  await addNode(page, 'grid', 300, 500)
  const [{ name, text: before }] = await drafts(page)
  const notice = alert(page, en.storage.notStored(en.draft.of(name)))
  await notice.waitFor()
  expect(await notice.innerText()).toContain(en.storage.full)
  expect((await drafts(page)).map(({ text }) => text)).toEqual([before])
  expect(await titles(page)).toEqual(['Grid', 'Mix'])
  await page.evaluate('makeRoom()')
  await addNode(page, 'mix', 700, 300)
  const stored = async () =>
    (await drafts(page)).map(({ text }) => text.split('"type": "diff').length)
  await expect.poll(stored).toEqual([4])
})

fullTest('a workflow that another tab deletes stays, and the user learns of it', async () => {
  context = await chromium.newContext()
  const first = await openEditor(context, server.address, { empty: true })
  await addNode(first, 'mix', 300, 300)
  await press(first, 'Control+s')
  await first.getByRole('textbox', { name: 'Name', exact: true }).fill('Shared')
  await press(first, 'Enter')
  await first.getByText(en.files.saved('Shared')).waitFor()
  await addNode(first, 'grid', 300, 500)
  await expect.poll(async () => (await drafts(first)).length).toBe(1)

  const second = await context.newPage()
  await second.goto(server.address)
  await waitForEditor(second)
  await second.evaluate(async () => {
    const opening = indexedDB.open('litegraph-diffusion-workflows')
    await new Promise((resolve) => (opening.onsuccess = resolve))
    const transaction = opening.result.transaction('workflows', 'readwrite')
    transaction.objectStore('workflows').clear()
    await new Promise((resolve) => (transaction.oncomplete = resolve))
    opening.result.close()
  })
  await first.bringToFront()
  await first.evaluate(() => void dispatchEvent(new Event('focus')))
  await first.getByText(en.storage.deletedElsewhere('Shared')).waitFor()
  expect(await titles(first)).toEqual(['Grid', 'Mix'])
  expect((await drafts(first)).some(({ text }) => text.includes('diffusion/Grid'))).toBe(true)
  await first.reload()
  await waitForEditor(first)
  await expect.poll(() => titles(first)).toEqual(['Grid', 'Mix'])
})
