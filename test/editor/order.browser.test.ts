// Inserting, removing, arranging, grouping and finding nodes in Chromium.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import type { WorkflowFile } from '../../src/workflow/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  drag,
  dropFile,
  onCanvas,
  locateNode,
  press,
  selectedTitles,
  titles,
  useEditor,
  wires,
  type Place,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(() => void (page = editor.page))

/** Returns the nodes with their positions. */
const nodes = () =>
  onCanvas(page, ({ graph }) =>
    graph._nodes.map((node) => ({
      id: node.id,
      title: node.getTitle(),
      x: node.pos[0],
      y: node.pos[1],
    })),
  )

const getWires = () => wires(page)
const dragBy = (from: Place, [dx, dy]: readonly [number, number]) =>
  drag(page, from, { x: from.x + dx, y: from.y + dy })

/** Noise wired to Preview, with Stop Gradient below the wire. */
const createRow = (): WorkflowFile => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Preview', 3: 'StopGradient' }, [
    [1, 'noise', 2, 'images_1'],
  ])
  const places: [number, number][] = [
    [0, 0],
    [700, 0],
    [320, 320],
  ]
  file.nodes.forEach((node, i) => (node.pos = places[i]))
  return file
}

async function openRow(file = createRow()) {
  await dropFile(page, 'row.json', JSON.stringify(file))
  await expect.poll(getWires).toEqual(['Gaussian Noise > Preview'])
}

test('a node dropped on a wire is inserted, and its deletion can restore the wire', async () => {
  await openRow()
  const from = await locateNode(page, 'Stop Gradient')
  const [noise, preview] = [
    await locateNode(page, 'Gaussian Noise'),
    await locateNode(page, 'Preview'),
  ]
  await dragBy(from, [(noise.x + preview.x) / 2 - from.x, noise.y + 25 - from.y])
  await expect.poll(getWires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Preview'])
  await press(page, 'Alt+Delete')
  await expect.poll(getWires).toEqual(['Gaussian Noise > Preview'])
  expect(await titles(page)).toEqual(['Gaussian Noise', 'Preview'])
  await press(page, 'Control+z', 'Control+z')
  await expect.poll(getWires).toEqual(['Gaussian Noise > Preview'])
  expect(await nodes()).toHaveLength(3)
})

test('with Alt held, a dropped node is not inserted', async () => {
  await openRow()
  const from = await locateNode(page, 'Stop Gradient')
  const noise = await locateNode(page, 'Gaussian Noise')
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.keyboard.down('Alt')
  await page.mouse.move(from.x, noise.y + 25, { steps: 8 })
  await page.mouse.up()
  await page.keyboard.up('Alt')
  await expect.poll(getWires).toEqual(['Gaussian Noise > Preview'])
})

test('nodes are arranged by wires and aligned, and pinned nodes stay', async () => {
  const file = createRow()
  file.nodes[1].pos = [-400, 500]
  await openRow(file)
  const at = async (title: string) => (await nodes()).find((node) => node.title === title)!
  await press(page, 'Alt+a')
  await expect.poll(async () => (await at('Preview')).x > (await at('Gaussian Noise')).x).toBe(true)
  await press(page, 'Control+a', 'Alt+Shift+ArrowLeft')
  await expect.poll(async () => new Set((await nodes()).map(({ x }) => x)).size).toBe(1)

  const before = await nodes()
  await press(page, 'p')
  await dragBy(await locateNode(page, 'Gaussian Noise'), [80, 60])
  expect((await nodes()).map(({ x, y }) => [x, y]).sort()).toEqual(
    before.map(({ x, y }) => [x, y]).sort(),
  )
})

test('a group has a title, moves its nodes and mutes them together', async () => {
  await openRow()
  const groups = () =>
    onCanvas(page, ({ graph, ds }) => ({
      titles: graph._groups.map(({ title }) => title),
      at: graph._groups.map(({ pos: [x, y] }) => ({
        x: (x + 60 + ds.offset[0]) * ds.scale,
        y: (y + 12 + ds.offset[1]) * ds.scale,
      }))[0],
      modes: graph._nodes.map(({ mode }) => mode),
    }))
  await page.mouse.click(640, 120)
  await press(page, 'Control+a', 'Control+g')
  await page.getByRole('textbox', { name: 'Rename…' }).fill('All of it')
  await press(page, 'Enter')
  await expect.poll(async () => (await groups()).titles).toEqual(['All of it'])

  const before = await nodes()
  await dragBy((await groups()).at, [60, 40])
  const moved = await nodes()
  expect(
    new Set(moved.map(({ id, x }) => Math.round(x - before.find((node) => node.id === id)!.x)))
      .size,
  ).toBe(1)
  expect(moved[0].x).not.toBe(before.find(({ id }) => id === moved[0].id)!.x)

  const { x, y } = (await groups()).at
  await page.mouse.click(x, y, { button: 'right' })
  await page.getByRole('menuitem', { name: 'Mute' }).click()
  await expect.poll(async () => (await groups()).modes).toEqual([2, 2, 2])

  await page.mouse.dblclick(x, y)
  await page.getByRole('textbox', { name: 'Rename…' }).fill('Another name')
  await press(page, 'Enter')
  await expect.poll(async () => (await groups()).titles).toEqual(['Another name'])
  await press(page, 'Control+z')
  await expect.poll(async () => (await groups()).titles).toEqual(['All of it'])
})

test('typing finds commands and nodes of the graph', async () => {
  await openRow()
  await press(page, 'Control+Shift+P')
  await page.getByRole('combobox', { name: en.finder.commands }).fill('sel all')
  await press(page, 'Enter')
  await expect.poll(() => selectedTitles(page)).toHaveLength(3)
  await press(page, 'Control+f')
  await page.getByRole('combobox', { name: en.finder.nodes }).fill('stop')
  await press(page, 'Enter')
  await expect.poll(() => selectedTitles(page)).toEqual(['Stop Gradient'])
  await press(page, 'Control+f')
  await page.getByRole('combobox', { name: en.finder.nodes }).fill('nowhere')
  await page.getByText('No node matches').waitFor()
  await press(page, 'Escape')
})

test('the node search shows the equation of the selected node', async () => {
  await page.mouse.dblclick(400, 400)
  await page.getByRole('combobox', { name: 'Find a node' }).fill('forward noise')
  await page.locator('.palette .preview .katex').waitFor()
})

test('the minimap shows the view in a large graph and moves it', async () => {
  const map = page.locator('.minimap')
  await openRow()
  await expect.poll(() => map.isVisible()).toBe(false)
  for (let i = 0; i < 8; i++) await press(page, 'Alt+=')
  await expect.poll(() => map.isVisible()).toBe(true)
  const offset = () => onCanvas(page, ({ ds }) => [...ds.offset])
  const before = await offset()
  const box = (await map.boundingBox())!
  await page.mouse.click(box.x + 20, box.y + 30)
  await expect.poll(async () => (await offset())[0] > before[0]).toBe(true)
  await press(page, 'Alt+m')
  await expect.poll(() => map.count()).toBe(0)
})
