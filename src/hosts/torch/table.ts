// One entry per node: its Python, or the reason why it has none. A node without an entry is a type
// error.
import * as nodes from '../../nodes/index.ts'
import { dataEntries } from './entries/data.ts'
import { modelEntries } from './entries/models.ts'
import { processEntries } from './entries/process.ts'
import { samplingEntries } from './entries/sampling.ts'
import { layerEntries, toolEntries } from './entries/tools.ts'
import { trainingEntries } from './entries/training.ts'
import { viewEntries } from './entries/views.ts'
import type { TorchNode } from './types.ts'

const entries: { [K in keyof typeof nodes]: TorchNode } = {
  ...dataEntries,
  ...processEntries,
  ...layerEntries,
  ...modelEntries,
  ...trainingEntries,
  ...samplingEntries,
  ...viewEntries,
  ...toolEntries,
}

/** The entries by the types of the nodes. */
export const torchTable: ReadonlyMap<string, TorchNode> = new Map(
  Object.entries(nodes).map(([name, { type }]) => [type, entries[name as keyof typeof nodes]]),
)
