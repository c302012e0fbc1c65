// Reads and writes `definitions.subgraphs` in ComfyUI's format. Our own subgraphs are marked in their
// `extra`; those of other programs are unchanged.
import { getOwn } from '../engine/base/records.ts'
import { declareSubgraph, subgraphBorder } from './subgraphDeclarations.ts'
import { WorkflowError } from './error.ts'
import type {
  FileInput,
  FileLink,
  FileNode,
  FileOutput,
  NodeId,
  PromotedParam,
  Subgraph,
  WorkflowFile,
} from './file.ts'
import { FORMAT, INPUTS, OUTPUTS } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isInheritedName, isObject, limits } from './json.ts'
import { readBody } from './readBody.ts'
import { describeJson, readText, type ReadingContext } from './readFields.ts'
import { LOOP } from './slots.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

/** ComfyUI's ids of the two border nodes. */
const borderIds: ReadonlyMap<NodeId, number> = new Map([
  [INPUTS, -10],
  [OUTPUTS, -20],
])
const borderTypes = new Map<Json | undefined, string>([
  [-10, INPUTS],
  [-20, OUTPUTS],
])

/** Limit on the depth of nested subgraphs. */
const MAX_DEPTH = 16

/** Limit on the number of subgraphs in a file. */
const MAX_SUBGRAPHS = 500

export const listSubgraphs = ({ definitions }: JsonObject): Json[] =>
  isObject(definitions) && Array.isArray(definitions.subgraphs) ? definitions.subgraphs : []

export const isOwnSubgraph = (subgraph: Json): subgraph is JsonObject =>
  isObject(subgraph) && isObject(subgraph.extra) && isObject(subgraph.extra.diffusion)

/** Tests for subgraphs of other programs. */
export const hasForeignSubgraphs = (graph: JsonObject): boolean =>
  'definitions' in graph &&
  (!listSubgraphs(graph).length || !listSubgraphs(graph).every(isOwnSubgraph))

/**
 * Reads our subgraphs in a file, and adds their declarations.
 * @throws WorkflowError if a subgraph contains itself or is invalid
 */
export function readSubgraphs(graph: JsonObject, reading: ReadingContext) {
  const { declarations } = reading
  const raw = new Map<string, { data: JsonObject; part: string }>()
  listSubgraphs(graph).forEach((data, i) => {
    if (!isOwnSubgraph(data)) return
    const part = `definitions.subgraphs[${i}]`
    const id = readDefinitionType(data.id, `${part}.id`)
    if (raw.has(id) || declarations.has(id))
      throw new WorkflowError(`${part}.id`, workflowMessages.sameSubgraph({ id }))
    raw.set(id, { data, part })
  })
  if (raw.size > MAX_SUBGRAPHS)
    throw new WorkflowError(
      'definitions.subgraphs',
      workflowMessages.tooManySubgraphs({ count: raw.size, most: MAX_SUBGRAPHS }),
    )
  const subgraphs: Subgraph[] = []
  const depths = new Map<string, number>()
  const known = new Map(declarations)
  const findRaw = (id: string) => {
    const found = raw.get(id)
    if (!found) throw new Error(`No subgraph ${id}`)
    return found
  }
  const readWithDepth = (id: string, within: readonly string[] = []): number => {
    const { data, part } = findRaw(id)
    const path = [...within, id]
    if (within.includes(id))
      throw new WorkflowError(
        part,
        workflowMessages.containsItself({ path: nameAll(path).join(' > ') }),
      )
    const earlier = depths.get(id)
    if (earlier !== undefined) return earlier
    const tooDeep = new WorkflowError(part, workflowMessages.nestedTooDeep({ most: MAX_DEPTH }))
    if (path.length > MAX_DEPTH) throw tooDeep
    const inner = new Set(nodeTypes(data).filter((type) => raw.has(type)))
    const depth = 1 + Math.max(0, ...[...inner].map((each) => readWithDepth(each, path)))
    if (depth > MAX_DEPTH) throw tooDeep
    const subgraph = readSubgraph(id, data, part, { ...reading, declarations: known })
    subgraphs.push(subgraph)
    known.set(id, declareSubgraph(subgraph, known))
    depths.set(id, depth)
    return depth
  }
  const nameAll = (path: readonly string[]) =>
    path.map((id) => {
      const { name } = findRaw(id).data
      return (typeof name === 'string' ? name : id).slice(0, 60)
    })
  for (const id of raw.keys()) readWithDepth(id)
  return { subgraphs, known }
}

const nodeTypes = ({ nodes }: JsonObject): string[] =>
  (Array.isArray(nodes) ? nodes : []).flatMap((node) =>
    isObject(node) && typeof node.type === 'string' ? [node.type] : [],
  )

