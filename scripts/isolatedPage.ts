// Opens the sources in Chromium as `npm start` serves them: cross-origin isolated, for wasm
// threads.
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { createServer } from 'vite'

/** Runs a function with the engine's test page, and closes it. */
export async function onIsolatedPage<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const server = await createServer({
    logLevel: 'error',
    server: { port: 0, hmr: false, watch: null },
  })
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
