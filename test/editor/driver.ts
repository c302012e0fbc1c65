// The editor in a real Chromium, for tests: what is on its canvas, and files that come from outside.
import type { CDPSession, Page } from 'playwright-core'

/** What the canvas holds: litegraph hangs itself on its element. */
export interface Canvas {
  graph: {
    _nodes: {
      id: number
      type: string
      pos: [number, number]
      properties: Record<string, unknown>
      getTitle(): string
      diffusion?: { scrub?: number }
    }[]
  }
  ds: { scale: number; offset: [number, number] }
}

export const titles = (page: Page) =>
  page.evaluate(() =>
    (document.querySelector('canvas') as unknown as { data: Canvas }).data.graph._nodes.map((node) => node.getTitle()).sort(),
  )

/** The values of the first node of this title. */
export const values = (page: Page, title: string) =>
  page.evaluate((title) => {
    const { graph } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
    return graph._nodes.find((node) => node.getTitle() === title)!.properties
  }, title)

/** On the page: the title of a node. */
export const placeOf = (page: Page, title: string) =>
  page.evaluate((title) => {
    const { graph, ds } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
    const { pos } = graph._nodes.find((each) => each.getTitle() === title)!
    return { x: (pos[0] + 60 + ds.offset[0]) * ds.scale, y: (pos[1] - 15 + ds.offset[1]) * ds.scale }
  }, title)

/** Adds a node by the search, at a place of the page. */
export async function addNode(page: Page, name: string, x: number, y: number) {
  await page.mouse.dblclick(x, y)
  const search = page.getByRole('combobox', { name: 'Find a node' })
  await search.fill(name)
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
  await page.waitForTimeout(120)
}

export async function newWorkflow(page: Page) {
  await page.getByRole('button', { name: 'File', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New workflow' }).click()
  await page.getByText('An empty canvas').waitFor()
}

const sessions = new WeakMap<Page, Promise<CDPSession>>()

/** Drops files and folders of the disk, as a person does. */
export async function dropPaths(page: Page, paths: string[], at = { x: 640, y: 700 }) {
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page))
  const session = await sessions.get(page)!
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
}

/** Drops a file that is only its text. */
export const dropText = (page: Page, name: string, text: string, at = { x: 640, y: 700 }) =>
  page.evaluate(
    ([name, text, x, y]) => {
      const data = new DataTransfer()
      data.items.add(new File([text], name))
      for (const type of ['dragover', 'drop'])
        document
          .querySelector('canvas')!
          .dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true, clientX: x, clientY: y }))
    },
    [name, text, at.x, at.y] as const,
  )
