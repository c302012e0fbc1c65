// Adapts the nodes of a file to their current declarations: slots by name, and links to them.
import type { Declaration } from '../engine/plan/op.ts'
import type { FileInput, FileLink, FileNode, FileOutput, NodeId } from './file.ts'
import { seedControl } from './file.ts'
import type { JsonObject } from './json.ts'
import type { ReadingContext } from './readFields.ts'
import {
  createFileInput,
  FURTHER,
  inputSpecs,
  LOOP,
  matchSlotsByName,
  outputSpecs,
} from './slots.ts'
import { SUBGRAPH_CATEGORY } from './subgraphDeclarations.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** Adds declared slots that the file omits, and reports unknown params. */
export function applyDeclaration(
  node: FileNode,
  data: JsonObject,
  declaration: Declaration,
  { notices }: ReadingContext,
) {
  // A file may omit the slots. Its links then use the order of the declaration.
  if (data.inputs == null)
    node.inputs = inputSpecs(declaration, new Set(), new Set(Object.keys(declaration.inputs))).map(
      ({ name, type }) => ({
        name,
        type,
        link: null,
      }),
    )
  if (data.outputs == null) {
    node.outputs = outputSpecs(declaration, node.properties, new Set(), new Set()).map(
      ({ name, type }) => ({
        name,
        type,
        links: null,
      }),
    )
  }
  const names = propertyNames(declaration)
  const unknown = Object.keys(node.properties).filter((name) => !names.has(name))
  if (!unknown.length) return
  const params = unknown.join(', ').slice(0, 200)
  notices.push(workflowMessages.unknownParams({ type: node.type, id: node.id, params }))
}

const knownNames = new WeakMap<Declaration, ReadonlySet<string>>()

/** Names of the params and of their seed controls. */
function propertyNames(declaration: Declaration): ReadonlySet<string> {
  const known = knownNames.get(declaration)
  if (known) return known
  const names = new Set(
    Object.entries(declaration.params).flatMap(([name, { kind }]) =>
      kind === 'seed' ? [name, seedControl(name)] : [name],
    ),
  )
  knownNames.set(declaration, names)
  return names
}

/** Kinds of declared nodes: those of subgraphs, and all others. */
type DeclaredKind = 'subgraph' | 'other'

const kindOf = ({ category, expands }: Declaration): DeclaredKind =>
  expands && category === SUBGRAPH_CATEGORY ? 'subgraph' : 'other'

/**
 * Reorders the slots of declared nodes of a kind as in their current declarations, and adapts the
 * links. A wired slot that is not declared any more is kept, except in nodes of subgraphs: links to
 * it get the slot -1.
 */
export function matchDeclarations(
  kind: DeclaredKind,
  nodes: readonly FileNode[],
  links: readonly FileLink[],
  where: string,
  reading: ReadingContext,
) {
  const [outgoing, incoming] = [groupLinks(links, 1), groupLinks(links, 3)]
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const findStart = (node: FileNode) => {
    const loop = incoming.get(node.id)?.find((link) => node.inputs[link[4]]?.name === LOOP)
    const start = loop && byId.get(loop[1])
    // In a damaged file the wire can come from an unknown node, from an End, or from another output.
    const isStart = start && reading.declarations.get(start.type)?.role === 'start'
    return isStart && start.outputs[loop[2]]?.name === LOOP ? start : undefined
  }
  nodes.forEach((node, i) => {
    const declaration = reading.declarations.get(node.type)
    if (!declaration || kindOf(declaration) !== kind) return
    const before = node.inputs.length + node.outputs.length
    const start = declaration.role === 'end' ? findStart(node) : node
    const offers = start?.properties[FURTHER] === true
    const { inputs, outputs } = matchSlots(node, declaration, offers, reading)
    for (const link of outgoing.get(node.id) ?? []) link[2] = outputs[link[2]]
    for (const link of incoming.get(node.id) ?? []) link[4] = inputs[link[4]]
    reading.slots.add(node.inputs.length + node.outputs.length - before, `${where}nodes[${i}]`)
  })
}

function groupLinks(links: readonly FileLink[], end: 1 | 3): ReadonlyMap<NodeId, FileLink[]> {
  const groups = new Map<NodeId, FileLink[]>()
  for (const link of links) {
    const group = groups.get(link[end])
    if (group) group.push(link)
    else groups.set(link[end], [link])
  }
  return groups
}

/** Returns the names of the inputs that are params, wired or not. */
const convertedParams = ({ inputs }: FileNode): ReadonlySet<string> =>
  new Set(inputs.filter(({ widget }) => widget).map(({ name }) => name))

/**
 * Replaces the slots of a node. `offers`: also those that are rarely used. Returns the new index of
 * each old slot.
 */
function matchSlots(
  node: FileNode,
  declaration: Declaration,
  offers: boolean,
  { notices }: ReadingContext,
) {
  const wiredInputs = new Set(
    node.inputs.filter(({ link }) => link !== null).map(({ name }) => name),
  )
  const wiredOutputs = new Set(
    node.outputs.filter(({ links }) => links?.length).map(({ name }) => name),
  )
  const keeps = kindOf(declaration) === 'other'
  const inputs = matchSlotsByName<FileInput>(
    node.inputs,
    inputSpecs(declaration, wiredInputs, undefined, convertedParams(node), offers),
    ({ link }) => keeps && link !== null,
    (spec, old) => ({ ...createFileInput(spec), link: old?.link ?? null }),
  )
  const outputs = matchSlotsByName<FileOutput>(
    node.outputs,
    outputSpecs(declaration, node.properties, wiredInputs, wiredOutputs, offers),
    (slot) => keeps && !!slot.links?.length,
    ({ name, type, like }, old) => ({
      name,
      type: like && old ? old.type : type,
      links: old?.links ?? null,
    }),
  )
  for (const { name } of [...inputs.extra, ...outputs.extra])
    notices.push(workflowMessages.slotGone({ type: node.type, id: node.id, slot: name }))
  if (!keeps) {
    const declared = new Set([...inputs.slots, ...outputs.slots].map(({ name }) => name))
    for (const name of [...wiredInputs, ...wiredOutputs])
      if (!declared.has(name))
        notices.push(workflowMessages.wireGone({ type: node.type, id: node.id, slot: name }))
  }
  node.inputs = inputs.slots
  node.outputs = outputs.slots
  return { inputs: inputs.moved, outputs: outputs.moved }
}
