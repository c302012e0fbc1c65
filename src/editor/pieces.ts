// Pieces of workflows: what is copied, pasted and put in the place of a closed node. Files in, files out; no canvas.
import { paramsShown } from '../nodes/litegraph/widgets.ts'
import { plugged } from '../nodes/workflow/flatten.ts'
import { inputsOf, outputsOf } from '../nodes/workflow/slots.ts'
import { usedBy } from '../nodes/workflow/subgraphs.ts'
import type { Expansion, GraphNode, Wire } from '../engine/plan/graph.ts'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { emptyWorkflow } from '../nodes/workflow.ts'
import { together } from './subgraph/together.ts'

/** The nodes with these ids and the wires between them, as a workflow of its own. */
export function pieceOf(file: WorkflowFile, ids: ReadonlySet<NodeId>): WorkflowFile {
  const links = file.links.filter((link) => ids.has(link[1]) && ids.has(link[3]))
  const nodes = file.nodes.filter((node) => ids.has(node.id))
  const subgraphs = usedBy(nodes, file.subgraphs ?? [])
  const empty = { ...emptyWorkflow(), last_node_id: file.last_node_id, last_link_id: file.last_link_id }
  return withLinks({ ...empty, ...(subgraphs.length && { subgraphs }) }, nodes, links)
}

/** A wire into a piece from a node that is not of it: the node, its type and output; the node of the piece and its input. */
export type OutsideWire = [from: NodeId, type: string, output: string, to: NodeId, input: string]

export function outsideOf(file: WorkflowFile, ids: ReadonlySet<NodeId>): OutsideWire[] {
  const byId = new Map(file.nodes.map((node) => [node.id, node]))
  return file.links.flatMap(([, from, output, to, input]): OutsideWire[] => {
    const [source, target] = [byId.get(from), byId.get(to)]
    const names = [source?.outputs[output]?.name, target?.inputs[input]?.name]
    if (!source || names[0] === undefined || names[1] === undefined || ids.has(from) || !ids.has(to)) return []
    return [[from, source.type, names[0], to, names[1]]]
  })
}

/** `file` with those of `outside` whose nodes it has; `renamed` are the ids that the nodes of the piece have there. */
export function wiredFromOutside(
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
    return out < 0 || into < 0 ? [] : [[++last, source.id, out, target.id, into, source.outputs[out]!.type]]
  })
  return withLinks({ ...file, last_link_id: last }, file.nodes, [...file.links, ...links])
}

/** `piece` added to `file` under new ids, moved by `offset`. `ids` are the new ones. */
export function merge(file: WorkflowFile, piece: WorkflowFile, offset: [number, number]): { file: WorkflowFile; ids: NodeId[] } {
  let [lastNode, lastLink] = [file.last_node_id, file.last_link_id]
  const { subgraphs, typeOf } = together(file.subgraphs ?? [], piece.subgraphs ?? [])
  const renamed = new Map<NodeId, number>(piece.nodes.map((node) => [node.id, ++lastNode]))
  const nodes = piece.nodes.map((node) => ({
    ...structuredClone(node),
    type: typeOf(node.type),
    id: renamed.get(node.id)!,
    pos: [node.pos[0] + offset[0], node.pos[1] + offset[1]] as [number, number],
  }))
  const links = piece.links.map(([, from, output, to, input, type]): FileLink => [
    ++lastLink,
    renamed.get(from)!,
    output,
    renamed.get(to)!,
    input,
    type,
  ])
  return {
    file: withLinks(
      { ...file, last_node_id: lastNode, last_link_id: lastLink, ...(subgraphs.length && { subgraphs }) },
      [...file.nodes, ...nodes],
      [...file.links, ...links],
    ),
    ids: nodes.map((node) => node.id),
  }
}

/** [x, y, width, height] around nodes, with their title bars. */
export function boundsOf(nodes: readonly Pick<FileNode, 'pos' | 'size'>[]): [number, number, number, number] {
  if (!nodes.length) return [0, 0, 0, 0]
  const left = Math.min(...nodes.map(({ pos }) => pos[0]))
  const top = Math.min(...nodes.map(({ pos }) => pos[1])) - TITLE
  const right = Math.max(...nodes.map(({ pos, size }) => pos[0] + size[0]))
  const bottom = Math.max(...nodes.map(({ pos, size }) => pos[1] + size[1]))
  return [left, top, right - left, bottom - top]
}

const TITLE = 30

/** The same file with these nodes and links; what slots say of links follows from the links. */
export const withLinks = (file: WorkflowFile, nodes: readonly FileNode[], links: readonly FileLink[]): WorkflowFile => ({
  ...file,
  links: [...links],
  nodes: plugged(nodes, links),
})

// ---- opening a closed node

const [COLUMN, ROW] = [280, 48]

