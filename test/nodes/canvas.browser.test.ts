// Nodes in litegraph's own canvas, menus, keyboard shortcuts and clipboard, in real Chromium.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { painted } from '../../scripts/editorPage.ts'
import { useChromium, useDevServer } from '../chromium.ts'

const server = useDevServer()
const chromium = useChromium()
let page: Page

beforeEach(async () => {
  // The server sends the editor's policy, which forbids litegraph's own menus.
  page ??= await (await chromium.newContext({ bypassCSP: true })).newPage()
  await page.goto(`${server.address}test/pages/canvas.html`)
  await page.waitForFunction(() => 'host' in window)
})

/** Resets the click timer: litegraph treats clicks within 0.3 s of each other as a double click. */
const noDoubleClick = () =>
  page.evaluate(
    () =>
      void ((window.host.canvas as unknown as { last_mouseclick: number }).last_mouseclick =
        -Infinity),
  )

/** Adds a node at a position as the menu does, and waits until it is drawn. */
const add = (type: string, x: number, y: number) =>
  page.evaluate(
    async ([name, left, top]) => {
      const { LiteGraph, graph } = window.host
      const node = LiteGraph.createNode(`diffusion/${name}`)!
      node.pos = [left, top]
      graph.add(node)
      // Hit tests of litegraph only find nodes that have been drawn.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      return node.id as number
    },
    [type, x, y] as const,
  )
/** Returns node types sorted by id, because a click reorders litegraph's list. */
const types = () =>
  page.evaluate(() =>
    window.host.graph._nodes
      .toSorted((a, b) => Number(a.id) - Number(b.id))
      .map(({ type }) => type.replace('diffusion/', '')),
  )
const inputs = () =>
  page.evaluate(() =>
    window.host
      .graphOf(window.host.graph)
      .nodes.toSorted((a, b) => Number(a.id) - Number(b.id))
      .map((node) => node.inputs),
  )

test('copies, pastes and deletes a loop as a unit with keyboard shortcuts', async () => {
  await add('LoopStart', 100, 100)
  expect(await types()).toEqual(['LoopStart', 'LoopEnd'])
  await page.mouse.click(200, 85)
  await page.keyboard.press('Control+C')
  await page.mouse.move(300, 400)
  await page.keyboard.press('Control+V')
  await expect.poll(types).toEqual(['LoopStart', 'LoopEnd', 'LoopStart', 'LoopEnd'])
  expect(await inputs()).toEqual([
    {},
    { loop: { node: '1', slot: 'loop' } },
    {},
    { loop: { node: '3', slot: 'loop' } },
  ])
  // The pasted nodes are selected.
  await page.keyboard.press('Delete')
  expect(await types()).toEqual(['LoopStart', 'LoopEnd'])
})

test('connects nodes by dragging and rejects wires of the wrong type with a reason', async () => {
  await add('Noise', 60, 100)
  await add('Toy', 500, 100)
  const at = (id: number, input: boolean, slot: number) =>
    page.evaluate(
      ([node, side, index]) =>
        [...window.host.graph.getNodeById(node)!.getConnectionPos(side, index)] as [number, number],
      [id, input, slot] as const,
    )
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(...from)
    await page.mouse.down()
    await page.mouse.move(...to, { steps: 5 })
    await page.mouse.up()
  }
  await drag(await at(1, false, 0), await at(2, true, 0))
  await drag(await at(1, false, 1), await at(2, true, 0))
  expect((await inputs())[1]).toEqual({ x: { node: '1', slot: 'noise' } })
  expect(await page.evaluate(() => window.host.refused)).toEqual([
    'x needs samples or noise, but you are connecting schedule.',
  ])
})

test('changes a number by dragging and by typing, without evaluating the text', async () => {
  await add('Toy', 100, 100)
  const y = await page.evaluate(() => 100 + window.host.graph._nodes[0].widgets![0].last_y! + 10)
  const scale = () => page.evaluate(() => window.host.graph._nodes[0].properties.scale)
  await page.mouse.move(200, y)
  await page.mouse.down()
  await page.mouse.move(240, y, { steps: 4 })
  await page.mouse.up()
  expect(await scale()).toBe(2)
  for (const [typed, value] of [
    ['globalThis.EVALUATED=1.5', 2],
    ['3.25', 3.25],
    ['99', 10],
  ] as const) {
    await page.mouse.dblclick(200, y, { delay: 20 })
    await page.locator('.graphdialog input').fill(typed)
    await page.locator('.graphdialog input').press('Enter')
    expect(await scale()).toBe(value)
    await noDoubleClick()
  }
  expect(await page.evaluate(() => 'EVALUATED' in globalThis)).toBe(false)
})

