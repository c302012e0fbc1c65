// Drives the editor in Chromium for tests: clean pages, their contents, and actions.
import { en } from '../../src/editor/texts/en/index.ts'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import type { View } from '../../src/engine/base/view.ts'
import type { Draft } from '../../src/editor/workspace/library.ts'
import type { Settings } from '../../src/editor/storage/settings.ts'
import { onCanvas, onNode, painted, locateNode, type Place } from '../../scripts/editorPage.ts'
import type { Chromium } from '../chromium.ts'

export {
  dropFile,
  onCanvas,
  onNode,
  painted,
  placeIn,
  locateNode,
  type Place,
} from '../../scripts/editorPage.ts'

// ---- pages

export interface Opening {
  /** Size of the window in pixels; 1280 x 800 by default. */
  size?: readonly [width: number, height: number]
  media?: Parameters<Page['emulateMedia']>[0]
  permissions?: string[]
  /** Opens an empty workflow instead of the one that new users see. */
  empty?: boolean
}

/** Opens the editor in an empty page of the context or a new one, and waits until it is usable. */
export async function openEditor(
  context: BrowserContext,
  address: string,
  opening: Opening = {},
): Promise<Page> {
  if (opening.permissions) await context.grantPermissions(opening.permissions)
  const page =
    context.pages().find((each) => each.url() === 'about:blank') ?? (await context.newPage())
  await prepare(page, opening)
  await page.goto(address)
  await waitForEditor(page)
  if (opening.empty) await newWorkflow(page)
  return page
}

const defaultOpening = {
  colorScheme: 'light',
  reducedMotion: 'no-preference',
  forcedColors: 'none',
  contrast: 'no-preference',
} as const

async function prepare(page: Page, { size: [width, height] = [1280, 800], media }: Opening) {
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ ...defaultOpening, ...media })
}

/** Waits for the interface. A workflow may still be opening and the engine starting. */
export const waitForEditor = (page: Page) => page.waitForSelector('.status')

export interface OpenEditor {
  /** Page of the current test. */
  readonly page: Page
}

/**
 * Provides the editor with an empty workflow to each test of the calling suite. Tests share a page
 * as long as closing all workflows restores its initial state; otherwise, and after a failed test,
 * a new page is opened. Stored workflows, trainings and files persist, unless `newProfile` is set.
 */
export function useEditor(
  chromium: Chromium,
  server: { readonly address: string },
  { newProfile = false, ...opening }: Opening & { newProfile?: boolean } = {},
): OpenEditor {
  let page: Page | undefined
  let asNew = ''
  const close = async () => {
    await page?.context().close()
    page = undefined
  }
  beforeEach(async () => {
    const whole = { empty: !newProfile, ...opening }
    if (page?.isClosed()) await close()
    if (page && newProfile) await deleteAllData(page, server.address)
    else if (page && (await clearPage(page, asNew, opening))) return
    else await close()
    page = await openEditor(page?.context() ?? (await chromium.newContext()), server.address, whole)
    // The first workflow of new users opens asynchronously.
    if (!whole.empty) await expect.poll(async () => (await titles(page!)).length).toBeGreaterThan(0)
    if (!newProfile) asNew = await describePage(page)
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await close()
  })
  afterAll(close)
  return {
    get page() {
      return page!
    },
  }
}

/** Deletes all data of the origin from the profile and leaves a blank page. */
async function deleteAllData(page: Page, address: string) {
  const blank = new URL('blank', address).href
  await page.route(blank, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="data:," />' }),
  )
  await page.goto(blank)
  await page.evaluate(async () => {
    localStorage.clear()
    sessionStorage.clear()
    const gone = (name: string) =>
      new Promise((resolve, reject) =>
        Object.assign(indexedDB.deleteDatabase(name), {
          onsuccess: resolve,
          onerror: reject,
          onblocked: reject,
        }),
      )
    for (const { name } of await indexedDB.databases()) await gone(name!)
  })
  await page.goto('about:blank')
}

