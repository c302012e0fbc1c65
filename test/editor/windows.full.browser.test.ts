// Two windows of one browser, a frozen window, a clock that is set, and a window that is closed
// during a write.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import type { Run } from '../../src/editor/runs/record.ts'
import type { Settings } from '../../src/editor/storage/settings.ts'
import type { SavedWorkflow } from '../../src/editor/workspace/library.ts'
import type { Version } from '../../src/editor/workspace/versions.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  dropFile,
  getRunStatus,
  newWorkflow,
  onNode,
  openEditor,
  press,
  readStore,
  titles,
  waitForRun,
} from './driver.ts'
import { shortTraining } from './storageFaults.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
afterEach(() => context.close())

const openWindow = () => openEditor(context, server.address)

async function saveAs(page: Page, name: string) {
  await press(page, 'Control+s')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await press(page, 'Enter')
  await page.getByText(`Saved “${name}”`).waitFor()
}

async function openTraining(page: Page, steps: number) {
  await dropFile(page, 'short.json', shortTraining(steps))
  await expect.poll(() => page.title()).toContain('Short training')
}

const chooseTheme = async (page: Page, name: string) => {
  await button(page, 'Settings').click()
  await page.getByRole('menuitemradio', { name }).click()
}

const settings = async (page: Page) => (await readStore<Settings>(page, 'settings'))[0]

describe('in two windows', () => {
  test('changes of settings in both are stored', async () => {
    context = await chromium.newContext()
    const [one, two] = [await openWindow(), await openWindow()]
    await chooseTheme(one, 'Light')
    await button(two, 'Details').click()
    await expect.poll(() => settings(two)).toMatchObject({ theme: 'light', panel: false })
    await chooseTheme(one, 'Dark')
    await expect.poll(() => settings(one)).toMatchObject({ theme: 'dark', panel: false })
  })

  test('a workflow renamed in one is not overwritten by the other without asking', async () => {
    context = await chromium.newContext()
    const one = await openWindow()
    await newWorkflow(one)
    await addNode(one, 'mix', 300, 300)
    await saveAs(one, 'Shared')
    const two = await openWindow()
    await expect.poll(() => titles(two)).toEqual(['Mix'])
    await button(one, 'Library').click()
    await one.getByRole('tab', { name: en.drawer.mine }).click()
    await button(one, en.drawer.more('Shared')).click()
    await one.getByRole('menuitem', { name: en.drawer.rename }).click()
    await one.getByRole('textbox', { name: 'Name', exact: true }).fill('Renamed')
    await press(one, 'Enter')
    await button(one, en.drawer.more('Renamed')).waitFor()
    await addNode(two, 'grid', 700, 300)
    await press(two, 'Control+s')
    await two.getByRole('heading', { name: en.dialogs.conflictTitle }).waitFor()
    await two.getByRole('button', { name: en.dialogs.asCopy }).click()
    await two.getByText('Saved “Shared copy”').waitFor()
    const names = (await readStore<SavedWorkflow>(two, 'workflows')).map(({ name }) => name)
    expect(names.sort()).toEqual(['Renamed', 'Shared copy'])
  })

  test('equal trainings in both end with equal losses, and both runs are stored', async () => {
    context = await chromium.newContext()
    const windows = [await openWindow(), await openWindow()]
    for (const page of windows) await openTraining(page, 150)
    await Promise.all(windows.map((page) => press(page, 'Control+Enter')))
    await Promise.all(windows.map((page) => waitForRun(page)))
    const runs = () => readStore<Run>(windows[0], 'runs')
    await expect.poll(async () => (await runs()).length).toBe(2)
    const [first, second] = await runs()
    expect(first.loss).toBeTypeOf('number')
    expect(second.loss).toBe(first.loss)
    for (const page of windows) expect(await page.getByRole('alert').allInnerTexts()).toEqual([''])
  })
})

