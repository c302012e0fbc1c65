// Subgraphs by pointer and keys in Chromium: creating, entering, editing, running, unpacking.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button as buttonOn,
  drag,
  dropFile,
  waitForRun,
  newWorkflow,
  onCanvas,
  onNode,
  locateNode,
  painted,
  press,
  titles,
  focusOutline,
  useEditor,
  values,
  waitMilliseconds,
} from './driver.ts'
import { fileOf } from './fileOf.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(async () => {
  page = editor.page
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'GaussianNoise' }, [
    [1, 'noise', 2, 'a'],
    [4, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])
  file.nodes.find(({ id }) => id === 4)!.pos = [0, 240]
  for (const id of [1, 4])
    Object.assign(file.nodes.find((node) => node.id === id)!.properties, {
      shape: '8, 8, 1',
      batch_size: 4,
    })
  await dropFile(page, 'mixed.json', JSON.stringify(file))
  await page.getByText('Opened mixed.json').waitFor()
})

const select = (...ids: (number | string)[]) =>
  onCanvas(
    page,
    (canvas, ids) => canvas.selectNodes(ids.map((id) => canvas.graph.getNodeById(id)!)),
    ids,
  )
const readBreadcrumbs = () => page.locator('.crumbs').innerText()
const focusCanvas = () => page.locator('canvas.canvas').focus()
const button = (name: string) => buttonOn(page, name)
const expectNodes = (what: string[]) => expect.poll(() => titles(page)).toEqual(what)

async function packSelection(name: string) {
  await press(page, 'Control+Shift+E')
  const dialog = page.getByRole('dialog', { name: en.subgraph.convertSelected })
  await dialog.getByRole('textbox').fill(name)
  await press(page, 'Enter')
  await dialog.waitFor({ state: 'detached' })
}

test('nodes are packed into a subgraph, edited inside, run, and unpacked', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Alt+Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  expect(await readBreadcrumbs()).toMatch(/Graph\s+Blend/)

  await select(2)
  await button(en.subgraph.promote('w')).click()
  await select('inputs')
  await page.getByRole('textbox', { name: 'Name of a' }).fill('x')
  await press(page, 'Enter')
  await page.getByRole('textbox', { name: 'Name of x' }).waitFor()
  await focusCanvas()
  await press(page, 'Escape')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  expect(await values(page, 'Blend')).toMatchObject({ w: 0.5 })
  await press(page, 'Control+Enter')
  await waitForRun(page)

  for (let i = 0; i < 3; i++) await press(page, 'Control+z')
  await expectNodes(['Gaussian Noise', 'Gaussian Noise', 'Mix', 'Preview'])
  await press(page, 'Control+y')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  await select(5)
  await button('Unpack').click()
  await expectNodes(['Gaussian Noise', 'Gaussian Noise', 'Mix', 'Preview'])
})

test('a double-click or a fault opens a subgraph, and a breadcrumb leaves it', async () => {
  await select(2, 4)
  await packSelection('Blend')
  const { x, y } = await locateNode(page, 'Blend')
  await page.mouse.dblclick(x - 30, y + 32)
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await button('Back to Graph').click()
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  const title = await locateNode(page, 'Blend', [60, -15])
  await page.mouse.dblclick(title.x, title.y)
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await select(4)
  await page.locator('.panel').getByText('More', { exact: true }).click()
  await page.getByRole('textbox', { name: 'shape' }).fill('no')
  await press(page, 'Enter')
  await button('Back to Graph').click()
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Control+Enter')
  await select()
  await page.getByText('Blend › Gaussian Noise').first().waitFor()
  await button(en.panel.goToNode).first().click()
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
})

test('the nodes of an open subgraph stay the same while nothing changes', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await press(page, 'Alt+Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  // Longer than the delay of a commit.
  await waitMilliseconds(page, 300)
  const mark = () =>
    onCanvas(page, ({ graph }) =>
      graph._nodes.forEach((node) => Object.assign(node, { old: true })),
    )
  const countMarked = () =>
    onCanvas(page, ({ graph }) => graph._nodes.filter((node) => 'old' in node).length)
  await mark()
  await waitMilliseconds(page, 300)
  expect(await countMarked()).toBe(4)
})

test('a third click, on the level that a double-click opened, does not open the search', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  // Where the level inside is empty.
  await drag(page, await locateNode(page, 'Blend'), { x: 100, y: 650 })
  await painted(page)
  await page.mouse.dblclick(70, 682)
  await page.mouse.click(70, 682)
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await painted(page)
  expect(await page.getByRole('combobox', { name: 'Find a node' }).count()).toBe(0)
})

