// Links that name a workflow, `?workflow=` and `&set=`: of the gallery, on this server, elsewhere.
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { closeContext, useBuiltEditor, useChromium } from '../chromium.ts'
import { openEditor, press, readStore, titles, values, waitForEditor } from './driver.ts'
import { servePlainly } from './plainServer.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()

let context: BrowserContext | undefined
afterEach(async () => {
  if (context) await closeContext(context)
  context = undefined
})

async function open(query: string): Promise<Page> {
  context ??= await chromium.newContext()
  return openEditor(context, `${server.address}?${query}`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
}

const withoutQuery = (page: Page) => expect.poll(() => page.url()).toBe(server.address)
const isIdle = async (page: Page) =>
  expect(await page.locator('.status').getAttribute('data-state')).toBe('idle')
const points = readFileSync('workflows/points.json', 'utf8')
const steps = async (page: Page) => (await values(page, 'Training Start')).steps

test('opens a workflow of the gallery once, also after a reload', async () => {
  const page = await open('workflow=posterior')
  await withoutQuery(page)
  await expect.poll(() => page.title()).toContain('Posterior distribution')
  await isIdle(page)
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => page.title()).toContain('Posterior distribution')
  expect(await page.locator('.tab-bar').count()).toBe(0)
})

test('sets params as an edit, which a reload keeps and undo takes back', async () => {
  const page = await open('workflow=points&set=Training+Start.steps:7&set=Data.count:300')
  await withoutQuery(page)
  await page.getByText(en.link.applied(2)).waitFor()
  expect(await steps(page)).toBe(7)
  expect((await values(page, 'Data')).count).toBe(300)
  await isIdle(page)
  await expect.poll(async () => (await readStore(page, 'drafts')).length).toBe(1)
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => steps(page)).toBe(7)

  const other = await open('workflow=points&set=Training+Start.steps:7')
  await withoutQuery(other)
  await expect.poll(() => steps(other)).toBe(7)
  await press(other, 'Control+z')
  await expect.poll(() => steps(other)).toBe(2000)
})

test('reports settings that do not match with the valid names, and applies the others', async () => {
  const page = await open('workflow=points&set=Nobody.steps:7&set=Data.size:1&set=Data.count:300')
  const toast = page.locator('.toasts').getByText(/There is no node Nobody\./)
  await toast.waitFor()
  expect(await toast.innerText()).toMatch(
    /The graph has .*Training Start.* Data has no param size/s,
  )
  expect((await values(page, 'Data')).count).toBe(300)
})

fullTest(
  'suggests ids for one that the gallery does not have, and stays in the address',
  async () => {
    const page = await open('workflow=pints')
    await page.getByText(/Similar ids: points,/).waitFor()
    expect(page.url()).toContain('?workflow=pints')
    expect(await titles(page)).toContain('Training Start')
  },
)

fullTest(
  'opens a file of this server by a relative address, and reports a missing one',
  async () => {
    context = await chromium.newContext()
    await context.route(`${server.address}mine/points.json`, (route) =>
      route.fulfill({ contentType: 'application/json', body: points }),
    )
    const page = await open('workflow=mine/points.json&set=Training+Start.steps:7')
    await withoutQuery(page)
    expect(await steps(page)).toBe(7)
    await context.route(`${server.address}mine/none.json`, (route) =>
      route.fulfill({ status: 404 }),
    )
    chromium.allow(/404/)
    const missing = await open('workflow=mine/none.json')
    await missing.getByText(/There is no file at .*none\.json \(status 404\)\./).waitFor()
  },
)

fullTest('reports a page and a file that is no workflow', async () => {
  context = await chromium.newContext()
  await context.route(`${server.address}some/page.html`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Page</title>' }),
  )
  await context.route(`${server.address}some/list.json`, (route) =>
    route.fulfill({ contentType: 'application/json', body: '[1, 2]' }),
  )
  const page = await open('workflow=some/page.html')
  await page.getByText('page.html is a web page, not a file.', { exact: false }).waitFor()
  const list = await open('workflow=some/list.json')
  await list.getByText(/Expected a workflow, got a JSON/).waitFor()
  expect(await titles(list)).toContain('Training Start')
})

test('a site that the policy does not allow is named, and gets no request', async () => {
  const other = await servePlainly(undefined)
  chromium.allow(/Content Security Policy|policy violation|\(csp\)/)
  const page = await open(`workflow=${encodeURIComponent(`${other.address}mine.json`)}`)
  const origin = new URL(other.address).origin
  await page
    .getByText(`The security policy of this site does not allow loading files from ${origin}.`, {
      exact: false,
    })
    .waitFor()
  expect(other.requested).toEqual([])
  await other.close()
})

test('a workflow of the gallery has a short link with the changed params', async () => {
  const page = await open('workflow=points&set=Training+Start.steps:7')
  await withoutQuery(page)
  await expect.poll(() => steps(page)).toBe(7)
  await press(page, 'Alt+Shift+L')
  await page.getByText(en.link.shortWithSettings(1)).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `${server.address}?workflow=points&set=Training+Start.steps:7`,
  )
})
