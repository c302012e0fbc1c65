// Removes nodes from wires and inserts nodes into them. Pure functions on files.
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { BYPASSED, findActivities } from '../../workflow/activity.ts'
import { parseAccepts, LOOP } from '../../workflow/slots.ts'
import { REROUTE_SIZE } from '../../litegraph/reroute.ts'
import { createNodeLookup, withLinks } from './fragments.ts'
import { findFittingSlot, acceptsType } from './nodeSearch.ts'

/** Removes nodes. Wires that would pass through them if they were bypassed are reconnected. */
export function removeNodes(
  file: WorkflowFile,
  ids: ReadonlySet<NodeId>,
  byType: ByType,
): WorkflowFile {
  const modes = {
    ...file,
    nodes: file.nodes.map((node) => ({ ...node, mode: ids.has(node.id) ? BYPASSED : 0 })),
  }
  const play = findActivities(modes, byType, 'kept')
  const findNode = createNodeLookup(file.nodes)
  const links = file.links.flatMap((link): FileLink[] => {
    const [id, from, , to, input, type] = link
    if (ids.has(to)) return []
    if (!ids.has(from)) return [link]
    const target = findNode(to)
    const source = play.source(target, target.inputs[input].name)
    if (!source) return []
    const origin = findNode(source.node)
    return [
      [
        id,
        origin.id,
        origin.outputs.findIndex(({ name }) => name === source.slot),
        to,
        input,
        type,
      ],
    ]
  })
  return withLinks(
    file,
    file.nodes.filter(({ id }) => !ids.has(id)),
    links,
  )
}

/** Slots with which a node can be inserted into a wire. Undefined if no free slots fit. */
export function findFittingSlots(
  file: WorkflowFile,
  node: FileNode,
  link: FileLink,
  byType: ByType,
): { input: string; output: string } | undefined {
  const [, from, output, to, input, type] = link
  const [source, target] = [from, to].map((id) => file.nodes.find((each) => each.id === id))
  const declaration = byType.get(node.type)
  if (!declaration || !source || !target || [from, to].includes(node.id) || type === LOOP)
    return undefined
  const given = String(source.outputs[output].type)
  const free = { ...declaration, inputs: getUnwiredInputs(declaration, node) }
  const into = findFittingSlot(free, { from: 'output', type: given })
  const out =
    into &&
    findFittingOutput(declaration, node.properties, given, String(target.inputs[input].type))
  if (!into || !out || node.outputs.find(({ name }) => name === out)?.links?.length)
    return undefined
  return { input: into, output: out }
}

const getUnwiredInputs = ({ inputs }: Declaration, node: FileNode): Declaration['inputs'] =>
  Object.fromEntries(
    Object.entries(inputs).filter(
      ([slot]) => node.inputs.find(({ name }) => name === slot)?.link == null,
    ),
  )

/** An output of an accepted type, or one that has the type of its input. */
function findFittingOutput(
  declaration: Declaration,
  values: FileNode['properties'],
  given: string,
  taken: string,
): string | undefined {
  const named = findFittingSlot(
    declaration,
    { from: 'input', accepts: parseAccepts(taken) },
    values,
  )
  if (named) return named
  return acceptsType(parseAccepts(taken), given)
    ? Object.entries(declaration.outputs).find(
        ([, { type, many }]) => !many && typeof type === 'object',
      )?.[0]
    : undefined
}

/** Inserts a node into a wire. Returns the same file if it does not fit. */
export function insertNode(
  file: WorkflowFile,
  id: NodeId,
  linkId: FileLink[0],
  byType: ByType,
): WorkflowFile {
  const node = file.nodes.find((each) => each.id === id)
  const link = file.links.find(([each]) => each === linkId)
  const slots = node && link && findFittingSlots(file, node, link, byType)
  return slots ? splitWire(file, link, node, slots) : file
}

function splitWire(
  file: WorkflowFile,
  link: FileLink,
  node: FileNode,
  slots: { input: string; output: string },
): WorkflowFile {
  const [linkId, from, output, to, input, type] = link
  const last_link_id = file.last_link_id + 1
  const links: FileLink[] = [
    ...file.links.filter((each) => each !== link),
    [
      linkId,
      from,
      output,
      node.id,
      node.inputs.findIndex(({ name }) => name === slots.input),
      type,
    ],
    [
      last_link_id,
      node.id,
      node.outputs.findIndex(({ name }) => name === slots.output),
      to,
      input,
      type,
    ],
  ]
  return withLinks({ ...file, last_link_id }, file.nodes, links)
}

/** Adds a reroute to a wire, centred at a point. Undefined for a `loop` wire. */
export function addReroute(
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
  return { id, file: splitWire(more, link, node, { input: 'value', output: 'value' }) }
}
