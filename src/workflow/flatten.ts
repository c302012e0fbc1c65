// Flattens workflows: replaces each subgraph node by its inner nodes, so that plan, cache keys and
// random numbers are those of the flat graph.
import { idPath, innerId, parentId } from '../engine/base/ids.ts'
import type { Wire } from '../engine/plan/graph.ts'
import type { FileLink, FileNode, NodeId, PromotedParam, Subgraph, WorkflowFile } from './file.ts'
import { INPUTS, OUTPUTS } from './file.ts'
import { BYPASSED, MUTED } from './activity.ts'
import type { Json } from './json.ts'
import { createSourceResolver } from '../engine/base/resolveSource.ts'

/** Identifies an input or output of a node by the full id of the node. */
const slotKey = ({ node, slot }: Wire) => `${node} ${slot}`

export interface FlatFile {
  /** The file without subgraphs. */
  file: WorkflowFile
  /**
   * Follows an output of a node at any level, by its full id, to the node of the flat file that
   * gives its value: into subgraphs, and out of their borders.
   */
  resolve(output: Wire): Wire | undefined
}

/** Replaces all subgraph nodes, except muted and bypassed ones, which are treated as single nodes. */
export function flattenSubgraphs({ subgraphs = [], ...flat }: WorkflowFile): FlatFile {
  const byId = new Map(subgraphs.map((subgraph) => [subgraph.id, subgraph]))
  if (!flat.nodes.some(({ type }) => byId.has(type)))
    return { file: flat, resolve: (output) => output }
  const gathered = gatherNodes(flat, byId)
  const resolve = createBorderResolver(gathered)
  const links = linkNodes(gathered, resolve)
  const nodes = plugLinks(gathered.nodes, links)
  return { file: { ...flat, last_link_id: links.length, nodes, links }, resolve }
}

interface Gathered {
  nodes: FileNode[]
  /** The output wired to each input, including the inputs of borders. */
  sources: ReadonlyMap<string, Wire>
  /** The full ids of the replaced subgraph nodes. */
  opened: ReadonlySet<string>
}

function gatherNodes(file: WorkflowFile, subgraphs: ReadonlyMap<string, Subgraph>): Gathered {
  const nodes: FileNode[] = []
  const sources = new Map<string, Wire>()
  const opened = new Set<string>()
  /** `connect` adds sources from outside, which replace those of the links inside. */
  const visit = (
    { nodes: here, links }: WorkflowFile,
    within: string | undefined,
    connect?: () => void,
  ) => {
    const full = (id: NodeId) => innerId(within, id)
    const byId = new Map(here.map((node) => [node.id, node]))
    for (const [, from, output, to, input] of links) {
      const [source, target] = [byId.get(from)?.outputs[output], byId.get(to)?.inputs[input]]
      if (source && target)
        sources.set(slotKey({ node: full(to), slot: target.name }), {
          node: full(from),
          slot: source.name,
        })
    }
    connect?.()
    for (const node of here) {
      const subgraph =
        node.mode === MUTED || node.mode === BYPASSED ? undefined : subgraphs.get(node.type)
      if (subgraph) {
        opened.add(full(node.id))
        const instance = full(node.id)
        const sourceOf = (slot: string) => sources.get(slotKey({ node: instance, slot }))
        const { inside, wired } = wirePromoted(
          { ...subgraph, inside: applyPromoted(subgraph, node) },
          (slot) => sourceOf(slot) !== undefined,
        )
        visit(inside, instance, () => {
          for (const { node: inner, param, as } of wired) {
            const source = sourceOf(as)
            if (source)
              sources.set(slotKey({ node: innerId(instance, inner), slot: param }), source)
          }
        })
      } else if (within === undefined || (node.type !== INPUTS && node.type !== OUTPUTS)) {
        nodes.push(within === undefined ? node : { ...node, id: full(node.id) })
      }
    }
  }
  visit(file, undefined)
  return { nodes, sources, opened }
}

/** The inner graph of an instance, with the values of its promoted params. */
export function applyPromoted(
  { inside, promoted }: Subgraph,
  { properties }: FileNode,
): WorkflowFile {
  const values = new Map<NodeId, [string, Json][]>()
  for (const { node, param, as } of promoted) {
    if (!Object.hasOwn(properties, as)) continue
    const others = values.get(node) ?? []
    others.push([param, properties[as]])
    values.set(node, others)
  }
  if (!values.size) return inside
  return {
    ...inside,
    nodes: inside.nodes.map((node) => {
      const changed = values.get(node.id)
      return changed
        ? { ...node, properties: { ...node.properties, ...Object.fromEntries(changed) } }
        : node
    }),
  }
}

