// Files with a closed node that is opened as in the editor, and the models that its nodes make.
import { expect } from 'vitest'
import { storeModel, writeCheckpoint } from '../src/engine/checkpoint/pipeline.ts'
import { mapValues } from '../src/engine/base/records.ts'
import { tf } from '../src/engine/base/tf.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import { toLayerGraph, type Features } from '../src/engine/models/graph/features.ts'
import type { LayerGraph } from '../src/engine/models/graph/layer.ts'
import { findStaticOutputs } from '../src/engine/plan/check.ts'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { openClosedNode } from '../src/editor/graph/openClosed.ts'
import { openModel } from '../src/nodes/layers/openModel.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { nodes as allNodes } from '../src/nodes/table.ts'
import { toGraph, type WorkflowFile } from '../src/workflow/index.ts'
import { declarations, fileOf } from './editor/fileOf.ts'
import { evaluate, type Numbers } from './nodes/evaluate.ts'

/** A file with a closed node of this type alone, opened into the layers of `model`. */
export function openedFile(model: Model, type = 'UNet', params: GraphNode['params'] = {}) {
  const file = fileOf({ 1: type }, [])
  const closed = { id: '1', op: `diffusion/${type}`, params, inputs: {} }
  return openClosedNode(file, 1, openModel(closed, model), declarations).file
}

/** The flat graph of such a file, and the output with its model. */
export function openedGraph(file: WorkflowFile) {
  const { nodes } = toGraph(file, declarations)
  const output = nodes.find(({ op }) => /(Model|Classifier|Token)Output$/.test(op))!
  return { nodes, model: `${output.id}.model` }
}

/** The layers that the nodes of an opened denoiser describe. */
export function openedLayers(model: Model): LayerGraph {
  const { nodes } = openedGraph(openedFile(model))
  const { x } = nodes.find(({ op }) => op === 'diffusion/ModelOutput')!.inputs
  const known = findStaticOutputs({ nodes }, opTable(allNodes))
  return toLayerGraph({ predict: known.get(x.node)![x.slot] as Features })
}

/**
 * The model of layers that the nodes of an opened LoadCheckpoint make, with the weights of its file.
 * Disposes `closed`.
 */
export async function openCheckpoint(closed: Model): Promise<Model> {
  const checkpoints = createStoredFiles(memoryStore())
  const zip = writeCheckpoint({ model: await storeModel(closed), schedule: undefined })
  const checkpoint = await checkpoints.put('closed.zip', zip)
  tf.dispose(collectTensors(closed))
  const { nodes, model } = openedGraph(openedFile(closed, 'LoadCheckpoint', { checkpoint }))
  // Without its origin, the model is one of layers though nothing has changed.
  const own = nodes.map((node) => ({
    ...node,
    ...(node.op === 'diffusion/ModelOutput' && { params: { ...node.params, origin: '' } }),
  }))
  const { opened } = await evaluate(own, { opened: model }, { checkpoints })
  const read = opened as unknown as Omit<Model, 'weights'> & { weights: Record<string, Numbers> }
  expect(read.kind).toBe('layers')
  const taken = Object.keys(closed.weights).length
  expect(read.reused).toEqual({ taken, fresh: [], reshaped: [], unused: [] })
  return { ...read, weights: mapValues(read.weights, ({ shape, data }) => tf.tensor(data, shape)) }
}

/** Names of recorded models, each as it is and opened. */
export const closedAndOpened = (...names: string[]) =>
  names.flatMap((name) => [
    [name, name, (model: Model) => model] as const,
    [`${name} opened`, name, openCheckpoint] as const,
  ])
