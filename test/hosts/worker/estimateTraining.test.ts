// Estimates of memory and time of trainings before they start.
import { expect, test } from 'vitest'
import { mayBeLarge } from '../../../src/editor/graph/mayBeLarge.ts'
import { isLarge } from '../../../src/editor/running/trainingEstimate.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import type { Event, TrainingEstimate } from '../../../src/engine/protocol.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { estimateTrainings } from '../../../src/hosts/worker/estimateTraining.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { onCpu } from '../../backends.ts'
import { CIFAR_PARAMETERS, cifarGraph } from '../../cifarGraph.ts'
import { trainingGraph } from '../../trainingGraph.ts'

const ops = opTable(nodes)

/** The graph with other params of its training. */
const changed = (params: object): Graph => ({
  nodes: trainingGraph(10).nodes.map((node) =>
    node.id === 'Start' ? { ...node, params: { ...node.params, ...params } } : node,
  ),
})

onCpu(() => {
  test('counts weights, moments and activations of a batch, and measures long trainings', async () => {
    const events: Event[] = []
    const session = createSession({ ops, onEvent: (event) => events.push(event) })
    const [found] = await estimateTrainings(session, ops, trainingGraph(10))
    expect(found).toMatchObject({ node: 'Start', batch: 32, steps: 10, backend: 'cpu' })
    expect(found.seconds).toBeUndefined()
    // Weights, gradients and two moments in float32, and something for the activations.
    expect(found.bytes).toBeGreaterThan(16 * found.parameters)
    const [double] = await estimateTrainings(session, ops, changed({ batch_size: 64 }))
    expect(double.bytes - 16 * found.parameters).toBe(2 * (found.bytes - 16 * found.parameters))
    expect(double.flops).toBe(2 * found.flops)
    // No event tells hosts of a run that they did not start.
    expect(events).toEqual([])
    const longer = changed({ steps: 10_000_000, batch_size: 4096 })
    const [long] = await estimateTrainings(session, ops, longer)
    expect(long.seconds).toBeGreaterThan(0)
    const broken = { nodes: trainingGraph(10).nodes.filter(({ id }) => id !== 'Net') }
    expect(await estimateTrainings(session, ops, broken)).toEqual([])
    await session.dispose()
  })
})

test('only graphs with large networks wait for an estimate', () => {
  expect(mayBeLarge(trainingGraph(10))).toBe(false)
  expect(mayBeLarge(cifarGraph(8))).toBe(true)
  expect(CIFAR_PARAMETERS).toBe(35_746_307)
  const estimate: TrainingEstimate = {
    node: 'Start',
    parameters: 10,
    batch: 1,
    steps: 100,
    flops: 1,
    bytes: 1e6,
    seconds: 1,
    backend: 'wasm',
  }
  expect(isLarge(estimate)).toBe(false)
  expect(isLarge({ ...estimate, bytes: 2e9 })).toBe(true)
  expect(isLarge({ ...estimate, steps: 20_000 })).toBe(true)
})
