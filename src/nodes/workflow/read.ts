// Reading workflows: litegraph 0.4, ComfyUI 0.4 and 1. Built field by field, so only what is listed here gets through.
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { ChartLook } from '../../engine/plan/view.ts'
import { WorkflowError } from './error.ts'
import type { About, FileGroup, FileInput, FileLink, FileNode, FileOutput, Foreign, NodeId, WorkflowFile } from './file.ts'
import { FORMAT, LITEGRAPH_VERSION } from './file.ts'
import { refuseWhatIsNoWorkflow } from './kinds.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, limits, print, withoutMarkup } from './json.ts'
import { inputsOf, matchByName, outputsOf } from './slots.ts'
import { hasOthers, readSubgraphs, refuseWhatIsTooMuch } from './subgraphs.ts'

export interface Reading {
  declarations: ByType
  notices: string[]
}

/**
 * From cleaned JSON to a workflow.
 * @throws WorkflowError naming the part that is wrong
 */
export function readWorkflow(data: Json, declarations: ByType, notices: string[]): WorkflowFile {
  const graph = refuseWhatIsNoWorkflow(data)
  const { subgraphs, known } = readSubgraphs(graph, { declarations, notices })
  const reading = { declarations: known, notices }
  const file: WorkflowFile = { ...readBody(graph, '', reading), extra: readExtra(graph.extra) }
  if (subgraphs.length) {
    file.subgraphs = subgraphs
    refuseWhatIsTooMuch(file)
  }
  const foreign = foreignOf(graph, file, reading)
  if (foreign) file.extra.diffusion = { format: FORMAT, ...file.extra.diffusion, foreign }
  return file
}

/** Nodes, links and groups, of a workflow or of what is inside of a subgraph; `where` is put before the parts that are wrong. */
export function readBody(graph: JsonObject, where: string, reading: Reading): WorkflowFile {
  const rawNodes = graph.nodes as Json[]
  if (rawNodes.length > limits.nodes) {
    throw new WorkflowError(`${where}nodes`, `${rawNodes.length} nodes; at most ${limits.nodes} are read.`)
  }
  const nodes = rawNodes.map((node, i) => readNode(node, `${where}nodes[${i}]`, reading))
  const byId = new Map<NodeId, FileNode>()
  nodes.forEach((node, i) => {
    if (byId.has(node.id)) throw new WorkflowError(`${where}nodes[${i}].id`, `two nodes have the id ${node.id}.`)
    byId.set(node.id, node)
  })
  const links = readLinks(graph.links, where, byId, reading)
  plugIn(links, byId)
  for (const node of nodes) matchDeclaration(node, links, reading)

  const state = isObject(graph.state) ? graph.state : {}
  return {
    last_node_id: highest(
      nodes.map((node) => node.id),
      graph.last_node_id ?? state.lastNodeId,
    ),
    last_link_id: highest(
      links.map((link) => link[0]),
      graph.last_link_id ?? state.lastLinkId,
    ),
    nodes,
    links,
    groups: readGroups(graph.groups, where, reading),
    config: isObject(graph.config) ? graph.config : {},
    extra: {},
    version: LITEGRAPH_VERSION,
  }
}

const highest = (ids: readonly NodeId[], stored: Json | undefined): number =>
  ids.reduce<number>((max, id) => (typeof id === 'number' && id > max ? id : max), Math.max(0, Math.floor(Number(stored) || 0)))

// ---- nodes

function readNode(data: Json, part: string, reading: Reading): FileNode {
  if (!isObject(data)) throw new WorkflowError(part, `expected a node, got ${describe(data)}.`)
  const { notices, declarations } = reading
  const type = plainText(data.type, `${part}.type`, notices)
  const declaration = declarations.get(type)
  const node: FileNode = {
    id: readId(data.id, `${part}.id`),
    type,
    pos: readPair(data.pos, `${part}.pos`, [0, 0]),
    size: readPair(data.size, `${part}.size`, [140, 60]),
    flags: readFlags(data.flags),
    mode: Number.isInteger(data.mode) ? (data.mode as number) : 0,
    inputs: readSlots(data.inputs, `${part}.inputs`, notices).map((slot): FileInput => ({ ...slot, link: null })),
    outputs: readSlots(data.outputs, `${part}.outputs`, notices).map((slot): FileOutput => ({ ...slot, links: null })),
    properties: readProperties(data.properties, `${part}.properties`, notices),
  }
  if (data.title != null) node.title = plainText(data.title, `${part}.title`, notices)
  for (const key of ['color', 'bgcolor', 'boxcolor'] as const) if (isColour(data[key])) node[key] = data[key]
  if (typeof data.shape === 'number' || (typeof data.shape === 'string' && /^[a-z]{1,12}$/.test(data.shape))) {
    node.shape = data.shape
  }
  if (declaration) {
    // A file may leave the slots out: its links then count them as they are declared.
    if (data.inputs == null) node.inputs = inputsOf(declaration, new Set()).map(({ name, type }) => ({ name, type, link: null }))
    if (data.outputs == null) {
      node.outputs = outputsOf(declaration, new Set(), new Set()).map(({ name, type }) => ({ name, type, links: null }))
    }
    const unknown = Object.keys(node.properties).filter((name) => !isParam(declaration, name))
    if (unknown.length) notices.push(`${type} (node ${node.id}) has no ${unknown.join(', ')}; kept in the file, without effect.`)
  }
  return node
}

