// Actions that build a graph from an empty canvas with the mouse and the keyboard.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { TITLE } from '../../src/editor/graph/nodeSize.ts'
import { en } from '../../src/editor/texts/en/index.ts'
import {
  addNode,
  drag,
  locateNode,
  locateSlot,
  onCanvas,
  onNode,
  painted,
  press,
  selectedTitles,
  titles,
  waitForRun,
  type Place,
} from './driver.ts'
import { edgesOf, expectUnder, placeOf, reveal } from './places.ts'

/** A point of the graph. */
export type Point = readonly [x: number, y: number]

/** Adds nodes by the node search: the title to find, and the position in the window. */
export async function addNodes(
  page: Page,
  nodes: readonly (readonly [title: string, x: number, y: number])[],
) {
  for (const [title, x, y] of nodes) await addNode(page, title, x, y)
}

/** Adds a node and renames it. */
export async function addNamed(page: Page, type: string, title: string, x: number, y: number) {
  await addNode(page, type, x, y)
  await rename(page, title)
}

/** Adds a node with its upper left corner at a point of the graph, and renames it. */
export async function addAt(page: Page, type: string, [x, y]: Point, title = type) {
  // Space for most nodes.
  await reveal(page, [x, y - TITLE, x + 320, y + 300])
  const place = await placeOf(page, [x, y])
  await expectUnder(page, place)
  await addNode(page, type, place.x, place.y)
  await expect.poll(() => selectedTitles(page), { message: title }).toEqual([type])
  if (title !== type) await rename(page, title)
}

/** Selects a node with a click on its title. */
export async function selectNode(page: Page, title: string) {
  await reveal(page, await edgesOf(page, [title]))
  await clickTitle(page, title)
}

async function clickTitle(page: Page, title: string) {
  const place = await locateNode(page, title)
  await expectUnder(page, place, title)
  await page.mouse.click(place.x, place.y)
}

/** Renames the selected node. */
export async function rename(page: Page, title: string) {
  await press(page, 'F2')
  const field = page.getByRole('textbox', { name: 'Rename…' })
  await field.fill(title)
  await press(page, 'Enter')
  await field.waitFor({ state: 'detached' })
  await painted(page)
}

/**
 * Drags wires: `From.output > To.input`. A wire to an input that has one replaces it, and a wire to
 * a param turns it into an input.
 */
export async function connectAll(page: Page, list: readonly string[]) {
  for (const each of list) {
    const [from, to] = each.split(' > ').map((end) => end.split('.') as [string, string])
    await reveal(page, await edgesOf(page, [from[0], to[0]]))
    const start = await locateSlot(page, from[0], from[1], 'output')
    const end = await locateInput(page, ...to)
    await expectUnder(page, start, from[0])
    await expectUnder(page, end, to[0])
    await drag(page, start, end)
    await expect.poll(() => readSource(page, ...to), { message: each }).toBe(from.join('.'))
  }
}

/** Position of an input, or of the widget of a param that would become one. */
async function locateInput(page: Page, title: string, name: string): Promise<Place> {
  const isInput = await onNode(page, title, (node, name) => node.findInputSlot(name) >= 0, name)
  return isInput ? locateSlot(page, title, name, 'input') : locateWidget(page, title, name)
}

/** The output that an input is wired to: `From.output`. */
const readSource = (page: Page, title: string, input: string) =>
  onCanvas(
    page,
    ({ graph }, [title, input]) => {
      const node = graph._nodes.find((each) => each.getTitle() === title)!
      const link = graph.links[node.inputs.find(({ name }) => name === input)?.link ?? -1]
      if (!link) return undefined
      const from = graph.getNodeById(link.origin_id)!
      return `${from.getTitle()}.${from.outputs[link.origin_slot].name}`
    },
    [title, input] as const,
  )

/** Position of a param's widget on a node. */
export async function locateWidget(page: Page, title: string, name: string): Promise<Place> {
  const y = await onNode(
    page,
    title,
    (node, wanted) =>
      (node.widgets ?? []).find((widget) => widget.name === wanted)?.last_y ?? Number.NaN,
    name,
  )
  return locateNode(page, title, [60, y + 10])
}

