// Connection of a page to a mock worker that posts predefined messages.
import { expect, test, vi } from 'vitest'
import { connect } from '../../../src/hosts/worker/connect.ts'
import { hostMessages } from '../../../src/messages/host.ts'
import { withoutIds } from '../../withoutIds.ts'

class SilentWorker extends EventTarget {
  readonly posted: unknown[] = []
  postMessage = (request: unknown) => this.posted.push(request)
  terminate() {}
  post = (message: string) =>
    this.dispatchEvent(new MessageEvent('message', { data: stored(message) }))
}

const stored = (message: string) => ({ type: 'storage', message })

test('queues early events for all listeners added in the first task, in order', async () => {
  vi.stubGlobal('Worker', SilentWorker)
  const worker = new SilentWorker()
  const port = connect({ worker: worker as unknown as Worker })
  worker.post('early')
  worker.dispatchEvent(new Event('error'))
  const received: unknown[][] = [[], []]
  for (const events of received) port.listen((event) => events.push(event))
  worker.post('meanwhile')
  await Promise.resolve()
  worker.post('late')
  const broken = { type: 'broken', message: hostMessages.workerNotLoaded().text }
  const expected = [stored('early'), broken, stored('meanwhile'), stored('late')]
  for (const events of received) expect(withoutIds(events)).toEqual(expected)
  expect(worker.posted).toContainEqual({ type: 'backend', name: 'auto' })
})

test('reports a worker that the page forbids', async () => {
  vi.stubGlobal(
    'Worker',
    vi.fn(() => {
      throw new TypeError('This document requires TrustedScriptURL assignment.')
    }),
  )
  vi.stubGlobal('document', { baseURI: 'http://localhost/' })
  vi.stubGlobal('location', { origin: 'http://localhost', href: 'http://localhost/' })
  vi.stubGlobal('origin', 'http://localhost')
  const port = connect({ worker: '/worker.js' })
  const events: unknown[] = []
  port.listen((event) => events.push(event))
  await Promise.resolve()
  expect(withoutIds(events)).toEqual([
    { type: 'broken', message: hostMessages.workerNotLoaded().text },
  ])
  vi.unstubAllGlobals()
})