/** Seeds have a second property that says what happens to them before a run. */
export const seedControl = (name: string) => `${name}_control`

const isParam = (declaration: Declaration, name: string) =>
  Object.hasOwn(declaration.params, name) ||
  Object.entries(declaration.params).some(([param, { kind }]) => kind === 'seed' && name === seedControl(param))

function readId(value: Json | undefined, part: string): NodeId {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number
  if (typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id) && !(id in {})) return id
  throw new WorkflowError(part, `expected a whole number or a short name, got ${describe(value)}.`)
}

/** Arrays, the objects a typed array becomes in JSON, and numbers written as text. */
function readPair(value: Json | undefined, part: string, missing: [number, number]): [number, number] {
  if (value == null) return missing
  const source = Array.isArray(value) || isObject(value) ? (value as Record<string, Json>) : {}
  const pair = [source[0], source[1]].map((item) => (typeof item === 'string' && item.trim() ? Number(item) : item))
  if (pair.every((item) => typeof item === 'number' && Math.abs(item) < 1e7)) return pair as [number, number]
  throw new WorkflowError(part, `expected two numbers, got ${describe(value)}.`)
}

function readFlags(value: Json | undefined): FileNode['flags'] {
  if (!isObject(value)) return {}
  const chart = isObject(value.chart) ? readLook(value.chart) : undefined
  return {
    ...(value.collapsed === true && { collapsed: true }),
    ...(value.pinned === true && { pinned: true }),
    ...(chart && { chart }),
  }
}

/** How a chart is looked at; what makes no sense there is left out. */
function readLook(value: JsonObject): ChartLook | undefined {
  const look: ChartLook = {}
  for (const name of ['xLog', 'yLog'] as const) if (typeof value[name] === 'boolean') look[name] = value[name]
  for (const name of ['x', 'y'] as const) {
    const ends = value[name]
    if (Array.isArray(ends) && ends.length === 2 && ends.every((end) => end === null || Number.isFinite(end))) {
      look[name] = ends as [number | null, number | null]
    }
  }
  const { smoothing } = value
  if (typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1) look.smoothing = smoothing
  return Object.keys(look).length ? look : undefined
}

function readSlots(value: Json | undefined, part: string, notices: string[]) {
  if (value == null) return []
  if (!Array.isArray(value)) throw new WorkflowError(part, `expected a list of slots, got ${describe(value)}.`)
  if (value.length > limits.nodes) throw new WorkflowError(part, `${value.length} slots are too many.`)
  return value.map((slot, i) => {
    if (!isObject(slot)) throw new WorkflowError(`${part}[${i}]`, `expected a slot, got ${describe(slot)}.`)
    return {
      name: plainText(slot.name ?? '', `${part}[${i}].name`, notices),
      type: readType(slot.type, `${part}[${i}].type`, notices),
      ...(slot.label != null && { label: plainText(slot.label, `${part}[${i}].label`, notices) }),
    }
  })
}

function readType(value: Json | undefined, part: string, notices: string[]): string | number {
  if (Array.isArray(value)) return value.map((type) => plainText(type, part, notices)).join(',')
  if (value === -1) return -1 // litegraph's event slots
  return value == null || value === 0 || value === '' ? '*' : plainText(value, part, notices)
}

function readProperties(value: Json | undefined, part: string, notices: string[]): JsonObject {
  if (value == null) return {}
  if (!isObject(value)) throw new WorkflowError(part, `expected values by name, got ${describe(value)}.`)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [plainText(name, part, notices), item]))
}

/** A name litegraph may show. */
export function plainText(value: Json | undefined, part: string, notices: string[]): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new WorkflowError(part, `expected a text, got ${describe(value)}.`)
  }
  const text = String(value)
  if (text.length > limits.name) throw new WorkflowError(part, `a name of ${text.length} characters is too long.`)
  if (!/[<>]/.test(text)) return text
  notices.push(`${part} holds markup; it is shown as text.`)
  return withoutMarkup(text)
}