test('a subgraph is saved as a node, found in another workflow, and deleted', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await button(en.myNodes.save).click()
  await page.getByText(en.myNodes.status.same).waitFor()
  await newWorkflow(page)
  await addNode(page, 'Blend', 400, 300)
  await expectNodes(['Blend'])
  await press(page, 'Alt+Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await button('Library').click()
  await page.getByRole('tab', { name: en.drawer.mine }).click()
  await button(en.drawer.more('Blend')).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await button(en.drawer.more('Blend')).waitFor({ state: 'detached' })
})

/** Results of the finder, from the top. */
const entries = (dialog: string) => page.getByRole('listbox', { name: dialog }).getByRole('option')

fullTest('search, outline, sweeps and versions include subgraphs', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Control+s')
  await page.getByText(/^Saved/).waitFor()

  // Search from outside finds it by its path.
  await press(page, 'Control+f')
  await page.getByRole('combobox', { name: en.finder.nodes }).fill('mix')
  expect(await entries(en.finder.nodes).first().innerText()).toContain('Blend › Mix')
  await press(page, 'Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])

  // Sweep of a param inside.
  await press(page, 'Alt+v')
  const vary = page.getByRole('dialog', { name: 'Vary parameters' })
  expect(
    await vary
      .getByRole('combobox', { name: 'Parameter to vary' })
      .locator('option:checked')
      .innerText(),
  ).toBe('Blend › Mix.w')
  await vary.getByLabel('Values of w').fill('0.25, 0.75')
  await vary.getByRole('button', { name: en.runs.sweep.run(2) }).click()
  await expect.poll(() => page.locator('.grid button.cell').count()).toBe(2)
  await button('Close runs').click()

  // Keys leave and enter the subgraph in the outline.
  await focusOutline(page)
  const outline = page.getByRole('region', { name: en.outline.label })
  await outline.getByText(en.outline.inside('Blend'), { exact: true }).waitFor()
  await press(page, 'Escape')
  await expectNodes(['Blend', 'Gaussian Noise', 'Preview'])
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent))
    .toContain('2 nodes inside')
  await press(page, 'Alt+Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent))
    .toContain('Inputs')

  // Versions list the change inside, and restore it while the level is open.
  await onNode(page, 'Mix', (node) => node.setProperty('w', 0.125))
  await press(page, 'Alt+h')
  const versions = page.getByRole('dialog', { name: 'Versions' })
  await versions.getByRole('button', { name: new RegExp(`^${en.versions.current}`) }).click()
  await versions
    .getByRole('region', { name: en.versions.changes })
    .getByText('Blend › Mix.w 0.5 → 0.125')
    .waitFor()
  await versions.getByRole('list').getByRole('button').nth(1).click()
  await versions.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => values(page, 'Mix')).toMatchObject({ w: 0.5 })
})

test.each([
  ['a window', 1280, 800],
  ['a phone', 390, 844],
] as const)('the path of a subgraph is below the tabs, and fits %s', async (_, width, height) => {
  await select(2, 4)
  const name = 'A subgraph with a name that is longer than a row of its path can be'
  await packSelection(name)
  await press(page, 'Alt+n')
  await expectNodes([])
  await page.locator('.tab-bar .tab').first().getByRole('button').first().click()
  await expectNodes([name, 'Gaussian Noise', 'Preview'])
  await page.setViewportSize({ width, height })
  await select(5)
  await focusCanvas()
  await press(page, 'Alt+Enter')
  const box = async (selector: string) => (await page.locator(selector).boundingBox())!
  const bottom = async (selector: string) => {
    const { y, height: tall } = await box(selector)
    return y + tall
  }
  await page.locator('.crumbs').waitFor()
  expect((await box('.crumbs')).y).toBeGreaterThanOrEqual(await bottom('.tab-bar'))
  const { x, width: wide } = await box('.crumbs')
  const right = width > 640 ? (await box('.panel')).x : width
  expect(x + wide).toBeLessThan(right)
  // The graph is fitted below the path.
  await press(page, 'Home')
  const top = await locateNode(page, 'Mix', [0, -30])
  await expect
    .poll(async () => (await locateNode(page, 'Mix', [0, -30])).y)
    .toBeGreaterThan(await bottom('.crumbs'))
  expect(top.y).toBeGreaterThan(0)
  await press(page, 'Escape')
})

test('a run to a node in a subgraph is named by its path, and reopens there', async () => {
  await select(2, 4)
  await packSelection('Blend')
  await press(page, 'Alt+Enter')
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await select(2)
  await press(page, 'Shift+Enter')
  await waitForRun(page)
  await press(page, 'Alt+r')
  const row = page.locator('.runs-table tbody tr', { hasText: 'to Blend › Mix' })
  await row.getByRole('button', { name: /^More actions for mixed/ }).click()
  await page.getByRole('menuitem', { name: en.runs.restore }).click()
  await button('Run to Blend › Mix').waitFor()
  await expectNodes(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  expect(await readBreadcrumbs()).toMatch(/Graph\s+Blend/)
})
