// Nodes put into wires, taken out of them, put in order and found, by hand and keys in a real Chromium.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WorkflowFile } from '../../src/nodes/workflow.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { dropText, newWorkflow, placeOf } from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext
let page: Page

beforeEach(async () => {
  context = await chromium.newContext()
  page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(server.address)
  await page.waitForSelector('.status')
  await newWorkflow(page)
})

afterEach(async () => {
  await context?.close()
})

interface Shown {
  id: number
  title: string
  x: number
  y: number
}

/** Nodes with their places, and wires as `from > to`, by titles. */
const shown = () =>
  page.evaluate(() => {
    interface Node {
      id: number
      pos: [number, number]
      getTitle(): string
      inputs: { link: number | null }[]
    }
    const { graph } = (document.querySelector('canvas') as unknown as { data: { graph: { _nodes: Node[]; links: object } } }).data
    const links = Object.values(graph.links) as { origin_id: number; target_id: number }[]
    const title = (id: number) => graph._nodes.find((node) => node.id === id)!.getTitle()
    return {
      nodes: graph._nodes.map((node): Shown => ({ id: node.id, title: node.getTitle(), x: node.pos[0], y: node.pos[1] })),
      wires: links.map(({ origin_id, target_id }) => `${title(origin_id)} > ${title(target_id)}`).sort(),
    }
  })

const wires = async () => (await shown()).wires
const press = (keys: string) => page.keyboard.press(keys)

async function drag(from: { x: number; y: number }, by: [number, number]) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + by[0], from.y + by[1], { steps: 8 })
  await page.mouse.up()
}

/** Noise, Stop Gradient and Preview in a row, with a wire from the first to the last, and a Mix below. */
const row = (): WorkflowFile => {
  const file = fileOf({ 1: 'GaussianNoise', 2: 'Preview', 3: 'StopGradient' }, [[1, 'noise', 2, 'images_1']])
  const places: [number, number][] = [
    [0, 0],
    [700, 0],
    [320, 320],
  ]
  file.nodes.forEach((node, i) => (node.pos = places[i]!))
  return file
}

test('a node dropped on a wire goes into it, and deleted out of it the wire is whole again', async () => {
  await dropText(page, 'row.json', JSON.stringify(row()))
  await expect.poll(wires).toEqual(['Gaussian Noise > Preview'])
  const from = await placeOf(page, 'Stop Gradient')
  const [noise, preview] = [await placeOf(page, 'Gaussian Noise'), await placeOf(page, 'Preview')]
  await drag(from, [(noise.x + preview.x) / 2 - from.x, noise.y + 25 - from.y])
  await expect.poll(wires).toEqual(['Gaussian Noise > Stop Gradient', 'Stop Gradient > Preview'])
  await press('Alt+Delete')
  await expect.poll(wires).toEqual(['Gaussian Noise > Preview'])
  expect((await shown()).nodes.map(({ title }) => title).sort()).toEqual(['Gaussian Noise', 'Preview'])
  await press('Control+z')
  await press('Control+z')
  await expect.poll(wires).toEqual(['Gaussian Noise > Preview'])
  expect((await shown()).nodes).toHaveLength(3)
})

test('with Alt held it only lies on it', async () => {
  await dropText(page, 'row.json', JSON.stringify(row()))
  await expect.poll(wires).toEqual(['Gaussian Noise > Preview'])
  const from = await placeOf(page, 'Stop Gradient')
  const noise = await placeOf(page, 'Gaussian Noise')
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.keyboard.down('Alt')
  await page.mouse.move(from.x, noise.y + 25, { steps: 8 })
  await page.mouse.up()
  await page.keyboard.up('Alt')
  await expect.poll(wires).toEqual(['Gaussian Noise > Preview'])
})

test('nodes are arranged by their wires, aligned, and stay where they are pinned', async () => {
  const file = row()
  file.nodes[1]!.pos = [-400, 500]
  await dropText(page, 'row.json', JSON.stringify(file))
  await expect.poll(wires).toHaveLength(1)
  const at = async (title: string) => (await shown()).nodes.find((node) => node.title === title)!
  await press('Alt+a')
  await expect.poll(async () => (await at('Preview')).x > (await at('Gaussian Noise')).x).toBe(true)
  await press('Control+a')
  await press('Alt+Shift+ArrowLeft')
  await expect.poll(async () => new Set((await shown()).nodes.map(({ x }) => x)).size).toBe(1)

  const before = (await shown()).nodes
  await press('p')
  await drag(await placeOf(page, 'Gaussian Noise'), [80, 60])
  expect((await shown()).nodes.map(({ x, y }) => [x, y]).sort()).toEqual(before.map(({ x, y }) => [x, y]).sort())
})

