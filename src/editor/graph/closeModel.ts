// Closes an opened model: replaces its layer nodes by the closed node that they came from. Pure
// functions on files.
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../workflow/file.ts'
import { createFileInput, inputSpecs, outputSpecs } from '../../workflow/slots.ts'
import { withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import {
  createNodeLookup,
  getNodeBounds,
  numberLinks,
  withLinks,
  type NewLink,
} from './fragments.ts'
import { TITLE } from './nodeSize.ts'
import { isBorderNode } from './borderNodes.ts'
import { findClosed, loadsWeights, type ClosedModel } from './closedModel.ts'

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
