// Runs that are stopped between two kernels, and then continue.
import { expect } from 'vitest'
import { onEachKernel } from '../src/engine/backends/kernelCalls.ts'
import { hashText } from '../src/engine/base/hashText.ts'
import { throwIfInterrupted } from '../src/engine/base/interruption.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { Event } from '../src/engine/protocol.ts'
import { defineNode, slot } from '../src/nodes/define.ts'
import { createAssets } from '../src/storage/assets.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { nodes } from '../src/nodes/table.ts'
import { node } from './nodes/evaluate.ts'
import { datasets } from './readyWorkflows.ts'

/** Hashes of the tensors of the last value of each probed wire. */
let seen: Record<string, string[]> = {}

const probe = (wire: string) =>
  defineNode({
    type: `test/Probe_${wire}`,
    category: 'view',
    summary: 'Reads all tensors of a value.',
    inputs: { value: slot.any() },
    outputs: {},
    params: {},
    view: async ({ value }) => {
      const contents = await Promise.all(collectTensors(value).map((tensor) => tensor.data()))
      seen[wire] = contents.map((numbers) => `${numbers.length} ${hashText(numbers.join())}`)
      return { kind: 'numbers', rows: [] }
    },
  })

export interface ProbedGraph {
  graph: Graph
  /** Wires whose values are compared, as `node.slot`. */
  wires: readonly string[]
}

/**
 * A session whose runs can be stopped at one of their kernels. Emissions do not depend on the time.
 */
export function interruptibleSession({ graph: probed, wires }: ProbedGraph) {
  let [kernels, at] = [0, Infinity]
  const remove = onEachKernel(() => {
    kernels++
    throwIfInterrupted()
  })
  const events: Event[] = []
  const session = createSession({
    ops: opTable([...nodes, ...wires.map(probe)]),
    store: memoryStore(),
    assets: createAssets(createStoredFiles(memoryStore()), datasets, shippedInNode()),
    onEvent: (event) => void events.push(event),
    isStopRequested: () => kernels >= at,
    emissionShare: Infinity,
  })
  const probes = wires.map((wire) => node(`probe ${wire}`, `test/Probe_${wire}`, { value: wire }))
  return {
    /** Runs the graph, or another one with the same nodes, until kernel `stopAt`. */
    async run(stopAt = Infinity, graph = probed) {
      events.length = kernels = 0
      seen = {}
      at = stopAt
      await session.run({ type: 'run', run: 1, graph: { nodes: [...graph.nodes, ...probes] } })
      const finished = events.find((event) => event.type === 'finished')!
      const faults = events.filter((event) => event.type === 'faults')
      const losses = events.findLast((event) => event.type === 'losses')
      return { kernels, seen, faults, losses, stopped: finished.stopped }
    },
    async close() {
      await session.dispose()
      remove()
    },
  }
}

/** Kernels at which to stop: `count` of a run with `kernels`, the first and the last among them. */
const spread = (kernels: number, count: number) =>
  Array.from({ length: count }, (_, i) => 1 + Math.floor((i / (count - 1)) * (kernels - 2)))

/** Stops a graph at several kernels, each time in a new session, and continues to the end. */
export async function expectSameBits(probed: ProbedGraph, stops: number) {
  const undisturbed = interruptibleSession(probed)
  const expected = await undisturbed.run()
  await undisturbed.close()
  expect(expected).toMatchObject({ stopped: false, faults: [] })
  expect(Object.values(expected.seen).flat().length).toBeGreaterThan(0)
  let interrupted = 0
  for (const at of spread(expected.kernels, stops)) {
    const session = interruptibleSession(probed)
    const stopped = await session.run(at)
    expect(stopped.faults, `kernel ${at}`).toEqual([])
    if (stopped.stopped) interrupted++
    const continued = await session.run()
    expect(continued, `kernel ${at}`).toMatchObject({ stopped: false, faults: [] })
    // A training that was complete before the stop does not show its body again.
    expect({ ...stopped.seen, ...continued.seen }, `kernel ${at}`).toEqual(expected.seen)
    expect(continued.losses).toEqual(expected.losses)
    await session.close()
  }
  // The last kernels of a run may be those of a view, which is read to its end.
  expect(interrupted).toBeGreaterThanOrEqual(stops - 1)
}
