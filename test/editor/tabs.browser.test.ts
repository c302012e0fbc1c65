// Several open workflows in Chromium, each with a separate graph, history and view.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { WorkflowFile } from '../../src/workflow/index.ts'
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
  waitForEditor,
  titles as titlesOf,
  useEditor,
  wires as wiresOf,
} from './driver.ts'
import { fullTest } from '../families.ts'

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

const expectNodes = (...what: string[]) => expect.poll(titles).toEqual(what)
const expectTabs = (...what: string[]) => expect.poll(tabs).toEqual(what)

test('tabs have separate graphs, histories and views, and survive a reload', async () => {
  await rename('First')
  await addNode(page, 'grid', 300, 300)
  await press('Alt+=')
  const near = await scale()
  await press('Alt+n')
  await expectTabs(' First *', '>Untitled')
  await rename('Second')
  await addNode(page, 'mix', 300, 300)
  await addNode(page, 'noise sch', 700, 300)
  await expectTabs(' First *', '>Second *')

  await press('Alt+1')
  await expectNodes('Grid')
  expect(await scale()).toBe(near)
  await expect.poll(() => page.getByRole('heading', { name: 'Grid' }).count()).toBe(1)
  await press('Control+z')
  await expectNodes()
  await press('Alt+PageDown')
  await expectNodes('Mix', 'Noise Schedule')
  await press('Control+z')
  await expectNodes('Mix')
  await press('Alt+PageUp')
  await expectNodes()
  await press('Control+Shift+z')
  await expectNodes('Grid')

  const first = (await page.locator('.tab.shown').boundingBox())!
  await drag(
    page,
    { x: first.x + 30, y: first.y + 10 },
    { x: first.x + first.width * 1.8, y: first.y + 10 },
    4,
  )
  await expectTabs(' Second *', '>First *')
  await press('Alt+Shift+PageUp')
  await expectTabs('>First *', ' Second *')

  const types = async (name: string) => {
    const draft = (await drafts(page)).find((each) => each.name === name)
    return draft && (JSON.parse(draft.text) as WorkflowFile).nodes.map(({ type }) => type)
  }
  await expect.poll(() => types('First')).toEqual(['diffusion/Grid'])
  await expect.poll(() => types('Second')).toEqual(['diffusion/Mix'])
  await page.reload()
  await waitForEditor(page)
  await expectNodes('Grid')
  await expectTabs('>First *', ' Second *')
  await press('Alt+9')
  await expectNodes('Mix')

  await page.locator('.tab', { hasText: 'First' }).click({ button: 'middle' })
  await expectTabs()
  await button(page, en.tabs.reopen).click()
  await expectNodes('Grid')
  await expectTabs(' Second *', '>First *')
})

test('each save adds a version; restoring a version can be undone', async () => {
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
  expect(await dialog.locator('.row .when').allInnerTexts()).toEqual([
    'added Mix',
    en.versions.first,
  ])
  expect(await dialog.locator('.changes li').allInnerTexts()).toEqual(['added Mix'])
  await press('Escape')
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: en.backup.title }).click()
  await page.getByText('Workflows', { exact: true }).click()
  expect(await dialog.locator('.kept-parts details li .name').first().innerText()).toBe('Mine')
  await press('Escape')
  await press('Alt+h')
  await dialog.locator('.row .open').nth(1).click()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expectNodes('Grid')
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expectNodes('Grid', 'Mix')
})

fullTest('nodes are pasted in other tabs and windows, optionally with their inputs', async () => {
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
  await expectNodes('Noise Schedule', 'Schedule Chart', 'Schedule Chart')
  expect(await wires()).toHaveLength(1)
  await press('Control+Shift+v')
  await expect.poll(wires).toHaveLength(2)
  await press('Control+x')
  await expectNodes('Noise Schedule', 'Schedule Chart', 'Schedule Chart')

  const other = await openEditor(page.context(), server.address, { empty: true })
  await other.locator('canvas.canvas').focus()
  await pressOn(other, 'Control+v')
  await expect.poll(() => titlesOf(other)).toEqual(['Schedule Chart'])
  await other.close()
  await page.bringToFront()
  await press('Alt+n')
  await expectNodes()
  await press('Control+v')
  await expectNodes('Schedule Chart')
  expect(await wires()).toEqual([])
})
