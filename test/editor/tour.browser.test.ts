// Guided tour for a new user: it advances by actions, and is shown only once.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  button as buttonOn,
  clickNode,
  waitMilliseconds,
  newWorkflow,
  waitForEditor,
  titles,
  useEditor,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true })

let page: Page
beforeEach(() => void (page = editor.page))

const note = () => page.getByRole('complementary', { name: 'Tour' })
const heading = (title: string) => note().getByRole('heading', { name: title }).waitFor()
const button = (name: string) => buttonOn(page, name)

async function reload() {
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => titles(page)).toContain('Training Start')
  await waitMilliseconds(page, 300)
}

const fromHelp = async () => {
  await button('Help').click()
  await page.getByRole('menuitem', { name: 'Take the tour' }).click()
}

test('advances through all steps: run, watch, change, run again, compare', async () => {
  await heading('Train a diffusion model')
  await button('Run').click()
  await heading('Watch it learn')
  await page
    .locator('.status .figures')
    .getByText(/step [1-9]/)
    .waitFor()
  await button('Stop').click()
  await heading('Change one thing')
  // The node to change is in view.
  const ringBottom = async () => {
    const ring = (await page.locator('.tour-ring').boundingBox())!
    return ring.y > 0 ? ring.y + ring.height : Infinity
  }
  await expect.poll(ringBottom).toBeLessThan(800)
  await clickNode(page, 'Data')
  await page.getByLabel('distribution', { exact: true }).selectOption('spiral')
  await heading('Run it again')
  await page.locator('canvas.canvas').focus()
  await page.keyboard.press('Control+z')
  await heading('Change one thing')
  await page.keyboard.press('Control+Shift+z')
  await heading('Run it again')
  await page.keyboard.press('Control+Enter')
  await heading('Compare')
  await page
    .locator('.status .figures')
    .getByText(/step [1-9]/)
    .waitFor()
  await button('Stop').click()
  await heading(en.tour.steps.end.title)
  await note().getByRole('button', { name: 'Done' }).click()
  await reload()
  expect(await note().count()).toBe(0)
  await fromHelp()
  await heading('Train a diffusion model')
  await page.locator('.tour:focus').waitFor()
})

fullTest('can be closed and resumed, ends if skipped, and hides in other workflows', async () => {
  await heading('Train a diffusion model')
  await note().getByRole('button', { name: 'Close. You can restart the tour from Help.' }).focus()
  await page.keyboard.press('Escape')
  await note().waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('CANVAS')
  await fromHelp()
  await heading('Train a diffusion model')
  await newWorkflow(page)
  expect(await note().count()).toBe(0)
  await fromHelp()
  await heading('Train a diffusion model')
  await note().getByRole('button', { name: 'Skip the tour' }).click()
  await reload()
  expect(await note().count()).toBe(0)
})
