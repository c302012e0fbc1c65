// Writes workflows. Equal graphs produce equal texts, and unchanged foreign workflows are written as
// they were.
import type { WorkflowAbout, FileLink, FileNode, ForeignOriginal, WorkflowFile } from './file.ts'
import { FORMAT, LITEGRAPH_VERSION } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, measureFile, printFile, printJson, sameJson } from './json.ts'
import { parseOriginal, type ParsedOriginal } from './read.ts'
import { toPrintedNode, type PrintedNode } from './printedNode.ts'
import { compareIds } from './readLinks.ts'
import { isOwnSubgraph, subgraphToJson } from './subgraphs.ts'

/**
 * Prints litegraph 0.4 JSON with sorted keys and rounded positions. A file from ComfyUI is printed in
 * ComfyUI's format.
 */
export function printWorkflow(file: WorkflowFile): string {
  const { foreign, ...about } = file.extra.diffusion ?? { format: FORMAT }
  const own = fileToJson(file, { ...about, format: FORMAT })
  if (!foreign) return printFile(own)
  // All differences from the original are later changes.
  const original = parseOriginal(foreign.text)
  if (foreign.format !== 'litegraph')
    return printFile(restoreGraph(file, original, foreign.format), false)
  return printFile({ ...own, nodes: own.nodes.map(createNodeRestorer(original)) })
}

/** The length of the text of {@link printWorkflow}. */
export function measureWorkflow(file: WorkflowFile): number {
  const { foreign, ...about } = file.extra.diffusion ?? { format: FORMAT }
  if (foreign) return printWorkflow(file).length
  return measureFile(fileToJson(file, { ...about, format: FORMAT }))
}

function fileToJson(file: WorkflowFile, about: WorkflowAbout) {
  return {
    last_node_id: file.last_node_id,
    last_link_id: file.last_link_id,
    ...bodyToJson(file),
    config: file.config,
    extra: { ...file.extra, diffusion: about },
    version: LITEGRAPH_VERSION,
    ...(file.subgraphs?.length && { definitions: { subgraphs: subgraphsToJson(file) } }),
  }
}

/** Converts the subgraphs of a file to `definitions.subgraphs`. */
export const subgraphsToJson = ({ subgraphs = [] }: WorkflowFile) =>
  subgraphs.map((subgraph) => subgraphToJson(subgraph, bodyToJson))

/** Nodes, links and groups, sorted by id, with positions rounded to pixels. */
function bodyToJson(file: WorkflowFile) {
  return {
    nodes: [...file.nodes].sort(compareIds((node) => node.id)).map(toPrintedNode),
    links: [...file.links].sort(compareIds((link) => link[0])),
    groups: file.groups.map((group) => ({ ...group, bounding: group.bounding.map(Math.round) })),
  }
}

// ---- foreign files

/** Returns a function that gives a node all fields of its original, except those that changed. */
function createNodeRestorer({ before, original }: ParsedOriginal) {
  const sources = original.nodes as JsonObject[]
  const byId = new Map(before.nodes.map((was, i) => [was.id, { was, source: sources[i] }]))
  return (node: FileNode | PrintedNode): object => {
    const found = byId.get(node.id)
    return found && found.was.type === node.type ? restoreNode(node, found) : node
  }
}

function restoreNode(
  node: FileNode | PrintedNode,
  { was, source }: { was: FileNode; source: JsonObject },
): object {
  const result: JsonObject = { ...source }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'inputs' || key === 'outputs') {
      const slots = value as JsonObject[]
      if (slots.length || Array.isArray(source[key]))
        result[key] = restoreSlots(slots, was[key], source[key])
    } else if (!sameJson(roundPair(key, value), roundPair(key, was[key as keyof FileNode])))
      result[key] = value as Json
  }
  for (const key of ['title', 'color', 'bgcolor', 'boxcolor', 'shape'] as const) {
    if (was[key] !== undefined && !(key in node)) delete result[key]
  }
  return result
}

const roundPair = (key: string, value: unknown) =>
  (key === 'pos' || key === 'size') && Array.isArray(value)
    ? value.map((side: number) => Math.round(side))
    : value

function restoreSlots(
  slots: JsonObject[],
  was: readonly object[],
  source: Json | undefined,
): Json[] {
  const findSource = createSlotFinder(slots, Array.isArray(source) ? source : [])
  return slots.map((slot, i) => {
    const [before, came] = [was[i] as JsonObject | undefined, findSource(slot, i)]
    if (!before || !came || before.name !== slot.name) return slot
    const changed = Object.entries(slot).filter(([key, value]) =>
      key === 'link' || key === 'links'
        ? !sameJson(normalLinks(value), normalLinks(came[key]))
        : !sameJson(value, before[key]),
    )
    return { ...came, ...Object.fromEntries(changed) }
  })
}

/**
 * Returns a function that finds the original of a slot: the one of its name, since reading puts slots
 * in the order of the declaration, else the one at its place.
 */
function createSlotFinder(slots: readonly JsonObject[], sources: readonly Json[]) {
  const names = new Set<unknown>(slots.map((slot) => slot.name))
  const byName = new Map<unknown, JsonObject>()
  for (const source of sources) {
    if (isObject(source) && !byName.has(source.name)) byName.set(source.name, source)
  }
  return (slot: JsonObject, i: number) => {
    const here = isObject(sources[i]) ? sources[i] : undefined
    if (here?.name === slot.name) return here
    return byName.get(slot.name) ?? (names.has(here?.name) ? undefined : here)
  }
}