test('never renders markup from a file as HTML in any menu', async () => {
  const evil = '<img src=x onerror="globalThis.PWNED=1">'
  const data = {
    nodes: [
      {
        id: 1,
        type: 'diffusion/Noise',
        pos: [60, 100],
        title: evil,
        outputs: [{ name: evil, type: evil, links: [1] }],
        properties: { [evil]: evil },
      },
      {
        id: 2,
        type: 'diffusion/Toy',
        pos: [500, 100],
        title: evil,
        inputs: [{ name: evil, type: evil, link: 1 }],
        properties: { mode: evil },
      },
    ],
    links: [[1, 1, 0, 2, 0, evil]],
    version: 0.4,
  }
  await page.evaluate((file) => window.host.graph.configure(file), data)
  const menuAt = async (x: number, y: number) => {
    await page.mouse.move(x, y)
    await painted(page)
    await page.mouse.click(x, y, { button: 'right' })
    await page.locator('.litecontextmenu').first().waitFor()
    // litegraph counts a click of any button towards a double click.
    await noDoubleClick()
  }
  for (const x of [120, 560]) {
    await menuAt(x, 85)
    await page.locator('.litecontextmenu').getByText('Properties', { exact: true }).click()
    await page.locator('.property_value').first().waitFor()
    // Without litegraph's styles, menus follow the canvas, and the page scrolls to them: the click
    // has to hit the canvas. litegraph may ignore a press right after it has opened a menu.
    await expect
      .poll(async () => {
        await page.mouse.click(1100, 300)
        await noDoubleClick()
        return page.locator('.litecontextmenu').count()
      })
      .toBe(0)
  }
  await menuAt(510, 114)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.evaluate(() => 'PWNED' in globalThis)).toBe(false)
})

test('draws node states and views at any zoom without errors', async () => {
  await add('LoopStart', 100, 100)
  await add('Show', 100, 300)
  await add('Draw', 500, 250)
  const picture = () => page.locator('#canvas').screenshot()
  await painted(page)
  const before = await picture()
  await page.evaluate(() => {
    const { graph, canvas } = window.host
    for (const node of graph._nodes) {
      const { diffusion } = node as unknown as {
        diffusion: { state: string; fault?: object; view?: object }
      }
      diffusion.state = 'fault'
      diffusion.fault = { node: '1', message: 'Something is wrong.', cure: 'Put it right.' }
      diffusion.view = {
        kind: 'scatter',
        clouds: [{ name: 'a', points: Float32Array.from([0, 0]) }],
        paths: [],
        extent: [-1, 1, -1, 1],
      }
    }
    canvas.setDirty(true, true)
  })
  await painted(page)
  expect((await picture()).equals(before)).toBe(false)
  for (const scale of [0.1, 0.4, 2]) {
    await page.evaluate((zoom) => {
      window.host.canvas.ds.scale = zoom
      window.host.canvas.setDirty(true, true)
    }, scale)
    await painted(page)
  }
})

test('configure of litegraph with a hostile file does not modify node classes', async () => {
  const file = JSON.parse(
    readFileSync(new URL('../fixtures/hostile/class_of_known_node.json', import.meta.url), 'utf8'),
  )
  const text = readFileSync(
    new URL('../fixtures/hostile/class_of_known_node.json', import.meta.url),
    'utf8',
  )
  expect(file.nodes).toHaveLength(1)
  await page.evaluate((json) => window.host.graph.configure(JSON.parse(json)), text)
  expect(
    await page.evaluate(
      () =>
        (window.host.LiteGraph.registered_node_types['diffusion/Toy'] as { title: string }).title,
    ),
  ).toBe('Toy')
  await add('Toy', 300, 300)
  expect(await types()).toEqual(['Toy', 'Toy'])
})
