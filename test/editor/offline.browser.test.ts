// The built editor without a network, how it comes to a new version, and how much of it is loaded at first.
import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page } from 'playwright-core'
import type { PreviewServer } from 'vite'
import { preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtIn } from '../../src/build/offline.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { button, finished, onCanvas } from './driver.ts'

const chromium = useChromium()
useBuiltEditor()

// A copy of what is built: one test changes it.
const folder = join(root, 'test-results/offline')
let server: PreviewServer
let address: string
let context: BrowserContext
let page: Page
/** Paths of what was asked for until the engine stood. */
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
  address = server.resolvedUrls!.local[0]!
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

test('loads at first no more than 1.5 MB, of which 250 kB are the script of the page', () => {
  const script = /<script[^>]+src="\.\/([^"]+)"/.exec(readFileSync(join(folder, 'index.html'), 'utf8'))![1]!
  expect(atFirst).toContain(script)
  expect(atFirst.filter((path) => path.endsWith('.wasm'))).toHaveLength(1)
  expect(zipped(script)).toBeLessThan(250_000)
  expect(atFirst.reduce((sum, path) => sum + zipped(path), 0)).toBeLessThan(1_500_000)
})

test('keeps all that it is made of at once, and large data only when a node has asked for them', () => {
  const { atOnce, later } = builtIn(folder)
  const named = (paths: string[], ends: RegExp) => paths.filter((path) => ends.test(path)).length
  expect(atOnce).toContain('./')
  expect(named(atOnce, /\.wasm$/)).toBe(3)
  expect(named(atOnce, /digits\.safetensors/)).toBe(1)
  expect(named(later, /\.zip$/)).toBeGreaterThan(0)
  expect(named(later, /train-images/)).toBe(1)
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
  await finished(page)
})

test('says that a new version is there, and takes it when told to', async () => {
  appendFileSync(join(folder, 'service-worker.js'), '\n// another')
  server = await serve(Number(new URL(address).port))
  await page.reload()
  await page.getByText('A new version is ready').waitFor()
  const loaded = page.waitForEvent('load')
  await button(page, 'Reload').click()
  await loaded
  await engineStands()
  const waits = () => page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())!.waiting))
  expect(await waits()).toBe(false)
})
