// The packed npm package in typical hosts: with a bundler, by script tags, and in TypeScript.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Plugin } from 'vite'
import { build, createServer, preview } from 'vite'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hostPolicy, trustedTypes } from '../src/build/policy.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import type { Event } from '../src/engine/protocol.ts'
import { root, useBuiltEditor, useChromium, useDevServer } from './chromium.ts'
import { mixerDeclaration, mixerGraph } from './mixerGraph.ts'
import { node } from './nodes/evaluate.ts'
import { tarball, useConsumer } from './packed.ts'
import { useStaticServer } from './staticServer.ts'
import { trainingGraph } from './trainingGraph.ts'
import { workflowOf } from './workflowOf.ts'
import { fullTest, fullSuite } from './families.ts'

const { folder: consumer, installed } = useConsumer('consumer')
const chromium = useChromium()
const editor = useBuiltEditor()
const sources = useDevServer()

beforeAll(() => {
  // The editor is already built.
  rmSync(join(root, 'dist/app'), { recursive: true, force: true })
  cpSync(join(root, 'test-results/editor'), join(root, 'dist/app'), { recursive: true })
  execFileSync('node', ['scripts/build.mjs', 'check'], { cwd: root, encoding: 'utf8' })
})

const pages: Page[] = []
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close()
})

interface Shown {
  types: number
  finished: { stopped: boolean; faults: unknown[] }
  views: string[]
  same: boolean
  left: number
  device: string
}

/**
 * In a host's page: registers, loads, runs, saves and loads with litegraph's functions, and
 * unregisters.
 */
const useHost = (
  page: Page,
  how: 'plain' | 'inPage' | 'inWorker' | 'byUrl' | 'mixerInPage' | 'mixerInWorker',
  workflow: string,
): Promise<Shown> =>
  page.evaluate(
    async ({ how, workflow }) => {
      const { host } = window as unknown as { host: any } // oxlint-disable-line typescript/no-explicit-any -- two builds of one page
      const before = Object.keys(host.LiteGraph.registered_node_types).length
      const pack = host[how]()
      const types = Object.keys(host.LiteGraph.registered_node_types).length - before
      const graph = new host.LGraph()
      new host.LGraphCanvas('#canvas', graph)
      pack.load(graph, workflow)
      const views: string[] = []
      const finished = await pack.run(graph, {
        onEvent: (event: { type: string; view?: { kind: string } }) =>
          event.type === 'view' && views.push(event.view!.kind),
      })
      const { device } = await pack.ready()
      const saved = pack.save(graph)
      const again = new host.LGraph()
      again.configure(JSON.parse(JSON.stringify(graph.serialize())))
      const same = pack.save(again) === saved
      pack.unregister()
      return {
        types,
        finished,
        views: [...new Set(views)].sort(),
        same,
        left: Object.keys(host.LiteGraph.registered_node_types).length - before,
        device,
      }
    },
    { how, workflow },
  )

/** Runs nodes with shipped and with missing data. */
const useShipped = (page: Page, how: 'plain' | 'inPage') =>
  page.evaluate(
    async ({ how, digits, mnist }) => {
      const { host } = window as unknown as { host: any } // oxlint-disable-line typescript/no-explicit-any -- two builds of one page
      const pack = host[how]()
      const shapes: number[][] = []
      const { faults } = await pack.client().run(digits, {
        onEvent: (event: Event) =>
          event.type === 'view' &&
          event.view.kind === 'statistics' &&
          shapes.push(event.view.shape),
      })
      const missing = await pack.client().run(mnist)
      pack.unregister()
      return { faults, shapes, missing: missing.faults as Fault[] }
    },
    { how, digits: noiseLike('Digits'), mnist: noiseLike('MNIST') },
  )

const noiseLike = (type: string) => ({
  nodes: [
    node('data', type),
    node('noise', 'GaussianNoise', { like: 'data.dataset' }, { batch_size: 2 }),
    node('look', 'Inspect', { value: 'noise.noise' }),
  ],
})

