// Built editor on a server that answers a missing script with a page and status 200, as single-page
// fallbacks do: the service worker does not store it, and repairs what older workers stored.
import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { titles } from './driver.ts'
import { servePlainly, type PlainServer } from './plainServer.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
useBuiltEditor()

const folder = join(root, 'test-results/editor')
const readBuilt = (name: string) => readFileSync(join(folder, name))

/** Answers of the server for single paths, which tests change. */
const others: Record<string, (response: ServerResponse) => void> = {}
const sendPage = (name: string, status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { 'Content-Type': 'text/html' }).end(readBuilt(name))

let server: PlainServer
let context: BrowserContext
let page: Page
/** A script that is loaded when the first note is shown. */
let lazyScript: string

beforeAll(async () => {
  const script = readdirSync(join(folder, 'assets')).find((name) => /^markdown-.*\.js$/.test(name))
  lazyScript = `assets/${script}`
  server = await servePlainly(folder, { others })
})
afterAll(() => server?.close())

beforeEach(async () => {
  context = await chromium.newContext({ offline: true })
  page = await context.newPage()
  // Module scripts with another type are refused with a message.
  chromium.allow(/markdown-/, /nothing|404/)
})
afterEach(async () => {
  for (const path of Object.keys(others)) delete others[path]
  await context.close()
})

async function visit() {
  await page.goto(server.address, { waitUntil: 'commit' })
  await page.waitForFunction(() => navigator.serviceWorker.controller && crossOriginIsolated)
  await expect.poll(() => titles(page)).toContain('Training Start')
}

/** Status and type of a file as the page gets it, and whether it can be imported. */
async function load(path: string) {
  const url = `${server.address}${path}`
  const answer = await page.evaluate(async (url) => {
    const { status, headers } = await fetch(url)
    return { status, type: headers.get('Content-Type') }
  }, url)
  const attempt = `import(${JSON.stringify(url)}).then(() => true, () => false)`
  return { ...answer, isModule: await page.evaluate<boolean>(attempt) }
}

const right = { status: 200, type: 'text/javascript', isModule: true }

/** Type of the stored response for a file. */
const storedTypes = (path: string) =>
  page.evaluate(async (path) => {
    const stored = await caches.match(new URL(path, location.href).href)
    return stored?.headers.get('Content-Type')
  }, path)

/** Waits until the page itself is stored, which is the last file. */
const waitForStart = () => expect.poll(() => storedTypes('./')).toBeTruthy()

test('a page with status 200 instead of a script is not stored: one reload repairs it', async () => {
  others[lazyScript] = sendPage('index.html', 200)
  await visit()
  expect(await load(lazyScript)).toMatchObject({ status: 502, isModule: false })
  expect(await storedTypes(lazyScript)).toBeUndefined()
  delete others[lazyScript]
  await page.reload()
  expect(await load(lazyScript)).toEqual(right)
  await waitForStart()
  expect(await storedTypes(lazyScript)).toBe('text/javascript')
})

fullTest('a page that an older worker stored as a script is replaced', async () => {
  await visit()
  await waitForStart()
  await page.evaluate(async (path) => {
    const name = (await caches.keys()).find((each) => each.startsWith('editor '))
    const url = new URL(path, location.href).href
    if (name) await (await caches.open(name)).put(url, await fetch('./?older'))
  }, lazyScript)
  expect(await storedTypes(lazyScript)).toMatch('text/html')
  const session = await context.newCDPSession(page)
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
  await page.reload()
  expect(await load(lazyScript)).toEqual(right)
  await expect.poll(() => storedTypes(lazyScript)).toBe('text/javascript')
})

test('an address without a file shows that it does not exist, and leads to the editor', async () => {
  others.nothing = sendPage('404.html', 404)
  await visit()
  await page.goto(`${server.address}nothing`)
  expect(await page.title()).toBe('This page does not exist')
  await page.getByRole('link', { name: 'Open the editor' }).click()
  await expect.poll(() => titles(page)).toContain('Training Start')
})
