// Built editor on a plain static server, which sends no headers, at the root and in a folder: first
// paint, threads, a training, and use without a network after the first visit.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Frame, Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { threadCount } from '../../src/engine/backends/wasm/threads.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { measureSlowness } from '../../scripts/slowness.ts'
import { button, titles, waitMilliseconds } from './driver.ts'
import { servePlainly, type PlainServer } from './plainServer.ts'
import { fullTest, isFull, casesOf } from '../families.ts'

const chromium = useChromium()
useBuiltEditor()

const folder = join(root, 'test-results/editor')

const servers: PlainServer[] = []
const contexts: BrowserContext[] = []
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  for (const server of servers.splice(0)) await server.close()
})

async function serve(...args: Parameters<typeof servePlainly>) {
  const server = await servePlainly(...args)
  servers.push(server)
  return server
}

/** The engine in the status bar. */
const ENGINE = /(WebAssembly|WebGL|WebGPU|JavaScript) ·/

/** What a tab has seen, over all of its loadings. */
interface Visit {
  loadings: number
  /** Milliseconds from the first navigation to each first paint. */
  paints: number[]
  /** Milliseconds from the first navigation until the status bar first names the engine. */
  engine?: number
  /** Factor by which other processes slowed down a calculation at the first paint. */
  slowness?: number
}

/** Greatest time in milliseconds until the first paint, on a machine without other work. */
const MOST_PAINT = 1000

declare global {
  interface Window {
    measureSlowness(): number
  }
}

/** A page of a new user, which records its visit. */
async function newVisitor(): Promise<Page> {
  const context = await chromium.newContext({ offline: true })
  contexts.push(context)
  await context.addInitScript(`window.measureSlowness = ${measureSlowness}`)
  await context.addInitScript((engine: string) => {
    // Only in the tab itself, at an address.
    if (window.top !== window || !location.protocol.startsWith('http')) return
    const read = () => JSON.parse(sessionStorage.getItem('visit') ?? 'null')
    const before = read() ?? { start: performance.timeOrigin, loadings: 0, paints: [] }
    const write = (visit: object) => sessionStorage.setItem('visit', JSON.stringify(visit))
    write({ ...before, loadings: before.loadings + 1 })
    const status = new MutationObserver(() => {
      if (!new RegExp(engine).test(document.querySelector('.status')?.textContent ?? '')) return
      status.disconnect()
      const visit = read()
      const now = performance.timeOrigin + performance.now()
      write({ ...visit, engine: visit.engine ?? now - visit.start })
    })
    status.observe(document, { subtree: true, childList: true, characterData: true })
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) {
        const visit = read()
        const at = performance.timeOrigin + startTime - visit.start
        if (name !== 'first-contentful-paint') continue
        const slowness = visit.slowness ?? window.measureSlowness()
        write({ ...visit, paints: [...visit.paints, at], slowness })
      }
    }).observe({ type: 'paint', buffered: true })
  }, ENGINE.source)
  return context.newPage()
}

const visitOf = (page: Page): Promise<Visit> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('visit')!))

const waitForIsolation = (page: Page) => page.waitForFunction(() => crossOriginIsolated)

const engineText = (page: Page | Frame) => {
  const status = page.locator('.status').getByText(ENGINE)
  return status.first().innerText()
}

async function trainSomeSteps(page: Page) {
  await expect.poll(() => titles(page)).toContain('Training Start')
  await button(page, 'Run').click()
  await page.waitForFunction(() =>
    /step \d+ of/.test(document.querySelector('.status')!.textContent!),
  )
  await button(page, 'Stop').click()
  await button(page, 'Run').waitFor()
}

/** Waits until everything that is needed without a network is cached. */
const waitForCache = (page: Page) =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const name = (await caches.keys()).find((key) => key.startsWith('editor '))
        const cache = name === undefined ? undefined : await caches.open(name)
        return Boolean(await cache?.match(new URL('./', document.baseURI)))
      }),
    )
    .toBe(true)

describe.each(casesOf(['', 'courses/diffusion/'], (path) => path !== ''))('at /%s', (path) => {
  test('paints before it has an engine, has all threads, trains, and works offline afterwards', async () => {
    const server = await serve(folder, { path })
    const page = await newVisitor()
    await page.goto(server.address, { waitUntil: 'commit' })
    await waitForIsolation(page)
    const cores = threadCount(await page.evaluate(() => navigator.hardwareConcurrency))
    expect(await engineText(page)).toContain(`SIMD, ${cores} thread`)
    await trainSomeSteps(page)
    const { loadings, paints, engine, slowness } = await visitOf(page)
    expect(loadings).toBe(2)
    if (isFull) expect(Math.min(...paints)).toBeLessThan(MOST_PAINT * slowness!)
    expect(Math.min(...paints)).toBeLessThan(engine!)

    await waitForCache(page)
    // Without a network, the browser cannot look for a new service worker.
    chromium.allow(/service-worker\.js/)
    await page.context().setOffline(true)
    await server.close()
    await page.reload({ waitUntil: 'commit' })
    await waitForIsolation(page)
    expect(await engineText(page)).toContain(`SIMD, ${cores} thread`)
    await trainSomeSteps(page)
    expect((await visitOf(page)).loadings).toBe(3)
  })
})

fullTest('a link is opened once, although the first visit loads the page twice', async () => {
  const workflow = readFileSync('workflows/posterior.json', 'utf8')
  const other = await serve(undefined, {
    others: {
      'mine.json'(response) {
        response.setHeader('Access-Control-Allow-Origin', '*')
        response.end(workflow)
      },
    },
  })
  const server = await serve(folder)
  const page = await newVisitor()
  const query = `workflow=${encodeURIComponent(`${other.address}mine.json`)}&set=Data.count:77`
  await page.goto(`${server.address}?${query}`, { waitUntil: 'commit' })
  await waitForIsolation(page)
  await expect.poll(() => page.url()).toBe(server.address)
  expect(await page.title()).toContain('Posterior distribution')
  expect(other.requested).toEqual(['mine.json'])
  expect(await page.locator('.tab-bar').count()).toBe(0)
  expect(await page.locator('.status').getAttribute('data-state')).toBe('idle')
})

fullTest('a frame of a page that is not isolated loads once', async () => {
  const article =
    '<!doctype html><link rel="icon" href="data:,"><title>Article</title><iframe src="editor/" width="800"></iframe>'
  const server = await serve(folder, {
    path: 'editor/',
    others: {
      'article.html'(response) {
        response.setHeader('Content-Type', 'text/html')
        response.end(article)
      },
    },
  })
  const page = await newVisitor()
  await page.goto(server.address.replace('editor/', 'article.html'))
  const frame = page.frames().find((each) => each !== page.mainFrame())!
  expect(await engineText(frame)).toContain('1 thread')
  // Longer than the page would wait for its service worker.
  await waitMilliseconds(page, 2500)
  const [isolated, type] = await frame.evaluate(() => [
    crossOriginIsolated,
    (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).type,
  ])
  expect([isolated, type]).toEqual([false, 'navigate'])
})