function checkShipped({ faults, shapes, missing }: Awaited<ReturnType<typeof useShipped>>) {
  expect(faults).toEqual([])
  expect(shapes).toEqual([[2, 8, 8, 1]])
  expect(missing.map(({ cure }) => cure)).toEqual([
    expect.stringContaining('register(LiteGraph, { assets: { mnist: "mnist/" } })'),
  ])
}

async function open(address: string, cores?: number): Promise<Page> {
  const page = await chromium.newPage()
  pages.push(page)
  if (cores)
    await page.addInitScript(
      (count) => Object.defineProperty(navigator, 'hardwareConcurrency', { value: count }),
      cores,
    )
  await page.goto(address)
  await page.waitForFunction(() => 'host' in window)
  return page
}

/** The first workflow with a short training. */
function pointsForAMoment(): string {
  const workflow = JSON.parse(readFileSync(join(root, 'workflows/points.json'), 'utf8')) as {
    nodes: { type: string; properties: Record<string, unknown> }[]
  }
  for (const { type, properties } of workflow.nodes)
    if (type === 'diffusion/TrainingStart') properties.steps = 5
  return JSON.stringify(workflow)
}

const mirrored = () => {
  const { nodes } = trainingGraph(5)
  const mirror = { ...node('Mirror', 'mine/Mirror', { x: 'Samples.x_0' }), title: 'Mirror' }
  return workflowOf(
    { nodes: [...nodes, mirror, node('Show', 'Scatter', { samples_1: 'Mirror.mirrored' })] },
    declarations(),
  )
}
/** A training of a kind of model that the host has defined. */
const mixed = () => workflowOf({ nodes: mixerGraph(2) }, [...declarations()!, mixerDeclaration])

let all: Parameters<typeof workflowOf>[1]
const declarations = () => all
beforeAll(async () => {
  const { declarations: ours } = await import('../src/build/declarations.ts').then(
    ({ loadDeclarations }) => loadDeclarations(root),
  )
  const mirror = {
    ...ours.find(({ type }) => type === 'diffusion/StopGradient')!,
    type: 'mine/Mirror',
    outputs: { mirrored: { type: 'samples', about: '' } },
  }
  all = [...ours, mirror as (typeof ours)[number]]
})

function checkHost({ types, finished, views, same, left }: Shown, own: number, shows = 'scatter') {
  expect(finished).toMatchObject({ stopped: false, faults: [] })
  expect(types).toBe(all!.length - 1 + own)
  expect(views).toContain(shows)
  expect(same).toBe(true)
  expect(left).toBe(0)
}

