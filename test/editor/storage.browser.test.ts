// The editor with an IndexedDB that never answers, answers late, fails or is full, in Chromium.
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { hostMessages } from '../../src/messages/host.ts'
import { closeContext, useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  drafts,
  dropFile,
  newWorkflow,
  press,
  readStore,
  titles,
  waitForEditor,
  waitForRun,
} from './driver.ts'
import { breakStorage, shortTraining, type faults } from './storageFaults.ts'
import { fullTest, isFull, casesOf } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
afterEach(() => closeContext(context))

async function openWith(fault: keyof typeof faults): Promise<Page> {
  context = await chromium.newContext()
  await breakStorage(context, fault)
  return openPage()
}

async function openPage(): Promise<Page> {
  const page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(server.address)
  await waitForEditor(page)
  return page
}

const warning = (page: Page) => page.locator('.banner.warning')
const alert = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text })

/** Milliseconds from the first request to IndexedDB to the warning. */
const warningDelay = (page: Page) =>
  page.evaluate(() => {
    const { asked = Number.NaN, warned = Number.NaN } = window.storageTimes!
    return warned - asked
  })

/** Opens, edits, runs, downloads and shares a workflow. */
async function useAsUsual(page: Page) {
  await dropFile(page, 'short.json', shortTraining())
  await expect.poll(() => page.title()).toContain('Short training')
  // By keyboard: how the view is fitted beside the banner decides where there is room.
  await page.locator('canvas.canvas').focus()
  await press(page, 'Space')
  const search = page.getByRole('combobox', { name: 'Find a node' })
  await search.fill('grid')
  await press(page, 'Enter')
  await search.waitFor({ state: 'detached' })
  await expect.poll(() => titles(page)).toContain('Grid')
  await press(page, 'Control+Enter')
  await waitForRun(page)
  const download = page.waitForEvent('download')
  await warning(page).getByRole('button', { name: en.commands.download }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toContain('diffusion/Grid')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: en.commands.copyLink }).click()
  await page.getByText(en.share.linkCopied).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('#')
  await press(page, 'Control+s')
  await page.getByText('Saved “Short training”').waitFor()
}

