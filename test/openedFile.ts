// Files with a closed node that is opened as in the editor.
import type { Model } from '../src/engine/base/values.ts'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { openClosedNode } from '../src/editor/graph/openClosed.ts'
import { openModel } from '../src/nodes/layers/openModel.ts'
import { toGraph, type WorkflowFile } from '../src/nodes/workflow.ts'
import { declarations, fileOf } from './editor/fileOf.ts'

/** A file with a closed node of this type alone, opened into the layers of `model`. */
export function openedFile(model: Model, type = 'UNet', params: GraphNode['params'] = {}) {
  const file = fileOf({ 1: type }, [])
  const closed = { id: '1', op: `diffusion/${type}`, params, inputs: {} }
  return openClosedNode(file, 1, openModel(closed, model), declarations).file
}

/** The flat graph of such a file, and the output with its model. */
export function openedGraph(file: WorkflowFile) {
  const { nodes } = toGraph(file, declarations)
  const output = nodes.find(({ op }) => /(Model|Classifier)Output$/.test(op))!
  return { nodes, model: `${output.id}.model` }
}
