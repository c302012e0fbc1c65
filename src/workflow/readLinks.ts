// Reads the links of a graph, and keeps the slots of its nodes consistent with them.
import { WorkflowError } from './error.ts'
import type { FileLink, FileNode, NodeId } from './file.ts'
import type { Json } from './json.ts'
import { isObject, limits } from './json.ts'
import type { NoticeSink } from './notices.ts'
import { describeJson, readId, readType, type ReadingContext } from './readFields.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

/** Reads the links in the order of their ids, without those that lack an end. */
export function readLinks(
  value: Json | undefined,
  where: string,
  nodes: ReadonlyMap<NodeId, FileNode>,
  { notices }: Pick<ReadingContext, 'notices'>,
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
  return links.sort(compareIds(([id]) => id))
}

/** Compares by ids: numbers, then texts. */
export const compareIds =
  <T>(id: (item: T) => NodeId) =>
  (a: T, b: T): number => {
    const [x, y] = [id(a), id(b)]
    return typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === 'number' ? -1 : 1
  }

function readLink(data: Json, part: string, notices: NoticeSink): FileLink {
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
  return [
    readLinkId(fields[0], part),
    endpoint(fields[1]),
    readSlotIndex(fields[2], part),
    endpoint(fields[3]),
    readSlotIndex(fields[4], part),
    readType(fields[5], part, notices),
  ]
}

/** litegraph stores links in an array by their ids, which must not be names of its members. */
function readLinkId(value: Json | undefined, part: string): NodeId {
  const id = readId(value, part)
  if (typeof id === 'number' || !(id in Array.prototype)) return id
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.id(), got: describeJson(value) }),
  )
}

function readSlotIndex(value: Json | undefined, part: string): number {
  const index = typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value
  if (Number.isSafeInteger(index) && (index as number) >= -1) return index as number
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.slotNumber(), got: describeJson(value) }),
  )
}

/**
 * Stores the ids of the links in the slots. Returns the links without those that end at an input
 * with another link.
 */
export function writeSlotLinks(
  links: readonly FileLink[],
  nodes: ReadonlyMap<NodeId, FileNode>,
): FileLink[] {
  for (const { inputs, outputs } of nodes.values()) {
    for (const slot of inputs) slot.link = null
    for (const slot of outputs) slot.links = null
  }
  return links.filter(([id, from, output, to, input]) => {
    const [source, target] = [nodes.get(from)?.outputs[output], nodes.get(to)?.inputs[input]]
    if (!source || !target || target.link !== null) return false
    source.links ??= []
    source.links.push(id)
    target.link = id
    return true
  })
}
