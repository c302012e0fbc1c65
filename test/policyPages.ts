// Browser contexts and pages of the suites of the content security policy.
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach } from 'vitest'
import { type Chromium, closeContext } from './chromium.ts'

/** Returns a function that opens contexts, which are closed after each test. */
export function useContexts(chromium: Chromium) {
  const contexts: BrowserContext[] = []
  afterEach(async () => {
    for (const context of contexts.splice(0)) await closeContext(context)
  })
  return async (...options: Parameters<typeof chromium.newContext>) => {
    const context = await chromium.newContext(...options)
    contexts.push(context)
    return context
  }
}

/** Waits for the engine, and returns its description in the status bar. */
export async function waitForEngine(page: Page) {
  const status = page.locator('.status').getByText(/(WebAssembly|WebGL|WebGPU|JavaScript) ·/)
  await status.first().waitFor()
  return status.first().innerText()
}

/** Complaints about what the policy blocks. */
export const blocked = [
  /policy violation|Content Security Policy|Trusted/,
  /^request failed: .*\(csp\)/,
  /^external request/,
]
