// Dropped files and keys while a dialog is open: nothing happens behind it, and the reason is shown.
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dropFile } from '../../scripts/editorPage.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import { useChromium, useDevServer } from '../chromium.ts'
import { openEditor } from './driver.ts'
import { readyWorkflow } from './readyText.ts'

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

test('of files that are dropped together, each waits for the dialog of the one before', async () => {
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
})