/** Closes everything. Returns false if the page differs from its initial state. */
async function clearPage(page: Page, asNew: string, opening: Opening): Promise<boolean> {
  await prepare(page, opening)
  await page.mouse.move(2, 400)
  await press(page, 'Escape', 'Escape')
  await page.evaluate(closeAll)
  const same = (await describePage(page)) === asNew
  // Closing tabs shows toasts.
  await page.evaluate(() =>
    document.querySelectorAll<HTMLElement>('.toasts .icon').forEach((close) => close.click()),
  )
  return same
}

/** Runs on the page: stops runs, closes tabs and the library, and shows the details panel. */
async function closeAll() {
  const element = document.querySelector('canvas.canvas') as unknown as HTMLCanvasElement & {
    data: { graph: object }
  }
  const until = async (done: () => boolean) => {
    for (let frames = 0; !done() && frames < 120; frames++) await new Promise(requestAnimationFrame)
  }
  const shown = [
    '.runs [aria-label="Stop"]',
    '[aria-label="Library"][aria-expanded="true"]',
    '[aria-label="Details"][aria-pressed="false"]',
  ]
  document.querySelectorAll<HTMLElement>(shown.join()).forEach((button) => button.click())
  element.focus()
  for (
    let left = Math.max(1, document.querySelectorAll('.tab-bar .tab').length);
    left > 0;
    left--
  ) {
    const { graph } = element.data
    element.dispatchEvent(
      new KeyboardEvent('keydown', {
        key: 'w',
        code: 'KeyW',
        altKey: true,
        bubbles: true,
        cancelable: true,
      }),
    )
    await until(() => element.data.graph !== graph)
  }
  await until(
    () =>
      document.querySelector<HTMLElement>('.status')!.dataset.state === 'idle' &&
      !document.querySelector('.tab-bar'),
  )
}

/** Describes the visible parts, the view of the canvas, and the stored settings. */
async function describePage(page: Page): Promise<string> {
  const shown = await page.evaluate(() => {
    const { lang, dataset } = document.documentElement
    const parts = [...document.querySelectorAll('#app > div > *')].map(({ className }) => className)
    const buttons = [...document.querySelectorAll('.top button')].map((button) =>
      ['aria-label', 'aria-pressed', 'aria-expanded']
        .map((name) => button.getAttribute(name))
        .join(' '),
    )
    return [
      lang,
      dataset.theme,
      document.querySelector<HTMLElement>('.status')!.dataset.state,
      ...parts,
      ...buttons,
    ]
  })
  const lies = await onCanvas(page, ({ ds }) => [ds.scale, ...ds.offset])
  const [settings] = await readStore<Settings>(page, 'settings')
  const names = ['theme', 'language', 'panel', 'minimap', 'live', 'measures'] as const
  const more = ['room', 'snap', 'toolbox', 'motion', 'keys'] as const
  const chosen = [...names, ...more].map((name) => JSON.stringify(settings?.[name]))
  return [...shown, ...lies, ...chosen].join('\n')
}

// ---- contents

export const titles = (page: Page) =>
  onCanvas(page, ({ graph }) => graph._nodes.map((node) => node.getTitle()).sort())

/** Returns the param values of the first node with a title. */
export const values = (page: Page, title: string) =>
  onNode(page, title, ({ properties }) => properties)

/** Returns sorted wires by the titles of their nodes, `From > To`. */
export const wires = (page: Page) =>
  onCanvas(page, ({ graph }) =>
    Object.values(graph.links)
      .map((link) =>
        [link.origin_id, link.target_id].map((id) => graph.getNodeById(id)!.getTitle()).join(' > '),
      )
      .sort(),
  )

/** Returns the titles of the selected nodes. */
export const selectedTitles = (page: Page) =>
  onCanvas(page, ({ selected_nodes }) =>
    Object.values(selected_nodes).map((node) => node.getTitle()),
  )

/** Returns the kind of view that the first node with a title shows. */
export const getViewKind = (page: Page, title: string): Promise<View['kind'] | undefined> =>
  onNode(page, title, ({ diffusion }) => diffusion.view?.kind)

