// Threads of the wasm backend, in real workers that say they have so many cores: as many as there are cores, for large
// kernels alone, and without any trace in the numbers.
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { threadsFor } from '../../src/engine/wasm/threads.ts'
import { useChromium, useDevServer } from '../chromium.ts'
import type { Asked, Told } from '../pages/threads-worker.ts'

const server = useDevServer()
const chromium = useChromium()

const worker = '/test/pages/threads-worker.ts'

let opened: Page | undefined
afterAll(() => opened?.close())
const isolatedPage = async () => (opened ??= await openPage('test/pages/engine.html'))

async function openPage(path: string, response?: { contentType: string; body: string }): Promise<Page> {
  const page = await chromium.newPage()
  if (response) await page.route(server.address + path, (route) => route.fulfill(response))
  await page.goto(server.address + path)
  return page
}

/** In a worker of its own. */
async function tell(page: Page, asked: Asked): Promise<Told> {
  const told = await page.evaluate(
    ({ asked, path }) =>
      new Promise<Told | { error: string }>((resolve) => {
        const worker = new Worker(`${path}?worker_file&type=module`, { type: 'module' })
        worker.onmessage = ({ data }) => {
          worker.terminate()
          resolve(data)
        }
        worker.onerror = ({ message }) => resolve({ error: message })
        worker.postMessage(asked)
      }),
    { asked, path: worker },
  )
  if ('error' in told) throw new Error(told.error)
  return told
}

test('of many cores one is left to the page', () => {
  expect([1, 2, 3, 4, 5, 8, 9, 64].map(threadsFor)).toEqual([1, 2, 3, 4, 4, 7, 8, 8])
})

test.each([
  { cores: 2, threads: 2 },
  { cores: 4, threads: 4 },
  { cores: 12, threads: 8 },
])('$cores cores give $threads threads, for large kernels', async ({ cores, threads }) => {
  const told = await tell(await isolatedPage(), { cores })
  expect(told.device).toBe(`SIMD, ${threads} threads`)
  expect(told.threads).toEqual({ large: threads, small: -1 })
  expect(told.own).toBe(threads)
  expect(told.cores.after).toBe(cores)
})

test('what the browser says of its cores is as it was', async () => {
  const { device, cores } = await tell(await isolatedPage(), {})
  const threads = threadsFor(cores.before)
  expect(device).toBe(`SIMD, ${threads} thread${threads === 1 ? '' : 's'}`)
  expect(cores).toEqual({ before: cores.before, after: cores.before, own: true })
})

test('the engine in the page itself has threads too', async () => {
  const page = await openPage('test/pages/engine.html')
  const told = await page.evaluate<Told>(`import('${worker}').then(({ tell }) => tell({ cores: 2 }))`)
  expect(told.device).toBe('SIMD, 2 threads')
  expect(told.threads).toEqual({ large: 2, small: -1 })
  await page.close()
})

test('one core gives one thread', async () => {
  expect((await tell(await isolatedPage(), { cores: 1 })).device).toBe('SIMD, 1 thread')
})

test('where the number of cores cannot be redefined, tfjs takes half of them', async () => {
  const told = await tell(await isolatedPage(), { cores: 4, fixed: true })
  expect(told.device).toBe('SIMD, 2 threads')
  expect(told.threads).toEqual({ large: 2, small: -1 })
  expect(told.cores.after).toBe(4)
})

test('a page that is not isolated has one thread', async () => {
  // Without the headers that Vite gives its own.
  const page = await openPage('plain.html', { contentType: 'text/html', body: '<!doctype html>' })
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
  const told = await tell(page, { cores: 4 })
  expect(told.device).toBe('SIMD, 1 thread')
  expect(told.own).toBe(1)
  await page.close()
})

test('a training comes to the same weights twice, and with any number of threads', async () => {
  const after = new Set<string>()
  for (const cores of [1, 2, 2, 4]) {
    const { weights } = await tell(await isolatedPage(), { cores, steps: 2 })
    expect(weights.after).not.toBe(weights.before)
    after.add(weights.after)
  }
  expect(after.size).toBe(1)
})
