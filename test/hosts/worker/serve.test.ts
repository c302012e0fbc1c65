// Requests for a backend, with a mock backend that records its options.
import { expect, test, vi } from 'vitest'
import { startBackend } from '../../../src/engine/backends/backends.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { Event, Request } from '../../../src/engine/protocol.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import type { Scope } from '../../../src/hosts/worker/serve.ts'
import { serve } from '../../../src/hosts/worker/serve.ts'
import { eventually } from '../../eventually.ts'

const kernels = 'Measured here: the default kernels are the fastest'
vi.mock('../../../src/engine/backends/backends.ts', () => ({
  startBackend: vi.fn(async () => ({
    name: 'webgpu',
    device: 'a GPU',
    reason: '',
    kernels,
    rejected: [],
  })),
  stopBackend: async () => {},
}))

test('measures the kernels of a GPU again only on request', async () => {
  const [states, devices] = [memoryStore(), memoryStore()]
  const events: Event[] = []
  let postRequest: Parameters<Scope['addEventListener']>[1] = () => {}
  const scope: Scope = {
    postMessage: (event) => events.push(event),
    addEventListener: (_, listener) => (postRequest = listener),
  }
  serve([], scope, {
    storage: {
      states,
      checkpoints: createStoredFiles(states),
      datasets: createStoredFiles(states),
      devices,
    },
  })
  const starts = vi.mocked(startBackend).mock.calls
  for (const [i, measure] of [undefined, true, undefined].entries()) {
    postRequest({ data: { type: 'backend', name: 'webgpu', measure } satisfies Request })
    await eventually(() =>
      expect(events.filter(({ type }) => type === 'ready')).toHaveLength(i + 1),
    )
    expect(starts.at(-1)![0]!.tuning).toEqual({
      store: devices,
      remeasure: measure ?? false,
      float16Products: false,
    })
  }
  expect(events.at(-1)).toMatchObject({ type: 'ready', backend: { kernels } })
})