/**
 * Finds the promoted params of an instance that are wired, and adds inputs for them to the inner
 * graph.
 */
export function wirePromoted(
  { inside, promoted }: Pick<Subgraph, 'inside' | 'promoted'>,
  isWired: (slot: string) => boolean,
): { inside: WorkflowFile; wired: PromotedParam[] } {
  // A slot of the border has its own wires inside.
  const border = new Set(
    inside.nodes
      .filter(({ type }) => type === INPUTS)
      .flatMap(({ outputs }) => outputs.map(({ name }) => name)),
  )
  const wired = promoted.filter(({ as }) => !border.has(as) && isWired(as))
  if (!wired.length) return { inside, wired }
  const params = new Map<NodeId, string[]>()
  for (const { node, param } of wired) params.set(node, [...(params.get(node) ?? []), param])
  return { inside: { ...inside, nodes: inside.nodes.map(withParamInputs(params)) }, wired }
}

/** Returns a function that adds inputs for params to nodes that lack them. */
const withParamInputs =
  (params: ReadonlyMap<NodeId, readonly string[]>) =>
  (node: FileNode): FileNode => {
    const missing = (params.get(node.id) ?? []).filter(
      (name) => !node.inputs.some((slot) => slot.name === name),
    )
    const added = missing.map((name) => ({ name, type: '*', link: null, widget: { name } }))
    return missing.length ? { ...node, inputs: [...node.inputs, ...added] } : node
  }

const createBorderResolver = ({ sources, opened }: Gathered) =>
  createSourceResolver<Wire>(({ node, slot }) => {
    const border = findBorder(node, opened)
    return border === undefined ? undefined : { from: sources.get(slotKey({ node: border, slot })) }
  }, slotKey)

/** Creates the links of the flat graph, past the borders of subgraphs. */
function linkNodes(
  { nodes, sources }: Gathered,
  resolve: (output: Wire | undefined) => Wire | undefined,
): FileLink[] {
  const byId = new Map(nodes.map((node) => [String(node.id), node]))
  const outputs = new Map<string, number>()
  for (const { id, outputs: slots } of nodes)
    slots.forEach(({ name }, i) => {
      const key = slotKey({ node: String(id), slot: name })
      if (!outputs.has(key)) outputs.set(key, i)
    })
  const links: FileLink[] = []
  for (const node of nodes) {
    node.inputs.forEach(({ name }, input) => {
      const source = resolve(sources.get(slotKey({ node: String(node.id), slot: name })))
      const from = source && byId.get(source.node)
      const output = source && outputs.get(slotKey(source))
      if (from && output !== undefined)
        links.push([links.length + 1, from.id, output, node.id, input, from.outputs[output].type])
    })
  }
  return links
}

/**
 * The node whose inputs an end of a wire forwards: the opened subgraph around its input border, or
 * the output border inside an opened subgraph. Undefined for all other nodes.
 */
function findBorder(node: string, opened: Gathered['opened']): string | undefined {
  const around = idPath(node).at(-1) === INPUTS ? parentId(node) : undefined
  if (around !== undefined && opened.has(around)) return around
  return opened.has(node) ? innerId(node, OUTPUTS) : undefined
}

/** Stores the ids of the links in the slots of the nodes. */
export function plugLinks(nodes: readonly FileNode[], links: readonly FileLink[]): FileNode[] {
  const linksByInput = new Map(links.map(([id, , , to, input]) => [`${to} ${input}`, id]))
  const linksByOutput = new Map<string, FileLink[0][]>()
  for (const [id, from, output] of links) {
    const others = linksByOutput.get(`${from} ${output}`)
    if (others) others.push(id)
    else linksByOutput.set(`${from} ${output}`, [id])
  }
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((slot, i) => ({
      ...slot,
      link: linksByInput.get(`${node.id} ${i}`) ?? null,
    })),
    outputs: node.outputs.map((slot, i) => ({
      ...slot,
      links: linksByOutput.get(`${node.id} ${i}`) ?? null,
    })),
  }))
}

/** Maps all nodes of a file, including those inside subgraphs. */
export const mapNodes = (
  file: WorkflowFile,
  change: (node: FileNode) => FileNode,
): WorkflowFile => ({
  ...file,
  nodes: file.nodes.map(change),
  ...(file.subgraphs && {
    subgraphs: file.subgraphs.map((subgraph) => ({
      ...subgraph,
      inside: mapNodes(subgraph.inside, change),
    })),
  }),
})
