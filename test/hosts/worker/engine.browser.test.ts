// Engine protocol in real Chromium, in a worker and in the page, and storage in IndexedDB.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type {} from '../../pages/engine.ts'
import { softwareGPU, toEngine, useChromium, usePages } from '../../chromium.ts'
import { graph, node } from '../../engine/plan/toy.ts'
import { fullSuite } from '../../families.ts'

const server = usePages()
const chromium = useChromium(softwareGPU)

/** Page shared by tests that store nothing lasting and do not depend on stored data. */
let shared: Page | undefined
const sharedPage = async () => (shared ??= await openPage())

/** Opens a page in a new browser context, or in the given one to share its storage. */
async function openPage(context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await chromium.newContext())).newPage()
  return toEngine(page, server)
}

const training = (steps: number) =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
    node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
    node('goal', 'Constant', {}, { value: 1 }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
    node('x', 'Constant', {}, { value: 1 }),
    node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
    node('show', 'Show', { value: 'y.y' }),
  )

/** Runs a graph in a worker and returns its outcome, last shown value and first iteration. */
const runInWorker = (page: Page, what: ReturnType<typeof graph>) =>
  page.evaluate(async (what) => {
    const { connect, createClient, worker } = window.engine
    const client = createClient(connect({ worker }))
    const shown: number[] = []
    const first: number[] = []
    const finished = await client.run(what, {
      onEvent: (event) => {
        if (event.type === 'view' && event.view.kind === 'statistics') shown.push(event.view.mean)
        if (event.type === 'progress') first.push(event.index)
      },
    })
    const backend = await client.ready
    client.close()
    return { finished, shown: shown.at(-1)!, firstIndex: first[0], backend }
  }, what)

describe('in a worker', () => {
  test('runs a graph on wasm and reports why the software adapter was not used', async () => {
    const page = await sharedPage()
    const { finished, shown, backend } = await runInWorker(page, training(20))
    expect(finished).toMatchObject({ stopped: false, faults: [] })
    expect(shown).toBeGreaterThan(0.5)
    expect(backend.name).toBe('wasm')
    expect(backend.device).toMatch(/^SIMD, \d+ threads?$/)
    expect(backend.reason).toContain(
      'instead of webgpu: the graphics adapter is emulated in software',
    )
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  })

  test('resumes a training run of an earlier page, bit for bit', async () => {
    const page = await openPage()
    await runInWorker(page, training(100))
    await page.close()
    const later = await openPage(page.context())
    const continued = await runInWorker(later, training(200))
    const whole = await runInWorker(await openPage(), training(200))
    expect(continued.firstIndex).toBeGreaterThanOrEqual(100)
    expect(continued.shown).toBe(whole.shown)
  })

  test('handles faults, expansions, checkpoints and an immediate stop', async () => {
    const page = await sharedPage()
    const result = await page.evaluate(
      async (graphs) => {
        const { connect, createClient, worker } = window.engine
        const client = createClient(connect({ worker }))
        const faults = await client.check(graphs.broken)
        const refused = await client.run(graphs.broken)
        const expansion = await client.expand(graphs.twice, ['a'])
        const notExpandable = await client
          .expand(graphs.constant, [])
          .catch((error: Error) => error.message)
        const stopped = client.run(graphs.long)
        client.stop()
        const info = await client.storeFile('checkpoint', 'moons.zip', new Uint8Array([1, 2, 3]))
        const renamed = await client.storeFile(
          'checkpoint',
          'circles.zip',
          new Uint8Array([1, 2, 3]),
        )
        const listed = await client.listFiles('checkpoint')
        const outcome = {
          faults,
          refused,
          expansion,
          notExpandable,
          stopped: await stopped,
          info,
          renamed,
          listed,
        }
        client.close()
        return outcome
      },
      {
        broken: graph(node('sum', 'Add'), node('show', 'Show', { value: 'sum.sum' })),
        twice: node('t', 'Twice'),
        constant: node('c', 'Constant'),
        long: training(1_000_000),
      },
    )
    expect(result.faults).toMatchObject([{ node: 'sum', slot: 'a' }])
    expect(result.refused).toMatchObject({ stopped: true, faults: result.faults })
    expect(result.expansion.nodes.length).toBeGreaterThan(0)
    expect(result.notExpandable).toContain('Expected a node made of other nodes')
    expect(result.stopped).toMatchObject({ stopped: true, faults: [] })
    expect(result.info.sha256).toBe(
      '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81',
    )
    expect(result.listed).toEqual([result.renamed])
  })

  test('pauses, runs one step, resumes and stops', async () => {
    const page = await sharedPage()
    const order = await page.evaluate(async (long) => {
      const { connect, createClient, worker } = window.engine
      const client = createClient(connect({ worker }))
      const order: string[] = []
      let pauses = 0
      const finished = await client.run(long, {
        paused: true,
        onEvent: ({ type }) => {
          if (!['paused', 'resumed', 'finished'].includes(type)) return
          order.push(type)
          if (type === 'resumed') client.stop()
          if (type !== 'paused') return
          pauses++
          if (pauses === 1) client.step()
          else client.resume()
        },
      })
      client.close()
      return { order, stopped: finished.stopped }
    }, training(1_000_000))
    expect(order.stopped).toBe(true)
    expect(order.order.filter((type, i, all) => type !== all[i - 1])).toEqual(
      expect.arrayContaining(['paused', 'resumed', 'finished']),
    )
  })

  test('reports that the worker could not be loaded', async () => {
    const page = await sharedPage()
    const message = await page.evaluate(async (graph) => {
      const { connect, createClient } = window.engine
      const client = createClient(connect({ worker: '/nothing-here.js' }))
      return client.run(graph).then(String, (error: Error) => error.message)
    }, training(1))
    expect(message).toMatch(/^The (engine worker failed|script of the engine worker)/)
  })
})

