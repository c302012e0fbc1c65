// Failures of the engine during a training in real Chromium: each continues by itself, to the bits
// of a training without a failure.
import { applyLanguage, translateMessage } from '../src/editor/texts/texts.ts'
import { type MessageText, englishText } from '../src/engine/base/catalogue.ts'
import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import type { BackendName } from '../src/engine/protocol.ts'
import { softwareGPU, toEngine, useChromium, usePages } from './chromium.ts'
import type {} from './pages/engine.ts'
import { trainingGraph } from './trainingGraph.ts'

const server = usePages()
// Its own browser, since its GPU process is killed. Chromium would soon refuse the GPU to the page.
const chromium = useChromium([
  ...softwareGPU,
  '--disable-gpu-process-crash-limit',
  '--disable-domain-blocking-for-3d-apis',
])

interface Training {
  /** Stored steps. */
  saved: number
  /** Stored steps at each failure, and the first reported step after it. */
  restarts: { saved: number; began: number }[]
  backends: string[]
  messages: MessageText[]
  /** Bytes of the SHA-256 of the checkpoint at the end. */
  finished: Promise<{ sha256: string; faults: unknown[] }>
}

declare global {
  interface Window {
    training: Training
    startedWorkers: Worker[]
  }
}

/** Milliseconds of silence after which the worker of these tests counts as hung. */
const HUNG_AFTER = 3000

/** Timeout on machines whose cores are shared with other tests. */
const SLOW = { timeout: 200_000 }

/** Opens a page in a new profile and starts a training. */
async function beginTraining(backend: BackendName, steps: number): Promise<Page> {
  const page = await chromium.newPage()
  await page.addInitScript(() => {
    window.startedWorkers = []
    window.Worker = class extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options)
        window.startedWorkers.push(this)
      }
    }
  })
  await toEngine(page, server)
  await page.evaluate(
    ({ graph, backend, hungAfter }) => {
      const { connect, createClient, failingWorker: worker } = window.engine
      const client = createClient(connect({ worker, backend, hungAfter }))
      let file: Uint8Array | undefined
      let savedBefore: number | undefined
      const training: Training = (window.training = {
        saved: 0,
        restarts: [],
        backends: [],
        messages: [],
        finished: Promise.resolve({ sha256: '', faults: [] }),
      })
      client.listen((event) => {
        if (event.type === 'ready') training.backends.push(event.backend.name)
        if (event.type === 'restarting')
          training.messages.push(
            JSON.parse(
              JSON.stringify(event.messages?.message ?? event.message)
                .replaceAll(/\d+ seconds/g, '3 seconds')
                .replaceAll(/"seconds":"\d+"/g, '"seconds":"3"'),
            ) as MessageText,
          )
        if (event.type === 'restarting') savedBefore = training.saved
        if (event.type === 'saved') training.saved = event.index
        if (event.type === 'file') file = event.file.bytes
        if (event.type !== 'progress' || event.node !== 'Start') return
        if (savedBefore === undefined) return
        training.restarts.push({ saved: savedBefore, began: event.index })
        savedBefore = undefined
      })
      const end = async () => {
        const { faults } = await client.run(graph)
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', file as BufferSource))
        client.close()
        return { sha256: hash.join(), faults }
      }
      training.finished = end()
    },
    { graph: trainingGraph(steps), backend, hungAfter: HUNG_AFTER },
  )
  return page
}

const finish = (page: Page) => page.evaluate(() => window.training.finished)

/** Steps of a training of some seconds: a software GPU takes a third of a second for one. */
const steps = { wasm: 1500, webgpu: 16 }

const undisturbed = new Map<BackendName, Promise<string>>()
async function hashWithoutFailure(backend: 'wasm' | 'webgpu'): Promise<string> {
  const page = await beginTraining(backend, steps[backend])
  const { sha256, faults } = await finish(page)
  expect(faults).toEqual([])
  await page.context().close()
  return sha256
}

async function killGpuProcess(page: Page) {
  const session = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  for (const { type, id } of processInfo) if (type === 'GPU') process.kill(id, 'SIGKILL')
  await session.detach()
}

async function crashGpuProcess(page: Page) {
  const session = await page.context().browser()!.newBrowserCDPSession()
  await session.send('Browser.crashGpuProcess')
  await session.detach()
}

/** Evaluates code in the engine's worker, but not in the threads of its backend. */
const inWorker = (code: string) => async (page: Page) =>
  void page
    .workers()
    .findLast((worker) => worker.url().includes('failing-worker'))!
    .evaluate(code)
    .catch(() => {}) // it ends with the worker

vi.stubGlobal('document', { documentElement: {} })

const failures: [string, 'wasm' | 'webgpu', (page: Page) => Promise<unknown>][] = [
  [
    'a terminated worker',
    'wasm',
    (page) => page.evaluate(() => window.startedWorkers.at(-1)!.terminate()),
  ],
  [
    'a worker in an endless loop',
    'wasm',
    (page) => page.evaluate(() => window.startedWorkers.at(-1)!.postMessage('hang')),
  ],
  ['an uncaught error', 'wasm', inWorker('setTimeout(() => { throw new Error("a crash") })')],
  ['a destroyed GPU device', 'webgpu', inWorker('device.destroy()')],
  ['a crashed GPU process', 'webgpu', crashGpuProcess],
  ['a killed GPU process', 'webgpu', killGpuProcess],
]

test.each(failures)('%s on %s', { timeout: 600_000 }, async (_, backend, fail) => {
  chromium.allow(/a crash/, /GPU|WebGPU|device/i)
  const expected = undisturbed.get(backend) ?? hashWithoutFailure(backend)
  undisturbed.set(backend, expected)
  await expected
  const page = await beginTraining(backend, steps[backend])
  for (let i = 0; i < 2; i++) {
    const before = await page.evaluate(() => window.training.saved)
    await page.waitForFunction((before) => window.training.saved > before, before, SLOW)
    await fail(page)
    await page.waitForFunction((i) => window.training.restarts.length > i, i, SLOW)
    const { saved, began } = (await page.evaluate(() => window.training)).restarts[i]
    expect(began).toBeGreaterThan(saved)
  }
  const { sha256, faults } = await finish(page)
  const { backends, messages } = await page.evaluate(() => window.training)
  expect(faults).toEqual([])
  expect(backends).toEqual([backend, backend, backend])
  expect(sha256).toBe(await expected)
  expect(messages[0]).toEqual(messages[1])
  await applyLanguage('ko')
  expect([englishText(messages[0]), translateMessage(messages[0])]).toMatchSnapshot()
  await page.context().close()
})
