// Questions to an engine that is starting, and to one that has ended.
import { beforeEach, expect, test, vi } from 'vitest'
import { startBackend } from '../../../src/engine/backends/backends.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { EnginePort, Event } from '../../../src/engine/protocol.ts'
import { createClient } from '../../../src/hosts/worker/client.ts'
import { serve } from '../../../src/hosts/worker/serve.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { node } from '../../nodes/evaluate.ts'

/** Events of backends and of computations, in their order. */
const order: string[] = []
let start = () => {}

vi.mock('../../../src/engine/backends/backends.ts', async (load) => {
  const whole = await load<typeof import('../../../src/engine/backends/backends.ts')>()
  return {
    ...whole,
    startBackend: vi.fn(async (options: object) => {
      order.push('starting')
      await new Promise<void>((resolve) => (start = resolve))
      const report = await whole.startBackend({ ...options, prefer: 'cpu' })
      order.push('started')
      return report
    }),
  }
})

beforeEach(() => {
  order.length = 0
  vi.mocked(startBackend).mockClear()
})

/** An engine in this thread. */
function createEngine(): EnginePort {
  const listeners = new Set<(event: Event) => void>()
  let onRequest: (message: { data: unknown }) => void = () => {}
  const states = memoryStore()
  const server = serve(
    nodes,
    {
      postMessage: (event) =>
        queueMicrotask(() => listeners.forEach((listener) => listener(structuredClone(event)))),
      addEventListener: (_, listener) => (onRequest = listener),
    },
    {
      storage: {
        states,
        checkpoints: createStoredFiles(states),
        datasets: createStoredFiles(states),
      },
    },
  )
  return {
    post: (request) => queueMicrotask(() => onRequest({ data: structuredClone(request) })),
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => server.close(),
  }
}

const graph = { nodes: [node('own', 'UNet', {}, { sample_size: 8 })] }

test('questions that compute wait for the backend, which starts once', async () => {
  const port = createEngine()
  const client = createClient(port)
  port.post({ type: 'backend', name: 'cpu' })
  const answers = Promise.all([
    client.openModel(graph, 'own').then(({ nodes }) => order.push(`opened ${nodes.length}`)),
    client.drawModel(graph, 'own').then(() => order.push('drawn')),
    client.describeModel(graph, 'own').then(() => order.push('described')),
    client.estimateTrainings(graph).then(() => order.push('estimated')),
    client.findTrainings(graph).then(() => order.push('found')),
  ])
  await vi.waitFor(() => expect(order).toEqual(['starting']))
  start()
  await answers
  expect(order.slice(0, 2)).toEqual(['starting', 'started'])
  expect(order.slice(2).sort()).toEqual(['described', 'drawn', 'estimated', 'found', 'opened 12'])
  expect(startBackend).toHaveBeenCalledTimes(1)
  client.close()
})

test('questions and runs after the end of the engine are refused', async () => {
  const listeners = new Set<(event: Event) => void>()
  const client = createClient({
    post: () => {},
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => {},
  })
  for (const listener of listeners) listener({ type: 'broken', message: 'No worker.' })
  await expect(client.openModel(graph, 'own')).rejects.toThrow('No worker.')
  await expect(client.run(graph)).rejects.toThrow('No worker.')
})
