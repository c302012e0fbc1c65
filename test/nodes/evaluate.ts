// Helpers that run handwritten graphs in a session and read back the values of selected wires.
import { createSession } from '../../src/engine/plan/session.ts'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import type { Graph, GraphNode, Wire } from '../../src/engine/plan/graph.ts'
import { wire } from '../../src/engine/plan/graph.ts'
import type { Fault } from '../../src/engine/messages/fault.ts'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { opTable, type Op } from '../../src/engine/plan/op.ts'
import { memoryStore, type StateStore } from '../../src/engine/plan/store.ts'
import type { SlotType, Value } from '../../src/engine/plan/slotValues.ts'
import { mapTensors, collectTensors } from '../../src/engine/base/values.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { defineNode, slot } from '../../src/nodes/define.ts'
import type { StoredFiles } from '../../src/storage/storedFiles.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { nodes } from '../../src/nodes/table.ts'

/** Creates a graph node: `node('step', 'DDIMStep', { x_t: 'start.x_t' }, { eta: 0.5 })`. */
export const node = (
  id: string,
  type: string,
  inputs: Record<string, string> = {},
  params: Record<string, unknown> = {},
): GraphNode => ({
  id,
  op: type.includes('/') ? type : `diffusion/${type}`,
  params,
  inputs: Object.fromEntries(Object.entries(inputs).map(([slot, from]) => [slot, parseWire(from)])),
})

function parseWire(text: string): Wire {
  const [id, slot] = text.split('.') as [string, string]
  return wire(id, slot)
}

/** Tensor that was read back: its shape and data. */
export interface Numbers {
  shape: number[]
  data: Float32Array
}

/** Value of a wire with its tensors read back. Only the fields of its own type are present. */
export interface Seen {
  type: SlotType
  tensor: Numbers
  frames: Numbers[]
  losses: Numbers[]
  t: Float64Array
  schedule: Schedule
}

async function read(value: Value): Promise<unknown> {
  const found = new Map<unknown, Numbers>()
  for (const tensor of collectTensors(value))
    found.set(tensor, { shape: tensor.shape, data: (await tensor.data()) as Float32Array })
  return mapTensors(value, (tensor) => found.get(tensor))
}

const nothing = createStoredFiles(memoryStore())

/**
 * Runs `graph` and reads the requested wires, such as `{ x: 'end.x_0' }`. A wire inside a loop
 * yields its last value. With `only`, nothing runs that does not lead to them. Throws a GraphError
 * if the run reports faults.
 */
export async function evaluate<K extends string>(
  graph: GraphNode[],
  wanted: { [Q in K]: string },
  kept: {
    checkpoints?: StoredFiles
    datasets?: StoredFiles
    only?: boolean
    store?: StateStore
    /** Further nodes. */
    ops?: readonly Op[]
  } = {},
): Promise<{ [Q in K]: Seen }> {
  const seen: Record<string, unknown> = {}
  const probe = (name: string) =>
    defineNode({
      type: `test/Probe_${name}`,
      category: 'view',
      summary: 'Notes what it sees.',
      inputs: { value: slot.any() },
      outputs: {},
      params: {},
      view: async ({ value }) => {
        seen[name] = await read(value)
        return { kind: 'chart', title: '', xLabel: '', yLabel: '', yLog: false, lines: [] }
      },
    })
  const names = Object.keys(wanted) as K[]
  const faults: Fault[] = []
  const session = createSession({
    ops: opTable([...nodes, ...(kept.ops ?? []), ...names.map(probe)]),
    ...(kept.store && { store: kept.store }),
    assets: createAssets(kept.checkpoints ?? nothing, kept.datasets ?? nothing, shippedInNode()),
    onEvent: (event) =>
      event.type === 'faults' && faults.push(...event.faults.filter(({ notice }) => !notice)),
  })
  const whole: Graph = {
    nodes: [
      ...graph,
      ...names.map((name) => node(`probe ${name}`, `test/Probe_${name}`, { value: wanted[name] })),
    ],
  }
  const targets = kept.only ? { targets: names.map((name) => `probe ${name}`) } : {}
  await session.run({ type: 'run', run: 1, graph: whole, ...targets })
  await session.dispose()
  if (faults.length) throw new GraphError(faults)
  return seen as { [Q in K]: Seen }
}