/**
 * Links of a slot for comparisons. Programs write them in any order, and their absence as null, as an
 * empty list or not at all.
 */
const normalLinks = (links: Json | undefined): Json => {
  if (!Array.isArray(links)) return links ?? null
  return links.length ? links.map(fieldText).sort() : null
}

function restoreGraph(
  file: WorkflowFile,
  parsed: ParsedOriginal,
  format: ForeignOriginal['format'],
): JsonObject {
  const { before, original } = parsed
  const nodes = file.nodes.map(createNodeRestorer(parsed)) as JsonObject[]
  const result: JsonObject = {
    ...original,
    nodes: sortLikeOriginal(nodes, original.nodes as JsonObject[], (node) => String(node.id)),
    links: restoreLinks(file, before, original, format),
  }
  if (!sameJson(file.groups, before.groups)) {
    result.groups = file.groups.map((group, i) => ({
      ...(isObject((original.groups as Json[])?.[i]) &&
        ((original.groups as Json[])[i] as JsonObject)),
      ...group,
    }))
  }
  const others = isObject(original.definitions) ? original.definitions : undefined
  const theirs = Array.isArray(others?.subgraphs)
    ? others.subgraphs.filter((each) => !isOwnSubgraph(each))
    : []
  if (file.subgraphs?.length || before.subgraphs?.length)
    result.definitions = { ...others, subgraphs: [...theirs, ...subgraphsToJson(file)] } as Json
  if (!sameJson(file.config, before.config)) result.config = file.config
  const { diffusion: ours, ...extra } = file.extra
  const { diffusion: was, ...extraBefore } = before.extra
  const { foreign: _, ...about } = ours ?? { format: FORMAT }
  if (!sameJson([extra, about], [extraBefore, was ?? { format: FORMAT }]))
    result.extra = { ...extra, diffusion: about } as JsonObject
  return withCounters(result, file, before)
}

function restoreLinks(
  file: WorkflowFile,
  before: WorkflowFile,
  original: JsonObject,
  format: ForeignOriginal['format'],
): Json[] {
  const sources = new Map<string, Json[]>()
  for (const link of Object.values((original.links ?? []) as object) as Json[]) {
    if (link === null) continue
    const id = idText(link)
    const others = sources.get(id)
    if (others) others.push(link)
    else sources.set(id, [link])
  }
  const was = new Map(before.links.map((link) => [link[0], link]))
  const known = new Set([...was.keys(), ...file.links.map(([id]) => id)].map(String))
  const kept = file.links.map((link): Json => {
    const [id, origin_id, origin_slot, target_id, target_slot, type] = link
    // Types are not compared: litegraph may write the type of either end.
    const untouched = sameJson(link.slice(0, 5), was.get(id)?.slice(0, 5))
    // Of several links with one id, another one than the first may have been read.
    const source = untouched && sources.get(String(id))?.find((each) => hasEnds(each, link))
    if (source) return source
    return format === 'comfyui 1'
      ? { id, origin_id, origin_slot, target_id, target_slot, type }
      : [...link]
  })
  // Links that were not read, as those to the border of a subgraph, are preserved.
  // One whose ends exist now would be read the next time.
  const nodes = new Map(file.nodes.map((node) => [String(node.id), node]))
  for (const [id, [link]] of sources) if (!known.has(id) && !hasSlots(link, nodes)) kept.push(link)
  return sortLikeOriginal(
    kept,
    [...sources.values()].map(([link]) => link),
    idText,
  )
}

/** The id, and the node and slot of both ends of a link of a file, in either form. */
const linkFields = (link: Json): (Json | undefined)[] => {
  if (Array.isArray(link)) return link.slice(0, 5)
  const { id, origin_id, origin_slot, target_id, target_slot } = link as JsonObject
  return [id, origin_id, origin_slot, target_id, target_slot]
}

const fieldText = (field: Json | undefined) =>
  typeof field === 'object' ? printJson(field, false) : String(field)

/** Returns true if both slots of a link exist. `nodes`: by the texts of their ids. */
function hasSlots(link: Json, nodes: ReadonlyMap<string, FileNode>): boolean {
  const [, from, output, to, input] = linkFields(link).map(fieldText)
  return Boolean(nodes.get(from)?.outputs[Number(output)] && nodes.get(to)?.inputs[Number(input)])
}

const idText = (link: Json) => fieldText(linkFields(link)[0])

const hasEnds = (source: Json, link: FileLink) =>
  linkFields(source).every((field, i) => fieldText(field) === String(link[i]))

/** Sorts items as in the original, followed by new ones. */
function sortLikeOriginal<T>(items: T[], order: readonly T[], id: (item: T) => string): T[] {
  const place = new Map(order.filter(Boolean).map((item, i) => [id(item), i]))
  return items
    .map((item, i) => [place.get(id(item)) ?? order.length + i, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}

function withCounters(result: JsonObject, file: WorkflowFile, before: WorkflowFile): JsonObject {
  const grown = {
    node: file.last_node_id > before.last_node_id,
    link: file.last_link_id > before.last_link_id,
  }
  if (isObject(result.state)) {
    return {
      ...result,
      state: {
        ...result.state,
        ...(grown.node && { lastNodeId: file.last_node_id }),
        ...(grown.link && { lastLinkId: file.last_link_id }),
      },
    }
  }
  return {
    ...result,
    ...(grown.node && { last_node_id: file.last_node_id }),
    ...(grown.link && { last_link_id: file.last_link_id }),
  }
}
