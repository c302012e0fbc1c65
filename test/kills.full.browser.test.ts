// Chromium is killed at random moments of a training: at most three seconds of it are lost, and the
// result has the bits of an uninterrupted training. Damaged records in IndexedDB are detected.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Graph } from '../src/engine/plan/graph.ts'
import { prepareKill, toEngine, useChromium, usePages } from './chromium.ts'
import type {} from './pages/engine.ts'
import { trainingGraph } from './trainingGraph.ts'

const server = usePages()
const chromium = useChromium()

let profile: string
beforeEach(async () => void (profile = await mkdtemp(join(tmpdir(), 'profile-'))))
afterEach(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }))

const KILLS = process.env.FULL ? 20 : 3
/** The rule of a new user. The pages of the tests save more often by default. */
const SAVE_INTERVAL = 2
const MAX_LOST = 3000

/** A training whose state takes 2.4 MB. */
function graph(steps: number): Graph {
  const { nodes } = trainingGraph(steps)
  const drawn = ['x_T', 'Samples', 'Picture', 'Numbers']
  return {
    nodes: nodes
      .filter(({ id }) => !drawn.includes(id))
      .map((node) =>
        node.id === 'Net' ? { ...node, params: { ...node.params, hidden: 256, layers: 3 } } : node,
      ),
  }
}

/** Something that goes on in the page when the browser is killed. */
type Work = 'none' | 'import' | 'backup'

interface Report {
  kind: 'start' | 'progress' | 'saved'
  index: number
  /** Clock of the page, in milliseconds. */
  at: number
}

interface Training {
  page: Page
  /** Steps and saves so far, in order. */
  reports: Report[]
  kill: () => Promise<void>
}

/** Trains in a browser on the profile until it is killed. */
async function startTraining(steps: number): Promise<Training> {
  const context = await chromium.launchIn(profile)
  const page = context.pages()[0] ?? (await context.newPage())
  await toEngine(page, server)
  const reports: Report[] = []
  await page.exposeFunction('report', (report: Report) => void reports.push(report))
  const kill = await prepareKill(context)
  await page.evaluate(
    ({ graph, interval }) => {
      const { connect, createClient } = window.engine
      const client = createClient(connect({ worker: window.engine.defaultWorker, backend: 'wasm' }))
      window.engine.client = client
      client.saveEvery(interval)
      const report = (kind: Report['kind'], index: number) =>
        void (window as unknown as { report(report: Report): Promise<void> }).report({
          kind,
          index,
          at: performance.now(),
        })
      client.start(graph, {
        onEvent: (event) => {
          if (!('node' in event) || event.node !== 'Start') return
          if (event.type === 'busy') report('start', 0)
          if (event.type === 'progress' || event.type === 'saved') report(event.type, event.index)
        },
      })
    },
    { graph: graph(steps), interval: SAVE_INTERVAL },
  )
  await expect.poll(() => reports.some(({ kind }) => kind === 'progress')).toBe(true)
  return { page, reports, kill }
}

/** Starts work in the page, without waiting for its end. */
const startWork = (page: Page, work: Work) =>
  page.evaluate(async (work) => {
    const { client, writeBackup } = window.engine
    if (work === 'backup') void writeBackup(client!).catch(() => {})
    if (work !== 'import') return
    const canvas = new OffscreenCanvas(32, 32)
    const files: { path: string; file: Blob }[] = []
    for (let i = 0; i < 200; i++) {
      canvas.getContext('2d')!.fillRect(i % 32, i % 29, 5, 5)
      files.push({ path: `${i}.png`, file: await canvas.convertToBlob() })
    }
    void client!
      .importImages('spots', files, {
        width: 32,
        height: 32,
        channels: 1,
        fit: 'crop',
        labels: false,
      })
      .catch(() => {})
  }, work)

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const random = (from: number, to: number) => from + Math.random() * (to - from)
const last = ({ reports }: Training, kind: Report['kind']) =>
  reports.findLast((report) => report.kind === kind)

/** Waits until the browser is about to save, or is saving. */
async function waitForSave(training: Training) {
  const before = last(training, 'saved')
  await expect.poll(() => last(training, 'saved'), { interval: 10 }).not.toBe(before)
  await sleep(1000 * SAVE_INTERVAL + random(-30, 60))
}

/** Moments of the kills: early, during a save, an import and a backup, and at any time. */
const moments: { name: string; work: Work; wait: (training: Training) => Promise<unknown> }[] = [
  { name: 'in the first seconds', work: 'none', wait: () => sleep(random(0, 3000)) },
  { name: 'during a save', work: 'none', wait: waitForSave },
  { name: 'during an import', work: 'import', wait: () => sleep(random(0, 500)) },
  { name: 'during a backup', work: 'backup', wait: () => sleep(random(0, 300)) },
  { name: 'in the first 15 seconds', work: 'none', wait: () => sleep(random(0, 15_000)) },
]

