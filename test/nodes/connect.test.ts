// Connection of a page to a mock worker that posts predefined messages.
import { expect, test, vi } from 'vitest'
import { connect } from '../../src/nodes/host/connect.ts'

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
  const broken = {
    type: 'broken',
    message: 'The script of the engine worker could not be loaded.',
  }
  const expected = [stored('early'), broken, stored('meanwhile'), stored('late')]
  for (const events of received) expect(events).toEqual(expected)
  expect(worker.posted).toContainEqual({ type: 'backend', name: 'auto' })
})