fullSuite('in the page', () => {
  test('runs custom nodes, and continues on a new device when the GPU is lost', async () => {
    const page = await openPage()
    const result = await page.evaluate(async (graph) => {
      const { connect, createClient, tf, toys } = window.engine
      const client = createClient(connect({ engine: 'page', nodes: toys, backend: 'webgpu' }))
      const restarts: string[] = []
      const backends: string[] = []
      const loseDevice = () => (tf.backend() as unknown as { device: GPUDevice }).device.destroy()
      const before = await client.run(graph)
      const restarted = new Promise<void>(
        (resolve) =>
          void client.listen((event) => {
            if (event.type === 'restarting') restarts.push(event.message)
            if (event.type === 'ready') backends.push(event.backend.name)
            if (event.type === 'ready') resolve()
          }),
      )
      loseDevice()
      await restarted
      let isLost = false
      const during = await client.run(graph, {
        onEvent({ type }) {
          if (type === 'busy' && !isLost) loseDevice()
          if (type === 'busy') isLost = true
        },
      })
      client.close()
      return { before, during, restarts, backends }
    }, training(3))
    expect(result.before).toMatchObject({ stopped: false, faults: [] })
    expect(result.during).toMatchObject({ stopped: false, faults: [] })
    expect(result.restarts).toMatchObject([
      expect.stringMatching(/^The GPU device was lost.* The engine was restarted\.$/),
      expect.stringMatching(/^The GPU device was lost.* the run continues/),
    ])
    expect(result.backends).toEqual(['webgpu', 'webgpu'])
  })
})

