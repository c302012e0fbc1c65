// Parts of workflows: copying and pasting. Pure functions on files.
import { TITLE } from './nodeSize.ts'
import { plugLinks } from '../../workflow/flatten.ts'
import { estimateSize } from '../../workflow/estimateSize.ts'
import { inputSpecs, outputSpecs } from '../../workflow/slots.ts'
import { usedSubgraphs } from '../../workflow/subgraphs.ts'
import type { GraphNode } from '../../engine/plan/graph.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { emptyWorkflow } from '../../workflow/index.ts'
import { mergeSubgraphs } from './mergeSubgraphs.ts'

/** Extracts nodes and the wires between them as a workflow. */
export function extractPiece(file: WorkflowFile, ids: ReadonlySet<NodeId>): WorkflowFile {
  const links = file.links.filter((link) => ids.has(link[1]) && ids.has(link[3]))
  const nodes = file.nodes.filter((node) => ids.has(node.id))
  const subgraphs = usedSubgraphs(nodes, file.subgraphs ?? [])
  const empty = {
    ...emptyWorkflow(),
    last_node_id: file.last_node_id,
    last_link_id: file.last_link_id,
  }
  return withLinks({ ...empty, ...(subgraphs.length && { subgraphs }) }, nodes, links)
}

/** A wire into a piece, with the type of its source. */
export type OutsideWire = [from: NodeId, type: string, output: string, to: NodeId, input: string]

export function findOutsideWires(file: WorkflowFile, ids: ReadonlySet<NodeId>): OutsideWire[] {
  const byId = new Map(file.nodes.map((node) => [node.id, node]))
  return file.links.flatMap(([, from, output, to, input]): OutsideWire[] => {
    const [source, target] = [byId.get(from), byId.get(to)]
    const names = [source?.outputs[output]?.name, target?.inputs[input]?.name]
    if (
      !source ||
      names[0] === undefined ||
      names[1] === undefined ||
      ids.has(from) ||
      !ids.has(to)
    )
      return []
    return [[from, source.type, names[0], to, names[1]]]
  })
}

/**
 * Adds the wires of `outside` whose source nodes are in the file. `renamed` maps the ids of the
 * piece to those in the file.
 */
export function connectOutsideWires(
  file: WorkflowFile,
  outside: readonly OutsideWire[],
  renamed: ReadonlyMap<NodeId, NodeId>,
): WorkflowFile {
  const byId = new Map(file.nodes.map((node) => [node.id, node]))
  let last = file.last_link_id
  const links = outside.flatMap(([from, type, output, to, input]): FileLink[] => {
    const [source, target] = [byId.get(from), byId.get(renamed.get(to) ?? '')]
    if (!source || !target || source.type !== type) return []
    const places = [
      source.outputs.findIndex(({ name }) => name === output),
      target.inputs.findIndex(({ name }) => name === input),
    ]
    const [out, into] = places as [number, number]
    return out < 0 || into < 0
      ? []
      : [[++last, source.id, out, target.id, into, source.outputs[out].type]]
  })
  return withLinks({ ...file, last_link_id: last }, file.nodes, [...file.links, ...links])
}

/** Adds a piece to a file, with new ids and moved by `offset`. Returns the new ids too. */
export function mergePiece(
  file: WorkflowFile,
  piece: WorkflowFile,
  offset: [number, number],
): { file: WorkflowFile; ids: NodeId[] } {
  const { subgraphs, mapType } = mergeSubgraphs(file.subgraphs ?? [], piece.subgraphs ?? [])
  const nodes = piece.nodes.map((node, i): FileNode => ({
    ...structuredClone(node),
    type: mapType(node.type),
    id: file.last_node_id + 1 + i,
    pos: [node.pos[0] + offset[0], node.pos[1] + offset[1]],
  }))
  const newIds = new Map(piece.nodes.map(({ id }, i) => [id, nodes[i].id]))
  const links = piece.links.map(([, from, output, to, input, type]): NewLink => [
    newIds.get(from) ?? from,
    output,
    newIds.get(to) ?? to,
    input,
    type,
  ])
  const merged = {
    ...file,
    last_node_id: file.last_node_id + nodes.length,
    last_link_id: file.last_link_id + links.length,
    ...(subgraphs.length && { subgraphs }),
  }
  return {
    file: withLinks(
      merged,
      [...file.nodes, ...nodes],
      [...file.links, ...numberLinks(file, links)],
    ),
    ids: nodes.map(({ id }) => id),
  }
}

/** Bounds of nodes with their title bars: [x, y, width, height]. */
export function getNodeBounds(
  nodes: readonly Pick<FileNode, 'pos' | 'size'>[],
): [number, number, number, number] {
  if (!nodes.length) return [0, 0, 0, 0]
  const left = Math.min(...nodes.map(({ pos }) => pos[0]))
  const top = Math.min(...nodes.map(({ pos }) => pos[1])) - TITLE
  const right = Math.max(...nodes.map(({ pos, size }) => pos[0] + size[0]))
  const bottom = Math.max(...nodes.map(({ pos, size }) => pos[1] + size[1]))
  return [left, top, right - left, bottom - top]
}

/** A link without its id. */
export type NewLink = [from: NodeId, output: number, to: NodeId, input: number, type: FileLink[5]]

/** Adds ids to new links of a file. */
export const numberLinks = (
  { last_link_id }: Pick<WorkflowFile, 'last_link_id'>,
  links: readonly NewLink[],
): FileLink[] => links.map((link, i) => [last_link_id + 1 + i, ...link])

/** Returns a function that finds nodes by their ids. It throws an Error for an unknown id. */
export function createNodeLookup(nodes: readonly FileNode[]): (id: NodeId) => FileNode {
  const byId = new Map(nodes.map((node) => [String(node.id), node]))
  return (id) => {
    const node = byId.get(String(id))
    if (!node) throw new Error(`No node ${id}`)
    return node
  }
}

/** Replaces the nodes and links of a file. Sets the links of the slots accordingly. */
export const withLinks = (
  file: WorkflowFile,
  nodes: readonly FileNode[],
  links: readonly FileLink[],
): WorkflowFile => ({
  ...file,
  links: [...links],
  nodes: plugLinks(nodes, links),
})

/** Returns the size of a node with its declared slots, of which those in `wired` have wires. */
export const sizeOfNew = (
  declaration: Declaration,
  params: GraphNode['params'],
  wired: ReadonlySet<string> = new Set(),
): [number, number] =>
  estimateSize(
    declaration,
    params,
    {
      inputs: inputSpecs(declaration, wired),
      outputs: outputSpecs(declaration, params, wired, new Set()),
    },
    declaration.title,
  )

/** Moves the nodes to the right of a closed node aside by the additional width of its contents. */
export function widenForOpened(
  file: WorkflowFile,
  closed: FileNode,
  opened: ReadonlySet<NodeId>,
): WorkflowFile {
  const [, , width] = getNodeBounds(file.nodes.filter((node) => opened.has(node.id)))
  const more = width - closed.size[0]
  const right = closed.pos[0] + closed.size[0]
  return {
    ...file,
    nodes: file.nodes.map((node) =>
      opened.has(node.id) || node.pos[0] < right || more <= 0
        ? node
        : { ...node, pos: [node.pos[0] + more, node.pos[1]] as [number, number] },
    ),
  }
}
