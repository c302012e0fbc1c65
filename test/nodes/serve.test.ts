// What the engine's side of the protocol makes of requests for a backend, with a backend that only says how it was asked for.
import { expect, test, vi } from 'vitest'
import { startBackend } from '../../src/engine/backends.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { Event, Request } from '../../src/engine/protocol.ts'
import { keptIn } from '../../src/nodes/kept.ts'
import type { Scope } from '../../src/nodes/serve.ts'
import { serve } from '../../src/nodes/serve.ts'

const kernels = 'Measured here: the usual kernels are the quickest'
vi.mock('../../src/engine/backends.ts', () => ({
  startBackend: vi.fn(async () => ({ name: 'webgpu', device: 'a GPU', reason: '', kernels, rejected: [] })),
  stopBackend: async () => {},
}))

test('the kernels of a GPU are measured again when that is asked for, and only then', async () => {
  const [states, devices] = [memoryStore(), memoryStore()]
  const events: Event[] = []
  let take: Parameters<Scope['addEventListener']>[1] = () => {}
  const scope: Scope = { postMessage: (event) => events.push(event), addEventListener: (_, listener) => (take = listener) }
  serve([], scope, { storage: { states, checkpoints: keptIn(states), datasets: keptIn(states), devices } })
  const asked = vi.mocked(startBackend).mock.calls
  for (const [i, measure] of [undefined, true, undefined].entries()) {
    take({ data: { type: 'backend', name: 'webgpu', measure } satisfies Request })
    await vi.waitFor(() => expect(events.filter(({ type }) => type === 'ready')).toHaveLength(i + 1))
    expect(asked.at(-1)![0]!.tuning).toEqual({ store: devices, again: measure ?? false })
  }
  expect(events.at(-1)).toMatchObject({ type: 'ready', backend: { kernels } })
})