const isColour = (value: Json | undefined): value is string => typeof value === 'string' && /^[#\w(),.% -]{1,64}$/.test(value)

// ---- links

function readLinks(
  value: Json | undefined,
  where: string,
  nodes: ReadonlyMap<NodeId, FileNode>,
  { notices }: Reading,
): FileLink[] {
  if (value == null) return []
  // Some files keep links by id.
  const list = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : undefined
  if (!list) throw new WorkflowError(`${where}links`, `expected a list, got ${describe(value)}.`)
  if (list.length > limits.links) throw new WorkflowError(`${where}links`, `${list.length} links are too many.`)
  const ids = new Set<NodeId>()
  const filled = new Set<string>()
  const links: FileLink[] = []
  list.forEach((data, i) => {
    if (data === null) return
    const part = `${where}links[${i}]`
    const link = readLink(data, part, notices)
    const [id, from, output, to, input] = link
    const missing =
      (!nodes.get(from)?.outputs[output] && `output ${output} of node ${from}`) ||
      (!nodes.get(to)?.inputs[input] && `input ${input} of node ${to}`)
    if (missing) notices.push(`${part} was left out: there is no ${missing}.`)
    else if (ids.has(id)) notices.push(`${part} was left out: there is another link ${id}.`)
    else if (filled.has(`${to}.${input}`)) notices.push(`${part} was left out: its input has a wire already.`)
    else {
      ids.add(id)
      filled.add(`${to}.${input}`)
      links.push(link)
    }
  })
  return links
}

function readLink(data: Json, part: string, notices: string[]): FileLink {
  const { id, origin_id, origin_slot, target_id, target_slot, type } = isObject(data) ? data : {}
  const fields = Array.isArray(data) ? data : [id, origin_id, origin_slot, target_id, target_slot, type]
  if (fields.length < 5 || fields.slice(0, 5).some((field) => field == null)) {
    throw new WorkflowError(part, `expected [id, from node, slot, to node, slot, type], got ${describe(data)}.`)
  }
  const endpoint = (value: Json | undefined) => (value === -1 ? '-1' : readId(value, part))
  const slot = (value: Json | undefined) => {
    const index = Number(value)
    if (Number.isInteger(index) && index >= -1) return index
    throw new WorkflowError(part, `expected the number of a slot, got ${describe(value)}.`)
  }
  return [
    readId(fields[0], part),
    endpoint(fields[1]),
    slot(fields[2]),
    endpoint(fields[3]),
    slot(fields[4]),
    readType(fields[5], part, notices),
  ]
}

/** What slots say of their links is written anew from the links themselves, so that both agree. */
function plugIn(links: readonly FileLink[], nodes: ReadonlyMap<NodeId, FileNode>) {
  for (const [id, from, output, to, input] of links) {
    const source = nodes.get(from)!.outputs[output]!
    ;(source.links ??= []).push(id)
    nodes.get(to)!.inputs[input]!.link = id
  }
}

/** Brings the slots of a known node into the order its declaration has now, and its links with them. */
function matchDeclaration(node: FileNode, links: FileLink[], { declarations, notices }: Reading) {
  const declaration = declarations.get(node.type)
  if (!declaration) return
  const wiredInputs = new Set(node.inputs.filter(({ link }) => link !== null).map(({ name }) => name))
  const wiredOutputs = new Set(node.outputs.filter(({ links: wires }) => wires?.length).map(({ name }) => name))
  const inputs = matchByName<FileInput>(
    node.inputs,
    inputsOf(declaration, wiredInputs),
    ({ link }) => link !== null,
    ({ name, type }, old) => ({ name, type, link: old?.link ?? null }),
  )
  const outputs = matchByName<FileOutput>(
    node.outputs,
    outputsOf(declaration, wiredInputs, wiredOutputs),
    (slot) => !!slot.links?.length,
    ({ name, type, like }, old) => ({ name, type: like && old ? old.type : type, links: old?.links ?? null }),
  )
  for (const link of links) {
    if (link[1] === node.id) link[2] = outputs.moved[link[2]]!
    if (link[3] === node.id) link[4] = inputs.moved[link[4]]!
  }
  node.inputs = inputs.slots
  node.outputs = outputs.slots
  for (const { name } of [...inputs.extra, ...outputs.extra]) {
    notices.push(`${node.type} (node ${node.id}) has no slot ${name} any more; its wire is kept so that you can see it.`)
  }
}

// ---- the rest

function readGroups(value: Json | undefined, where: string, { notices }: Reading): FileGroup[] {
  if (value == null) return []
  if (!Array.isArray(value) || value.length > limits.groups)
    throw new WorkflowError(`${where}groups`, `expected a list, got ${describe(value)}.`)
  return value.map((group, i) => {
    const part = `${where}groups[${i}]`
    if (!isObject(group)) throw new WorkflowError(part, `expected a group, got ${describe(group)}.`)
    const bounding = (isObject(group.bounding) ? Object.values(group.bounding) : group.bounding) as Json[] | undefined
    if (!Array.isArray(bounding) || bounding.length < 4 || !bounding.every((side) => typeof side === 'number')) {
      throw new WorkflowError(`${part}.bounding`, `expected four numbers, got ${describe(group.bounding)}.`)
    }
    return {
      title: plainText(group.title ?? '', `${part}.title`, notices),
      bounding: bounding.slice(0, 4) as FileGroup['bounding'],
      ...(isColour(group.color) && { color: group.color }),
      ...(typeof group.font_size === 'number' && { font_size: group.font_size }),
    }
  })
}

function readExtra(value: Json | undefined): WorkflowFile['extra'] {
  if (!isObject(value)) return {}
  const { diffusion, ...rest } = value
  if (!isObject(diffusion)) return rest
  const format = diffusion.format ?? FORMAT
  if (typeof format !== 'number' || format > FORMAT) {
    throw new WorkflowError(
      'extra.diffusion.format',
      `written by a newer version (format ${describe(format)}; this one reads up to ${FORMAT}). Update to open it.`,
    )
  }
  const { foreign, ...about } = diffusion
  const kept = isObject(foreign) && isFormat(foreign.format) && typeof foreign.text === 'string'
  return { ...rest, diffusion: { ...about, format: FORMAT, ...(kept && { foreign: foreign as unknown as Foreign }) } as About }
}

const formats = ['litegraph', 'litegraph 0.4', 'comfyui 0.4', 'comfyui 1'] as const
const isFormat = (value: unknown): value is Foreign['format'] => formats.includes(value as never)

/**
 * The original, where reading it left out what its own program will want back: all of a workflow without a node of ours; of
 * another, the nodes of unknown type.
 */
function foreignOf(graph: JsonObject, file: WorkflowFile, { declarations, notices }: Reading): Foreign | undefined {
  if (file.extra.diffusion?.foreign) return file.extra.diffusion.foreign
  const format = formatOf(
    graph,
    file.nodes.some(({ type }) => declarations.has(type)),
  )
  if (format.startsWith('comfyui')) return { format, text: print(graph, false, false) }
  const strange = Object.keys(graph).filter((key) => !graphKeys.has(key))
  if (strange.length) notices.push(`Left out, not part of a workflow: ${strange.join(', ').slice(0, 200)}.`)
  if (format === 'litegraph 0.4') {
    const known = Object.fromEntries(Object.entries(graph).filter(([key]) => graphKeys.has(key)))
    return { format, text: print(known, false, false) }
  }
  const strangers = (graph.nodes as JsonObject[]).filter(
    (node, i) => !declarations.has(file.nodes[i]!.type) && print(node, false) !== print(file.nodes[i], false),
  )
  return strangers.length ? { format, text: print({ nodes: strangers }, false, false) } : undefined
}

const graphKeys = new Set([
  'last_node_id',
  'last_link_id',
  'nodes',
  'links',
  'groups',
  'config',
  'extra',
  'version',
  'definitions',
])

/** By ComfyUI's own fields; an old file has none, but its slot types are written in capitals. */
function formatOf(graph: JsonObject, hasOurs: boolean): Foreign['format'] {
  if (graph.version === 1) return 'comfyui 1'
  const marks = ['id', 'revision', 'floatingLinks', 'models'].some((key) => key in graph) || hasOthers(graph)
  const nodeMarks = (graph.nodes as JsonObject[]).some(
    ({ properties }) => isObject(properties) && ('Node name for S&R' in properties || 'cnr_id' in properties),
  )
  const types = (graph.nodes as JsonObject[])
    .flatMap(({ outputs }) => (Array.isArray(outputs) ? outputs : []))
    .map((slot) => String((slot as JsonObject).type))
  const capitals =
    !hasOurs &&
    types.length > 0 &&
    types.every((type) => /^[A-Z][A-Z\d_,]*$|^\*$/.test(type)) &&
    types.some((type) => type !== '*')
  if (marks || nodeMarks || capitals) return 'comfyui 0.4'
  return hasOurs || !(graph.nodes as Json[]).length ? 'litegraph' : 'litegraph 0.4'
}

/** A value in a few words. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isObject(value)) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
