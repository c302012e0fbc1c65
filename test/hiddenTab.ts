// Tabs that can be hidden. Playwright makes every page visible, so this uses Chromium's protocol.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

export interface Tab {
  /** Evaluates an expression; awaits promises. */
  evaluate<T>(expression: string): Promise<T>
  /** Brings the tab to the front, which hides the others. */
  show(): Promise<void>
}

export interface Tabs {
  open(address: string): Promise<Tab>
  close(): Promise<void>
}

interface Answer {
  id?: number
  result?: unknown
  error?: { message: string }
}

export async function startTabs(path: string): Promise<Tabs> {
  const profile = await mkdtemp(join(tmpdir(), 'hidden-'))
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--no-first-run',
    '--disable-background-networking',
  ]
  const browser = spawn(
    path,
    [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    },
  )
  const ended = new Promise((resolve) => browser.once('exit', resolve))
  const send = openProtocol(browser.stdio[3] as Writable, browser.stdio[4] as Readable)
  return {
    async open(address) {
      const { targetId } = await send<{ targetId: string }>('Target.createTarget', { url: address })
      const { sessionId } = await send<{ sessionId: string }>('Target.attachToTarget', {
        targetId,
        flatten: true,
      })
      return {
        async evaluate<T>(expression: string) {
          const params = { expression, awaitPromise: true, returnByValue: true }
          const { result, exceptionDetails } = await send<Evaluated>(
            'Runtime.evaluate',
            params,
            sessionId,
          )
          if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
          return result.value as T
        },
        show: async () => void (await send('Target.activateTarget', { targetId })),
      }
    },
    async close() {
      browser.kill()
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Evaluated {
  result: { value: unknown }
  exceptionDetails?: { text: string; exception?: { description?: string } }
}

/** Chrome DevTools protocol over pipes: zero-terminated JSON messages. */
function openProtocol(to: Writable, from: Readable) {
  let last = 0
  let rest = ''
  const waiting = new Map<number, (answer: Answer) => void>()
  from.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0')
    rest = messages.pop()!
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer
      waiting.get(answer.id!)?.(answer)
      waiting.delete(answer.id!)
    }
  })
  return <T>(method: string, params: object = {}, sessionId?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      )
      to.write(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }) + '\0')
    })
}
