// What pages in tests may not do unnoticed: errors, warnings, requests that fail, and requests to anywhere else.
import type { BrowserContext, Request } from 'playwright-core'

/** Writes down what the pages and workers of a context complain of, as sentences. Returns the context. */
export function watched(context: BrowserContext, write: (complaint: string) => void): BrowserContext {
  context.on('weberror', (error) => write(`uncaught: ${error.error().message}`))
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || ofTheMachine.test(message.text())) return
    const { url, lineNumber } = message.location()
    write(`console ${message.type()}: ${message.text()} (${url}:${lineNumber})`)
  })
  context.on('request', (request) => !isOurs(request) && write(`asked elsewhere: ${request.url()}`))
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText
    // So it is called when a page that was loading something is left, and when a download begins.
    if (why !== 'net::ERR_ABORTED') write(`request failed: ${request.url()} (${why})`)
  })
  context.on('response', (response) => response.status() >= 400 && write(`${response.status()}: ${response.url()}`))
  return context
}

/** Service workers are off, but where one is tested; and Chromium says so where a machine has no GPU. */
const ofTheMachine = /^(Service Worker registration blocked by Playwright|No available adapters\.)$/

/** Every server of the tests is on this machine, and so is what a page makes itself. */
const isOurs = (request: Request): boolean => {
  const { protocol, hostname } = new URL(request.url())
  return hostname === 'localhost' || ['blob:', 'data:', 'about:'].includes(protocol)
}
