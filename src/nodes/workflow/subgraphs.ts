// Subgraphs in files: `definitions.subgraphs`, in ComfyUI's shape. Those of other programs are left as they came; ours say so in their `extra`.
import { withDeclaration } from './blocks.ts'
import { WorkflowError } from './error.ts'
import type { FileLink, NodeId, Promoted, Subgraph, WorkflowFile } from './file.ts'
import { FORMAT, INPUTS, OUTPUTS } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, limits } from './json.ts'
import { describe, plainText, readBody, type Reading } from './read.ts'
import { LOOP } from './slots.ts'

/** ComfyUI's ids of the two nodes at the border. */
const ids: Readonly<Record<string, number>> = { [INPUTS]: -10, [OUTPUTS]: -20 }

/** Subgraphs within subgraphs within ...: deeper is refused. */
const MAX_DEPTH = 16

/** More in one file are refused. */
const MOST = 500

const listed = ({ definitions }: JsonObject): Json[] =>
  isObject(definitions) && Array.isArray(definitions.subgraphs) ? definitions.subgraphs : []

export const isOurs = (subgraph: Json): subgraph is JsonObject =>
  isObject(subgraph) && isObject(subgraph.extra) && isObject(subgraph.extra.diffusion)

/** Whether a file has definitions that are not ours. */
export const hasOthers = (graph: JsonObject): boolean =>
  'definitions' in graph && (!listed(graph).length || !listed(graph).every(isOurs))

/**
 * The subgraphs of ours in a file, and all declarations there are with those of them.
 * @throws WorkflowError where one contains itself, or is wrong in some other way
 */
export function readSubgraphs(graph: JsonObject, { declarations, notices }: Reading) {
  const raw = new Map<string, { data: JsonObject; part: string }>()
  listed(graph).forEach((data, i) => {
    if (!isOurs(data)) return
    const part = `definitions.subgraphs[${i}]`
    const id = readType(data.id, `${part}.id`)
    if (raw.has(id) || declarations.has(id)) throw new WorkflowError(`${part}.id`, `there is another ${id}.`)
    raw.set(id, { data, part })
  })
  if (raw.size > MOST) throw new WorkflowError('definitions.subgraphs', `${raw.size} are too many; at most ${MOST} are read.`)
  const subgraphs: Subgraph[] = []
  const depths = new Map<string, number>()
  let known = declarations
  const depthOf = (id: string, within: readonly string[] = []): number => {
    const { data, part } = raw.get(id)!
    const path = [...within, id]
    if (within.includes(id)) throw new WorkflowError(part, `it contains itself: ${namesOf(path).join(' > ')}.`)
    if (depths.has(id)) return depths.get(id)!
    const tooDeep = new WorkflowError(part, `subgraphs in subgraphs, more than ${MAX_DEPTH} deep.`)
    if (path.length > MAX_DEPTH) throw tooDeep
    const inner = new Set(typesIn(data).filter((type) => raw.has(type)))
    const depth = 1 + Math.max(0, ...[...inner].map((each) => depthOf(each, path)))
    if (depth > MAX_DEPTH) throw tooDeep
    const subgraph = readSubgraph(id, data, part, { declarations: known, notices })
    subgraphs.push(subgraph)
    known = withDeclaration(known, subgraph)
    depths.set(id, depth)
    return depth
  }
  const namesOf = (path: readonly string[]) => path.map((id) => String(raw.get(id)!.data.name ?? id).slice(0, 60))
  for (const id of raw.keys()) depthOf(id)
  return { subgraphs, known }
}

const typesIn = ({ nodes }: JsonObject): string[] =>
  Array.isArray(nodes) ? nodes.flatMap((node) => (isObject(node) ? [String(node.type)] : [])) : []

function readType(value: Json | undefined, part: string): string {
  if (typeof value === 'string' && /^[\w-]{8,64}$/.test(value) && !(value in {})) return value
  throw new WorkflowError(part, `expected a UUID, got ${describe(value)}.`)
}