fullSuite('with a bundler', () => {
  const isolated = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  }
  const config = {
    root: consumer,
    configFile: false as const,
    logLevel: 'error' as const,
    worker: { format: 'es' as const },
  }

  test('works when built by Vite without configuration', async () => {
    await build({ ...config, build: { rolldownOptions: { onLog: () => {} } } })
    const served = await preview({ ...config, preview: { port: 0, headers: isolated } })
    const address = served.resolvedUrls!.local[0]
    checkHost(await useHost(await open(address), 'plain', pointsForAMoment()), 0)
    checkHost(await useHost(await open(address), 'inWorker', mirrored()), 1)
    checkHost(await useHost(await open(address), 'mixerInWorker', mixed()), 1, 'images')
    if (process.env.FULL) {
      checkHost(await useHost(await open(address), 'inPage', mirrored()), 1)
      checkHost(await useHost(await open(address), 'mixerInPage', mixed()), 1, 'images')
      const threaded = await useHost(await open(address, 4), 'inPage', mirrored())
      expect(threaded.device).toBe('SIMD, 2 threads')
    }
    checkShipped(await useShipped(await open(address), 'plain'))
    await served.close()
  })

  if (process.env.FULL)
    test('works when built under a strict policy, with its threads', async () => {
      const policies: Plugin = {
        name: 'policies',
        configurePreviewServer: ({ middlewares }) =>
          void middlewares.use((_, response, next) => {
            response.setHeader('Content-Security-Policy', policy)
            next()
          }),
      }
      let policy = hostPolicy
      const outDir = join(consumer, 'dist-strict')
      const input = join(consumer, 'strict.html')
      await build({ ...config, build: { outDir, rolldownOptions: { input, onLog: () => {} } } })
      const served = await preview({
        ...config,
        plugins: [policies],
        build: { outDir },
        preview: { port: 0, headers: isolated },
      })
      const address = `${served.resolvedUrls!.local[0]}strict.html`
      checkHost(await useHost(await open(address), 'plain', pointsForAMoment()), 0)
      checkHost(await useHost(await open(address), 'inWorker', mirrored()), 1)
      policy = `${hostPolicy}; ${trustedTypes}`
      checkHost(await useHost(await open(address), 'byUrl', mirrored()), 1)
      const threaded = await useHost(await open(address, 4), 'inPage', mirrored())
      expect(threaded.device).toBe('SIMD, 2 threads')
      await served.close()
    })

  if (process.env.FULL)
    test('works in development without dependency optimisation of the package', async () => {
      const server = await createServer({
        ...config,
        server: { port: 0, hmr: false, watch: null },
        optimizeDeps: {
          exclude: ['litegraph-diffusion'],
          include: [
            'litegraph-diffusion > @tensorflow/tfjs',
            'litegraph-diffusion > @tensorflow/tfjs-backend-cpu',
            'litegraph-diffusion > @tensorflow/tfjs-backend-wasm',
            'litegraph-diffusion > @tensorflow/tfjs-backend-webgl',
            'litegraph-diffusion > @tensorflow/tfjs-backend-webgpu',
          ],
        },
      })
      await server.listen()
      checkHost(
        await useHost(await open(server.resolvedUrls!.local[0]), 'plain', pointsForAMoment()),
        0,
      )
      checkShipped(await useShipped(await open(server.resolvedUrls!.local[0]), 'inPage'))
      await server.close()
    })
})

const engineStands = (page: Page) =>
  page
    .getByText(/WebAssembly/)
    .first()
    .waitFor()

test('the built editor starts its engine and loads no tfjs initially', async () => {
  const page = await chromium.newPage()
  pages.push(page)
  const loaded: string[] = []
  page.on('response', (response) => loaded.push(response.url()))
  const worker = page.waitForEvent('worker')
  await page.goto(editor.address)
  await worker
  await engineStands(page)
  expect(loaded.filter((url) => url.endsWith('.wasm'))).toHaveLength(1)
  expect(loaded.filter((url) => url.endsWith('.gz'))).toEqual([])
  const data = readdirSync(join(root, 'dist/app/assets')).filter((name) => name.endsWith('.gz'))
  expect(data.map((name) => name.replace(/-.{8}\.gz$/, '')).sort()).toEqual([
    'digits.safetensors',
    expect.stringMatching(/^emoji\.\w+\.safetensors$/),
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
  ])
})

fullTest('the development server starts it too and discovers no package late', async () => {
  const page = await chromium.newPage()
  pages.push(page)
  let loads = 0
  page.on('load', () => loads++)
  await page.goto(sources.address)
  await engineStands(page)
  expect(loads).toBe(1)
})

