// Defects that a review of the editor found on phones; see defectsRuns.browser.test.ts.
import type { CDPSession, Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import { button, dropFile, locateNode, painted, titles, useEditor, type Place } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [390, 844] })

let page: Page
let session: CDPSession

beforeEach(async () => {
  page = editor.page
  session = await page.context().newCDPSession(page)
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
  const nodes = [node('Schedule', 'NoiseSchedule'), node('Way', 'Timesteps')]
  await dropFile(page, 'two.json', workflowOf({ nodes }))
  await expect.poll(() => titles(page)).toEqual(['Schedule', 'Way'])
})

async function tap({ x, y }: Place) {
  await Promise.all([
    session.send('Input.dispatchTouchEvent', {
      type: 'touchStart',
      touchPoints: [{ x, y, id: 0 }],
    }),
    session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] }),
  ])
}

/** Heights and font sizes of the controls on the screen. */
const measure = (selector: string) =>
  page.evaluate(
    (selector) =>
      [...document.querySelectorAll<HTMLElement>(selector)]
        .filter((element) => element.getBoundingClientRect().width > 0)
        .map((element) => ({
          name: element.getAttribute('aria-label') ?? element.textContent,
          height: element.getBoundingClientRect().height,
          font: Number.parseFloat(getComputedStyle(element).fontSize),
        })),
    selector,
  )

const hidePanel = async () => {
  const panel = page.locator('.side.panel')
  if ((await panel.count()) > 0) await button(page, en.top.panel).click()
  await panel.waitFor({ state: 'detached' })
}

test('37: a tap on a node shows its details, and one on the canvas hides them', async () => {
  await hidePanel()
  await painted(page)
  await tap(await locateNode(page, 'Schedule'))
  await expect.poll(() => page.locator('.side.panel h2').innerText()).toBe('Schedule')
  await tap({ x: 195, y: 120 })
  await page.locator('.side.panel').waitFor({ state: 'detached' })
})

test('37: fields are large enough that iOS does not zoom, and targets are for fingers', async () => {
  await hidePanel()
  await painted(page)
  await tap(await locateNode(page, 'Schedule'))
  await page.locator('.side.panel .field').first().waitFor()
  const fields = await measure('input:not([type=range], [type=checkbox]), select, textarea')
  expect(fields.length).toBeGreaterThan(2)
  expect(fields.filter(({ font }) => font < 16)).toEqual([])
  const buttons = await measure('.top button, .status > button, .status .button, .panel .button')
  expect(buttons.length).toBeGreaterThan(8)
  expect(buttons.filter(({ height }) => height < 40)).toEqual([])
})

test('37: menus and the node search have large targets and no hints about keys', async () => {
  await hidePanel()
  await button(page, en.top.file).click()
  await page.getByRole('menuitem', { name: en.commands.save, exact: true }).waitFor()
  expect((await measure('.menu .item')).filter(({ height }) => height < 44)).toEqual([])
  expect(await page.locator('.menu .keys:visible').count()).toBe(0)
  await page.keyboard.press('Escape')
  await button(page, en.top.add).click()
  await page.getByRole('combobox', { name: en.palette.label }).waitFor()
  expect((await measure('.palette .result')).filter(({ height }) => height < 44)).toEqual([])
  expect(await page.locator('.palette .hint:visible').count()).toBe(0)
  await page.keyboard.press('Escape')
})
