// Reads the nodes, links and groups of a workflow or a subgraph. Copies known fields only.
import type { Declaration } from '../../engine/plan/op.ts'
import { WorkflowError } from './error.ts'
import type {
  FileGroup,
  FileInput,
  FileLink,
  FileNode,
  FileOutput,
  NodeId,
  WorkflowFile,
} from './file.ts'
import { LITEGRAPH_VERSION, seedControl } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, limits } from './json.ts'
import {
  describeJson,
  isColour,
  readText,
  readFlags,
  readId,
  readPair,
  readProperties,
  readSlots,
  readType,
  type ReadingContext,
} from './readFields.ts'
import { inputSpecs, matchSlotsByName, outputSpecs } from './slots.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

/** Reads nodes, links and groups. `where` is the prefix of paths in errors. */
export function readBody(graph: JsonObject, where: string, reading: ReadingContext): WorkflowFile {
  const rawNodes = graph.nodes as Json[]
  if (rawNodes.length > limits.nodes) {
    throw new WorkflowError(
      `${where}nodes`,
      workflowMessages.tooManyNodes({ count: rawNodes.length, most: limits.nodes }),
    )
  }
  const nodes = rawNodes.map((node, i) => readNode(node, `${where}nodes[${i}]`, reading))
  const byId = new Map<NodeId, FileNode>()
  nodes.forEach((node, i) => {
    if (byId.has(node.id))
      throw new WorkflowError(`${where}nodes[${i}].id`, workflowMessages.sameId({ id: node.id }))
    byId.set(node.id, node)
  })
  const links = readLinks(graph.links, where, byId, reading)
  writeSlotLinks(links, byId)
  for (const node of nodes) matchDeclaration(node, links, reading)

  const state = isObject(graph.state) ? graph.state : {}
  return {
    last_node_id: highestId(
      nodes.map((node) => node.id),
      graph.last_node_id ?? state.lastNodeId,
    ),
    last_link_id: highestId(
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

const highestId = (ids: readonly NodeId[], stored: Json | undefined): number =>
  ids.reduce<number>(
    (max, id) => (typeof id === 'number' && id > max ? id : max),
    Math.max(0, Math.floor(Number(stored) || 0)),
  )

// ---- nodes

function readNode(data: Json, part: string, reading: ReadingContext): FileNode {
  if (!isObject(data))
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.node(), got: describeJson(data) }),
    )
  const { notices, declarations } = reading
  const type = readText(data.type, `${part}.type`, notices)
  const declaration = declarations.get(type)
  const node: FileNode = {
    id: readId(data.id, `${part}.id`),
    type,
    pos: readPair(data.pos, `${part}.pos`, [0, 0]),
    size: readPair(data.size, `${part}.size`, [140, 60]),
    flags: readFlags(data.flags),
    mode: Number.isInteger(data.mode) ? (data.mode as number) : 0,
    inputs: readSlots(data.inputs, `${part}.inputs`, notices).map((slot): FileInput => ({
      ...slot,
      link: null,
    })),
    outputs: readSlots(data.outputs, `${part}.outputs`, notices).map((slot): FileOutput => ({
      ...slot,
      links: null,
    })),
    properties: readProperties(data.properties, `${part}.properties`, notices),
  }
  readStyle(node, data, part, notices)
  if (declaration) applyDeclaration(node, data, declaration, notices)
  return node
}

/** Reads title, colours and shape. */
function readStyle(node: FileNode, data: JsonObject, part: string, notices: string[]) {
  if (data.title != null) node.title = readText(data.title, `${part}.title`, notices)
  for (const key of ['color', 'bgcolor', 'boxcolor'] as const)
    if (isColour(data[key])) node[key] = data[key]
  if (
    typeof data.shape === 'number' ||
    (typeof data.shape === 'string' && /^[a-z]{1,12}$/.test(data.shape))
  ) {
    node.shape = data.shape
  }
}

/** Adds declared slots that the file omits, and reports unknown params. */
function applyDeclaration(
  node: FileNode,
  data: JsonObject,
  declaration: Declaration,
  notices: string[],
) {
  // A file may omit the slots. Its links then use the order of the declaration.
  if (data.inputs == null)
    node.inputs = inputSpecs(declaration, new Set()).map(({ name, type }) => ({
      name,
      type,
      link: null,
    }))
  if (data.outputs == null) {
    node.outputs = outputSpecs(declaration, new Set(), new Set()).map(({ name, type }) => ({
      name,
      type,
      links: null,
    }))
  }
  const unknown = Object.keys(node.properties).filter((name) => !isParam(declaration, name))
  if (unknown.length)
    notices.push(
      workflowMessages.unknownParams({ type: node.type, id: node.id, params: unknown.join(', ') }),
    )
}

const isParam = (declaration: Declaration, name: string) =>
  Object.hasOwn(declaration.params, name) ||
  Object.entries(declaration.params).some(
    ([param, { kind }]) => kind === 'seed' && name === seedControl(param),
  )

// ---- links

