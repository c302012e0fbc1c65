// After a reload: the last pictures are shown again, and a stored training can be continued.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import type { Settings } from '../../src/editor/storage/settings.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, getViewKind, readStore, useEditor, waitForEditor } from './driver.ts'
import { ko } from './korean.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

/** The nodes of the first workflow that show something. */
const shown = () =>
  Promise.all(['Samples on the data', 'Loss curve'].map((title) => getViewKind(page, title)))
const saved = () => page.locator('.status .saved')
const continueLink = () => page.locator('.status .continue')
const stepIn = (text: string) => Number(/step ([\d,]+)/.exec(text)![1].replace(',', ''))
const currentStep = async () => stepIn(await page.locator('.status .figures').innerText())

const choose = async (interval: string) => {
  await button(page, en.top.settings).click()
  await page.getByRole('menuitemradio', { name: interval }).click()
}

test('a reload shows the pictures again, and continues the training', async () => {
  await button(page, 'Run').click()
  await expect.poll(shown).toEqual(['scatter', 'chart'])
  await expect.poll(() => saved().innerText()).toMatch(/^Saved at step [\d,]+(, \d+ s ago)?$/)
  await button(page, 'Stop').click()
  await continueLink().waitFor()
  const stored = stepIn(await continueLink().innerText())
  expect(stored).toBeGreaterThan(0)
  expect(await continueLink().getAttribute('title')).toMatch(
    / is stored up to step [\d,]+ of [\d,]+\. /,
  )

  await page.reload()
  await waitForEditor(page)
  await expect.poll(shown).toEqual(['scatter', 'chart'])
  await expect
    .poll(() => continueLink().innerText())
    .toBe(en.status.continueFrom(stored.toLocaleString('en')))
  await continueLink().click()
  await page.locator('.status .figures').waitFor()
  expect(await currentStep()).toBeGreaterThan(stored)
  await button(page, 'Stop').click()
  await continueLink().waitFor()
  // The pictures are still there after another reload, though the workflow was not changed.
  await page.reload()
  await waitForEditor(page)
  await expect.poll(shown).toEqual(['scatter', 'chart'])
})

fullTest(
  'an edit that changes the training withdraws the offer, and undoing it returns it',
  async () => {
    await button(page, 'Run').click()
    await saved().waitFor()
    await button(page, 'Stop').click()
    await continueLink().waitFor()
    await page.keyboard.press('Control+f')
    await page.getByRole('combobox', { name: en.finder.nodes }).fill('Optimizer')
    await page.keyboard.press('Enter')
    const rate = page.locator('.panel').getByLabel('lr', { exact: true })
    await rate.fill('0.00123')
    await rate.press('Enter')
    await continueLink().waitFor({ state: 'detached' })
    await page.locator('canvas.canvas').focus()
    await page.keyboard.press('Control+z')
    await continueLink().waitFor()
  },
)

fullTest('the user chooses how often a training is saved', async () => {
  await choose(en.top.saveIntervals[0])
  await expect.poll(async () => (await readStore<Settings>(page, 'settings'))[0].saveEvery).toBe(0)
  await button(page, 'Run').click()
  await expect.poll(async () => (await page.locator('.status .figures').count()) > 0).toBe(true)
  await page.waitForTimeout(3000)
  expect(await saved().count()).toBe(0)
  await choose(en.top.saveIntervals[2])
  await saved().waitFor()
  await button(page, 'Stop').click()
  await continueLink().waitFor()
})

test('a hidden tab saves its training at once', async () => {
  await choose(en.top.saveIntervals[0])
  await button(page, 'Run').click()
  await expect.poll(async () => (await page.locator('.status .figures').count()) > 0).toBe(true)
  expect(await saved().count()).toBe(0)
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
  await saved().waitFor()
  await button(page, 'Stop').click()
})

test('Korean names the step of the last save', async () => {
  expect(ko.status.saved('1,200', '3초')).toBe('1,200단계에서 저장(3초 전)')
  expect(ko.status.continueFrom('1,200')).toBe('1,200단계부터 이어 학습')
})
