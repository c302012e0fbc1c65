// Several workflows open at once, in a real Chromium: each tab keeps its graph, its history and its place.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { WorkflowFile } from '../../src/nodes/workflow.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button,
  clickNode,
  drafts,
  drag,
  onCanvas,
  openEditor,
  press as pressOn,
  ready,
  titles as titlesOf,
  useEditor,
  wires as wiresOf,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(() => void (page = editor.page))

const press = (...keys: string[]) => pressOn(page, ...keys)
const titles = () => titlesOf(page)
const wires = () => wiresOf(page)
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
const scale = () => onCanvas(page, ({ ds }) => ds.scale)
const rename = async (name: string) => {
  await page.getByRole('textbox', { name: 'Rename workflow' }).fill(name)
  await press('Enter')
}

const seen = (...what: string[]) => expect.poll(titles).toEqual(what)
const inBar = (...what: string[]) => expect.poll(tabs).toEqual(what)

test('tabs keep their graphs, histories and places; they are moved, come back after a reload, and leave drafts', async () => {
  await rename('First')
  await addNode(page, 'grid', 300, 300)
  await press('Alt+=')
  const near = await scale()
  await press('Alt+n')
  await inBar(' First *', '>Untitled')
  await rename('Second')
  await addNode(page, 'mix', 300, 300)
  await addNode(page, 'noise sch', 700, 300)
  await inBar(' First *', '>Second *')

  await press('Alt+1')
  await seen('Grid')
  expect(await scale()).toBe(near)
  await expect.poll(() => page.getByRole('heading', { name: 'Grid' }).count()).toBe(1)
  await press('Control+z')
  await seen()
  await press('Alt+PageDown')
  await seen('Mix', 'Noise Schedule')
  await press('Control+z')
  await seen('Mix')
  await press('Alt+PageUp')
  await seen()
  await press('Control+Shift+z')
  await seen('Grid')

  const first = (await page.locator('.tab.shown').boundingBox())!
  await drag(page, { x: first.x + 30, y: first.y + 10 }, { x: first.x + first.width * 1.8, y: first.y + 10 }, 4)
  await inBar(' Second *', '>First *')
  await press('Alt+Shift+PageUp')
  await inBar('>First *', ' Second *')

  const types = async (name: string) => {
    const draft = (await drafts(page)).find((each) => each.name === name)
    return draft && (JSON.parse(draft.text) as WorkflowFile).nodes.map(({ type }) => type)
  }
  await expect.poll(() => types('First')).toEqual(['diffusion/Grid'])
  await expect.poll(() => types('Second')).toEqual(['diffusion/Mix'])
  await page.reload()
  await ready(page)
  await seen('Grid')
  await inBar('>First *', ' Second *')
  await press('Alt+9')
  await seen('Mix')

  await page.locator('.tab', { hasText: 'First' }).click({ button: 'middle' })
  await inBar()
  await button(page, 'Open again').click()
  await seen('Grid')
  await inBar(' Second *', '>First *')
})

test('each save is a version: two are compared, and one comes back as a step of undo', async () => {
  await rename('Mine')
  await addNode(page, 'grid', 300, 300)
  await press('Control+s')
  await page.getByText('Saved “Mine”').waitFor()
  await addNode(page, 'mix', 700, 300)
  await press('Control+s')
  await expect.poll(() => page.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
  await press('Alt+h')
  const dialog = page.getByRole('dialog')
  await dialog.locator('.row .open').first().waitFor()
  expect(await dialog.locator('.row .when').allInnerTexts()).toEqual(['added Mix', 'first version kept'])
  expect(await dialog.locator('.changes li').allInnerTexts()).toEqual(['added Mix'])
  await press('Escape')
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: 'What this browser keeps' }).click()
  await page.getByText('Workflows', { exact: true }).click()
  expect(await dialog.locator('.kept-parts details li .name').first().innerText()).toBe('Mine')
  await press('Escape')
  await press('Alt+h')
  await dialog.locator('.row .open').nth(1).click()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await seen('Grid')
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await seen('Grid', 'Mix')
})

test('nodes go to other tabs and windows by the clipboard, and come back with the wires they had', async () => {
  await addNode(page, 'noise sch', 250, 300)
  await addNode(page, 'schedule chart', 700, 300)
  await onCanvas(page, ({ graph }) => {
    const node = (title: string) => graph._nodes.find((each) => each.getTitle() === title)!
    node('Noise Schedule').connect(0, node('Schedule Chart'), 0)
  })
  await expect.poll(wires).toEqual(['Noise Schedule > Schedule Chart'])
  await clickNode(page, 'Schedule Chart')
  await press('Control+c')
  await page.mouse.move(700, 650)
  await press('Control+v')
  await seen('Noise Schedule', 'Schedule Chart', 'Schedule Chart')
  expect(await wires()).toHaveLength(1)
  await press('Control+Shift+v')
  await expect.poll(wires).toHaveLength(2)
  await press('Control+x')
  await seen('Noise Schedule', 'Schedule Chart', 'Schedule Chart')

  const other = await openEditor(page.context(), server.address, { empty: true })
  await other.locator('canvas.canvas').focus()
  await pressOn(other, 'Control+v')
  await expect.poll(() => titlesOf(other)).toEqual(['Schedule Chart'])
  await other.close()
  await page.bringToFront()
  await press('Alt+n')
  await seen()
  await press('Control+v')
  await seen('Schedule Chart')
  expect(await wires()).toEqual([])
})
