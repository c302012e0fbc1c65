// A page of the sources in Chromium, as `npm start` serves it: isolated, so that wasm has threads.
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { createServer } from 'vite'

/** Does some work with the page that tests of the engine use, and closes it. */
export async function onIsolatedPage<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const server = await createServer({ logLevel: 'error', server: { port: 0, hmr: false, watch: null } })
  await server.listen()
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`${server.resolvedUrls!.local[0]}test/pages/engine.html`)
    return await work(page)
  } finally {
    await browser.close()
    await server.close()
  }
}