function readDefinitionType(value: Json | undefined, part: string): string {
  if (typeof value === 'string' && /^[\w-]{8,64}$/.test(value) && !isInheritedName(value))
    return value
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.uuid(), got: describeJson(value) }),
  )
}

function readSubgraph(
  id: string,
  data: JsonObject,
  part: string,
  reading: ReadingContext,
): Subgraph {
  if (!Array.isArray(data.nodes))
    throw new WorkflowError(
      `${part}.nodes`,
      workflowMessages.wrongValue({
        expected: workflowWords.nodes(),
        got: describeJson(data.nodes),
      }),
    )
  const edges = [
    {
      ...readBorder(data.inputNode, INPUTS),
      outputs: readBorderSlots(data.inputs, `${part}.inputs`),
    },
    {
      ...readBorder(data.outputNode, OUTPUTS),
      inputs: readBorderSlots(data.outputs, `${part}.outputs`),
    },
  ]
  data.nodes.forEach((node, i) => {
    if (isObject(node) && borderIds.has(node.type as string))
      throw new WorkflowError(
        `${part}.nodes[${i}].type`,
        workflowMessages.wrongValue({
          expected: workflowWords.node(),
          got: describeJson(node.type),
        }),
      )
  })
  const inner = { ...data, nodes: [...edges, ...data.nodes], links: linksWithBorder(data.links) }
  const inside = readBody(inner, `${part}.`, reading)
  return {
    id,
    name: subgraphName(readText(data.name ?? 'Subgraph', `${part}.name`, reading.notices)),
    description:
      data.description == null
        ? ''
        : readText(data.description, `${part}.description`, reading.notices),
    revision:
      Number.isSafeInteger(data.revision) && Number(data.revision) > 0 ? Number(data.revision) : 0,
    promoted: readPromoted(data.widgets, inside, reading),
    inside,
  }
}

/** Cleans a name that litegraph's menus may render as HTML. */
export const subgraphName = (name: string): string =>
  name
    .replaceAll(
      /[<>&"']/g,
      (letter) => ({ '<': '‹', '>': '›', '&': '＆', '"': '”' })[letter] ?? '’',
    )
    .trim()
    .slice(0, 120) || 'Subgraph'

function readBorder(value: Json | undefined, type: string): JsonObject {
  const bounding = isObject(value) && Array.isArray(value.bounding) ? value.bounding : []
  return {
    id: type,
    type,
    pos: bounding.length === 4 ? bounding.slice(0, 2) : null,
    size: bounding.length === 4 ? bounding.slice(2) : null,
  }
}

/** Tests whether a text can name a border slot: a safe key other than the reserved `loop`. */
export const isSlotName = (name: unknown): name is string =>
  typeof name === 'string' &&
  /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]{0,59}$/u.test(name) &&
  !isInheritedName(name) &&
  name !== LOOP

function readBorderSlots(value: Json | undefined, part: string): Json[] {
  if (value == null) return []
  if (!Array.isArray(value))
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.slots(), got: describeJson(value) }),
    )
  const names = new Set<string>()
  return value.map((slot, i) => {
    const name = isObject(slot) ? slot.name : undefined
    if (!isSlotName(name))
      throw new WorkflowError(
        `${part}[${i}].name`,
        workflowMessages.wrongValue({
          expected: workflowWords.shortName(),
          got: describeJson(name),
        }),
      )
    if (names.has(name))
      throw new WorkflowError(`${part}[${i}].name`, workflowMessages.sameSlot({ name }))
    names.add(name)
    return { name, type: (slot as JsonObject).type ?? '*' }
  })
}

function linksWithBorder(links: Json | undefined): Json {
  const edge = (id: Json | undefined) => borderTypes.get(id) ?? id ?? null
  const change = (link: Json): Json => {
    if (Array.isArray(link))
      return link.map((field, i) => (i === 1 || i === 3 ? edge(field) : field))
    return isObject(link)
      ? { ...link, origin_id: edge(link.origin_id), target_id: edge(link.target_id) }
      : link
  }
  return Array.isArray(links) ? links.map(change) : (links ?? null)
}

function readPromoted(
  value: Json | undefined,
  inside: WorkflowFile,
  { declarations, notices }: ReadingContext,
): PromotedParam[] {
  const promoted: PromotedParam[] = []
  const names = new Set<string>()
  const nodes = new Map(inside.nodes.map((node) => [String(node.id), node]))
  for (const item of Array.isArray(value) ? value : []) {
    if (!isObject(item)) continue
    const { id, name, as = name } = item
    const node =
      typeof id === 'string' || typeof id === 'number' ? nodes.get(String(id)) : undefined
    const params = node && declarations.get(node.type)?.params
    const declared = params && typeof name === 'string' && getOwn(params, name)
    if (!declared || !isSlotName(as) || names.has(as))
      notices.push(workflowMessages.widgetGone({ name: describeJson(name), id: describeJson(id) }))
    else {
      names.add(as)
      promoted.push({ node: node.id, param: name as string, as })
    }
  }
  return promoted
}

