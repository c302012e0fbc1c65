// Dropped files and keys while a dialog is open: nothing happens behind it, and the reason is shown.
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dropFile, onNode } from '../../scripts/editorPage.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import { useChromium, useDevServer } from '../chromium.ts'
import { button, openEditor, waitForRun, waitMilliseconds } from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useDevServer()

let page: Page
beforeEach(async () => {
  page = await openEditor(await chromium.newContext(), server.address)
})
afterEach(() => page.context().close())

const drop = (title: string) => dropFile(page, `${title}.json`, readyWorkflow('points', {}, title))
const dialog = () => page.locator('dialog[open]')

test('a file is refused with the reason, and opens without the dialog', async () => {
  await page.keyboard.press('?')
  await dialog().waitFor()
  const before = await page.title()
  await drop('Behind')
  await page.getByText(en.files.dialogOpen).waitFor()
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press('Alt+N')
  expect(await page.title()).toBe(before)
  expect(await page.locator('.status').getAttribute('data-state')).toBe('idle')
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  await drop('Behind')
  await expect.poll(() => page.title()).toContain('Behind')
})

fullTest(
  'of files that are dropped together, each waits for the dialog of the one before',
  async () => {
    await page.evaluate(
      ([csv, json]) => {
        const data = new DataTransfer()
        data.items.add(new File([csv], 'points.csv'))
        data.items.add(new File([json], 'Later.json'))
        const options = { dataTransfer: data, bubbles: true, cancelable: true }
        document.body.dispatchEvent(new DragEvent('drop', options))
      },
      ['x,y\n1,2\n3,4\n', readyWorkflow('points', {}, 'Later')],
    )
    await dialog().waitFor()
    expect(await page.title()).not.toContain('Later')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.title()).toContain('Later')
  },
)

fullTest('a live run waits until the dialog is closed', async () => {
  await dropFile(page, 'Live.json', readyWorkflow('posterior', {}, 'Live'))
  await expect.poll(() => page.title()).toContain('Live')
  await button(page, 'Run').click()
  await waitForRun(page)
  const runs = () => page.evaluate(() => performance.getEntriesByName('run-start').length)
  await page.evaluate(() => {
    const status = document.querySelector<HTMLElement>('.status')
    if (!status) throw new Error('The status bar is missing.')
    new MutationObserver(() => {
      if (status.dataset.state === 'running') performance.mark('run-start')
    }).observe(status, { attributeFilter: ['data-state'] })
  })
  await page.locator('canvas.canvas').focus()
  await page.keyboard.press('?')
  await dialog().waitFor()
  await onNode(page, 'Data', (node) => node.setProperty('seed', 4321))
  await waitMilliseconds(page, 700)
  expect(await runs()).toBe(0)
  await page.keyboard.press('Escape')
  await expect.poll(runs).toBeGreaterThan(0)
})
