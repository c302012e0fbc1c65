// Long runs: on the counting GPU, kernels are compiled before the first iteration; memory stays
// constant there and on wasm.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Counter } from '../bench/counting.ts'
import { provideCountingGPU } from '../bench/counting.ts'
import { startUntested, stopBackend } from '../src/engine/backends/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import type { Session } from '../src/engine/plan/session.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { Event } from '../src/engine/protocol.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'
import { MAX_IDLE_SUBMITS } from '../src/engine/backends/webgpu/bufferPool.ts'
import { nodes } from '../src/nodes/table.ts'
import { onEachBackend } from './backends.ts'
import { trainingGraph } from './trainingGraph.ts'

const gpu = () => tf.backend() as unknown as WebGPUBackend

/** A training that emits samples. */
function graph(steps: number, emit_every: number): Graph {
  const { nodes } = trainingGraph(steps)
  const kept = nodes.filter(({ op }) => !op.endsWith('SaveCheckpoint'))
  return {
    nodes: kept.map((node) =>
      node.id === 'End' ? { ...node, params: { ...node.params, emit_every } } : node,
    ),
  }
}

async function run(
  graph: Graph,
  onEvent: (event: Event, session: Session) => void,
): Promise<Event[]> {
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

/** Returns the bytes in use at each reported step. */
async function measureHeldBytes(graph: Graph, bytes: () => number): Promise<number[]> {
  const held: number[] = []
  await run(graph, (event) => {
    if (event.type === 'progress' && event.node === 'Start') held[event.index] = bytes()
  })
  return held.filter((_, step) => step > 20)
}

/** Allowance for stored losses, in several parts while they are joined. */
const LOSSES = 3 * 4 * STEPS

describe('on the counting GPU', () => {
  let counter: Counter
  beforeAll(async () => {
    counter = provideCountingGPU()
    await startUntested('webgpu')
  })
  afterAll(stopBackend)

  test('compiles the kernels of a loop and of its samples in parallel before it starts', async () => {
    const { device } = gpu()
    const compiled: string[] = []
    const { createComputePipeline, createComputePipelineAsync } = device
    device.createComputePipeline = (descriptor) => {
      compiled.push(descriptor.label ?? '')
      return createComputePipeline.call(device, descriptor)
    }
    let atOnce: string[] | undefined
    try {
      // The counting device compiles synchronously.
      device.createComputePipelineAsync = async (descriptor) =>
        createComputePipeline.call(device, descriptor)
      const events = await run(graph(20, 10), ({ type }) => {
        if (type === 'progress') atOnce ??= [...compiled]
      })
      const told = events.flatMap((event) =>
        event.type === 'compiling' ? [[event.done, event.total]] : [],
      )
      expect(told.length).toBeGreaterThanOrEqual(1)
      expect(told.at(-1)![0]).toBe(told.at(-1)![1])
      expect(told.at(-1)![1]).toBeGreaterThan(10)
      expect(events.findIndex(({ type }) => type === 'progress')).toBeGreaterThan(
        events.findLastIndex(({ type }) => type === 'compiling'),
      )
      // After the first iteration only the kernels are compiled that check the final weights.
      expect(compiled.slice(atOnce!.length)).toEqual(['BinaryOpProgram', 'ReduceProgram'])
    } finally {
      Object.assign(device, { createComputePipeline, createComputePipelineAsync })
    }
  })

  test('a stop does not wait for kernels, and the next run compiles the missing ones', async () => {
    const { device } = gpu()
    const { createComputePipelineAsync } = device
    device.createComputePipelineAsync = () => new Promise(() => {})
    try {
      const other = graph(20, 0)
      const wider = {
        nodes: other.nodes.map((node) =>
          node.id === 'Net' ? { ...node, params: { ...node.params, hidden: 24 } } : node,
        ),
      }
      const stopped = run(wider, (event, session) => {
        if (event.type === 'busy' && event.node === 'Start')
          setTimeout(() => session.control('stop', 1), 20)
      })
      expect((await stopped).at(-1)).toMatchObject({ type: 'finished', stopped: true })
      device.createComputePipelineAsync = createComputePipelineAsync
      expect((await run(wider, () => {})).at(-1)).toMatchObject({
        type: 'finished',
        stopped: false,
      })
    } finally {
      device.createComputePipelineAsync = createComputePipelineAsync
    }
  })

  test(`what a training holds on the device is the same after ${STEPS} steps as after 20, and nothing is left of it`, async () => {
    const wait = () => {
      for (let i = 0; i <= 4 * MAX_IDLE_SUBMITS; i++) {
        tf.tidy(() => void tf.range(0, 2000).square())
        gpu().flush()
      }
    }
    wait()
    const before = counter.liveBytes
    const held = await measureHeldBytes(graph(STEPS, 0), () => counter.liveBytes)
    expect(held.length).toBeGreaterThan(1)
    expect(held[0]).toBeGreaterThan(before + 3 * 4 * 1000) // Otherwise it would not be counted.
    expect(Math.max(...held) - held[0]).toBeLessThan(LOSSES)
    wait()
    expect(counter.liveBytes).toBe(before)
  }, 600_000)
})

// Slow.
if (process.env.FULL)
  onEachBackend(() => {
    test(`after ${STEPS} steps the heap is as large as after 20, and the tensors in it are`, async () => {
      const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }
      const before = tf.memory().numBytes
      const heaps = await measureHeldBytes(graph(STEPS, 0), () => wasm.HEAPU8.byteLength)
      expect(new Set(heaps).size).toBe(1)
      expect(tf.memory().numBytes).toBe(before)
      const bytes = await measureHeldBytes(graph(STEPS, 0), () => tf.memory().numBytes)
      expect(Math.max(...bytes) - bytes[0]).toBeLessThan(LOSSES)
      expect(tf.memory().numBytes).toBe(before)
    }, 600_000)
  }, ['wasm'])
