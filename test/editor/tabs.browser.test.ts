// Several workflows open at once, in a real Chromium: each tab keeps its graph, its history and its place.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, newWorkflow, placeOf, titles, type Canvas } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
let page: Page

async function open(): Promise<Page> {
  const opened = await context.newPage()
  await opened.setViewportSize({ width: 1280, height: 800 })
  await opened.goto(server.address)
  await opened.waitForSelector('.status')
  await newWorkflow(opened)
  return opened
}

beforeEach(async () => {
  context = await chromium.newContext()
  page = await open()
})
afterEach(async () => {
  await context?.close()
  expect(chromium.errors()).toEqual([])
})

const press = async (keys: string) => {
  await page.keyboard.press(keys)
  await page.waitForTimeout(120)
}
const tabs = () =>
  page
    .locator('.tab-bar .tab')
    .evaluateAll((all) =>
      all.map((tab) => [
        tab.classList.contains('shown') ? '>' : ' ',
        tab.querySelector('.name')!.textContent,
        tab.querySelector('.unsaved') ? ' *' : '',
      ]),
    )
    .then((all) => all.map((parts) => parts.join('')))
const scale = () => page.evaluate(() => (document.querySelector('canvas') as unknown as { data: Canvas }).data.ds.scale)
const rename = async (name: string) => {
  await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
  await press('Enter')
}

test('tabs keep their graphs, histories and places; they are moved, come back after a reload, and leave drafts', async () => {
  await rename('First')
  await addNode(page, 'grid', 300, 300)
  await press('Alt+=')
  const near = await scale()
  await press('Alt+n')
  await rename('Second')
  await addNode(page, 'mix', 300, 300)
  await addNode(page, 'noise sch', 700, 300)
  expect(await tabs()).toEqual([' First *', '>Second *'])

  await press('Alt+1')
  expect(await titles(page)).toEqual(['Grid'])
  expect(await scale()).toBe(near)
  await expect.poll(() => page.getByRole('heading', { name: 'Grid' }).count()).toBe(1)
  await press('Control+z')
  expect(await titles(page)).toEqual([])
  await press('Alt+PageDown')
  await press('Control+z')
  expect(await titles(page)).toEqual(['Mix'])
  await press('Alt+PageUp')
  await press('Control+Shift+z')
  expect(await titles(page)).toEqual(['Grid'])

  const first = (await page.locator('.tab.shown').boundingBox())!
  await page.mouse.move(first.x + 30, first.y + 10)
  await page.mouse.down()
  await page.mouse.move(first.x + first.width * 1.8, first.y + 10, { steps: 4 })
  await page.mouse.up()
  expect(await tabs()).toEqual([' Second *', '>First *'])
  await press('Alt+Shift+PageUp')
  expect(await tabs()).toEqual(['>First *', ' Second *'])

  await page.waitForTimeout(500)
  await page.reload()
  await page.waitForSelector('.status')
  await expect.poll(() => titles(page)).toEqual(['Grid'])
  expect(await tabs()).toEqual(['>First *', ' Second *'])
  await press('Alt+9')
  await expect.poll(() => titles(page)).toEqual(['Mix'])

  await page.locator('.tab', { hasText: 'First' }).click({ button: 'middle' })
  expect(await tabs()).toEqual([])
  await page.getByRole('button', { name: 'Open again' }).click()
  await expect.poll(() => titles(page)).toEqual(['Grid'])
  expect(await tabs()).toEqual([' Second *', '>First *'])
})

test('each save is a version: two are compared, and one comes back as a step of undo', async () => {
  await rename('Mine')
  await addNode(page, 'grid', 300, 300)
  await press('Control+s')
  await page.getByText('Saved “Mine”').waitFor()
  await addNode(page, 'mix', 700, 300)
  await press('Control+s')
  await page.waitForTimeout(400)
  await press('Alt+h')
  const dialog = page.getByRole('dialog')
  await dialog.locator('.row .open').first().waitFor()
  expect(await dialog.locator('.row .when').allInnerTexts()).toEqual(['added Mix', 'first version kept'])
  expect(await dialog.locator('.changes li').allInnerTexts()).toEqual(['added Mix'])
  await press('Escape')
  await page.getByRole('button', { name: 'File', exact: true }).click()
  await page.getByRole('menuitem', { name: 'What this browser keeps' }).click()
  await page.getByText('Workflows', { exact: true }).click()
  expect(await dialog.locator('.kept-parts details li .name').first().innerText()).toBe('Mine')
  await press('Escape')
  await press('Alt+h')
  await dialog.locator('.row .open').nth(1).click()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => titles(page)).toEqual(['Grid'])
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => titles(page)).toEqual(['Grid', 'Mix'])
})

test('nodes go to other tabs and windows by the clipboard, and come back with the wires they had', async () => {
  const wires = (of = page) =>
    of.evaluate(() => {
      const { graph } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
      const title = (id: number) => graph._nodes.find((node) => node.id === id)!.getTitle()
      const links = Object.values((graph as unknown as { links: Record<string, { origin_id: number; target_id: number }> }).links)
      return links.map((link) => `${title(link.origin_id)} > ${title(link.target_id)}`)
    })
  await addNode(page, 'noise sch', 250, 300)
  await addNode(page, 'schedule chart', 700, 300)
  await page.evaluate(() => {
    type Node = { getTitle(): string; connect(output: number, to: unknown, input: number): void }
    const { graph } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
    const node = (title: string) => (graph._nodes as unknown as Node[]).find((each) => each.getTitle() === title)!
    node('Noise Schedule').connect(0, node('Schedule Chart'), 0)
  })
  await expect.poll(() => wires()).toEqual(['Noise Schedule > Schedule Chart'])
  const chart = await placeOf(page, 'Schedule Chart')
  await page.mouse.click(chart.x, chart.y)
  await press('Control+c')
  await page.mouse.move(700, 650)
  await press('Control+v')
  await expect.poll(() => titles(page)).toEqual(['Noise Schedule', 'Schedule Chart', 'Schedule Chart'])
  expect(await wires()).toHaveLength(1)
  await press('Control+Shift+v')
  await expect.poll(() => wires()).toHaveLength(2)
  await press('Control+x')
  await expect.poll(() => titles(page)).toEqual(['Noise Schedule', 'Schedule Chart', 'Schedule Chart'])

  const other = await open()
  await other.locator('canvas.canvas').focus()
  await other.keyboard.press('Control+v')
  await expect.poll(() => titles(other)).toEqual(['Schedule Chart'])
  await page.bringToFront()
  await press('Alt+n')
  await press('Control+v')
  await expect.poll(() => titles(page)).toEqual(['Schedule Chart'])
  expect(await wires()).toEqual([])
})
