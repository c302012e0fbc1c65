// Runs suites in a real Chromium, or skips them if there is none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import type { ServerName } from './servers.ts'
import { watched } from './watched.ts'

export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
/** Chromium without windows, which opens a page in half of the processor time. */
const shellPath = '/usr/bin/chromium-headless-shell'
/** `npm run test:full` uses the complete browser. */
const usesShell = !process.env.CHROMIUM_PATH && !process.env.FULL && existsSync(shellPath)
const executablePath = usesShell ? shellPath : chromiumPath
const missing = existsSync(chromiumPath)
  ? undefined
  : `there is no Chromium at ${chromiumPath}; npm run test:setup installs it`

/** Flags for WebGPU without a GPU. */
export const softwareGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--no-first-run',
]

export const root = join(import.meta.dirname, '..')

export interface Chromium {
  browser: Browser
  /** Opens a page in a new profile. */
  newPage(): Promise<Page>
  /**
   * Opens a context; with `offline`, service workers are allowed, and the built editor's fetches
   * all files; with `bypassCSP`, content security policies are ignored.
   */
  newContext(options?: { offline?: boolean; bypassCSP?: boolean }): Promise<BrowserContext>
  /** Starts another browser on the profile in a folder. The caller closes it. */
  launchIn(profile: string): Promise<BrowserContext>
  /** Console errors that the test expects; any other error fails it. */
  allow(...expected: RegExp[]): void
}

/** Browsers by arguments, shared by the suites of a process and closed with it. */
const browsers = new Map<string, Promise<Browser>>()

function browserWith(args: string[]): Promise<Browser> {
  const key = args.join(' ')
  const launch = async () => {
    const browser = await chromium.launch({
      executablePath,
      args: [...quiet, ...args],
    })
    return browser.on('disconnected', () => browsers.delete(key))
  }
  return browsers.get(key) ?? browsers.set(key, launch()).get(key)!
}

/**
 * Provides Chromium to the calling suite. Without Chromium its tests are skipped with the reason,
 * and fail with CI set. Errors of a test's pages fail it, see {@link watched}, after its own
 * `afterEach` has closed them. Remaining profiles are closed after the last test.
 */
export function useChromium(args: string[] = []): Chromium {
  const complaints: string[] = []
  const contexts = new Set<BrowserContext>()
  let allowed: RegExp[] = []
  const prepared = (context: BrowserContext) => {
    watched(context, (complaint) => complaints.push(complaint))
    context.setDefaultTimeout(120_000)
    contexts.add(context)
    return context.on('close', () => contexts.delete(context))
  }
  const expectNone = () => {
    const left = complaints
      .splice(0)
      .filter((complaint) => !allowed.some((each) => each.test(complaint)))
    expect(left, 'what pages complained of').toEqual([])
  }
  let browser: Browser | undefined
  beforeAll(async () => {
    if (!missing) browser = await browserWith(args)
  })
  afterAll(async () => {
    await Promise.all([...contexts].map((context) => context.close()))
    expectNone()
  })
  beforeEach(({ skip }) => {
    allowed = []
    if (!missing) return
    expect(process.env.CI, missing).toBeFalsy()
    skip(missing)
  })
  afterEach(expectNone)
  return {
    get browser() {
      return browser!
    },
    async newContext({ offline = false, bypassCSP = false } = {}) {
      const serviceWorkers = offline ? 'allow' : 'block'
      return prepared(await browser!.newContext({ serviceWorkers, bypassCSP }))
    },
    async launchIn(profile) {
      return prepared(
        await chromium.launchPersistentContext(profile, {
          executablePath,
          args: [...quiet, ...args],
          serviceWorkers: 'block',
        }),
      )
    },
    async newPage() {
      const page = await browser!.newPage({ serviceWorkers: 'block' })
      prepared(page.context())
      return page
    },
    allow: (...expected) => void allowed.push(...expected),
  }
}

/** Closes a context. Errors of routes that still answer a request are ignored. */
export async function closeContext(context: BrowserContext) {
  const browser = context.browser()
  if (browser && !browser.contexts().includes(context)) return // closed by the test
  for (const routed of [context, ...context.pages()])
    await routed.unrouteAll({ behavior: 'ignoreErrors' })
  await context.close()
}

/** Kills a browser without shutdown, like a crash. */
export async function prepareKill(context: BrowserContext): Promise<() => Promise<void>> {
  const session = await context.browser()!.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const { id } = processInfo.find(({ type }) => type === 'browser')!
  return async () => {
    const closed = new Promise((resolve) => context.on('close', resolve))
    process.kill(id, 'SIGKILL')
    await closed
  }
}

interface Served {
  readonly address: string
}

/** Serves the sources as `npm start` does. */
export const useDevServer = (): Served => useServer('sources')

/** Serves the built editor. */
export const useBuiltEditor = (): Served => useServer('editor')

/** Serves the built pages of test/pages, and an editor that saves trainings more often. */
export const usePages = (): Served => useServer('pages')

/** Opens the engine in a page without the editor (test/pages/engine.ts). */
export async function toEngine(page: Page, { address }: Served): Promise<Page> {
  await page.goto(`${address}test/pages/engine.html`)
  await page.waitForFunction(() => 'engine' in window)
  return page
}

function useServer(name: ServerName): Served {
  let address: string
  beforeAll(async () => {
    const answer = await fetch(inject('servers') + name)
    address = await answer.text()
    expect(answer.status, address).toBe(200)
  })
  return {
    get address() {
      return address
    },
  }
}
