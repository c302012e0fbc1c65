// Taking nodes out of wires and putting them in, as changes of a file.
import type { ByType, Declaration } from '../engine/plan/op.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { BYPASSED, playOf } from '../nodes/workflow/play.ts'
import { acceptsOf, LOOP } from '../nodes/workflow/slots.ts'
import { REROUTE_SIZE } from '../nodes/litegraph/reroute.ts'
import { withLinks } from './pieces.ts'
import { slotFor, takes } from './search.ts'

/** Without these nodes; what they would have passed on if bypassed goes on without them. */
export function withoutNodes(file: WorkflowFile, ids: ReadonlySet<NodeId>, byType: ByType): WorkflowFile {
  const modes = { ...file, nodes: file.nodes.map((node) => ({ ...node, mode: ids.has(node.id) ? BYPASSED : 0 })) }
  const play = playOf(modes, byType, 'kept')
  const nodes = new Map(file.nodes.map((node) => [String(node.id), node]))
  const links = file.links.flatMap((link): FileLink[] => {
    const [id, from, , to, input, type] = link
    if (ids.has(to)) return []
    if (!ids.has(from)) return [link]
    const target = nodes.get(String(to))!
    const source = play.sourceOf(target, target.inputs[input]!.name)
    if (!source) return []
    const origin = nodes.get(source.node)!
    return [[id, origin.id, origin.outputs.findIndex(({ name }) => name === source.slot), to, input, type]]
  })
  return withLinks(
    file,
    file.nodes.filter(({ id }) => !ids.has(id)),
    links,
  )
}

/** Slots of a node that would take its place in a wire; undefined if none that are free fit. */
export function fitting(
  file: WorkflowFile,
  node: FileNode,
  link: FileLink,
  byType: ByType,
): { input: string; output: string } | undefined {
  const [, from, output, to, input, type] = link
  const [source, target] = [from, to].map((id) => file.nodes.find((each) => each.id === id))
  const declaration = byType.get(node.type)
  if (!declaration || !source || !target || [from, to].includes(node.id) || type === LOOP) return undefined
  const given = String(source.outputs[output]!.type)
  const free = { ...declaration, inputs: unwired(declaration, node) }
  const into = slotFor(free, { from: 'output', type: given })
  const out = into && outputFor(declaration, given, String(target.inputs[input]!.type))
  if (!into || !out || node.outputs.find(({ name }) => name === out)?.links?.length) return undefined
  return { input: into, output: out }
}

const unwired = ({ inputs }: Declaration, node: FileNode): Declaration['inputs'] =>
  Object.fromEntries(Object.entries(inputs).filter(([slot]) => node.inputs.find(({ name }) => name === slot)?.link == null))

/** An output that gives what the end of the wire takes, be it only because it passes on what it gets. */
function outputFor(declaration: Declaration, given: string, taken: string): string | undefined {
  const named = slotFor(declaration, { from: 'input', accepts: acceptsOf(taken) })
  if (named) return named
  return takes(acceptsOf(taken), given)
    ? Object.entries(declaration.outputs).find(([, { type, many }]) => !many && typeof type === 'object')?.[0]
    : undefined
}

/** The node put into the wire; as it was if it does not fit. */
export function inserted(file: WorkflowFile, id: NodeId, linkId: FileLink[0], byType: ByType): WorkflowFile {
  const node = file.nodes.find((each) => each.id === id)
  const link = file.links.find(([each]) => each === linkId)
  const slots = node && link && fitting(file, node, link, byType)
  return slots ? split(file, link, node, slots) : file
}

function split(file: WorkflowFile, link: FileLink, node: FileNode, slots: { input: string; output: string }): WorkflowFile {
  const [linkId, from, output, to, input, type] = link
  const last_link_id = file.last_link_id + 1
  const links: FileLink[] = [
    ...file.links.filter((each) => each !== link),
    [linkId, from, output, node.id, node.inputs.findIndex(({ name }) => name === slots.input), type],
    [last_link_id, node.id, node.outputs.findIndex(({ name }) => name === slots.output), to, input, type],
  ]
  return withLinks({ ...file, last_link_id }, file.nodes, links)
}

/** A wire led by a new reroute with its middle at `at`, and the id of that; undefined for the wire of a loop. */
export function rerouted(
  file: WorkflowFile,
  linkId: FileLink[0],
  [x, y]: readonly [number, number],
): { file: WorkflowFile; id: NodeId } | undefined {
  const link = file.links.find(([each]) => each === linkId)
  if (!link || link[5] === LOOP) return undefined
  const id = file.last_node_id + 1
  const node: FileNode = {
    id,
    type: 'diffusion/Reroute',
    pos: [Math.round(x - REROUTE_SIZE / 2), Math.round(y - REROUTE_SIZE / 2)],
    size: [REROUTE_SIZE, REROUTE_SIZE],
    flags: {},
    mode: 0,
    inputs: [{ name: 'value', type: '*', link: null }],
    outputs: [{ name: 'value', type: link[5], links: null }],
    properties: {},
  }
  const more = { ...file, last_node_id: id, nodes: [...file.nodes, node] }
  return { id, file: split(more, link, node, { input: 'value', output: 'value' }) }
}
