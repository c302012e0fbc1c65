// The content security policy in Chromium: the editor works under it, and injected code does not run.
import type { Server } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import katex from 'katex'
import type { Page, Route } from 'playwright-core'
import { createServer } from 'vite'
import { describe, expect, test } from 'vitest'
import { headerPolicy, pagePolicy } from '../src/build/policy.ts'
import { threadCount } from '../src/engine/backends/wasm/threads.ts'
import { root, useBuiltEditor, useChromium, useDevServer } from './chromium.ts'
import { addNode, button, getRunStatus, openEditor, waitForEditor } from './editor/driver.ts'
import { blocked, useContexts, waitForEngine } from './policyPages.ts'

const chromium = useChromium()
const built = useBuiltEditor()
const sources = useDevServer()

const newContext = useContexts(chromium)

// The development server transforms some hundred modules for its first page, which takes long.
const servers = [
  { name: 'the built editor', server: built },
  ...(process.env.FULL ? [{ name: 'the development server', server: sources }] : []),
]

describe.each(servers)('$name', ({ server }) => {
  test('sends the policy for its page, its scripts and its workers', async () => {
    const page = await (await newContext()).newPage()
    const policies = new Map<string, string | undefined>()
    page.on('response', (response) =>
      policies.set(
        response.url(),
        response.headers()['content-security-policy']?.replace(/ 'nonce-[^']+'/, ''),
      ),
    )
    await page.goto(server.address)
    await waitForEngine(page)
    const loaded = [...policies.keys()].filter((url) => /worker|threads|\/$/.test(url))
    expect(loaded.length).toBeGreaterThan(1)
    expect([...policies].filter(([, policy]) => policy !== headerPolicy)).toEqual([])
  })

  test('starts all threads, trains, and requests one origin only', async () => {
    const context = await newContext()
    const requested = new Set<string>()
    context.on('request', (request) => requested.add(new URL(request.url()).origin))
    const page = await openEditor(context, server.address)
    const cores = threadCount(await page.evaluate(() => navigator.hardwareConcurrency))
    expect(await waitForEngine(page)).toContain(`SIMD, ${cores} thread`)
    await button(page, 'Run').click()
    await page.waitForFunction(() =>
      /step \d+ of/.test(document.querySelector('.status')!.textContent!),
    )
    await button(page, 'Stop').click()
    await expect.poll(() => getRunStatus(page)).toMatch(/Stopped|Ready|Finished/)
    // data: URLs have no origin.
    requested.delete('null')
    expect([...requested]).toEqual([new URL(server.address).origin])
  })

  test('sets the styles of equations', async () => {
    const page = await openEditor(await newContext(), server.address, { empty: true })
    await addNode(page, 'Forward Noise', 400, 300)
    const equation = page.locator('.equation')
    await equation.locator('.katex').first().waitFor()
    const latex = (await equation.getAttribute('aria-label'))!
    const html = katex.renderToString(latex, { displayMode: true })
    const expected = [...html.matchAll(/ style="([^"]+)"/g)].map(([, style]) => style)
    expect(expected.length).toBeGreaterThan(20)
    const applied = await equation
      .locator('.katex')
      .first()
      .locator('[style]')
      .evaluateAll((elements) =>
        elements.map((element) => (element as HTMLElement).style.cssText.replaceAll(/[: ;]/g, '')),
      )
    expect(applied).toEqual(expected.map((style) => style.replaceAll(/[: ;]/g, '')))
  })
})

test('the built page has the policy for servers that send none', async () => {
  const page = await (await newContext()).newPage()
  await page.goto(built.address)
  const meta = page.locator('meta[http-equiv="Content-Security-Policy"]')
  expect(await meta.getAttribute('content')).toBe(pagePolicy)
  expect(await meta.evaluate((element) => element.previousElementSibling)).toBeNull()
})

