// Subgraphs by hand and by keys in a real Chromium: made, entered, changed, run, left and unpacked.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  button as buttonOn,
  dropFile,
  finished,
  newWorkflow,
  onCanvas,
  onNode,
  placeOf,
  press,
  titles,
  toOutline,
  useEditor,
  values,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

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
    Object.assign(file.nodes.find((node) => node.id === id)!.properties, { shape: '8, 8, 1', batch_size: 4 })
  await dropFile(page, 'mixed.json', JSON.stringify(file))
  await page.getByText('Opened mixed.json').waitFor()
})

const select = (...ids: (number | string)[]) =>
  onCanvas(page, (canvas, ids) => canvas.selectNodes(ids.map((id) => canvas.graph.getNodeById(id)!)), ids)
const where = () => page.locator('.crumbs').innerText()
const focusCanvas = () => page.locator('canvas.canvas').focus()
const button = (name: string) => buttonOn(page, name)
const seen = (what: string[]) => expect.poll(() => titles(page)).toEqual(what)

async function make(name: string) {
  await press(page, 'Control+Shift+E')
  const dialog = page.getByRole('dialog', { name: 'Make a subgraph of the selected nodes' })
  await dialog.getByRole('textbox').fill(name)
  await press(page, 'Enter')
  await dialog.waitFor({ state: 'detached' })
}

test('nodes become a subgraph, are changed inside, run, and come out again', async () => {
  await select(2, 4)
  await make('Blend')
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Alt+Enter')
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  expect(await where()).toMatch(/Graph\s+Blend/)

  await select(2)
  await button('Set w from outside').click()
  await select('inputs')
  await page.getByRole('textbox', { name: 'Name of a' }).fill('x')
  await press(page, 'Enter')
  await page.getByRole('textbox', { name: 'Name of x' }).waitFor()
  await focusCanvas()
  await press(page, 'Escape')
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  expect(await values(page, 'Blend')).toMatchObject({ w: 0.5 })
  await press(page, 'Control+Enter')
  await finished(page)

  for (let i = 0; i < 3; i++) await press(page, 'Control+z')
  await seen(['Gaussian Noise', 'Gaussian Noise', 'Mix', 'Preview'])
  await press(page, 'Control+y')
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  await select(5)
  await button('Unpack').click()
  await seen(['Gaussian Noise', 'Gaussian Noise', 'Mix', 'Preview'])
})

test('a double-click enters, a fault leads inside, a crumb leads back', async () => {
  await select(2, 4)
  await make('Blend')
  const { x, y } = await placeOf(page, 'Blend')
  await page.mouse.dblclick(x - 30, y + 32)
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await select(4)
  await page.locator('.panel').getByText('More', { exact: true }).click()
  await page.getByRole('textbox', { name: 'shape' }).fill('no')
  await press(page, 'Enter')
  await button('Back to Graph').click()
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Control+Enter')
  await select()
  await page.getByText('Blend › Gaussian Noise').first().waitFor()
  await button('Go there').first().click()
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
})

test('a subgraph is kept as a node, found by the search in another workflow, and deleted', async () => {
  await select(2, 4)
  await make('Blend')
  await button('Save as a node of mine').click()
  await page.getByText('Kept among your nodes, as it is here.').waitFor()
  await newWorkflow(page)
  await addNode(page, 'Blend', 400, 300)
  await seen(['Blend'])
  await press(page, 'Alt+Enter')
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await button('Library').click()
  await page.getByRole('tab', { name: 'Mine' }).click()
  await button('More for Blend').click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await button('More for Blend').waitFor({ state: 'detached' })
})

/** What is in the finder, from the top. */
const entries = (dialog: string) => page.getByRole('listbox', { name: dialog }).getByRole('option')

test('search, outline, sweeps and versions reach into a subgraph', async () => {
  await select(2, 4)
  await make('Blend')
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  await press(page, 'Control+s')
  await page.getByText(/^Saved/).waitFor()

  // Found by the way to it, from outside.
  await press(page, 'Control+f')
  await page.getByRole('combobox', { name: 'Find in the graph' }).fill('mix')
  expect(await entries('Find in the graph').first().innerText()).toContain('Blend › Mix')
  await press(page, 'Enter')
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])

  // Varied where it is.
  await press(page, 'Alt+v')
  const vary = page.getByRole('dialog', { name: 'Vary parameters' })
  expect(await vary.getByRole('combobox', { name: 'Parameter to vary' }).locator('option:checked').innerText()).toBe(
    'Blend › Mix.w',
  )
  await vary.getByLabel('Values of w').fill('0.25, 0.75')
  await vary.getByRole('button', { name: 'Run 2' }).click()
  await expect.poll(() => page.locator('.grid button.cell').count(), { timeout: 20_000 }).toBe(2)
  await button('Close runs').click()

  // Out and in again by keys, in the outline.
  await toOutline(page)
  const outline = page.getByRole('region', { name: 'Outline of the graph' })
  await outline.getByText('Inside of Blend', { exact: true }).waitFor()
  await press(page, 'Escape')
  await seen(['Blend', 'Gaussian Noise', 'Preview'])
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('2 nodes inside')
  await press(page, 'Alt+Enter')
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Inputs')

  // What changed inside is told, and given back while the inside is open.
  await onNode(page, 'Mix', (node) => node.setProperty('w', 0.125))
  await press(page, 'Alt+h')
  const versions = page.getByRole('dialog', { name: 'Versions' })
  await versions.getByRole('button', { name: /^As it is now/ }).click()
  await versions.getByRole('region', { name: 'What changed' }).getByText('Blend › Mix.w 0.5 → 0.125').waitFor()
  await versions.getByRole('list').getByRole('button').nth(1).click()
  await versions.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => values(page, 'Mix')).toMatchObject({ w: 0.5 })
})

test('a run to a node inside is told by the way to it, and opened again there', async () => {
  await select(2, 4)
  await make('Blend')
  await press(page, 'Alt+Enter')
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  await select(2)
  await press(page, 'Shift+Enter')
  await finished(page)
  await press(page, 'Alt+r')
  const row = page.locator('.runs-table tbody tr', { hasText: 'to Blend › Mix' })
  await row.getByRole('button', { name: /^More for mixed/ }).click()
  await page.getByRole('menuitem', { name: 'Open as it ran' }).click()
  await button('Run to Blend › Mix').waitFor()
  await seen(['Gaussian Noise', 'Inputs', 'Mix', 'Outputs'])
  expect(await where()).toMatch(/Graph\s+Blend/)
})
