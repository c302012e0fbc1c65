// Stop during an iteration: the iteration is discarded, so that the run is in the state of one that
// was stopped before it, and continues with the bits of an uninterrupted one. Nothing leaks.
import { describe, expect, test } from 'vitest'
import { onEachKernel } from '../../src/engine/backends/kernelCalls.ts'
import { hashText } from '../../src/engine/base/hashText.ts'
import { throwIfInterrupted } from '../../src/engine/base/interruption.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { Graph, GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { StopFlags } from '../../src/engine/plan/stopFlags.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { any, defineNode } from '../../src/nodes/define.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onEachBackend } from '../backends.ts'
import { node } from '../nodes/evaluate.ts'
import { closedSampler } from '../nodes/samplingLoop.ts'
import { trainingGraph } from '../trainingGraph.ts'

/** Hashes of the tensors of the last value that the probe has seen. */
let seen: string[] = []
const probe = defineNode({
  type: 'test/Probe',
  category: 'view',
  summary: 'Reads all tensors of a value.',
  inputs: { value: any() },
  outputs: {},
  params: {},
  view: async ({ value }) => {
    const contents = await Promise.all(collectTensors(value).map((tensor) => tensor.data()))
    seen = contents.map((numbers) => `${numbers.length} ${hashText(numbers.join())}`)
    return { kind: 'numbers', rows: [] }
  },
})

/** A session whose runs are interrupted at their kernel number `at`. */
function interruptibleSession() {
  let [kernels, at] = [0, Infinity]
  const remove = onEachKernel(() => {
    kernels++
    throwIfInterrupted()
  })
  const events: Event[] = []
  const session = createSession({
    ops: opTable([...nodes, probe]),
    store: memoryStore(),
    onEvent: (event) => void events.push(event),
    isStopRequested: () => kernels >= at,
    // Emissions depend on the time otherwise.
    emissionShare: Infinity,
  })
  return {
    /** Runs a graph until kernel `stopAt`. Returns its events, what the probe saw, and the kernels. */
    async run(graph: Graph, stopAt = Infinity) {
      events.length = kernels = 0
      seen = []
      at = stopAt
      await session.run({ type: 'run', run: 1, graph })
      const finished = events.find((event) => event.type === 'finished')!
      const faults = events.filter((event) => event.type === 'faults')
      const trained = events.findLast((event) => event.type === 'losses')
      return { kernels, seen, faults, trained, stopped: finished.stopped }
    },
    async close() {
      await session.dispose()
      remove()
    },
  }
}

const withProbe = (graph: Graph, value: string): Graph => ({
  nodes: [...graph.nodes, node('probe', 'test/Probe', { value })],
})

/** Kernels at which to stop: `count` of a run with `kernels`, the first and the last among them. */
const spread = (kernels: number, count: number) =>
  Array.from({ length: count }, (_, i) => 1 + Math.floor((i / (count - 1)) * (kernels - 2)))

/** Stops a graph at several kernels, each time in a new session, and continues to the end. */
async function expectSameBits(graph: Graph, stops: number) {
  const undisturbed = interruptibleSession()
  const expected = await undisturbed.run(graph)
  await undisturbed.close()
  expect(expected).toMatchObject({ stopped: false, faults: [] })
  expect(expected.seen.length).toBeGreaterThan(0)
  for (const at of spread(expected.kernels, stops)) {
    const session = interruptibleSession()
    const stopped = await session.run(graph, at)
    expect(stopped, `kernel ${at}`).toMatchObject({ stopped: true, faults: [] })
    const continued = await session.run(graph)
    expect(continued.stopped).toBe(false)
    expect(continued.seen, `kernel ${at}`).toEqual(expected.seen)
    expect(continued.trained).toEqual(expected.trained)
    await session.close()
  }
}

const small = (graph: Graph, change: (each: GraphNode) => GraphNode): Graph => ({
  nodes: graph.nodes.filter(({ op }) => !/SaveCheckpoint|Scatter/.test(op)).map(change),
})

/** Trains with averages and accumulated gradients, and samples during it. */
const training = (steps: number) =>
  small(trainingGraph(steps), (each) => {
    if (each.id === 'Start')
      return { ...each, params: { ...each.params, gradient_accumulation_steps: 2, ema_decay: 0.9 } }
    return each.id === 'End' ? { ...each, params: { emit_every: 2 } } : each
  })

/** Samples from a closed form, step by step. */
const sampling: Graph = {
  nodes: [
    node('schedule', 'NoiseSchedule'),
    node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'moons' }),
    node('noise', 'GaussianNoise', {}, { batch_size: 4, seed: 3 }),
    closedSampler({ sampler: 'dpm_solver++', num_inference_steps: 5 }, 'sampler'),
    node('show', 'Inspect', { value: 'sampler.x_0' }),
  ],
}

onEachBackend(
  () => {
    test('a training continues with the same bits', { timeout: 120_000 }, async () => {
      await expectSameBits(withProbe(training(6), 'End.model'), 12)
    })

    test('the state is that of a training that was stopped before the iteration', async () => {
      const graph = (steps: number) => withProbe(training(steps), 'End.training')
      const session = interruptibleSession()
      const { kernels } = await session.run(graph(6))
      await session.close()
      const stopped = interruptibleSession()
      const { trained } = await stopped.run(graph(6), Math.floor(0.6 * kernels))
      const { index } = trained!
      expect(index).toBeGreaterThan(0)
      expect(index).toBeLessThan(6)
      // Shows the state that the stop left.
      const left = await stopped.run(graph(index))
      await stopped.close()
      const other = interruptibleSession()
      expect(left.seen).toEqual((await other.run(graph(index))).seen)
      await other.close()
    })

    test('a closed sampler continues with the same bits', { timeout: 60_000 }, async () => {
      await expectSameBits(withProbe(sampling, 'sampler.x_0'), 8)
    })
  },
  ['cpu', 'wasm'],
)

describe('stop flags', () => {
  test('remember the last stops, in any order', () => {
    const flags = new StopFlags(new SharedArrayBuffer(68))
    expect(flags.has(7)).toBe(false)
    for (let run = 1; run <= 20; run++) flags.add(run)
    const page = new StopFlags(flags.memory)
    expect([4, 5, 20, 21].map((run) => page.has(run))).toEqual([false, true, true, false])
  })
})