/** A server of another origin, which counts its requests. */
async function elsewhere() {
  let requests = 0
  const server = createHttpServer((_, response) => {
    requests++
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    response.setHeader('Content-Type', 'text/javascript')
    response.end('window.ran.push("external script")')
  })
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/script.js`,
    requests: () => requests,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Adds HTML to the page of the server. The headers remain. */
const injectHtml = (page: Page, address: string, html: string) =>
  page.route(address, async (route: Route) => {
    const response = await route.fetch()
    const body = (await response.text()).replace('</body>', `${html}</body>`)
    await route.fulfill({ response, body })
  })

declare global {
  interface Window {
    ran: string[]
    violated: string[]
  }
}

const recordViolations = (page: Page) =>
  page.addInitScript(() => {
    window.ran = []
    window.violated = []
    addEventListener('securitypolicyviolation', (event) =>
      window.violated.push((event as SecurityPolicyViolationEvent).effectiveDirective),
    )
  })

test.each(servers)('injected HTML runs no code in $name', async ({ server }) => {
  // Vite's client cannot connect to its server from a page that the test provides.
  chromium.allow(...blocked, /WebSocket|\[vite\]/)
  const other = await elsewhere()
  const page = await (await newContext()).newPage()
  await recordViolations(page)
  await injectHtml(
    page,
    server.address,
    `<script>ran.push('inline script')</script>
    <img src="missing:" onerror="ran.push('handler')">
    <script src="${other.address}"></script>
    <link rel="stylesheet" href="${other.address}">
    <iframe src="${other.address}"></iframe>
    <object data="${other.address}"></object>
    <base href="${other.address}">
    <p style="color: red">styled</p>
    <form id="form" action="${other.address}"><input name="a" value="1"></form>
    <a id="link" href="javascript:ran.push('link')">link</a>`,
  )
  await page.goto(server.address)
  await waitForEditor(page)
  await page.evaluate(() => document.getElementById('link')!.click())
  await page.evaluate(() => document.querySelector<HTMLFormElement>('#form')!.submit())
  await expect
    .poll(async () => [...new Set(await page.evaluate(() => window.violated))].sort())
    .toEqual([
      'base-uri',
      ...(server === sources ? ['connect-src'] : []),
      'form-action',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-attr',
      'style-src-elem',
    ])
  expect(await page.evaluate(() => window.ran)).toEqual([])
  expect(other.requests()).toBe(0)
  other.close()
})

test('scripts cannot turn text into code, or connect elsewhere', async () => {
  chromium.allow(...blocked)
  const other = await elsewhere()
  const page = await (await newContext()).newPage()
  await recordViolations(page)
  await page.goto(built.address)
  await waitForEditor(page)
  const outcomes = await page.evaluate(async (address) => {
    const attempts: Record<string, () => unknown> = {
      innerHTML: () => (document.body.innerHTML = '<img src=x onerror="ran.push(1)">'),
      'script text': () => (document.createElement('script').text = 'ran.push(1)'),
      'script address': () => (document.createElement('script').src = '/other.js'),
      eval: () => window.eval('ran.push(1)'),
      Function: () => new Function('ran.push(1)')(),
      'worker from a string': () => new Worker('/assets/other.js'),
      'another policy': () =>
        (
          window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
        ).trustedTypes.createPolicy('other', {}),
      fetch: () => fetch(address),
      socket: () =>
        new Promise((resolve, reject) =>
          Object.assign(new WebSocket(address.replace('http', 'ws')), {
            onopen: resolve,
            onerror: reject,
          }),
        ),
      beacon: () => navigator.sendBeacon(address) || Promise.reject(new Error('refused')),
    }
    const ended: Record<string, string> = {}
    for (const [name, attempt] of Object.entries(attempts)) {
      // The browser allows `eval` while the test calls the page, but not in later tasks.
      await new Promise((resolve) => setTimeout(resolve))
      try {
        await attempt()
        ended[name] = 'done'
      } catch {
        ended[name] = 'refused'
      }
    }
    return ended
  }, other.address)
  // A beacon is queued, and blocked afterwards.
  expect({ ...outcomes, beacon: '' }).toEqual(
    Object.fromEntries(
      Object.keys(outcomes).map((name) => [name, name === 'beacon' ? '' : 'refused']),
    ),
  )
  expect(await page.evaluate(() => window.ran)).toEqual([])
  const violated = new Set(await page.evaluate(() => window.violated))
  for (const directive of ['connect-src', 'require-trusted-types-for', 'trusted-types'])
    expect(violated).toContain(directive)
  expect(other.requests()).toBe(0)
  other.close()
})

if (process.env.FULL)
  test('the development server replaces styles without a violation or a reload', async () => {
    let width = 1
    const server = await createServer({
      root,
      configFile: join(root, 'vite.config.ts'),
      logLevel: 'error',
      // With another list of plugins, Vite would replace the bundles of the running server.
      cacheDir: join(root, 'node_modules/.vite/test-styles'),
      server: { port: 0, watch: null },
      plugins: [
        {
          name: 'changing-style',
          enforce: 'pre',
          transform: (code, id) =>
            id.endsWith('/ui/base.css')
              ? { code: `${code}\nhtml { --changed: ${width}px }`, map: null }
              : undefined,
        },
      ],
    })
    await server.listen()
    const page = await (await newContext()).newPage()
    const sockets: string[] = []
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).host))
    let loads = 0
    page.on('load', () => loads++)
    const address = server.resolvedUrls!.local[0]
    await page.goto(address)
    await waitForEditor(page)
    const changed = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--changed'))
    expect(await changed()).toBe('1px')
    width = 2
    const [style] = server.environments.client.moduleGraph.getModulesByFile(
      join(root, 'src/editor/ui/base.css'),
    )!
    await server.environments.client.reloadModule(style)
    await expect.poll(changed).toBe('2px')
    expect(loads).toBe(1)
    expect(new Set(sockets)).toEqual(new Set([new URL(address).host]))
    await page.context().close()
    ;(server.httpServer as Server).closeAllConnections()
    await server.close()
  })
