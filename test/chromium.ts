// Drives a real Chromium, and says so where there is none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import type { ServerName } from './servers.ts'
import { watched } from './watched.ts'

export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const missing = existsSync(chromiumPath) ? undefined : `there is no Chromium at ${chromiumPath}; npm run test:setup installs it`

/** WebGPU without a GPU. */
export const softwareGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

const quiet = ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run']

export const root = join(import.meta.dirname, '..')

export interface Chromium {
  browser: Browser
  /** A new page in a profile of its own. */
  newPage(): Promise<Page>
  /** With `offline` it has the service worker of the built editor, which fetches all of its files. */
  newContext(options?: { offline?: boolean }): Promise<BrowserContext>
  /** Another browser, on the profile in a folder; to be closed by the caller. */
  launchIn(profile: string): Promise<BrowserContext>
  /** Complaints that this test brings about on purpose; any other fails it. */
  allow(...expected: RegExp[]): void
}

/** Suites that run in one process one after the other have one browser, by its arguments: it ends with the process. */
const browsers = new Map<string, Promise<Browser>>()

function browserWith(args: string[]): Promise<Browser> {
  const key = args.join(' ')
  const launch = async () => {
    const browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...args] })
    return browser.on('disconnected', () => browsers.delete(key))
  }
  return browsers.get(key) ?? browsers.set(key, launch()).get(key)!
}

/**
 * A Chromium for the suite it is called in. Without one its tests are skipped with the reason, and fail with CI set. A test fails
 * by what its pages complain of, see {@link watched}: once its own `afterEach` has run, so that pages are closed. Profiles that
 * are left are closed after the last test.
 */
export function useChromium(args: string[] = []): Chromium {
  const complaints: string[] = []
  const contexts = new Set<BrowserContext>()
  let allowed: RegExp[] = []
  const prepared = (context: BrowserContext) => {
    watched(context, (complaint) => complaints.push(complaint))
    // Packages that are made ready for the first time, on cores that are shared, may take longer than the usual half a minute.
    context.setDefaultTimeout(90_000)
    contexts.add(context)
    return context.on('close', () => contexts.delete(context))
  }
  const expectNone = () => {
    const left = complaints.splice(0).filter((complaint) => !allowed.some((each) => each.test(complaint)))
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
    async newContext({ offline = false } = {}) {
      return prepared(await browser!.newContext({ serviceWorkers: offline ? 'allow' : 'block' }))
    },
    async launchIn(profile) {
      return prepared(
        await chromium.launchPersistentContext(profile, {
          executablePath: chromiumPath,
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

/** How to end a browser at once, as a crash does: nothing is told, nothing is put in order. */
export async function killerOf(context: BrowserContext): Promise<() => Promise<void>> {
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

/** The sources as `npm start` serves them. */
export const useDevServer = (): Served => useServer('sources')

/** The editor as it is built. */
export const useBuiltEditor = (): Served => useServer('editor')

/** The pages of test/pages as they are built, and an editor that saves trainings more often. */
export const usePages = (): Served => useServer('pages')

/** Goes to the engine in a page without an editor (test/pages/engine.ts). Returns the page. */
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