describe('a browser whose storage', () => {
  fullTest('never answers is reported, and everything else works', async () => {
    const page = await openWith('silent')
    await warning(page).waitFor()
    expect(await warning(page).locator('span').innerText()).toBe(en.storage.silent)
    if (isFull) expect(await warningDelay(page)).toBeLessThan(3000)
    await alert(page, hostMessages.storageSilent().text).waitFor()
    await expect.poll(() => titles(page)).toContain('Training Start')
    await useAsUsual(page)
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([])
  })

  test('answers late shows the last visit and stores what changed meanwhile', async () => {
    context = await chromium.newContext()
    const first = await openPage()
    await newWorkflow(first)
    await addNode(first, 'mix', 300, 300)
    await button(first, 'Settings').click()
    await first.getByRole('menuitemradio', { name: 'Light' }).click()
    await expect.poll(() => drafts(first)).toHaveLength(1)
    await first.close()

    await breakStorage(context, 'silent')
    const page = await openPage()
    await warning(page).waitFor()
    await dropFile(page, 'short.json', shortTraining())
    await expect.poll(() => page.title()).toContain('Short training')
    await press(page, 'Alt+o')
    await page.evaluate(() => window.answerStorage!())
    await page.getByText(en.storage.answers).waitFor()
    expect(await warning(page).count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('light')
    await expect
      .poll(() => page.locator('.tab-bar .name').allInnerTexts())
      .toEqual(['Short training', 'Untitled'])
    await expect
      .poll(async () => (await drafts(page)).map(({ name }) => name).sort())
      .toEqual(['Short training', 'Untitled'])
    await page.locator('.tab-bar .tab').nth(1).click()
    await expect.poll(() => titles(page)).toEqual(['Mix'])
  })

  fullTest('answers late replaces an untouched first workflow by the last one', async () => {
    context = await chromium.newContext()
    const first = await openPage()
    await newWorkflow(first)
    await addNode(first, 'mix', 300, 300)
    await expect.poll(() => drafts(first)).toHaveLength(1)
    await first.close()

    await breakStorage(context, 'silent')
    const page = await openPage()
    await warning(page).waitFor()
    await expect.poll(() => titles(page)).toContain('Training Start')
    await page.evaluate(() => window.answerStorage!())
    await expect.poll(() => titles(page)).toEqual(['Mix'])
    await expect.poll(() => page.locator('.tab-bar').count()).toBe(0)
  })

  fullTest('is blocked by another window recovers when that window closes', async () => {
    context = await chromium.newContext()
    const other = await context.newPage()
    await other.route('**/blank', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="data:," />' }),
    )
    await other.goto(new URL('blank', server.address).href)
    await other.evaluate(async () => {
      const name = 'litegraph-diffusion-settings'
      await new Promise((resolve) => {
        const request = indexedDB.open(name, 1)
        request.onupgradeneeded = () => request.result.createObjectStore('settings')
        request.onsuccess = resolve
      })
      indexedDB.open(name, 2)
    })
    const page = await openPage()
    await warning(page).waitFor()
    expect(await warning(page).locator('span').innerText()).toBe(en.storage.silent)
    await other.close()
    await page.getByText(en.storage.answers).waitFor()
    expect(await warning(page).count()).toBe(0)
  })

  const refusals = [
    ['forbidden', en.storage.temporary('SecurityError'), 'SecurityError'],
    ['noRoom', en.storage.diskFull, 'QuotaExceededError'],
  ] as const
  test.for(casesOf(refusals, ([fault]) => fault === 'forbidden'))(
    'is %s is reported at once, and everything else works',
    async ([fault, text, problem]) => {
      const page = await openWith(fault)
      await warning(page).waitFor()
      expect(await warning(page).locator('span').innerText()).toBe(text)
      if (isFull) expect(await warningDelay(page)).toBeLessThan(1000)
      await alert(page, hostMessages.noStorage({ problem }).text).waitFor()
      await useAsUsual(page)
    },
  )

  test('is full is reported with what was not stored, and nothing old is lost', async () => {
    context = await chromium.newContext()
    const first = await openPage()
    await newWorkflow(first)
    await addNode(first, 'mix', 300, 300)
    await press(first, 'Control+s')
    await first.getByRole('textbox', { name: 'Name', exact: true }).fill('Kept')
    await press(first, 'Enter')
    await first.getByText('Saved “Kept”').waitFor()
    await first.close()

    await breakStorage(context, 'full')
    const page = await openPage()
    await expect.poll(() => titles(page)).toEqual(['Mix'])
    await addNode(page, 'grid', 300, 500)
    const draft = alert(page, en.storage.notStored(en.draft.of('Kept')))
    await draft.waitFor()
    expect(await draft.innerText()).toContain(en.storage.full)
    await press(page, 'Control+s')
    const saved = alert(page, en.storage.notStored('Kept'))
    await saved.waitFor()
    await saved.getByRole('button', { name: en.commands.storage }).click()
    await page.getByRole('heading', { name: en.backup.title }).waitFor()
    await press(page, 'Escape')
    expect(await titles(page)).toEqual(['Grid', 'Mix'])
    expect(await readStore<{ name: string; text: string }>(page, 'workflows')).toMatchObject([
      { name: 'Kept', text: expect.not.stringContaining('diffusion/Grid') as string },
    ])
    await dropFile(page, 'short.json', shortTraining())
    await expect.poll(() => page.title()).toContain('Short training')
    await press(page, 'Control+Enter')
    await waitForRun(page)
    await alert(page, en.storage.notStored(en.runs.runOf('Short training'))).waitFor()
  })
})