test('a training continues after its window was frozen', async () => {
  context = await chromium.newContext()
  const page = await openWindow()
  await openTraining(page, 4000)
  await press(page, 'Control+Enter')
  await page.locator('.status[data-state=running]').waitFor()
  const session = await context.newCDPSession(page)
  for (let i = 0; i < 2; i++) {
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await session.send('Page.setWebLifecycleState', { state: 'active' })
  }
  await waitForRun(page)
  // The run is stored with its pictures, which are painted after it has finished.
  await expect
    .poll(async () => (await readStore<Run>(page, 'runs'))[0])
    .toMatchObject({ outcome: 'finished', iterations: { done: 4000, of: 4000 } })
  expect(await page.getByRole('alert').allInnerTexts()).toEqual([''])
  expect(await page.locator('.banner').count()).toBe(0)
})

describe('with a clock', () => {
  const DAY = 24 * 3600e3

  test('that is set back and forward, versions and runs stay in order', async () => {
    context = await chromium.newContext()
    await context.addInitScript(() => {
      const { now } = Date
      let shift = 0
      Date.now = () => now() + shift
      Object.assign(window, { setClock: (to: number) => void (shift = to) })
    })
    const page = await openWindow()
    const setClock = (shift: number) => page.evaluate(`setClock(${shift})`)
    await openTraining(page, 12)
    await press(page, 'Control+s')
    await page.getByText('Saved “Short training”').waitFor()
    for (const [i, shift] of [0, -DAY, 365 * DAY, -2 * DAY].entries()) {
      await onNode(page, 'Training Start', (node, seed) => node.setProperty('seed', seed), i + 1)
      await press(page, 'Control+Enter')
      await setClock(shift)
      await expect.poll(async () => (await readStore<Run>(page, 'runs')).length).toBe(i + 1)
      await waitForRun(page)
      expect(await getRunStatus(page)).toMatch(/^Finished in [\d.]+ m?s/)
      await press(page, 'Control+s')
      await expect.poll(async () => (await readStore<Version>(page, 'versions')).length).toBe(i + 2)
    }
    const seedOf = (text: string) => Number(/"seed":\s*(\d+)[^}]*"shuffle"/.exec(text)?.[1] ?? -1)
    const versions = await readStore<Version>(page, 'versions')
    const byTime = versions.sort((a, b) => a.when - b.when).map(({ text }) => seedOf(text))
    expect(byTime.slice(1)).toEqual([1, 2, 3, 4])
    const runs = await readStore<Run>(page, 'runs')
    for (const { seconds } of runs) expect(seconds).toBeGreaterThan(0)
    for (const { seconds } of runs) expect(seconds).toBeLessThan(600)
    const details = await readStore<{ id: string; text: string }>(page, 'runDetails')
    const textOf = new Map(details.map(({ id, text }) => [id, text]))
    const inOrder = runs
      .sort((a, b) => a.order! - b.order!)
      .map(({ id }) => seedOf(textOf.get(id)!))
    expect(inOrder).toEqual([1, 2, 3, 4])
  })
})

test('a window closed during a save leaves the old or the new workflow', async () => {
  context = await chromium.newContext()
  let page = await openWindow()
  await newWorkflow(page)
  await addNode(page, 'note', 300, 300)
  const fill = (letter: string) =>
    onNode(page, 'Note', (node, text) => node.setProperty('text', text), letter.repeat(200_000))
  await fill('a')
  await saveAs(page, 'Closed')
  const letters = new Set(['a'])
  for (const [i, delay] of [0, 2, 5, 10, 20, 40, 80].entries()) {
    const letter = 'bcdefgh'[i]
    letters.add(letter)
    await fill(letter)
    void press(page, 'Control+s').catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, delay))
    await page.close()
    page = await openWindow()
    await expect.poll(() => titles(page)).toEqual(['Note'])
    const [saved] = await readStore<SavedWorkflow>(page, 'workflows')
    const [, text] = /"text":\s*"(\w+)"/.exec(saved.text)!
    expect(text).toHaveLength(200_000)
    expect(new Set(text).size).toBe(1)
    expect(letters).toContain(text[0])
  }
})
