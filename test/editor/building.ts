// Actions that build a graph from an empty canvas with the mouse and the keyboard.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import {
  addNode,
  clickNode,
  drag,
  locateNode,
  locateSlot,
  onCanvas,
  onNode,
  painted,
  press,
  waitForRun,
  type Place,
} from './driver.ts'

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

/** Renames the selected node. */
export async function rename(page: Page, title: string) {
  await press(page, 'F2')
  const field = page.getByRole('textbox', { name: 'Rename…' })
  await field.fill(title)
  await press(page, 'Enter')
  await field.waitFor({ state: 'detached' })
  await painted(page)
}

/** Drags wires: `From.output > To.input`. A wire to an input that has one replaces it. */
export async function connectAll(page: Page, list: readonly string[]) {
  for (const each of list) {
    const [from, to] = each.split(' > ').map((end) => end.split('.') as [string, string])
    await drag(
      page,
      await locateSlot(page, from[0], from[1], 'output'),
      await locateSlot(page, to[0], to[1], 'input'),
    )
    await expect.poll(() => readSource(page, ...to), { message: each }).toBe(from.join('.'))
  }
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
  await clickNode(page, title)
  for (const [name, value] of Object.entries(params)) {
    const field = page.locator('.panel').getByLabel(name, { exact: true }).first()
    if (!(await field.isVisible()))
      await page.locator('.panel').getByText(en.panel.moreParams, { exact: true }).click()
    if (typeof value === 'boolean') await field.setChecked(value)
    else if ((await field.evaluate((element) => element.tagName)) === 'SELECT')
      await field.selectOption(value)
    else {
      await field.fill(value)
      await press(page, 'Enter')
    }
    await painted(page)
  }
}

/** Points of the first line of a chart. */
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
