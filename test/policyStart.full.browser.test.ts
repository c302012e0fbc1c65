// Whatever keeps the editor from starting, such as a policy of the server, leaves a readable message.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { headerPolicy } from '../src/build/policy.ts'
import { closeContext, useBuiltEditor, useChromium } from './chromium.ts'
import { blocked, useContexts, waitForEngine } from './policyPages.ts'

const chromium = useChromium()
const built = useBuiltEditor()
const newContext = useContexts(chromium)

describe('what keeps the editor from starting leaves a message:', () => {
  const open = async (prepare: (page: Page) => Promise<unknown>) => {
    const page = await (await newContext()).newPage()
    await prepare(page)
    await page.goto(built.address)
    return page
  }
  const message = (page: Page) => page.getByText(/litegraph-diffusion has not started\. Reload/)

  const withPolicy = (page: Page, change: (policy: string) => string) =>
    page.route(/.*/, async (route) => {
      const response = await route.fetch()
      const headers = {
        ...response.headers(),
        'content-security-policy': change(headerPolicy),
      }
      await route.fulfill({ response, headers })
    })

  test('a script that is missing', async () => {
    chromium.allow(/404/, /console error: Failed to load/)
    const page = await open((opened) =>
      opened.route(/assets\/app-.*\.js/, (route) => route.fulfill({ status: 404 })),
    )
    await message(page).waitFor()
  })

  test('a policy without scripts', async () => {
    chromium.allow(...blocked)
    const page = await open((opened) =>
      withPolicy(opened, (policy) => policy.replace("script-src 'self'", 'script-src')),
    )
    await message(page).waitFor()
  })

  test('an error at the start, with its text', async () => {
    chromium.allow(/no storage of settings/)
    const page = await open((opened) =>
      opened.addInitScript(() => {
        Object.defineProperty(navigator, 'languages', {
          get: () => {
            throw new Error('no storage of settings')
          },
        })
      }),
    )
    await message(page).waitFor()
    await page.getByText('no storage of settings').waitFor()
  })

  test('a policy without workers', async () => {
    chromium.allow(...blocked)
    const page = await open((opened) =>
      withPolicy(opened, (policy) => policy.replace("worker-src 'self'", "worker-src 'none'")),
    )
    await page.locator('.status').getByText("allows worker-src 'self'").first().waitFor()
  })

  test('a policy that forbids our Trusted Types', async () => {
    chromium.allow(...blocked)
    const page = await open((opened) =>
      withPolicy(opened, (policy) => policy.replace(/trusted-types .*?;/, "trusted-types 'none';")),
    )
    await page.locator('.status').getByText("allows worker-src 'self'").first().waitFor()
  })

  test('a policy without WebAssembly: another backend, and the reason', async () => {
    chromium.allow(...blocked, /WebAssembly|wasm|falling back/i)
    const page = await open((opened) =>
      withPolicy(opened, (policy) => policy.replace(" 'wasm-unsafe-eval'", '')),
    )
    expect(await waitForEngine(page)).toMatch(/WebGL|JavaScript/)
  })

  test('a browser without scripts', async () => {
    const context = await chromium.browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(built.address)
    const text = page.locator('noscript p').first()
    await text.waitFor()
    expect(await text.innerText()).toContain('Allow it for this site')
    await closeContext(context)
  })
})
