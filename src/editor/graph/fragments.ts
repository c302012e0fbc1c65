// Parts of workflows: copying, pasting, and opening a closed node. Pure functions on files.
import { TITLE } from './nodeSize.ts'
import { plugLinks } from '../../nodes/workflow/flatten.ts'
import { estimateSize } from '../../nodes/workflow/estimateSize.ts'
import { createFileInput, inputSpecs, outputSpecs } from '../../nodes/workflow/slots.ts'
import { usedSubgraphs } from '../../nodes/workflow/subgraphs.ts'
import type { Expansion, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../../nodes/workflow.ts'
import { emptyWorkflow } from '../../nodes/workflow.ts'
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

// ---- opening a closed node

const [COLUMN, ROW] = [280, 48]

/**
 * Replaces a closed node by its expansion, with the same wires, laid out from its position to the
 * right.
 */
export function openClosedNode(
  file: WorkflowFile,
  id: NodeId,
  expansion: Expansion,
  declarations: ByType,
): { file: WorkflowFile; ids: NodeId[] } {
  const closed = createNodeLookup(file.nodes)(id)
  const offsets = layOutColumns(expansion.nodes, declarations)
  const opened = new Map(
    expansion.nodes.map((node, i) => {
      const [x, y] = offsets[i]
      const place: Pick<FileNode, 'id' | 'pos'> = {
        id: file.last_node_id + 1 + i,
        pos: [closed.pos[0] + x, closed.pos[1] + y],
      }
      return [node.id, createFileNode(node, place, expansion, declarations)]
    }),
  )
  const nodes = [...opened.values()]
  const links = connectExpansion(file, closed, expansion, opened)
  const result = withLinks(
    {
      ...file,
      last_node_id: file.last_node_id + nodes.length,
      last_link_id: file.last_link_id + links.length,
    },
    [...file.nodes.filter((node) => node !== closed), ...nodes],
    [...file.links.filter((link) => link[1] !== id && link[3] !== id), ...numberLinks(file, links)],
  )
  const ids = nodes.map((node) => node.id)
  return { file: makeRoom(result, closed, new Set(ids)), ids }
}

/** Links of the opened nodes: among them, and those of the closed node. */
function connectExpansion(
  { links }: WorkflowFile,
  closed: FileNode,
  expansion: Expansion,
  opened: ReadonlyMap<string, FileNode>,
): NewLink[] {
  const added: NewLink[] = []
  const add = (...link: NewLink) => void (link[1] >= 0 && link[3] >= 0 && added.push(link))
  const findSlotIndex = (slots: readonly { name: string }[], name: string) =>
    slots.findIndex((slot) => slot.name === name)
  const findOutside = (name: string) =>
    links.find((each) => each[3] === closed.id && closed.inputs[each[4]]?.name === name)
  for (const { id, inputs } of expansion.nodes) {
    const target = opened.get(id)
    for (const [slot, wire] of Object.entries(target ? inputs : {})) {
      if (!target) continue
      const input = findSlotIndex(target.inputs, slot)
      const source = opened.get(wire.node)
      const outside = wire.node === '' ? findOutside(wire.slot) : undefined
      if (outside) add(outside[1], outside[2], target.id, input, outside[5])
      if (!source) continue
      const output = findSlotIndex(source.outputs, wire.slot)
      add(source.id, output, target.id, input, source.outputs[output]?.type ?? '*')
    }
  }
  for (const [, from, slot, to, input, type] of links) {
    const wire: Wire | undefined =
      from === closed.id ? expansion.outputs[closed.outputs[slot]?.name ?? ''] : undefined
    const source = wire && opened.get(wire.node)
    const outside = wire?.node === '' ? findOutside(wire.slot) : undefined
    if (source) add(source.id, findSlotIndex(source.outputs, wire.slot), to, input, type)
    if (outside) add(outside[1], outside[2], to, input, type)
  }
  return added
}

function createFileNode(
  node: GraphNode,
  place: Pick<FileNode, 'id' | 'pos'>,
  expansion: Expansion,
  declarations: ByType,
): FileNode {
  const declaration = declarations.get(node.op)
  const wiredIn = new Set(Object.keys(node.inputs))
  const wires = [
    ...expansion.nodes.flatMap((other) => Object.values(other.inputs)),
    ...Object.values(expansion.outputs),
  ]
  const wiredOut = new Set(wires.filter((wire) => wire.node === node.id).map((wire) => wire.slot))
  return {
    ...place,
    type: node.op,
    size: declaration ? sizeOfNew(declaration, node.params, wiredIn) : [180, 80],
    flags: {},
    mode: 0,
    inputs: declaration ? inputSpecs(declaration, wiredIn).map(createFileInput) : [],
    outputs: declaration
      ? outputSpecs(declaration, node.params, wiredIn, wiredOut).map(({ name, type }) => ({
          name,
          type,
          links: [],
        }))
      : [],
    properties: structuredClone(node.params) as FileNode['properties'],
    ...(node.title && { title: node.title }),
  }
}

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

/** Lays nodes out in columns by depth. Returns their positions relative to the first one. */
function layOutColumns(nodes: readonly GraphNode[], declarations: ByType): [number, number][] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const depths = new Map<string, number>()
  const getDepth = (id: string, path: readonly string[] = []): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (path.includes(id)) return 0
    const sources = Object.values(byId.get(id)?.inputs ?? {}).filter((wire) => byId.has(wire.node))
    const depth = sources.length
      ? 1 + Math.max(...sources.map((wire) => getDepth(wire.node, [...path, id])))
      : 0
    depths.set(id, depth)
    return depth
  }
  const bottoms: number[] = []
  return nodes.map((node) => {
    const column = getDepth(node.id)
    const declaration = declarations.get(node.op)
    const top = bottoms[column] ?? 0
    bottoms[column] = top + (declaration ? sizeOfNew(declaration, node.params)[1] : 80) + ROW
    return [column * COLUMN, top]
  })
}

/** Moves the nodes to the right of a closed node aside by the additional width of its contents. */
export function makeRoom(
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