function readSubgraph(id: string, data: JsonObject, part: string, reading: Reading): Subgraph {
  if (!Array.isArray(data.nodes))
    throw new WorkflowError(`${part}.nodes`, `expected a list of nodes, got ${describe(data.nodes)}.`)
  const edges = [
    { ...edgeOf(data.inputNode, INPUTS), outputs: slotsOf(data.inputs, `${part}.inputs`) },
    { ...edgeOf(data.outputNode, OUTPUTS), inputs: slotsOf(data.outputs, `${part}.outputs`) },
  ]
  const inner = { ...data, nodes: [...edges, ...data.nodes], links: linksFrom(data.links) }
  const inside = readBody(inner, `${part}.`, reading)
  return {
    id,
    name: plainName(plainText(data.name ?? 'Subgraph', `${part}.name`, reading.notices)),
    description: data.description == null ? '' : plainText(data.description, `${part}.description`, reading.notices),
    revision: Number.isSafeInteger(data.revision) && Number(data.revision) > 0 ? Number(data.revision) : 0,
    promoted: promotedIn(data.widgets, inside, reading),
    inside,
  }
}

/** A name that litegraph's menus may take as HTML. */
export const plainName = (name: string): string =>
  name
    .replaceAll(/[<>&"']/g, (letter) => ({ '<': '‹', '>': '›', '&': '＆', '"': '”' })[letter] ?? '’')
    .trim()
    .slice(0, 120) || 'Subgraph'

function edgeOf(value: Json | undefined, type: string): JsonObject {
  const bounding = isObject(value) && Array.isArray(value.bounding) ? value.bounding : []
  return {
    id: type,
    type,
    pos: bounding.length === 4 ? bounding.slice(0, 2) : null,
    size: bounding.length === 4 ? bounding.slice(2) : null,
  }
}

/** The name of a slot at the border: it becomes a key, and `loop` means something else. */
export const isSlotName = (name: unknown): name is string =>
  typeof name === 'string' && /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,59}$/u.test(name) && !(name in {}) && name !== LOOP

function slotsOf(value: Json | undefined, part: string): Json[] {
  if (value == null) return []
  if (!Array.isArray(value)) throw new WorkflowError(part, `expected a list of slots, got ${describe(value)}.`)
  const names = new Set<string>()
  return value.map((slot, i) => {
    const name = isObject(slot) ? slot.name : undefined
    if (!isSlotName(name)) throw new WorkflowError(`${part}[${i}].name`, `expected a short name, got ${describe(name)}.`)
    if (names.has(name)) throw new WorkflowError(`${part}[${i}].name`, `two slots are called ${name}.`)
    names.add(name)
    return { name, type: (slot as JsonObject).type ?? '*' }
  })
}

function linksFrom(links: Json | undefined): Json {
  const edge = (id: Json | undefined) => Object.keys(ids).find((type) => ids[type] === id) ?? id ?? null
  const change = (link: Json): Json => {
    if (Array.isArray(link)) return link.map((field, i) => (i === 1 || i === 3 ? edge(field) : field))
    return isObject(link) ? { ...link, origin_id: edge(link.origin_id), target_id: edge(link.target_id) } : link
  }
  return Array.isArray(links) ? links.map(change) : (links ?? null)
}

function promotedIn(value: Json | undefined, inside: WorkflowFile, { declarations, notices }: Reading): Promoted[] {
  const promoted: Promoted[] = []
  for (const item of Array.isArray(value) ? value : []) {
    if (!isObject(item)) continue
    const node = inside.nodes.find(({ id }) => String(id) === String(item.id))
    const as = item.as ?? item.name
    const param = node && typeof item.name === 'string' && declarations.get(node.type)?.params[item.name]
    if (!param || !isSlotName(as) || promoted.some((each) => each.as === as))
      notices.push(`${describe(item.name)} of node ${describe(item.id)} in a subgraph is no longer set from outside.`)
    else promoted.push({ node: node.id, param: item.name as string, as })
  }
  return promoted
}

/**
 * The nodes a file has with all its subgraphs opened have to be few enough, and their ids their own.
 * @throws WorkflowError
 */
export function refuseWhatIsTooMuch({ nodes, subgraphs = [] }: WorkflowFile) {
  const counts = new Map<string, number>()
  const countOf = (list: WorkflowFile['nodes']) => list.reduce((sum, { type }) => sum + (counts.get(type) ?? 1), 0)
  for (const { id, inside } of subgraphs) counts.set(id, Math.max(1, countOf(inside.nodes) - 2))
  const count = countOf(nodes)
  if (count > limits.nodes)
    throw new WorkflowError('nodes', `${count} nodes with those in subgraphs; at most ${limits.nodes} are read.`)
  const bad = [nodes, ...subgraphs.map(({ inside }) => inside.nodes)].flat().find(({ id }) => String(id).includes(':'))
  if (bad) throw new WorkflowError('nodes', `the id ${bad.id} has a colon, which parts the ids of nodes in subgraphs.`)
}

// ---- writing

/** As ComfyUI has it; `ownForm` says how nodes, links and groups are written. */
export function subgraphAsJson(
  { id, name, description, revision, promoted, inside }: Subgraph,
  ownForm: (file: WorkflowFile) => { nodes: readonly object[]; links: readonly FileLink[]; groups: readonly object[] },
): object {
  const [inputs, outputs] = [INPUTS, OUTPUTS].map((type) => inside.nodes.find((node) => node.type === type)!)
  const { nodes, links, groups } = ownForm({ ...inside, nodes: inside.nodes.filter(({ type }) => !(type in ids)) })
  const edge = ({ type, pos, size }: typeof inputs & object) => ({ id: ids[type], bounding: [...pos, ...size].map(Math.round) })
  const slot = (side: string) => (each: { name: string; type: string | number; link?: unknown; links?: unknown }) => ({
    id: uuidOf(`${id} ${side} ${each.name}`),
    name: each.name,
    type: each.type,
    linkIds: [each.link ?? each.links ?? []].flat(),
  })
  return {
    id,
    name,
    ...(description && { description }),
    revision,
    version: 1,
    state: { lastGroupId: 0, lastNodeId: inside.last_node_id, lastLinkId: inside.last_link_id, lastRerouteId: 0 },
    inputNode: edge(inputs!),
    outputNode: edge(outputs!),
    inputs: inputs!.outputs.map(slot('input')),
    outputs: outputs!.inputs.map(slot('output')),
    widgets: promoted.map(({ node, param, as }) => ({ id: node, name: param, as })),
    nodes,
    links: links.map(([link, from, origin_slot, to, target_slot, type]) => ({
      id: link,
      origin_id: borderId(from),
      origin_slot,
      target_id: borderId(to),
      target_slot,
      type,
    })),
    groups,
    config: inside.config,
    extra: { diffusion: { format: FORMAT } },
  }
}

const borderId = (id: NodeId) => ids[id] ?? id

/** The same for the same text: an id that need not be kept. */
function uuidOf(text: string): string {
  const hex = [0, 1, 2, 3].map((seed) => {
    let hash = 2166136261 ^ seed
    for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16777619)
    return (hash >>> 0).toString(16).padStart(8, '0')
  })
  return hex.join('').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

/** All subgraphs of a file that nodes of these stand for, with those within them, in the order of the file. */
export function usedBy(nodes: readonly { type: string }[], subgraphs: readonly Subgraph[]): Subgraph[] {
  const used = new Set(nodes.map(({ type }) => type))
  // Each stands after those it has nodes of.
  for (const { id, inside } of subgraphs.toReversed()) if (used.has(id)) for (const { type } of inside.nodes) used.add(type)
  return subgraphs.filter(({ id }) => used.has(id))
}
