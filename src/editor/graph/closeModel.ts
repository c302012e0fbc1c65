// Closes an opened model: replaces its layer nodes by the closed node that they came from. Pure
// functions on files.
import { isPlainObject } from '../../engine/base/records.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../nodes/workflow/file.ts'
import { isObject, type JsonObject } from '../../nodes/workflow/json.ts'
import { createFileInput, inputSpecs, outputSpecs } from '../../nodes/workflow/slots.ts'
import { withSubgraphs } from '../../nodes/workflow/subgraphDeclarations.ts'
import {
  createNodeLookup,
  getNodeBounds,
  numberLinks,
  withLinks,
  type NewLink,
} from './fragments.ts'
import { TITLE } from './nodeSize.ts'
import { isBorderNode } from './pack.ts'

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
  const isWired = isPlainObject(inputs) && Object.values(inputs).every(isSource)
  if (typeof type !== 'string' || !isNumbers || !isObject(properties) || !isWired) return undefined
  return {
    type,
    ...(typeof title === 'string' && { title }),
    size: size as [number, number],
    properties: properties as JsonObject,
    inputs: inputs as ClosedModel['inputs'],
  }
}

const isSource = (value: unknown) =>
  Array.isArray(value) &&
  (typeof value[0] === 'number' || typeof value[0] === 'string') &&
  typeof value[1] === 'string'

/**
 * Replaces an opened model by its closed node, or by the file whose weights it takes. Layers that
 * others read as well stay. Returns the same file if the node has no closed one.
 */
export function closeModel(
  file: WorkflowFile,
  id: NodeId,
  declarations: ByType,
): { file: WorkflowFile; ids: NodeId[] } {
  const output = createNodeLookup(file.nodes)(id)
  const closed = findClosed(output, declarations)
  const declaration = closed && declarations.get(closed.type)
  if (!closed || !declaration) return { file, ids: [] }
  const removed = findLayers(file, id, withSubgraphs(file, declarations))
  const rest = file.nodes.filter((node) => !removed.has(node.id))
  const links = file.links.filter(([, from, , to]) => !removed.has(from) && !removed.has(to))
  const readers = file.links.filter(([, from, , to]) => from === id && !removed.has(to))
  const weights = findWeights(file, output)
  if (loadsWeights(closed) && weights) {
    const [, from, slot] = weights
    const moved = readers.map(([, , , to, input, type]): NewLink => [from, slot, to, input, type])
    return { file: withNewLinks(file, rest, links, moved), ids: [from] }
  }
  const bounds = getNodeBounds(file.nodes.filter((node) => removed.has(node.id)))
  const node = createClosed(file.last_node_id + 1, closed, declaration, bounds)
  const entering = Object.entries(closed.inputs).flatMap(([slot, [from, name]]): NewLink[] => {
    const source = rest.find((each) => each.id === from)
    const out = source?.outputs.findIndex((each) => each.name === name) ?? -1
    const input = node.inputs.findIndex((each) => each.name === slot)
    return source && out >= 0 && input >= 0
      ? [[from, out, node.id, input, source.outputs[out].type]]
      : []
  })
  const model = node.outputs.findIndex(({ name }) => name === 'model')
  const leaving = readers.map(([, , , to, input, type]): NewLink => [
    node.id,
    model,
    to,
    input,
    type,
  ])
  const moved = closeGap(rest, bounds, node.size[0])
  const next = { ...file, last_node_id: file.last_node_id + 1 }
  return {
    file: withNewLinks(next, [...moved, node], links, [...entering, ...leaving]),
    ids: [node.id],
  }
}

const withNewLinks = (
  file: WorkflowFile,
  nodes: readonly FileNode[],
  links: WorkflowFile['links'],
  added: readonly NewLink[],
): WorkflowFile =>
  withLinks({ ...file, last_link_id: file.last_link_id + added.length }, nodes, [
    ...links,
    ...numberLinks(file, added),
  ])

const findWeights = ({ links }: WorkflowFile, { id, inputs }: FileNode) =>
  links.find((link) => link[3] === id && inputs[link[4]]?.name === 'weights')

/** A ModelOutput and the layers that lead to it and to nothing else. */
function findLayers({ nodes, links, subgraphs = [] }: WorkflowFile, id: NodeId, known: ByType) {
  const contents = new Map(subgraphs.map((subgraph) => [subgraph.id, subgraph.inside.nodes]))
  const isLayer = ({ type }: FileNode): boolean => {
    const inside = contents.get(type)
    return inside
      ? inside.every((node) => isBorderNode(node) || isLayer(node))
      : known.get(type)?.category === 'layers'
  }
  const layers = new Set(nodes.filter(isLayer).map((node) => node.id))
  const found = new Set([id])
  for (let grown = true; grown;) {
    grown = false
    for (const [, from] of links) {
      if (found.has(from) || !layers.has(from)) continue
      const readers = links.filter((link) => link[1] === from).map((link) => link[3])
      if (!readers.every((reader) => found.has(reader))) continue
      found.add(from)
      grown = true
    }
  }
  return found
}

function createClosed(
  id: number,
  { type, title, size, properties, inputs }: ClosedModel,
  declaration: Declaration,
  [left, top]: readonly [number, number, number, number],
): FileNode {
  const wired = new Set(Object.keys(inputs))
  return {
    id,
    type,
    pos: [left, top + TITLE],
    size,
    flags: {},
    mode: 0,
    inputs: inputSpecs(declaration, wired).map(createFileInput),
    outputs: outputSpecs(declaration, properties, wired, new Set()).map((slot) => ({
      name: slot.name,
      type: slot.type,
      links: [],
    })),
    properties: structuredClone(properties),
    ...(title !== undefined && { title }),
  }
}

/** Moves the nodes to the right of the removed ones back by the freed width. */
function closeGap(
  nodes: readonly FileNode[],
  [left, , width]: readonly [number, number, number, number],
  kept: number,
): FileNode[] {
  const freed = Math.max(0, width - kept)
  return nodes.map((node) =>
    node.pos[0] < left + width ? node : { ...node, pos: [node.pos[0] - freed, node.pos[1]] },
  )
}