/** The node `id` replaced by the graph it stands for, laid out to the right of where it was and wired as it was. */
export function open(
  file: WorkflowFile,
  id: NodeId,
  expansion: Expansion,
  declarations: ByType,
): { file: WorkflowFile; ids: NodeId[] } {
  const closed = file.nodes.find((node) => node.id === id)!
  let [lastNode, lastLink] = [file.last_node_id, file.last_link_id]
  const idOf = new Map(expansion.nodes.map((node) => [node.id, ++lastNode]))
  const places = layOut(expansion.nodes, declarations)
  const nodes = expansion.nodes.map((node) => fileNode(node, idOf.get(node.id)!, expansion, declarations, closed.pos, places))
  const inner = new Map(nodes.map((node) => [node.id, node]))
  const links: FileLink[] = file.links.filter((link) => link[1] !== id && link[3] !== id)

  const link = (from: NodeId, output: number, to: NodeId, input: number, type: string | number) =>
    void (output >= 0 && input >= 0 && links.push([++lastLink, from, output, to, input, type]))
  const place = (slots: readonly { name: string }[], name: string) => slots.findIndex((slot) => slot.name === name)

  const outside = (name: string) => file.links.find((each) => each[3] === id && closed.inputs[each[4]]?.name === name)

  for (const node of expansion.nodes) {
    const target = inner.get(idOf.get(node.id)!)!
    for (const [slot, { node: source, slot: name }] of Object.entries(node.inputs)) {
      const input = place(target.inputs, slot)
      if (source) {
        const from = inner.get(idOf.get(source)!)!
        const output = place(from.outputs, name)
        link(from.id, output, target.id, input, from.outputs[output]?.type ?? '*')
      } else {
        const from = outside(name)
        if (from) link(from[1], from[2], target.id, input, from[5])
      }
    }
  }
  for (const [, from, slot, to, input, type] of file.links) {
    const wire: Wire | undefined = from === id ? expansion.outputs[closed.outputs[slot]?.name ?? ''] : undefined
    const source = wire && inner.get(idOf.get(wire.node)!)
    if (source) link(source.id, place(source.outputs, wire.slot), to, input, type)
    const through = wire?.node === '' ? outside(wire.slot) : undefined
    if (through) link(through[1], through[2], to, input, type)
  }
  const opened = withLinks(
    { ...file, last_node_id: lastNode, last_link_id: lastLink },
    [...file.nodes.filter((node) => node.id !== id), ...nodes],
    links,
  )
  return { file: makeRoom(opened, closed, new Set(idOf.values())), ids: nodes.map((node) => node.id) }
}

function fileNode(
  node: GraphNode,
  id: number,
  expansion: Expansion,
  declarations: ByType,
  origin: readonly [number, number],
  places: ReadonlyMap<string, [number, number]>,
): FileNode {
  const declaration = declarations.get(node.op)
  const [x, y] = places.get(node.id)!
  const wiredIn = new Set(Object.keys(node.inputs))
  const wiredOut = new Set(
    [...expansion.nodes.flatMap((other) => Object.values(other.inputs)), ...Object.values(expansion.outputs)]
      .filter((wire) => wire.node === node.id)
      .map((wire) => wire.slot),
  )
  return {
    id,
    type: node.op,
    pos: [origin[0] + x, origin[1] + y],
    size: declaration ? sizeOf(declaration, node.params, wiredIn) : [180, 80],
    flags: {},
    mode: 0,
    inputs: declaration ? inputsOf(declaration, wiredIn).map(({ name, type }) => ({ name, type, link: null })) : [],
    outputs: declaration ? outputsOf(declaration, wiredIn, wiredOut).map(({ name, type }) => ({ name, type, links: [] })) : [],
    properties: structuredClone(node.params) as FileNode['properties'],
    ...(node.title && { title: node.title }),
  }
}

/** About the size a node will have: one row a slot, one a param that is shown. */
export function sizeOf(
  declaration: Declaration,
  params: GraphNode['params'],
  wired: ReadonlySet<string> = new Set(),
): [number, number] {
  const rows = Math.max(inputsOf(declaration, wired).length, Object.keys(declaration.outputs).length)
  const view = declaration.role === 'observer' ? 180 : (declaration.room?.height ?? 0)
  return [declaration.role === 'observer' ? 260 : 220, 14 + rows * 20 + paramsShown(declaration, params).length * 24 + view]
}

/** Columns by depth, from the left; in a column one under the other. Positions relative to the first. */
function layOut(nodes: readonly GraphNode[], declarations: ByType): Map<string, [number, number]> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const depths = new Map<string, number>()
  const depthOf = (id: string, path: readonly string[] = []): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (path.includes(id)) return 0
    const sources = Object.values(byId.get(id)?.inputs ?? {}).filter((wire) => byId.has(wire.node))
    const depth = sources.length ? 1 + Math.max(...sources.map((wire) => depthOf(wire.node, [...path, id]))) : 0
    depths.set(id, depth)
    return depth
  }
  const bottoms: number[] = []
  return new Map(
    nodes.map((node) => {
      const column = depthOf(node.id)
      const declaration = declarations.get(node.op)
      const top = bottoms[column] ?? 0
      bottoms[column] = top + (declaration ? sizeOf(declaration, node.params)[1] : 80) + ROW
      return [node.id, [column * COLUMN, top] as [number, number]]
    }),
  )
}

/** What lay right of the closed node moves aside by as much as the opened graph is wider. */
export function makeRoom(file: WorkflowFile, closed: FileNode, opened: ReadonlySet<NodeId>): WorkflowFile {
  const [, , width] = boundsOf(file.nodes.filter((node) => opened.has(node.id)))
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