/** Sets params in the panel of details, further ones as well. */
export async function setParams(
  page: Page,
  title: string,
  params: Record<string, string | boolean>,
) {
  await selectNode(page, title)
  for (const [name, value] of Object.entries(params)) {
    // A slider has a field beside it, which takes any number.
    const field = page
      .locator('.panel')
      .getByLabel(name, { exact: true })
      .and(page.locator(':not([type=range])'))
      .first()
    if (!(await field.isVisible()))
      await page.locator('.panel').getByText(en.panel.moreParams, { exact: true }).click()
    const kind = await field.evaluate((element) => element.tagName)
    if (typeof value === 'boolean') await field.setChecked(value)
    else if (kind === 'SELECT') await field.selectOption(value)
    else {
      await field.fill(value)
      // Enter begins another line in a field of several.
      await press(page, kind === 'TEXTAREA' ? 'Tab' : 'Enter')
    }
    await painted(page)
  }
}

/** Makes a subgraph of nodes, which gets a title. */
export async function pack(page: Page, nodes: readonly string[], title: string) {
  await reveal(page, await edgesOf(page, nodes))
  const [first, ...others] = nodes
  await clickTitle(page, first)
  await page.keyboard.down('Control')
  for (const each of others) await clickTitle(page, each)
  await page.keyboard.up('Control')
  expect((await selectedTitles(page)).sort()).toEqual([...nodes].sort())
  await press(page, 'Control+Shift+E')
  const dialog = page.getByRole('dialog', { name: en.subgraph.convertSelected })
  await dialog.getByRole('textbox').fill(title)
  await press(page, 'Enter')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => titles(page)).toContain(title)
  await painted(page)
}

/** Drags a node by its title, until its upper left corner is at a point of the graph. */
export async function moveNode(page: Page, title: string, [x, y]: Point) {
  const [left, top, right, bottom] = await edgesOf(page, [title])
  await reveal(page, [
    Math.min(left, x),
    Math.min(top, y - TITLE),
    Math.max(right, x + right - left),
    Math.max(bottom, y - TITLE + bottom - top),
  ])
  const start = await locateNode(page, title, [60, -15])
  await expectUnder(page, start, title)
  const to = await placeOf(page, [x + 60, y - 15])
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move(start.x + 3, start.y + 3)
  // Places it freely: it does not snap to others, and covers them.
  await page.keyboard.down('Control')
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
  await page.keyboard.up('Control')
  await painted(page)
  const end = await onNode(page, title, ({ pos }) => [pos[0], pos[1]])
  expect(Math.hypot(end[0] - x, end[1] - y), `distance of ${title} from its place`).toBeLessThan(3)
}

/** Copies a node to a point of the graph and renames the copy. */
export async function copyNode(page: Page, title: string, copy: string, [x, y]: Point) {
  await selectNode(page, title)
  await press(page, 'Control+c')
  const [left, top, right, bottom] = await edgesOf(page, [title])
  await reveal(page, [x, y - TITLE, x + right - left, y + bottom - top])
  // The title bar is pasted at the pointer.
  const place = await placeOf(page, [x, y - TITLE])
  await expectUnder(page, place)
  await page.mouse.move(place.x, place.y)
  await press(page, 'Control+v')
  await painted(page)
  await rename(page, copy)
  await expect.poll(() => titles(page)).toContain(copy)
}

/** Points of a line of a chart, by default the first. */
export const lineOf = (page: Page, title: string, line = 0) =>
  onNode(
    page,
    title,
    ({ diffusion: { view } }, line) =>
      view?.kind === 'chart' ? [...(view.lines[line]?.y ?? [])] : [],
    line,
  )

/** Runs the graph to its end. */
export async function run(page: Page, timeout?: number) {
  await press(page, 'Control+Enter')
  await waitForRun(page, timeout)
}
