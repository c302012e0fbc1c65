// The page's end of the connection, with a worker that only says what it is told to.
import { expect, test, vi } from 'vitest'
import { connect } from '../../src/nodes/connect.ts'

class SilentWorker extends EventTarget {
  readonly posted: unknown[] = []
  postMessage = (request: unknown) => this.posted.push(request)
  terminate() {}
  says = (data: unknown) => this.dispatchEvent(new MessageEvent('message', { data }))
}

test('what comes before a page listens waits, and all that listen from the first on hear it, in order', async () => {
  vi.stubGlobal('Worker', SilentWorker)
  const worker = new SilentWorker()
  const port = connect({ worker: worker as unknown as Worker })
  worker.says('early')
  worker.dispatchEvent(new Event('error'))
  const heard: unknown[][] = [[], []]
  for (const events of heard) port.listen((event) => events.push(event))
  worker.says('meanwhile')
  await Promise.resolve()
  worker.says('late')
  const broken = { type: 'broken', message: 'The worker of the engine failed: its script could not be loaded.' }
  for (const events of heard) expect(events).toEqual(['early', broken, 'meanwhile', 'late'])
  expect(worker.posted).toEqual([{ type: 'backend', name: 'auto' }])
})
