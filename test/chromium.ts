// Drives a real Chromium, and says so where there is none.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import type { Plugin, ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest'
import type { ServerName } from './servers.ts'
import { serveSources } from './servers.ts'
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
  /** What pages have complained of until now, for a test that looks before its end. */
  errors(): string[]
  /** Complaints that this test brings about on purpose; any other fails it. */
  allow(...expected: RegExp[]): void
}

/**
 * A Chromium for the suite it is called in. Without one its tests are skipped with the reason, and fail with CI set. A test fails
 * by what its pages complain of, see {@link watched}: once its own `afterEach` has run, so that pages are closed.
 */
export function useChromium(args: string[] = []): Chromium {
  const complaints: string[] = []
  let allowed: RegExp[] = []
  const prepared = (context: BrowserContext) => {
    watched(context, (complaint) => complaints.push(complaint))
    // Packages that are made ready for the first time, on cores that are shared, may take longer than the usual half a minute.
    context.setDefaultTimeout(90_000)
    return context
  }
  let browser: Browser | undefined
  beforeAll(async () => {
    if (!missing) browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet, ...args] })
  })
  afterAll(() => browser?.close())
  const unexpected = () => complaints.splice(0).filter((complaint) => !allowed.some((each) => each.test(complaint)))
  afterEach(() => {
    const left = unexpected()
    allowed = []
    expect(left, 'what pages complained of').toEqual([])
  })
  beforeEach(({ skip }) => {
    if (!missing) return
    expect(process.env.CI, missing).toBeFalsy()
    skip(missing)
  })
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
    errors: unexpected,
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

/** The sources as `npm start` serves them: one server for all suites, or with plugins one for the suite it is called in. */
export function useDevServer(plugins: Plugin[] = []): Served {
  return plugins.length === 0
    ? useServer('sources')
    : useOwn(() => serveSources({ plugins, cacheDir: join(root, 'node_modules/.vite/test-own') }))
}

/** The editor as it is built. */
export const useBuiltEditor = (): Served => useServer('editor')

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

function useOwn(serve: () => Promise<ViteDevServer>): Served {
  let server: ViteDevServer | undefined
  beforeAll(async () => void (server = await serve()))
  afterAll(() => server?.close())
  return {
    get address() {
      return server!.resolvedUrls!.local[0]!
    },
  }
}