describe('by script tag', () => {
  const server = useStaticServer(consumer)
  afterEach(() => (server.policy = undefined))
  const address = () => `${server.address}script.html`

  test('runs in its worker, in the page, and in a worker with a node of the page', async () => {
    checkHost(await useHost(await open(address()), 'plain', pointsForAMoment()), 0)
    checkHost(await useHost(await open(address()), 'inPage', mirrored()), 1)
    checkHost(await useHost(await open(address()), 'inWorker', mirrored()), 1)
    checkShipped(await useShipped(await open(address()), 'plain'))
  })

  test('uses threads on several cores', async () => {
    const shown = await useHost(await open(address(), 4), 'inPage', mirrored())
    checkHost(shown, 1)
    expect(shown.device).toBe('SIMD, 2 threads')
  })

  test('runs under a strict policy with Trusted Types, with its threads', async () => {
    server.policy = `${hostPolicy}; ${trustedTypes}`
    const strict = address().replace('script.html', 'script-strict.html')
    checkHost(await useHost(await open(strict), 'plain', pointsForAMoment()), 0)
    checkHost(await useHost(await open(strict), 'inWorker', mirrored()), 1)
    const shown = await useHost(await open(strict, 4), 'inPage', mirrored())
    checkHost(shown, 1)
    expect(shown.device).toBe('SIMD, 2 threads')
  })

  test('falls back to one thread if the page forbids workers', async () => {
    server.policy = hostPolicy.replace("worker-src 'self'", "worker-src 'none'")
    chromium.allow(/Content Security Policy|policy violation/, /^uncaught: .*(Event|null)/)
    const strict = address().replace('script.html', 'script-strict.html')
    const shown = await useHost(await open(strict, 4), 'inPage', mirrored())
    checkHost(shown, 1)
    expect(shown.device).toBe('SIMD, 1 thread')
  })

  test('reports that the worker of the package lacks its nodes', async () => {
    const page = await open(address())
    const message = await page.evaluate(() => {
      const { LiteGraphDiffusion, LiteGraph } = window as unknown as {
        LiteGraphDiffusion: { register(lite: object, options: object): void }
        LiteGraph: object
      }
      try {
        LiteGraphDiffusion.register(LiteGraph, { nodes: [{ type: 'mine/Other' }] })
        return ''
      } catch (error) {
        return (error as Error).message
      }
    })
    expect(message).toContain("Pass engine: 'page', or a worker of your own")
  })
})

test('has types that compile in a strict host', () => {
  const compile = () =>
    execFileSync(
      join(root, 'node_modules/.bin/tsc'),
      [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2022',
        '--module',
        'esnext',
        '--moduleResolution',
        'bundler',
        join(consumer, 'types.ts'),
      ],
      { cwd: consumer, encoding: 'utf8' },
    )
  expect(compile()).toBe('')
})

test('packs its exports and nothing else', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => /^(src|test|scripts|dist\/app)\b/.test(name))).toEqual([])
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const targets = Object.values(exports as Record<string, string | Record<string, string>>).flatMap(
    (target) => (typeof target === 'string' ? [target] : Object.values(target)),
  )
  expect(
    targets.filter((target) => !target.includes('*') && !existsSync(join(installed, target))),
  ).toEqual([])
  const publint = [
    join(root, 'node_modules/.bin/publint'),
    installed,
    '--pack',
    'false',
    '--strict',
  ]
  expect(execFileSync(process.execPath, publint, { encoding: 'utf8' })).toContain('All good!')
  expect(
    execFileSync(process.execPath, [join(installed, 'bin/litegraph-diffusion.mjs'), '--version'], {
      encoding: 'utf8',
    }),
  ).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('is at most 5 MB packed', () => {
  const { size } = statSync(tarball)
  console.log(`The package has ${(size / 1e6).toFixed(2)} MB packed.`)
  expect(size).toBeLessThan(5e6)
})

test('has the licences of all packages whose code it contains', () => {
  const licences = 'THIRD-PARTY-LICENSES.txt'
  const text = readFileSync(join(installed, 'dist/standalone', licences), 'utf8')
  expect(text).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION')
  expect(readFileSync(join(root, 'test-results/editor', licences), 'utf8')).toBe(text)
  // The sources of the scripts, as the build recorded them.
  const bundled = ['engine-core', 'page-template.html', 'lesson-template.html'].flatMap((name) => {
    const recorded = readFileSync(join(root, 'node_modules/.vite', name, 'sources.json'), 'utf8')
    const { sources } = JSON.parse(recorded) as { sources: Record<string, string> }
    return Object.keys(sources).flatMap(
      (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    )
  })
  expect(new Set(bundled).size).toBeGreaterThan(10)
  for (const name of new Set(bundled)) expect(text).toMatch(new RegExp(`^${name} [\\d.]+ `, 'm'))
})
