// The fault of a training that diverges names the first layer that gave a number that is not finite.
import { expect, test } from 'vitest'
import type { Fault } from '../../src/engine/messages/fault.ts'
import { wire, type GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { node } from './evaluate.ts'
import { withoutIds } from '../withoutIds.ts'

async function faultsOf(graph: GraphNode[]): Promise<Fault[]> {
  const faults: Fault[] = []
  const files = createStoredFiles(memoryStore())
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(files, files, shippedInNode()),
    onEvent: (event) => {
      if (event.type === 'faults') faults.push(...event.faults.filter(({ notice }) => !notice))
    },
  })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  return faults
}

/** A training on points whose network, of nodes with an output Net.model, reads Data.x. */
const training = (network: GraphNode[]) => [
  ...network,
  ...trainingGraph(5)
    .nodes.filter(({ id }) => !['Net', 'Keep', 'Picture', 'Numbers'].includes(id))
    .map((own) =>
      own.id === 'Guess'
        ? { ...own, inputs: { ...own.inputs, x_t: wire('Grown', 'result') } }
        : own,
    ),
  // Grows by a factor of 1.6e15 in each step.
  node(
    'Grown',
    'Formula',
    { a: 'Forward.x_t', b: 'Start.step' },
    { expression: 'a * exp(35 * b)' },
  ),
]

const scale = (id: string, x: string, factor: number) =>
  node(id, 'Scale', { x: `${x}.features` }, { factor })

/** h - h of large numbers h, which is 0 until h overflows. */
const layers = [
  node('in', 'ModelInput', {}, { shape: '2' }),
  node('a', 'Linear', { x: 'in.x' }, { out: 2, name: 'a' }),
  scale('large', 'a', 1e6),
  scale('larger', 'large', 1e6),
  scale('minus', 'larger', -1),
  node('zero', 'Add', { x_1: 'larger.features', x_2: 'minus.features' }),
  node('b', 'Linear', { x: 'zero.features' }, { out: 2, name: 'b' }),
  node('Net', 'ModelOutput', { x: 'b.features' }),
]

onEachBackend(() => {
  test('of a layer that overflows after some sound steps', async () => {
    const [fault, ...others] = await faultsOf(training(layers))
    expect(others).toEqual([])
    expect(withoutIds(fault)).toEqual({
      node: 'End',
      slot: 'loss',
      message:
        'Expected a finite loss, got NaN at step 3. Layer a:affine:2 is the first with an output that is not finite, in the forward pass of step 3.',
      cure: expect.stringContaining('The weights after step 1 are kept') as string,
    })
  })

  test('of numbers that explode, but are finite, is not searched for', async () => {
    const net = node('Net', 'MLP', {}, { hidden: 16, layers: 2, time_embedding_dim: 8 })
    const [fault] = await faultsOf(training([net]))
    expect(fault.message).toMatch(
      /^Expected a loss below \S+, got \S+ at step 2: the training diverges\.$/,
    )
  })
})