/**
 * Checks the size of the graph after flattening, and that no id contains the separator of paths.
 * @throws WorkflowError
 */
export function requireBounded({ nodes, links, subgraphs = [] }: WorkflowFile) {
  const counts = new Map<string, number>()
  const sizes = new Map<string, number>()
  const countNodes = (list: readonly FileNode[]) =>
    list.reduce((sum, { type }) => sum + (counts.get(type) ?? 1), 0)
  const measureBody = (body: Pick<WorkflowFile, 'nodes' | 'links'>) =>
    body.nodes.reduce(
      (sum, { type, inputs, outputs }) =>
        sum + inputs.length + outputs.length + (sizes.get(type) ?? 0),
      body.links.length,
    )
  for (const { id, inside } of subgraphs) {
    counts.set(id, Math.max(1, countNodes(inside.nodes) - 2))
    sizes.set(id, measureBody(inside))
  }
  const count = countNodes(nodes)
  if (count > limits.nodes)
    throw new WorkflowError(
      'nodes',
      workflowMessages.tooManyNodesInside({ count, most: limits.nodes }),
    )
  const size = measureBody({ nodes, links })
  if (size > limits.flattened)
    throw new WorkflowError(
      'nodes',
      workflowMessages.tooLargeInside({ count: size, most: limits.flattened }),
    )
  const bad = [nodes, ...subgraphs.map(({ inside }) => inside.nodes)]
    .flat()
    .find(({ id }) => String(id).includes(':'))
  if (bad) throw new WorkflowError('nodes', workflowMessages.colon({ id: bad.id }))
}

// ---- writing

/** Converts the nodes, links and groups of a graph to JSON. */
type BodyToJson = (file: WorkflowFile) => {
  nodes: readonly object[]
  links: readonly FileLink[]
  groups: readonly object[]
}

/** Converts a subgraph to ComfyUI's format. */
export function subgraphToJson(
  { id, name, description, revision, promoted, inside }: Subgraph,
  bodyToJson: BodyToJson,
): object {
  const [inputs, outputs] = [
    subgraphBorder({ inside }, INPUTS),
    subgraphBorder({ inside }, OUTPUTS),
  ]
  const { nodes, links, groups } = bodyToJson({
    ...inside,
    nodes: inside.nodes.filter(({ type }) => !borderIds.has(type)),
  })
  return {
    id,
    name,
    ...(description && { description }),
    revision,
    version: 1,
    state: {
      lastGroupId: 0,
      lastNodeId: inside.last_node_id,
      lastLinkId: inside.last_link_id,
      lastRerouteId: 0,
    },
    inputNode: borderToJson(inputs),
    outputNode: borderToJson(outputs),
    inputs: inputs.outputs.map((slot) => slotToJson(slot, slot.links, `${id} input`)),
    outputs: outputs.inputs.map((slot) => slotToJson(slot, slot.link, `${id} output`)),
    widgets: promoted.map(({ node, param, as }) => ({ id: node, name: param, as })),
    nodes,
    links: links.map(linkToJson),
    groups,
    config: inside.config,
    extra: { diffusion: { format: FORMAT } },
  }
}

const borderToJson = ({ type, pos, size }: FileNode) => ({
  id: borderIds.get(type),
  bounding: [...pos, ...size].map(Math.round),
})

const slotToJson = (
  { name, type }: FileInput | FileOutput,
  links: FileInput['link'] | FileOutput['links'],
  prefix: string,
) => ({ id: hashToUuid(`${prefix} ${name}`), name, type, linkIds: [links ?? []].flat() })

const linkToJson = ([id, from, origin_slot, to, target_slot, type]: FileLink) => ({
  id,
  origin_id: borderId(from),
  origin_slot,
  target_id: borderId(to),
  target_slot,
  type,
})

const borderId = (id: NodeId) => borderIds.get(id) ?? id

/** Hashes a text into a UUID, so that the id need not be stored. */
function hashToUuid(text: string): string {
  const hex = [0, 1, 2, 3].map((seed) => {
    let hash = 2166136261 ^ seed
    for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619)
    return (hash >>> 0).toString(16).padStart(8, '0')
  })
  return hex.join('').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
}

/** The subgraphs that these nodes use, directly or indirectly, in the order of the file. */
export function usedSubgraphs(
  nodes: readonly { type: string }[],
  subgraphs: readonly Subgraph[],
): Subgraph[] {
  const used = new Set(nodes.map(({ type }) => type))
  // Each definition follows those that it uses.
  for (const { id, inside } of subgraphs.toReversed())
    if (used.has(id)) for (const { type } of inside.nodes) used.add(type)
  return subgraphs.filter(({ id }) => used.has(id))
}
