// The editor in a real Chromium, for tests: pages that are as new, and what one does there.
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeEach } from 'vitest'
import type { View } from '../../src/engine/plan/view.ts'
import type { Draft, Settings } from '../../src/editor/library.ts'
import { onCanvas, onNode, painted, placeOf, type Place } from '../../scripts/editorPage.ts'
import type { Chromium } from '../chromium.ts'

export { dropFile, onCanvas, onNode, painted, placeIn, placeOf, type Place } from '../../scripts/editorPage.ts'

// ---- pages

export interface Opening {
  /** Of the window, in pixels: 1280 x 800 unless said. */
  size?: readonly [width: number, height: number]
  media?: Parameters<Page['emulateMedia']>[0]
  permissions?: string[]
  /** With a new workflow in the place of the one that somebody new sees. */
  empty?: boolean
}

/** A page with the editor, at an address, once it can be used: an empty one that the context has, or a new one. */
export async function openEditor(context: BrowserContext, address: string, opening: Opening = {}): Promise<Page> {
  if (opening.permissions) await context.grantPermissions(opening.permissions)
  const page = context.pages().find((each) => each.url() === 'about:blank') ?? (await context.newPage())
  await prepare(page, opening)
  await page.goto(address)
  await ready(page)
  if (opening.empty) await newWorkflow(page)
  return page
}

const usual = { colorScheme: 'light', reducedMotion: 'no-preference', forcedColors: 'none', contrast: 'no-preference' } as const

async function prepare(page: Page, { size: [width, height] = [1280, 800], media }: Opening) {
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ ...usual, ...media })
}

/** Its screens are up; something is being opened, and the engine may still be starting. */
export const ready = (page: Page) => page.waitForSelector('.status')

export interface OpenEditor {
  /** Of the present test. */
  readonly page: Page
}

/**
 * The editor for each test of the suite it is called in, with an empty workflow. It is one page for all of them as long as nothing
 * of a test is left on it when its workflows are closed, and another where something is, or a test has failed. What the browser
 * keeps (workflows, trainings, files) stays, unless it is to be a `newProfile` each time.
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
    if (page && newProfile) await forgetAll(page, server.address)
    else if (page && (await isClearedTo(page, asNew, opening))) return
    else await close()
    page = await openEditor(page?.context() ?? (await chromium.newContext()), server.address, whole)
    // What somebody new sees is opened by and by.
    if (!whole.empty) await page.waitForFunction("document.querySelector('canvas.canvas').data.graph._nodes.length")
    if (!newProfile) asNew = await looks(page)
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

/** Leaves a profile in which nobody has ever been at this address, and a page that is blank. */
async function forgetAll(page: Page, address: string) {
  const blank = new URL('blank', address).href
  await page.route(blank, (route) => route.fulfill({ contentType: 'text/html', body: '<link rel="icon" href="data:," />' }))
  await page.goto(blank)
  await page.evaluate(async () => {
    localStorage.clear()
    sessionStorage.clear()
    const gone = (name: string) =>
      new Promise((resolve, reject) =>
        Object.assign(indexedDB.deleteDatabase(name), { onsuccess: resolve, onerror: reject, onblocked: reject }),
      )
    for (const { name } of await indexedDB.databases()) await gone(name!)
  })
  await page.goto('about:blank')
}

/** Closes all that is open. False where it does not look as it did when it was new. */
async function isClearedTo(page: Page, asNew: string, opening: Opening): Promise<boolean> {
  await prepare(page, opening)
  await page.mouse.move(2, 400)
  await press(page, 'Escape', 'Escape')
  await page.evaluate(closeAll)
  const same = (await looks(page)) === asNew
  // Closed tabs are told of last.
  await page.evaluate(() => document.querySelectorAll<HTMLElement>('.toasts .icon').forEach((close) => close.click()))
  return same
}

/** On the page: ends what runs, closes tabs and the library, and shows the details again. */
async function closeAll() {
  const element = document.querySelector('canvas.canvas') as unknown as HTMLCanvasElement & { data: { graph: object } }
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
  for (let left = Math.max(1, document.querySelectorAll('.tab-bar .tab').length); left > 0; left--) {
    const { graph } = element.data
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'w', code: 'KeyW', altKey: true, bubbles: true, cancelable: true }))
    await until(() => element.data.graph !== graph)
  }
  await until(
    () => document.querySelector<HTMLElement>('.status')!.dataset.state === 'idle' && !document.querySelector('.tab-bar'),
  )
}

