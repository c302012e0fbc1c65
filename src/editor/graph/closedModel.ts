// The closed node of an opened model, as its ModelOutput records it.
import { isPlainObject } from '../../engine/base/records.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../workflow/file.ts'
import { isObject, type JsonObject } from '../../workflow/json.ts'
import { createNodeLookup } from './fragments.ts'

/** Nodes that make a model of layers. */
const OUTPUTS = ['diffusion/ModelOutput', 'diffusion/ClassifierOutput']
const LOAD_CHECKPOINT = 'diffusion/LoadCheckpoint'

/** Key of the closed node beside the config of `origin`, which ignores keys that begin like this. */
const CLOSED = '_closed'

/** The closed node of an opened model. */
export interface ClosedModel {
  type: string
  title?: string
  size: [number, number]
  properties: JsonObject
  /** Sources of its inputs: id and output. */
  inputs: Record<string, [from: NodeId, output: string]>
}

/** True for a closed node that the opened model takes its weights from. */
export const loadsWeights = ({ type }: Pick<ClosedModel, 'type'>) => type === LOAD_CHECKPOINT

/** Params of a closed node that ModelOutput has as well, where they can be changed. */
const SHARED = ['predicts', 'learned_variance', 'seed']

/** Records a closed node in the ModelOutput that it is opened to. */
export function recordClosed(
  output: FileNode,
  closed: FileNode,
  { nodes, links }: WorkflowFile,
): FileNode {
  const { origin } = output.properties
  if (!OUTPUTS.includes(output.type) || typeof origin !== 'string' || origin === '') return output
  const findNode = createNodeLookup(nodes)
  const inputs = links
    .filter(([, , , to]) => to === closed.id)
    .map(([, from, slot, , input]): [string, [NodeId, string]] => [
      closed.inputs[input].name,
      [from, findNode(from).outputs[slot].name],
    ])
  const { type, title, size, properties } = closed
  const record: ClosedModel = {
    type,
    ...(title !== undefined && { title }),
    size,
    properties,
    inputs: Object.fromEntries(inputs),
  }
  const text = JSON.stringify({ ...(JSON.parse(origin) as object), [CLOSED]: record })
  return { ...output, properties: { ...output.properties, origin: text } }
}

/**
 * The closed node of an opened model, with what has been set at its ModelOutput since; undefined for
 * other nodes, and if its type is unknown.
 */
export function findClosed(
  { type, properties }: Pick<FileNode, 'type' | 'properties'>,
  declarations: ByType,
): ClosedModel | undefined {
  const { origin } = properties
  if (!OUTPUTS.includes(type) || typeof origin !== 'string' || origin === '') return undefined
  const closed = readClosed(origin)
  const params = closed && declarations.get(closed.type)?.params
  if (!params) return undefined
  const shared = SHARED.filter(
    (name) => Object.hasOwn(properties, name) && Object.hasOwn(params, name),
  )
  const set = Object.fromEntries(shared.map((name) => [name, properties[name]]))
  return { ...closed, properties: { ...closed.properties, ...set } }
}

/** Reads the closed node of an origin, which may be of a stranger's file. */
function readClosed(origin: string): ClosedModel | undefined {
  let json: unknown
  try {
    json = JSON.parse(origin)
  } catch {
    return undefined
  }
  const closed = isPlainObject(json) ? json[CLOSED] : undefined
  if (!isPlainObject(closed)) return undefined
  const { type, title, size, properties, inputs } = closed
  const isNumbers = Array.isArray(size) && size.length === 2 && size.every(Number.isFinite)
  const isWired = isPlainObject(inputs) && Object.values(inputs).every(isWireSource)
  if (typeof type !== 'string' || !isNumbers || !isObject(properties) || !isWired) return undefined
  return {
    type,
    ...(typeof title === 'string' && { title }),
    size: size as [number, number],
    properties: properties as JsonObject,
    inputs: inputs as ClosedModel['inputs'],
  }
}

const isWireSource = (value: unknown) =>
  Array.isArray(value) &&
  (typeof value[0] === 'number' || typeof value[0] === 'string') &&
  typeof value[1] === 'string'