describe('storage', () => {
  test('lists entries and deletes the least recently used beyond the budget', async () => {
    const page = await sharedPage()
    const result = await page.evaluate(async () => {
      const store = window.engine.databaseStore('test-budget', { budget: 100 })
      const tick = () => new Promise((resolve) => setTimeout(resolve, 5))
      await store.put('state/a@1', new Uint8Array(40).fill(1))
      await tick()
      await store.put('state/a@2', new Uint8Array(40).fill(2))
      await tick()
      await store.get('state/a@1') // used again, so a@2 is the oldest
      await tick()
      await store.put('state/b@1', new Uint8Array(40).fill(3))
      const tooLarge = await store
        .put('state/c', new Uint8Array(101))
        .catch((error: Error) => error.message)
      const other = window.engine.databaseStore('test-budget')
      const listed = await other.list('state/')
      const gone = await other.get('state/a@2')
      const kept = await other.get('state/a@1')
      await other.delete('state/a@1')
      return { tooLarge, listed, gone, kept: [...kept!], after: await other.list('state/a') }
    })
    expect(result.listed).toEqual([
      { key: 'state/a@1', size: 40 },
      { key: 'state/b@1', size: 40 },
    ])
    expect(result.gone).toBeUndefined()
    expect(result.kept).toEqual(new Array(40).fill(1))
    expect(result.after).toEqual([])
    expect(result.tooLarge).toContain('of stored trainings')
  })

  test('stores the fastest kernels of a GPU, so that another page need not measure', async () => {
    const page = await sharedPage()
    const later = await openPage(page.context())
    const tuned = (page: Page) =>
      page.evaluate(async () => {
        const { databaseStore, tune } = window.engine
        const adapterInfo = { vendor: 'a', architecture: 'b', device: '', description: 'a GPU' }
        const limits = {
          maxComputeWorkgroupStorageSize: 32768,
          maxComputeInvocationsPerWorkgroup: 256,
        }
        let measured = 0
        const bench = () => ({
          prepare: async () => true,
          time: async (_: unknown, by: { shape: string }) => (
            measured++,
            by.shape === 'winograd' ? 1 : 2
          ),
          agree: async () => true,
          now: () => 0,
          pause: () => new Promise<void>(() => {}),
          close() {},
        })
        const own = { device: { adapterInfo, limits, features: new Set() } }
        const said = await tune(
          own as never,
          { store: databaseStore('test-devices'), changesBits: true },
          bench as never,
        )
        return { said, measured }
      })
    const first = await tuned(page)
    expect(englishText(first.said!)).toContain('large convolution: winograd 32x32 of 8x8')
    expect(first.measured).toBeGreaterThan(10)
    expect(await tuned(later)).toEqual({ said: first.said, measured: 0 })
    await later.close()
  })

  test('reports a full disk and preserves the stored entries', async () => {
    const page = await openPage()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(server.address).origin,
      quotaSize: 1_000_000,
    })
    const store = (size: number) =>
      page.evaluate(async (size) => {
        const store = window.engine.databaseStore('test-quota')
        const failure = await store.put(`big ${size}`, new Uint8Array(size)).then(
          () => '',
          (error: Error) => error.message,
        )
        return { failure, keys: (await store.list('')).map(({ key }) => key) }
      }, size)
    expect(await store(1000)).toEqual({ failure: '', keys: ['big 1000'] })
    const full = await store(20_000_000)
    expect(full.failure).toContain("The browser's storage is full: 19.1 MiB could not be stored")
    expect(full.keys).toEqual(['big 1000'])
  })

  test('an entry too large for a private window is refused, with the cure', async () => {
    const page = await openPage()
    const result = await page.evaluate(async () => {
      const store = window.engine.databaseStore('test-large')
      await store.put('small', new Uint8Array(1000))
      const failure = await store.put('large', new Uint8Array(140_000_000)).then(
        () => '',
        (error: Error) => error.message,
      )
      return { failure, keys: (await store.list('')).map(({ key }) => key) }
    })
    expect(result).toEqual({
      failure: expect.stringMatching(/^This window cannot store 134 MiB .* normal window/),
      keys: ['small'],
    })
  })

  test('without IndexedDB, stores entries in memory and warns once', async () => {
    const page = await openPage()
    const result = await page.evaluate(async () => {
      Object.defineProperty(window, 'indexedDB', {
        get: () => ({
          open: () => {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
      })
      const said: unknown[] = []
      const store = window.engine.databaseStore('test-none', {
        onAvailability: (availability) => said.push(availability),
      })
      await store.put('a', new Uint8Array([7]))
      return { said, value: [...(await store.get('a'))!] }
    })
    expect(result.value).toEqual([7])
    expect(result.said).toEqual([{ state: 'missing', problem: 'SecurityError' }])
  })
})
