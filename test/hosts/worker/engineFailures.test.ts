// Failures inside the engine, behind a supervised connection: lack of memory restarts it.
import { afterAll, expect, test } from 'vitest'
import { stopBackend } from '../../../src/engine/backends/backends.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { EnginePort, Event } from '../../../src/engine/protocol.ts'
import { defineNode, slot } from '../../../src/nodes/define.ts'
import { createClient } from '../../../src/hosts/worker/client.ts'
import { serve } from '../../../src/hosts/worker/serve.ts'
import { supervise } from '../../../src/hosts/worker/supervisor.ts'
import { createStoredFiles } from '../../../src/storage/storedFiles.ts'
import { graph, node, ops, toNumberValue } from '../../engine/plan/toy.ts'

afterAll(stopBackend)

/** Number of times that the node still runs out of memory. */
let failures = 0

const greedy = defineNode({
  type: 'toy/Greedy',
  category: 'tools',
  summary: 'A toy.',
  inputs: { a: slot.number() },
  outputs: { sum: slot.number() },
  params: {},
  run: ({ a }) => {
    if (failures-- > 0) new Uint8Array(new ArrayBuffer(2 ** 45))
    return { sum: toNumberValue(a.tensor) }
  },
})

/** An engine in this thread. */
function createEngine(): EnginePort {
  const listeners = new Set<(event: Event) => void>()
  let onRequest: (message: { data: unknown }) => void = () => {}
  const states = memoryStore()
  const server = serve(
    [...ops.values(), greedy],
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

const greedyGraph = graph(
  node('x', 'Constant', {}, { value: 1 }),
  node('greedy', 'Greedy', { a: 'x.value' }),
  node('show', 'Show', { value: 'greedy.sum' }),
)

async function runGreedily(times: number) {
  failures = times
  const port = supervise(createEngine())
  const client = createClient(port)
  port.post({ type: 'backend', name: 'cpu' })
  const restarts: string[] = []
  client.listen((event) => event.type === 'restarting' && restarts.push(event.message))
  const { faults, stopped } = await client.run(greedyGraph)
  client.close()
  return { restarts, faults, stopped }
}

test('a lack of memory restarts the engine and its run', async () => {
  expect(await runGreedily(1)).toMatchInlineSnapshot(`
    {
      "faults": [],
      "restarts": [
        "The engine ran out of memory: Array buffer allocation failed. The engine was restarted, and the run continues from the last saved state.",
      ],
      "stopped": false,
    }
  `)
})

test('a lack of memory in a fresh engine ends the run, with the node and what to do', async () => {
  expect(await runGreedily(100)).toMatchInlineSnapshot(`
    {
      "faults": [
        {
          "cure": "Lower batch_size, make the model or its images smaller, or choose another backend in the status bar. The last saved state of a training is kept: Run continues from it.",
          "message": "The engine ran out of memory: Array buffer allocation failed. The run failed 3 times in a row at this node on cpu, without progress.",
          "messages": {
            "cure": {
              "id": "faults.sentences",
              "text": "Lower batch_size, make the model or its images smaller, or choose another backend in the status bar. The last saved state of a training is kept: Run continues from it.",
              "values": {
                "first": {
                  "id": "host.memoryCure",
                  "text": "Lower batch_size, make the model or its images smaller, or choose another backend in the status bar.",
                },
                "second": {
                  "id": "host.stateKept",
                  "text": "The last saved state of a training is kept: Run continues from it.",
                },
              },
            },
            "message": {
              "id": "faults.sentences",
              "text": "The engine ran out of memory: Array buffer allocation failed. The run failed 3 times in a row at this node on cpu, without progress.",
              "values": {
                "first": {
                  "id": "host.outOfMemory",
                  "text": "The engine ran out of memory: Array buffer allocation failed.",
                  "values": {
                    "problem": "Array buffer allocation failed",
                  },
                },
                "second": {
                  "id": "host.failedOn",
                  "text": "The run failed 3 times in a row at this node on cpu, without progress.",
                  "values": {
                    "backend": "cpu",
                    "times": "3",
                  },
                },
              },
            },
          },
          "node": "greedy",
        },
      ],
      "restarts": [
        "The engine ran out of memory: Array buffer allocation failed. The engine was restarted, and the run continues from the last saved state.",
        "The engine ran out of memory: Array buffer allocation failed. The engine was restarted, and the run continues from the last saved state.",
      ],
      "stopped": true,
    }
  `)
})
