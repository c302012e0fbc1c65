// Built editor: use without a network, updates, and size of the first load.
import { en } from '../../src/editor/texts/en/index.ts'
import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtIn } from '../../src/build/offline.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { button, waitForRun, onCanvas } from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
useBuiltEditor()

// Copy of the build, which one test modifies.
const folder = join(root, 'test-results/offline')
let server: PreviewServer
let address: string
let context: BrowserContext
let page: Page
/** Paths requested until the engine started. */
let atFirst: string[]

const serve = (port: number) =>
  preview({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder },
    preview: { port, strictPort: port > 0 },
  })

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'test-results/editor'), folder, { recursive: true })
  server = await serve(0)
  address = server.resolvedUrls!.local[0]
  context = await chromium.newContext({ offline: true })
  page = await context.newPage()
  const asked = new Set<string>()
  page.on('response', (response) => asked.add(response.url()))
  await page.goto(address)
  await engineStands()
  atFirst = [...asked]
    .filter((url) => url.startsWith(address))
    .map((url) => new URL(url).pathname.slice(1) || 'index.html')
    .filter((path) => path !== 'service-worker.js')
})

afterAll(async () => {
  await context?.close()
  await server?.close()
})

const engineStands = () =>
  page
    .getByText(/WebAssembly/)
    .first()
    .waitFor()

const zipped = (path: string) => gzipSync(readFileSync(join(folder, path))).length

/** Scripts in index.html: the entry, and its static imports, which the build preloads. */
const pageScripts = (): string[] =>
  [
    ...readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g),
  ].map(([, path]) => path)

test('loads at most 1 MB on the first visit, with page scripts of at most 250 kB', () => {
  const scripts = pageScripts()
  expect(scripts.length).toBeGreaterThan(1)
  expect(atFirst).toEqual(expect.arrayContaining(scripts))
  expect(atFirst.filter((path) => path.endsWith('.wasm'))).toHaveLength(1)
  const size = (paths: readonly string[]) => paths.reduce((sum, path) => sum + zipped(path), 0)
  expect(size(scripts)).toBeLessThan(250_000)
  expect(size(atFirst)).toBeLessThan(1_000_000)
})

test('caches its own files at once, and large data when a node needs them', () => {
  const built = builtIn(folder)
  const [precached, onDemand] = [Object.keys(built.precached), Object.keys(built.onDemand)]
  const named = (paths: string[], ends: RegExp) => paths.filter((path) => ends.test(path)).length
  expect(precached).toContain('./')
  expect(named(precached, /\.wasm$/)).toBe(3)
  expect(named(precached, /digits\.safetensors/)).toBe(1)
  expect(named(onDemand, /\.zip$/)).toBeGreaterThan(0)
  expect(named(onDemand, /train-images/)).toBe(1)
})

test('starts and runs without a network after the first visit, on an isolated page', async () => {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready
    while (active!.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20))
  })
  await server.close()
  await expect(fetch(address)).rejects.toThrow()
  await page.reload()
  await engineStands()
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  await onCanvas(page, ({ graph }) => {
    graph._nodes.find(({ type }) => type === 'diffusion/TrainingStart')!.properties.steps = 5
  })
  await button(page, 'Run').click()
  await waitForRun(page)
})

fullTest('announces a new version, and activates it on demand', async () => {
  appendFileSync(join(folder, 'service-worker.js'), '\n// another')
  server = await serve(Number(new URL(address).port))
  await page.reload()
  await page.getByText(en.newVersion.ready).waitFor()
  const loaded = page.waitForEvent('load')
  await button(page, 'Reload').click()
  await loaded
  await engineStands()
  const waits = () =>
    page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())!.waiting))
  expect(await waits()).toBe(false)
})
