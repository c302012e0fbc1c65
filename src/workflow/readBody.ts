// Reads the nodes, links and groups of a workflow or a subgraph. Copies known fields only.
import { WorkflowError } from './error.ts'
import type { FileGroup, FileLink, FileNode, FileOutput, NodeId, WorkflowFile } from './file.ts'
import { LITEGRAPH_VERSION } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, limits } from './json.ts'
import { applyDeclaration, matchDeclarations } from './matchDeclarations.ts'
import type { NoticeSink } from './notices.ts'
import {
  isCoordinate,
  describeJson,
  isColour,
  readText,
  readFlags,
  readId,
  readFileInputs,
  readInteger,
  readLastId,
  readPair,
  readProperties,
  readSlots,
  type ReadingContext,
} from './readFields.ts'
import { readLinks, writeSlotLinks } from './readLinks.ts'
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
  const all = writeSlotLinks(readLinks(graph.links, where, byId, reading), byId)
  // First the nodes of subgraphs, whose wires may go: other nodes keep slots because of wires.
  matchDeclarations('subgraph', nodes, all, where, reading)
  const read = writeSlotLinks(all, byId)
  matchDeclarations('other', nodes, read, where, reading)
  // Slots with equal names became one.
  const links = writeSlotLinks(read, byId)
  return {
    ...readLastIds(graph, where, nodes, links),
    nodes,
    links,
    groups: readGroups(graph.groups, where, reading),
    config: isObject(graph.config) ? graph.config : {},
    extra: {},
    version: LITEGRAPH_VERSION,
  }
}

/** Reads the last ids, which ComfyUI stores in `state` from version 1 on. */
function readLastIds(
  graph: JsonObject,
  where: string,
  nodes: readonly FileNode[],
  links: readonly FileLink[],
): Pick<WorkflowFile, 'last_node_id' | 'last_link_id'> {
  const state = isObject(graph.state) ? graph.state : {}
  const read = (ids: NodeId[], own: string, inState: string) =>
    graph[own] == null
      ? readLastId(ids, state[inState], `${where}state.${inState}`)
      : readLastId(ids, graph[own], `${where}${own}`)
  return {
    last_node_id: read(
      nodes.map(({ id }) => id),
      'last_node_id',
      'lastNodeId',
    ),
    last_link_id: read(
      links.map(([id]) => id),
      'last_link_id',
      'lastLinkId',
    ),
  }
}

// ---- nodes

function readNode(data: Json, part: string, reading: ReadingContext): FileNode {
  if (!isObject(data))
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.node(), got: describeJson(data) }),
    )
  const { notices, declarations, slots } = reading
  // litegraph has no nodes of an empty type.
  const type = readText(data.type || undefined, `${part}.type`, notices)
  const declaration = declarations.get(type)
  const node: FileNode = {
    id: readId(data.id, `${part}.id`),
    type,
    pos: readPair(data.pos, `${part}.pos`, [0, 0]),
    size: readPair(data.size, `${part}.size`, [140, 60]),
    flags: readFlags(data.flags),
    mode: Number.isInteger(data.mode) ? (data.mode as number) : 0,
    inputs: readFileInputs(data.inputs, `${part}.inputs`, notices),
    outputs: readSlots(data.outputs, `${part}.outputs`, notices).map((slot): FileOutput => ({
      ...slot,
      links: null,
    })),
    properties: readProperties(data.properties, `${part}.properties`, notices),
  }
  readStyle(node, data, part, notices)
  if (declaration) applyDeclaration(node, data, declaration, reading)
  slots.add(node.inputs.length + node.outputs.length, part)
  return node
}

/** Reads title, colours and shape. */
function readStyle(node: FileNode, data: JsonObject, part: string, notices: NoticeSink) {
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
    if (group.id != null) readInteger(group.id, `${part}.id`)
    const bounding = (isObject(group.bounding) ? Object.values(group.bounding) : group.bounding) as
      | Json[]
      | undefined
    if (!Array.isArray(bounding) || bounding.length < 4 || !bounding.every(isCoordinate)) {
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