test('nodes are grouped under a title; the group moves them by it, and is muted as one', async () => {
  await dropText(page, 'row.json', JSON.stringify(row()))
  await expect.poll(wires).toHaveLength(1)
  const groups = () =>
    page.evaluate(() => {
      interface Group {
        title: string
        pos: [number, number]
      }
      const { data } = document.querySelector('canvas') as unknown as {
        data: { graph: { _groups: Group[]; _nodes: { mode: number }[] }; ds: { scale: number; offset: [number, number] } }
      }
      return {
        titles: data.graph._groups.map(({ title }) => title),
        at: data.graph._groups.map(({ pos: [x, y] }) => ({
          x: (x + 60 + data.ds.offset[0]) * data.ds.scale,
          y: (y + 12 + data.ds.offset[1]) * data.ds.scale,
        }))[0],
        modes: data.graph._nodes.map(({ mode }) => mode),
      }
    })
  await page.mouse.click(640, 120)
  await press('Control+a')
  await press('Control+g')
  await page.getByRole('textbox', { name: 'Rename…' }).fill('All of it')
  await press('Enter')
  await expect.poll(async () => (await groups()).titles).toEqual(['All of it'])

  const before = (await shown()).nodes
  await drag((await groups()).at!, [60, 40])
  const moved = (await shown()).nodes
  expect(new Set(moved.map(({ id, x }) => Math.round(x - before.find((node) => node.id === id)!.x))).size).toBe(1)
  expect(moved[0]!.x).not.toBe(before.find(({ id }) => id === moved[0]!.id)!.x)

  const { x, y } = (await groups()).at!
  await page.mouse.click(x, y, { button: 'right' })
  await page.getByRole('menuitem', { name: 'Mute' }).click()
  await expect.poll(async () => (await groups()).modes).toEqual([2, 2, 2])

  await page.mouse.dblclick(x, y)
  await page.getByRole('textbox', { name: 'Rename…' }).fill('Another name')
  await press('Enter')
  await expect.poll(async () => (await groups()).titles).toEqual(['Another name'])
  await press('Control+z')
  await expect.poll(async () => (await groups()).titles).toEqual(['All of it'])
})

test('commands and nodes of the graph are found by typing', async () => {
  await dropText(page, 'row.json', JSON.stringify(row()))
  await expect.poll(wires).toHaveLength(1)
  await press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Find a command' }).fill('sel all')
  await press('Enter')
  const selected = () =>
    page.evaluate(() =>
      Object.values(
        (document.querySelector('canvas') as unknown as { data: { selected_nodes: Record<string, { getTitle(): string }> } }).data
          .selected_nodes,
      ).map((node) => node.getTitle()),
    )
  await expect.poll(async () => (await selected()).length).toBe(3)
  await press('Control+f')
  await page.getByRole('combobox', { name: 'Find in the graph' }).fill('stop')
  await press('Enter')
  await expect.poll(selected).toEqual(['Stop Gradient'])
  await press('Control+f')
  await page.getByRole('combobox', { name: 'Find in the graph' }).fill('nowhere')
  await page.getByText('No node of this workflow matches').waitFor()
  await press('Escape')
})

test('the node search shows the equation of what would be added', async () => {
  await page.mouse.dblclick(400, 400)
  await page.getByRole('combobox', { name: 'Find a node' }).fill('forward noise')
  await page.locator('.palette .preview .katex').waitFor()
})

test('a map shows where one is in a graph that is larger than the window, and takes one elsewhere', async () => {
  const map = page.locator('.minimap')
  await dropText(page, 'row.json', JSON.stringify(row()))
  await expect.poll(wires).toHaveLength(1)
  await expect.poll(() => map.isVisible()).toBe(false)
  for (let i = 0; i < 8; i++) await press('Alt+=')
  await expect.poll(() => map.isVisible()).toBe(true)
  const offset = () =>
    page.evaluate(() => [
      ...(document.querySelector('canvas') as unknown as { data: { ds: { offset: number[] } } }).data.ds.offset,
    ])
  const before = await offset()
  const box = (await map.boundingBox())!
  await page.mouse.click(box.x + 20, box.y + 30)
  await expect.poll(async () => (await offset())[0]! > before[0]!).toBe(true)
  await press('Alt+m')
  await expect.poll(() => map.count()).toBe(0)
})
