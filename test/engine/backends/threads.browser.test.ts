// Threads of the wasm backend, in real workers that say they have so many cores: as many as there
// are cores, for large kernels alone, and without any trace in the numbers.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { threadCount } from '../../../src/engine/backends/wasm/threads.ts'
import { toEngine, useChromium, usePages } from '../../chromium.ts'
import type {} from '../../pages/engine.ts'
import type { ThreadRequest, ThreadReport } from '../../pages/threads-worker.ts'
import { casesOf } from '../../families.ts'

const server = usePages()
const chromium = useChromium()

let opened: Page | undefined
const isolatedPage = async () => (opened ??= await toEngine(await chromium.newPage(), server))

/** In a worker of its own. */
async function tell(page: Page, asked: ThreadRequest): Promise<ThreadReport> {
  const address = await (
    await isolatedPage()
  ).evaluate(() => new URL(window.engine.threadsWorker, document.baseURI).href)
  const told = await page.evaluate(
    ({ asked, address }) =>
      new Promise<ThreadReport | { error: string }>((resolve) => {
        // A page without the engine has no policy either.
        const { engine } = window as Partial<Window>
        const worker = engine?.startWorker(address) ?? new Worker(address, { type: 'module' })
        worker.onmessage = ({ data }) => {
          worker.terminate()
          resolve(data)
        }
        worker.onerror = ({ message }) => resolve({ error: message })
        worker.postMessage(asked)
      }),
    { asked, address },
  )
  if ('error' in told) throw new Error(told.error)
  return told
}

test('leaves one of many cores to the page', () => {
  expect([1, 2, 3, 4, 5, 8, 9, 64].map(threadCount)).toEqual([1, 2, 3, 4, 4, 7, 8, 8])
})

test.each([
  { cores: 2, threads: 2 },
  { cores: 4, threads: 4 },
  { cores: 12, threads: 8 },
])('uses $threads threads on $cores cores, for large kernels', async ({ cores, threads }) => {
  const told = await tell(await isolatedPage(), { cores })
  expect(told.device).toBe(`SIMD, ${threads} threads`)
  expect(told.threads).toEqual({ large: threads, small: -1 })
  expect(told.own).toBe(threads)
  expect(told.cores.after).toBe(cores)
})

test('restores the core count of the browser', async () => {
  const { device, cores } = await tell(await isolatedPage(), {})
  const threads = threadCount(cores.before)
  expect(device).toBe(`SIMD, ${threads} thread${threads === 1 ? '' : 's'}`)
  expect(cores).toEqual({ before: cores.before, after: cores.before, own: true })
})

test('the engine in the page itself uses threads', async () => {
  const page = await toEngine(await chromium.newPage(), server)
  const told = await page.evaluate(() => window.engine.tellThreads({ cores: 2 }))
  expect(told.device).toBe('SIMD, 2 threads')
  expect(told.threads).toEqual({ large: 2, small: -1 })
  await page.close()
})

test('uses one thread on one core', async () => {
  expect((await tell(await isolatedPage(), { cores: 1 })).device).toBe('SIMD, 1 thread')
})

test('uses half of the cores if their number cannot be overridden', async () => {
  const told = await tell(await isolatedPage(), { cores: 4, fixed: true })
  expect(told.device).toBe('SIMD, 2 threads')
  expect(told.threads).toEqual({ large: 2, small: -1 })
  expect(told.cores.after).toBe(4)
})

test('uses one thread on a page that is not isolated', async () => {
  // Without the headers of the Vite server.
  const page = await chromium.newPage()
  const plain = `${server.address}plain.html`
  await page.route(plain, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
  )
  await page.goto(plain)
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
  const told = await tell(page, { cores: 4 })
  expect(told.device).toBe('SIMD, 1 thread')
  expect(told.own).toBe(1)
  await page.close()
})

const arithmetics = [
  { arithmetic: 'portable', device: /^SIMD, / },
  { arithmetic: 'fused', device: /^relaxed SIMD, / },
] as const
test.each(casesOf(arithmetics, ({ arithmetic }) => arithmetic === 'fused'))(
  'a training has the same weights in each run and with any number of threads, $arithmetic',
  async ({ arithmetic, device }) => {
    const after = new Set<string>()
    for (const cores of [1, 2, 2, 4]) {
      const told = await tell(await isolatedPage(), { cores, steps: 2, arithmetic })
      expect(told.device).toMatch(device)
      expect(told.weights.after).not.toBe(told.weights.before)
      after.add(told.weights.after)
    }
    expect(after.size).toBe(1)
  },
)
