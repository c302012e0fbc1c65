// What a long run holds and how it begins: on a GPU that only counts kernels are there before the first iteration, and there and
// on wasm memory stays what it is.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Counter } from '../bench/counting.ts'
import { provideCountingGPU } from '../bench/counting.ts'
import { startUntested, stopBackend } from '../src/engine/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import type { Session } from '../src/engine/plan/session.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { Event } from '../src/engine/protocol.ts'
import { tf } from '../src/engine/tf.ts'
import type { Backend } from '../src/engine/webgpu/backend.ts'
import { KEPT_FOR } from '../src/engine/webgpu/pool.ts'
import { nodes } from '../src/nodes/table.ts'
import { onEachBackend } from './backends.ts'
import { trainingGraph } from './trainingGraph.ts'

const gpu = () => tf.backend() as unknown as Backend

/** With samples on the way. */
function graph(steps: number, emit_every: number): Graph {
  const { nodes } = trainingGraph(steps)
  const kept = nodes.filter(({ op }) => !op.endsWith('SaveCheckpoint'))
  return { nodes: kept.map((node) => (node.id === 'End' ? { ...node, params: { ...node.params, emit_every } } : node)) }
}

async function run(graph: Graph, onEvent: (event: Event, session: Session) => void): Promise<Event[]> {
  const events: Event[] = []
  const session = createSession({
    ops: opTable(nodes),
    onEvent: (event) => {
      events.push(event)
      onEvent(event, session)
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  await session.dispose()
  expect(events.filter(({ type }) => type === 'faults')).toEqual([])
  return events
}

const STEPS = process.env.FULL ? 5000 : 100

/** What is held at each step that is told, in bytes. */
async function heldBy(graph: Graph, bytes: () => number): Promise<number[]> {
  const held: number[] = []
  await run(graph, (event) => {
    if (event.type === 'progress' && event.node === 'Start') held[event.index] = bytes()
  })
  return held.filter((_, step) => step > 20)
}

/** Losses are kept, in a few pieces more while they are joined. */
const LOSSES = 3 * 4 * STEPS

describe('on a GPU that counts', () => {
  let counter: Counter
  beforeAll(async () => {
    counter = provideCountingGPU()
    await startUntested('webgpu')
  })
  afterAll(stopBackend)

  test('the kernels of a loop and of its samples are compiled before it begins, side by side', async () => {
    const { device } = gpu()
    const compiled: string[] = []
    const { createComputePipeline, createComputePipelineAsync } = device
    device.createComputePipeline = (descriptor) => {
      compiled.push(descriptor.label ?? '')
      return createComputePipeline.call(device, descriptor)
    }
    let atOnce: string[] | undefined
    try {
      // The device that counts makes the one by the other.
      device.createComputePipelineAsync = async (descriptor) => createComputePipeline.call(device, descriptor)
      const events = await run(graph(20, 10), ({ type }) => {
        if (type === 'progress') atOnce ??= [...compiled]
      })
      const told = events.flatMap((event) => (event.type === 'compiling' ? [[event.done, event.total]] : []))
      expect(told.length).toBeGreaterThanOrEqual(1)
      expect(told.at(-1)![0]).toBe(told.at(-1)![1])
      expect(told.at(-1)![1]).toBeGreaterThan(10)
      expect(events.findIndex(({ type }) => type === 'progress')).toBeGreaterThan(
        events.findLastIndex(({ type }) => type === 'compiling'),
      )
      // After the first iteration there is nothing left to compile, but for what only the end of the run needs.
      expect(compiled.slice(atOnce!.length)).toEqual([])
    } finally {
      Object.assign(device, { createComputePipeline, createComputePipelineAsync })
    }
  })

  test('who stops does not wait for a kernel, and the next run compiles what is missing', async () => {
    const { device } = gpu()
    const { createComputePipelineAsync } = device
    device.createComputePipelineAsync = () => new Promise(() => {})
    try {
      const other = graph(20, 0)
      const wider = {
        nodes: other.nodes.map((node) => (node.id === 'Net' ? { ...node, params: { ...node.params, hidden: 24 } } : node)),
      }
      const stopped = run(wider, (event, session) => {
        if (event.type === 'busy' && event.node === 'Start') setTimeout(() => session.control('stop', 1), 20)
      })
      expect((await stopped).at(-1)).toMatchObject({ type: 'finished', stopped: true })
      device.createComputePipelineAsync = createComputePipelineAsync
      expect((await run(wider, () => {})).at(-1)).toMatchObject({ type: 'finished', stopped: false })
    } finally {
      device.createComputePipelineAsync = createComputePipelineAsync
    }
  })

  test(`what a training holds on the device is the same after ${STEPS} steps as after 20, and nothing is left of it`, async () => {
    const wait = () => {
      for (let i = 0; i <= 4 * KEPT_FOR; i++) {
        tf.tidy(() => void tf.range(0, 2000).square())
        gpu().flush()
      }
    }
    wait()
    const before = counter.liveBytes
    const held = await heldBy(graph(STEPS, 0), () => counter.liveBytes)
    expect(held.length).toBeGreaterThan(1)
    expect(held[0]).toBeGreaterThan(before + 3 * 4 * 1000) // or it would not be counted
    expect(Math.max(...held) - held[0]!).toBeLessThan(LOSSES)
    wait()
    expect(counter.liveBytes).toBe(before)
  }, 600_000)
})

// Long.
if (process.env.FULL)
  onEachBackend(() => {
    test(`after ${STEPS} steps the heap is as large as after 20, and the tensors in it are`, async () => {
      const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }
      const before = tf.memory().numBytes
      const heaps = await heldBy(graph(STEPS, 0), () => wasm.HEAPU8.byteLength)
      expect(new Set(heaps).size).toBe(1)
      expect(tf.memory().numBytes).toBe(before)
      const bytes = await heldBy(graph(STEPS, 0), () => tf.memory().numBytes)
      expect(Math.max(...bytes) - bytes[0]!).toBeLessThan(LOSSES)
      expect(tf.memory().numBytes).toBe(before)
    }, 600_000)
  }, ['wasm'])