/** Returns the page position of a slot of a node; inputs come before outputs of the same name. */
export async function locateSlot(
  page: Page,
  title: string,
  name: string,
  side?: 'input' | 'output',
): Promise<Place> {
  const from = await onCanvas(
    page,
    ({ graph }, [title, name, side]) => {
      const node = graph._nodes.find((each) => each.getTitle() === title)!
      const input = side !== 'output' && node.findInputSlot(name) >= 0
      const [x, y] = node.getConnectionPos(
        input,
        input ? node.findInputSlot(name) : node.findOutputSlot(name),
      )
      return [x - node.pos[0], y - node.pos[1]] as const
    },
    [title, name, side] as const,
  )
  return locateNode(page, title, from)
}

/** Returns the text of the status line about the run. */
export const getRunStatus = (page: Page) => page.locator('.status .state').innerText()

/** Reads a store of the browser, by the names of library.ts. */
export const readStore = <T>(page: Page, store: string): Promise<T[]> =>
  page.evaluate(
    ([database, store]) =>
      new Promise((resolve, reject) => {
        const opened = indexedDB.open(database)
        opened.onerror = () => reject(opened.error!)
        opened.onsuccess = () => {
          const all = opened.result.transaction(store).objectStore(store).getAll()
          all.onsuccess = () => resolve(all.result as T[])
          all.onerror = () => reject(all.error!)
          opened.result.close()
        }
      }),
    [`litegraph-diffusion-${store}`, store] as const,
  )

/** Reads unsaved changes, which are stored shortly after each edit. */
export const drafts = (page: Page) => readStore<Draft>(page, 'drafts')

// ---- actions

export const press = async (page: Page, ...keys: string[]) => {
  for (const each of keys) await page.keyboard.press(each)
}

/** Opens and focuses the outline with the keyboard; it has focus from the next frame on. */
export async function focusOutline(page: Page) {
  await press(page, 'Alt+o')
  await page.locator('.outline :focus').waitFor()
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

export async function clickNode(
  page: Page,
  title: string,
  options?: Parameters<Page['mouse']['click']>[2],
) {
  await showNode(page, title)
  const { x, y } = await locateNode(page, title)
  await page.mouse.click(x, y, options)
}

/** Centres the view on a node whose title is outside of the window or below another element. */
export async function showNode(page: Page, title: string) {
  const { x, y } = await locateNode(page, title)
  const isReached = await page.evaluate(
    ([x, y]) => document.elementFromPoint(x, y)?.matches('canvas.canvas') ?? false,
    [x, y] as const,
  )
  if (isReached) return
  await onCanvas(
    page,
    (canvas, title) => {
      const { pos, size } = canvas.graph._nodes.find((node) => node.getTitle() === title)!
      const { scale, offset } = canvas.ds
      const [width, height] = canvas.pageSize
      offset[0] = width / 2 / scale - pos[0] - size[0] / 2
      offset[1] = height / 2 / scale - pos[1] - size[1] / 2
      canvas.setDirty(true, true)
    },
    title,
  )
  await painted(page)
}

/** Drags with the left button in a number of moves. */
export async function drag(page: Page, from: Place, to: Place, steps = 8) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps })
  await page.mouse.up()
}

/** Waits before checking that something did not happen. */
export const waitMilliseconds = (page: Page, milliseconds: number) =>
  page.waitForTimeout(milliseconds)

/** Adds a node through the node search at a position of the page. */
export async function addNode(page: Page, name: string, x: number, y: number) {
  await page.mouse.dblclick(x, y)
  const search = page.getByRole('combobox', { name: 'Find a node' })
  await search.fill(name)
  await page.keyboard.press('Enter')
  await search.waitFor({ state: 'detached' })
  await painted(page)
}

export async function newWorkflow(page: Page) {
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: 'New workflow' }).click()
  await page.getByText(en.canvas.empty).waitFor()
}

/** Waits until the run of the open graph has finished without faults. */
export const waitForRun = (page: Page, timeout = 60_000) =>
  page.locator('.status[data-state=finished]').waitFor({ timeout })

const sessions = new WeakMap<Page, Promise<CDPSession>>()

/** Drops files and folders from disk like a user. */
export async function dropPaths(page: Page, paths: string[], at: Place = { x: 640, y: 700 }) {
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page))
  const session = await sessions.get(page)!
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
}