/** What there is on the screen, how the canvas lies, and what was chosen for good. */
async function looks(page: Page): Promise<string> {
  const shown = await page.evaluate(() => {
    const { lang, dataset } = document.documentElement
    const parts = [...document.querySelectorAll('#app > div > *')].map(({ className }) => className)
    const buttons = [...document.querySelectorAll('.top button')].map((button) =>
      ['aria-label', 'aria-pressed', 'aria-expanded'].map((name) => button.getAttribute(name)).join(' '),
    )
    return [lang, dataset.theme, document.querySelector<HTMLElement>('.status')!.dataset.state, ...parts, ...buttons]
  })
  const lies = await onCanvas(page, ({ ds }) => [ds.scale, ...ds.offset])
  const [settings] = await kept<Settings>(page, 'settings')
  const chosen = (['theme', 'language', 'panel', 'minimap', 'live', 'measures'] as const).map((name) => settings?.[name])
  return [...shown, ...lies, ...chosen].join('\n')
}

// ---- what is there

export const titles = (page: Page) => onCanvas(page, ({ graph }) => graph._nodes.map((node) => node.getTitle()).sort())

/** The values of the first node of this title. */
export const values = (page: Page, title: string) => onNode(page, title, ({ properties }) => properties)

/** Wires by the titles of their nodes, `From > To`, in order. */
export const wires = (page: Page) =>
  onCanvas(page, ({ graph }) =>
    Object.values(graph.links)
      .map((link) => [link.origin_id, link.target_id].map((id) => graph.getNodeById(id)!.getTitle()).join(' > '))
      .sort(),
  )

/** Titles of the selected nodes. */
export const selected = (page: Page) =>
  onCanvas(page, ({ selected_nodes }) => Object.values(selected_nodes).map((node) => node.getTitle()))

/** What the first node of this title shows; what comes from a page is JSON, so pixels and points are not in it. */
export const shownKind = (page: Page, title: string): Promise<View['kind'] | undefined> =>
  onNode(page, title, ({ diffusion }) => diffusion.view?.kind)

/** On the page: a slot of a node, an input if it has one of this name. */
export async function slotOf(page: Page, title: string, name: string, side?: 'input' | 'output'): Promise<Place> {
  const from = await onCanvas(
    page,
    ({ graph }, [title, name, side]) => {
      const node = graph._nodes.find((each) => each.getTitle() === title)!
      const input = side !== 'output' && node.findInputSlot(name) >= 0
      const [x, y] = node.getConnectionPos(input, input ? node.findInputSlot(name) : node.findOutputSlot(name))
      return [x! - node.pos[0]!, y! - node.pos[1]!] as const
    },
    [title, name, side] as const,
  )
  return placeOf(page, title, from)
}

/** What the status line says of the run. */
export const stateOf = (page: Page) => page.locator('.status .state').innerText()

/** What the browser keeps in a store of its own, by the names of library.ts. */
export const kept = <T>(page: Page, store: string): Promise<T[]> =>
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

/** Workflows with changes that were not saved: written a moment after each. */
export const drafts = (page: Page) => kept<Draft>(page, 'drafts')

// ---- what one does

export const press = async (page: Page, ...keys: string[]) => {
  for (const each of keys) await page.keyboard.press(each)
}

/** Opens the outline and goes into it, by keys. It has them from the next frame on. */
export async function toOutline(page: Page) {
  await press(page, 'Alt+o')
  await page.locator('.outline :focus').waitFor()
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

export async function clickNode(page: Page, title: string, options?: Parameters<Page['mouse']['click']>[2]) {
  const { x, y } = await placeOf(page, title)
  await page.mouse.click(x, y, options)
}

/** Drags with the left button, in so many moves. */
export async function drag(page: Page, from: Place, to: Place, steps = 8) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps })
  await page.mouse.up()
}

/** For what is not to happen: so many milliseconds in which it could. */
export const giveItTime = (page: Page, milliseconds: number) => page.waitForTimeout(milliseconds)

/** Adds a node by the search, at a place of the page. */
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
  await page.getByText('An empty canvas').waitFor()
}

/** Until a run of what is shown has come to its end, without a fault. */
export const finished = (page: Page) => page.locator('.status[data-state=finished]').waitFor({ timeout: 60_000 })

const sessions = new WeakMap<Page, Promise<CDPSession>>()

/** Drops files and folders of the disk, as a person does. */
export async function dropPaths(page: Page, paths: string[], at: Place = { x: 640, y: 700 }) {
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page))
  const session = await sessions.get(page)!
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
}
