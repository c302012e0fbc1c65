// Params as inputs in Chromium: by the menu, by dropping a wire on a widget, in a run, and back.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  clickNode,
  drag,
  dropFile,
  locateNode,
  locateSlot,
  onNode,
  painted,
  press,
  titles,
  useEditor,
  waitForRun,
  wires,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [1440, 900] })

let page: Page
beforeEach(() => void (page = editor.page))

const inputs = () => onNode(page, 'Gaussian Noise', (node) => node.inputs.map((slot) => slot.name))
const widgets = () =>
  onNode(page, 'Gaussian Noise', (node) => (node.widgets ?? []).map((widget) => widget.name))
const shownShape = () =>
  onNode(page, 'Inspect', (node) => (node.diffusion.view as { shape?: number[] })?.shape)

async function run() {
  await press(page, 'Control+Enter')
  await waitForRun(page)
}

/** Chooses an item of the node's menu of params. */
async function convert(item: string) {
  await clickNode(page, 'Gaussian Noise', { button: 'right' })
  await page.getByRole('menuitem', { name: 'Convert widget to input…' }).click()
  await page.getByRole('menuitem', { name: item }).click()
  await painted(page)
}

async function locateWidget(name: string) {
  const y = await onNode(
    page,
    'Gaussian Noise',
    (node, wanted) =>
      (node.widgets ?? []).find((widget) => widget.name === wanted)?.last_y ?? Number.NaN,
    name,
  )
  return locateNode(page, 'Gaussian Noise', [60, y + 10])
}

test('a param becomes an input by the menu or a dropped wire, sets the run, and back', async () => {
  const file = fileOf({ 1: 'Number', 2: 'GaussianNoise', 3: 'Inspect' }, [[2, 'noise', 3, 'value']])
  file.nodes[0].properties = { value: 5 }
  file.nodes[1].properties = { batch_size: 3 }
  await dropFile(page, 'params.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toHaveLength(3)
  await painted(page)
  expect(await widgets()).toContain('batch_size')

  await convert('Convert batch_size to input')
  await expect.poll(inputs).toEqual(['like', 'batch_size'])
  expect(await widgets()).not.toContain('batch_size')
  const output = () => locateSlot(page, 'Number', 'number', 'output')
  await drag(page, await output(), await locateSlot(page, 'Gaussian Noise', 'batch_size', 'input'))
  await expect.poll(() => wires(page)).toContain('Number > Gaussian Noise')
  await run()
  expect(await shownShape()).toEqual([5, 2])
  await clickNode(page, 'Gaussian Noise')
  await page.getByText('Connected to number of Number').waitFor()

  await drag(page, await output(), await locateWidget('seed'))
  await expect.poll(inputs).toEqual(['like', 'batch_size', 'seed'])
  await expect
    .poll(async () => (await wires(page)).filter((wire) => wire.startsWith('Number')))
    .toHaveLength(2)
  await page.mouse.move(700, 700)
  await press(page, 'Control+z')
  await expect.poll(inputs).toEqual(['like', 'batch_size'])
  await expect.poll(widgets).toContain('seed')

  await convert('Convert batch_size to widget')
  await expect.poll(inputs).toEqual(['like'])
  expect(await widgets()).toContain('batch_size')
  expect(await wires(page)).toEqual(['Gaussian Noise > Inspect'])
  await run()
  await expect.poll(shownShape).toEqual([3, 2])
})