/** Returns for how many milliseconds before its last report a training had made `index` steps. */
function lostTime({ reports }: Training, index: number): number {
  const made = reports.filter(({ kind }) => kind !== 'saved')
  const next = made.findIndex((report) => report.index > index)
  if (next < 0) return 0
  const [before, after] = [made[Math.max(0, next - 1)], made[next]]
  const share = (index - before.index) / Math.max(1, after.index - before.index)
  const reached = before.at + Math.max(0, share) * (after.at - before.at)
  return made.at(-1)!.at - reached
}

/** Trains to the end. Returns the SHA-256 of the checkpoint and the step it began with. */
async function finish(context: BrowserContext, steps: number) {
  const page = context.pages()[0] ?? (await context.newPage())
  await toEngine(page, server)
  const result = await page.evaluate(async (graph) => {
    const { connect, createClient } = window.engine
    const client = createClient(connect({ worker: window.engine.defaultWorker, backend: 'wasm' }))
    let bytes = ''
    let began: number | undefined
    const messages: string[] = []
    client.listen((event) => event.type === 'storage' && messages.push(event.message))
    const { faults } = await client.run(graph, {
      onEvent: (event) => {
        if (event.type === 'progress') began ??= event.index - 1
        if (event.type === 'file') bytes = event.file.bytes.join()
      },
    })
    client.close()
    return { faults, bytes, began, messages }
  }, graph(steps))
  const { bytes, ...rest } = result
  return { ...rest, sha256: createHash('sha256').update(bytes).digest('hex') }
}

test(
  `${KILLS} kills of the browser lose at most 3 s of training each, and no bit of the result`,
  { timeout: 90_000 + 40_000 * KILLS },
  async () => {
    let made = 0
    let killed: Training | undefined
    const lost: string[] = []
    for (let i = 0; i < KILLS; i++) {
      const training = await startTraining(10_000_000)
      const began = training.reports.find(({ kind }) => kind === 'progress')!.index - 1
      if (killed) {
        const time = lostTime(killed, began)
        lost.push(`${moments[(i - 1) % moments.length].name} ${time.toFixed(0)} ms`)
        expect(time, lost.join(', ')).toBeLessThan(MAX_LOST)
      }
      const { work, wait } = moments[i % moments.length]
      await startWork(training.page, work)
      await wait(training)
      await training.kill()
      killed = training
      made = Math.max(made, last(training, 'progress')!.index)
    }
    const steps = made + 20
    const resumed = await chromium.launchIn(profile)
    const result = await finish(resumed, steps)
    await resumed.close()
    const time = lostTime(killed!, result.began!)
    lost.push(`${moments[(KILLS - 1) % moments.length].name} ${time.toFixed(0)} ms`)
    console.info(`Training lost by kills: ${lost.join(', ')}; ${steps} steps in all.`)
    expect(time, lost.join(', ')).toBeLessThan(MAX_LOST)

    const fresh = await chromium.newContext()
    const whole = await finish(fresh, steps)
    await fresh.close()
    expect([result.faults, result.messages, whole.faults]).toEqual([[], [], []])
    expect(result.began).toBeGreaterThan(0)
    expect(whole.began).toBeLessThan(20)
    expect(result.sha256).toBe(whole.sha256)
  },
)

/** Flips a bit of the last state of the training in IndexedDB. Returns its step. */
const flipLastState = (page: Page, share: number) =>
  page.evaluate(async (share) => {
    const answer = <T>(asked: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result)
        asked.onerror = () => reject(asked.error!)
      })
    const database = await answer(indexedDB.open('litegraph-diffusion-states'))
    const entries = database.transaction('entries', 'readwrite').objectStore('entries')
    const step = (key: string) => Number.parseInt(key.slice(key.lastIndexOf('@') + 1), 10)
    const keys = (await answer(entries.getAllKeys()))
      .map(String)
      .filter((key) => key.startsWith('data/state/'))
    const last = keys.reduce((a, b) => (step(b) > step(a) ? b : a))
    const bytes = await answer<Uint8Array>(entries.get(last))
    const bit = Math.floor(share * 8 * bytes.length)
    bytes[bit >> 3] ^= 1 << (bit & 7)
    await answer(entries.put(bytes, last))
    database.close()
    return step(last)
  }, share)

test('a flipped bit in IndexedDB is reported, and the state before it gives the same bits', async () => {
  const context = await chromium.newContext()
  const steps = 60
  const first = await finish(context, steps)
  expect([first.messages, first.began]).toEqual([[], 0])
  for (const share of [0, 0.000_004, 0.3, Math.random(), 0.999_999_9]) {
    expect(await flipLastState(context.pages()[0], share)).toBe(steps)
    const again = await finish(context, steps)
    expect(again.messages, `share ${share}`).toEqual([
      expect.stringMatching(
        /^The training stored at step 60 is damaged and was deleted\. Training continues from step \d+,/,
      ),
    ])
    expect(again.began).toBeGreaterThan(0)
    expect(again.began).toBeLessThan(steps)
    expect(again.sha256).toBe(first.sha256)
  }
  await context.close()
})
