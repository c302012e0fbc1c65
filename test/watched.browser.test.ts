// Complaints of pages and their workers, which fail a browser test, are reported.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { useChromium } from './chromium.ts'
import { watched } from './watched.ts'

const chromium = useChromium()

test('reports errors, warnings, rejected promises and external requests, also of workers', async () => {
  const complaints: string[] = []
  const context = watched(await chromium.browser.newContext(), (complaint) =>
    complaints.push(complaint),
  )
  const page = await context.newPage()
  await page.route('http://localhost/**', (route) =>
    route.fulfill({
      status: route.request().url().endsWith('/') ? 200 : 404,
      contentType: 'text/html',
      body: '<title>A page</title>',
    }),
  )
  await page.goto('http://localhost/')
  await page.evaluate(() => {
    const worker = new Worker(
      URL.createObjectURL(
        new Blob([
          "fetch('http://elsewhere.invalid/data').catch(() => console.warn('in a worker')); setTimeout(() => { throw new Error('thrown in a worker') })",
        ]),
      ),
    )
    worker.postMessage('begin')
    console.log('nothing to speak of')
    console.error('an error')
    void Promise.reject(new Error('refused'))
    setTimeout(() => {
      throw new Error('thrown')
    })
    void fetch('http://localhost/nowhere')
  })
  for (const expected of [
    /^console error: an error/,
    /^console warning: in a worker/,
    /^uncaught: refused/,
    /^uncaught: thrown$/,
    /^uncaught: thrown in a worker/,
    /^404: http:\/\/localhost\/nowhere/,
    /^external request: http:\/\/elsewhere.invalid\/data/,
    /^request failed: http:\/\/elsewhere.invalid\/data/,
  ]) {
    await expect.poll(() => complaints).toContainEqual(expect.stringMatching(expected))
  }
  expect(complaints.join()).not.toContain('nothing to speak of')
  await context.close()
})

test('reports violations of the content security policy, also of workers from their start', async () => {
  const complaints: string[] = []
  const context = watched(await chromium.browser.newContext(), (complaint) =>
    complaints.push(complaint),
  )
  const page = await context.newPage()
  const policy = "default-src 'self'; style-src 'self'; connect-src 'none'"
  const files: Record<string, string> = {
    '/': '<link rel="icon" href="/icon"><script src="/page.js"></script><p style="color: red">',
    '/page.js': "new Worker('/worker.js')",
    '/worker.js': "fetch('/from-worker').catch(() => {}); new Worker('/inner.js')",
    '/inner.js': "fetch('/from-inner').catch(() => {})",
  }
  const server = createServer(({ url }, response) => {
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Content-Type', url === '/' ? 'text/html' : 'text/javascript')
    response.end(files[url!] ?? '')
  })
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
  for (const expected of [
    /policy violation: style-src-attr blocked inline/,
    /policy violation in a worker: .*from-worker.*connect-src/,
    /policy violation in a worker: .*from-inner.*connect-src/,
  ]) {
    await expect.poll(() => complaints).toContainEqual(expect.stringMatching(expected))
  }
  await context.close()
  server.close()
})