function readLinks(
  value: Json | undefined,
  where: string,
  nodes: ReadonlyMap<NodeId, FileNode>,
  { notices }: ReadingContext,
): FileLink[] {
  if (value == null) return []
  // Some files store links as an object by id.
  const list = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : undefined
  if (!list)
    throw new WorkflowError(
      `${where}links`,
      workflowMessages.wrongValue({ expected: workflowWords.list(), got: describeJson(value) }),
    )
  if (list.length > limits.links)
    throw new WorkflowError(`${where}links`, workflowMessages.tooManyLinks({ count: list.length }))
  const ids = new Set<NodeId>()
  const filled = new Set<string>()
  const links: FileLink[] = []
  list.forEach((data, i) => {
    if (data === null) return
    const part = `${where}links[${i}]`
    const link = readLink(data, part, notices)
    const [id, from, output, to, input] = link
    const missing =
      (!nodes.get(from)?.outputs[output] &&
        workflowWords.missingOutput({ slot: output, node: from })) ||
      (!nodes.get(to)?.inputs[input] && workflowWords.missingInput({ slot: input, node: to }))
    if (missing) notices.push(workflowMessages.linkWithoutEnd({ part, missing }))
    else if (ids.has(id)) notices.push(workflowMessages.sameLink({ part, id }))
    else if (filled.has(`${to}.${input}`)) notices.push(workflowMessages.secondWire({ part }))
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
  const fields = Array.isArray(data)
    ? data
    : [id, origin_id, origin_slot, target_id, target_slot, type]
  if (fields.length < 5 || fields.slice(0, 5).some((field) => field == null)) {
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.link(), got: describeJson(data) }),
    )
  }
  const endpoint = (value: Json | undefined) => (value === -1 ? '-1' : readId(value, part))
  const slot = (value: Json | undefined) => {
    const index = Number(value)
    if (Number.isInteger(index) && index >= -1) return index
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({
        expected: workflowWords.slotNumber(),
        got: describeJson(value),
      }),
    )
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

/** Derives the link ids in slots from the links, so that both are consistent. */
function writeSlotLinks(links: readonly FileLink[], nodes: ReadonlyMap<NodeId, FileNode>) {
  for (const [id, from, output, to, input] of links) {
    const [source, target] = [nodes.get(from)?.outputs[output], nodes.get(to)?.inputs[input]]
    if (!source || !target) continue
    source.links = [...(source.links ?? []), id]
    target.link = id
  }
}

/** Reorders the slots of a known node as in its current declaration, and adapts its links. */
function matchDeclaration(
  node: FileNode,
  links: FileLink[],
  { declarations, notices }: ReadingContext,
) {
  const declaration = declarations.get(node.type)
  if (!declaration) return
  const wiredInputs = new Set(
    node.inputs.filter(({ link }) => link !== null).map(({ name }) => name),
  )
  const wiredOutputs = new Set(
    node.outputs.filter(({ links: wires }) => wires?.length).map(({ name }) => name),
  )
  const inputs = matchSlotsByName<FileInput>(
    node.inputs,
    inputSpecs(declaration, wiredInputs),
    ({ link }) => link !== null,
    ({ name, type }, old) => ({ name, type, link: old?.link ?? null }),
  )
  const outputs = matchSlotsByName<FileOutput>(
    node.outputs,
    outputSpecs(declaration, wiredInputs, wiredOutputs),
    (slot) => !!slot.links?.length,
    ({ name, type, like }, old) => ({
      name,
      type: like && old ? old.type : type,
      links: old?.links ?? null,
    }),
  )
  for (const link of links) {
    if (link[1] === node.id) link[2] = outputs.moved[link[2]]
    if (link[3] === node.id) link[4] = inputs.moved[link[4]]
  }
  node.inputs = inputs.slots
  node.outputs = outputs.slots
  for (const { name } of [...inputs.extra, ...outputs.extra]) {
    notices.push(workflowMessages.slotGone({ type: node.type, id: node.id, slot: name }))
  }
}

// ---- groups

function readGroups(
  value: Json | undefined,
  where: string,
  { notices }: ReadingContext,
): FileGroup[] {
  if (value == null) return []
  if (!Array.isArray(value) || value.length > limits.groups)
    throw new WorkflowError(
      `${where}groups`,
      workflowMessages.wrongValue({ expected: workflowWords.list(), got: describeJson(value) }),
    )
  return value.map((group, i) => {
    const part = `${where}groups[${i}]`
    if (!isObject(group))
      throw new WorkflowError(
        part,
        workflowMessages.wrongValue({ expected: workflowWords.group(), got: describeJson(group) }),
      )
    const bounding = (isObject(group.bounding) ? Object.values(group.bounding) : group.bounding) as
      | Json[]
      | undefined
    if (
      !Array.isArray(bounding) ||
      bounding.length < 4 ||
      !bounding.every((side) => typeof side === 'number')
    ) {
      throw new WorkflowError(
        `${part}.bounding`,
        workflowMessages.wrongValue({
          expected: workflowWords.fourNumbers(),
          got: describeJson(group.bounding),
        }),
      )
    }
    return {
      title: readText(group.title ?? '', `${part}.title`, notices),
      bounding: bounding.slice(0, 4) as FileGroup['bounding'],
      ...(isColour(group.color) && { color: group.color }),
      ...(typeof group.font_size === 'number' && { font_size: group.font_size }),
    }
  })
}
