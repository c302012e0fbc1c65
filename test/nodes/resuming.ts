// Helpers for trainings resumed from a checkpoint in a new session.
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable, type Op } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { describeFile, createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'
import { node } from './evaluate.ts'

/**
 * Runs a graph in a new session in which `file` is stored. Returns the first output file, the
 * faults and the first progress event of Start.
 */
export async function run(graph: GraphNode[], file?: Uint8Array, own: readonly Op[] = []) {
  const events: Event[] = []
  const kept = createStoredFiles(memoryStore())
  if (file) await kept.put('moons.zip', file)
  const session = createSession({
    ops: opTable([...nodes, ...own]),
    onEvent: (event) => void events.push(event),
    assets: {
      checkpoint: (sha256) => kept.get(sha256),
      dataset: async () => undefined,
      shipped: (name) => shippedInNode().file(name),
    },
  })
  await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
  await session.dispose()
  return {
    faults: events.flatMap((event) => (event.type === 'faults' ? event.faults : [])),
    file: events.flatMap((event) => (event.type === 'file' ? [event.file.bytes] : []))[0],
    first: events.find((event) => event.type === 'progress' && event.node === 'Start'),
  }
}

/** Replaces the network of a training of {@link trainingGraph} with a checkpoint to resume from. */
export const goingOnFrom = (file: Uint8Array, training: GraphNode[]): GraphNode[] => [
  ...training
    .filter(({ id }) => id !== 'Net')
    .map((one): GraphNode => {
      if (one.id !== 'Start') return one
      const from = {
        model: { node: 'Load', slot: 'model' },
        training: { node: 'Load', slot: 'training' },
      }
      return { ...one, inputs: { ...one.inputs, ...from } }
    }),
  node('Load', 'LoadCheckpoint', {}, { checkpoint: describeFile('moons.zip', file) }),
]
