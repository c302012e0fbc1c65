// Detects errors, warnings, failed requests, external requests and violations of the content
// security policy, of pages and their workers in tests.
import type { BrowserContext, Page, Request } from 'playwright-core'

/** Reports complaints of the pages and workers of a context as text. Returns the context. */
export function watched(
  context: BrowserContext,
  write: (complaint: string) => void,
): BrowserContext {
  context.on('weberror', (error) => write(`uncaught: ${error.error().message}`))
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || ofTheMachine.test(message.text())) return
    const { url, lineNumber } = message.location()
    write(`console ${message.type()}: ${message.text()} (${url}:${lineNumber})`)
  })
  context.on(
    'request',
    (request) => !isOurs(request) && write(`external request: ${request.url()}`),
  )
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText
    // Also emitted when a page is closed while it loads, and when a download starts.
    if (why !== 'net::ERR_ABORTED') write(`request failed: ${request.url()} (${why})`)
  })
  context.on(
    'response',
    (response) => response.status() >= 400 && write(`${response.status()}: ${response.url()}`),
  )
  watchPolicy(context, write)
  return context
}

/**
 * Expected messages: service workers are blocked in most tests, and the machine may have no GPU.
 */
const ofTheMachine = /^(Service Worker registration blocked by Playwright|No available adapters\.)$/

/** True for servers on this machine and for URLs that the page created. */
const isOurs = (request: Request): boolean => {
  const { protocol, hostname } = new URL(request.url())
  return hostname === 'localhost' || ['blob:', 'data:', 'about:'].includes(protocol)
}

/**
 * Reports violations of the content security policy: the events of pages, and what the browser logs
 * of workers, which do not report through the console and may be gone before a listener is added.
 */
function watchPolicy(context: BrowserContext, write: (complaint: string) => void) {
  const logWorkers = async (page: Page) => {
    const session = await context.newCDPSession(page)
    session.on('Log.entryAdded', ({ entry: { source, text } }) => {
      if (source === 'worker' && /Content Security Policy|Trusted/.test(text))
        write(`policy violation in a worker: ${text}`)
    })
    await session.send('Log.enable') // sends earlier entries too
  }
  // The page may be closed already.
  const watchPage = (page: Page) => void logWorkers(page).catch(() => {})
  context.pages().forEach(watchPage)
  context.on('page', watchPage)
  context.addInitScript(reportViolations).catch(() => {})
}

/** Runs in the page. */
const reportViolations = () =>
  addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI, sample } = event as SecurityPolicyViolationEvent
    console.error(`policy violation: ${effectiveDirective} blocked ${blockedURI} ${sample}`)
  })
