// A workflow without subgraphs: each node that stands for one gives way to what is inside, so that what is planned, kept and drawn
// by chance is that of the flat graph.
import type { Wire } from '../../engine/plan/graph.ts'
import type { FileLink, FileNode, NodeId, Subgraph, WorkflowFile } from './file.ts'
import { INPUTS, OUTPUTS } from './file.ts'
import { BYPASSED, MUTED } from './play.ts'

/** Node 3 inside of what node 5 stands for is `5:3`. */
export const innerId = (outer: NodeId | string, inner: NodeId): string => `${outer}:${inner}`

/** The nodes that an id goes through, outermost first: `5:3` is ['5', '3']. What is in a closed node counts as that. */
export const pathOf = (id: string): string[] => id.split('/')[0]!.split(':')

/** Of an output, or an input, of a node by its full id. */
const keyOf = ({ node, slot }: Wire) => `${node} ${slot}`

/** The file with all its subgraphs opened, but for those of nodes that are muted or bypassed: these are dealt with as one node. */
export function flattened(file: WorkflowFile): WorkflowFile {
  const { subgraphs = [], ...flat } = file
  if (!file.nodes.some(({ type }) => subgraphs.some(({ id }) => id === type))) return flat
  const { nodes, sources, opened } = gather(file, new Map(subgraphs.map((subgraph) => [subgraph.id, subgraph])))
  const links = linksBetween(nodes, sources, opened)
  return { ...flat, last_link_id: links.length, nodes: plugged(nodes, links), links }
}

interface Gathered {
  nodes: FileNode[]
  /** What is wired to each input, borders of subgraphs included. */
  sources: ReadonlyMap<string, Wire>
  /** The full ids of nodes that were opened. */
  opened: ReadonlySet<string>
}

function gather(file: WorkflowFile, subgraphs: ReadonlyMap<string, Subgraph>): Gathered {
  const nodes: FileNode[] = []
  const sources = new Map<string, Wire>()
  const opened = new Set<string>()
  const visit = ({ nodes: here, links }: WorkflowFile, within: string | undefined) => {
    const full = (id: NodeId) => (within === undefined ? String(id) : innerId(within, id))
    const byId = new Map(here.map((node) => [node.id, node]))
    for (const [, from, output, to, input] of links) {
      const [source, target] = [byId.get(from)?.outputs[output], byId.get(to)?.inputs[input]]
      if (source && target) sources.set(keyOf({ node: full(to), slot: target.name }), { node: full(from), slot: source.name })
    }
    for (const node of here) {
      const subgraph = node.mode === MUTED || node.mode === BYPASSED ? undefined : subgraphs.get(node.type)
      if (subgraph) {
        opened.add(full(node.id))
        visit(withValues(subgraph, node), full(node.id))
      } else if (within === undefined || (node.type !== INPUTS && node.type !== OUTPUTS)) {
        nodes.push(within === undefined ? node : { ...node, id: full(node.id) })
      }
    }
  }
  visit(file, undefined)
  return { nodes, sources, opened }
}

/** What is inside, with the values that a node sets from outside. */
export function withValues({ inside, promoted }: Subgraph, { properties }: FileNode): WorkflowFile {
  const set = promoted.filter(({ as }) => Object.hasOwn(properties, as))
  if (!set.length) return inside
  return {
    ...inside,
    nodes: inside.nodes.map((node) => {
      const values = set.filter((each) => each.node === node.id).map(({ param, as }) => [param, properties[as]!] as const)
      return values.length ? { ...node, properties: { ...node.properties, ...Object.fromEntries(values) } } : node
    }),
  }
}

/** Wires lead past the borders to the nodes at their ends. */
function linksBetween(nodes: readonly FileNode[], sources: Gathered['sources'], opened: Gathered['opened']): FileLink[] {
  const byId = new Map(nodes.map((node) => [String(node.id), node]))
  const follow = (end: Wire | undefined, passed = new Set<string>()): Wire | undefined => {
    if (!end || passed.has(keyOf(end))) return undefined
    passed.add(keyOf(end))
    const around = end.node.endsWith(`:${INPUTS}`) ? end.node.slice(0, -INPUTS.length - 1) : undefined
    if (around !== undefined && opened.has(around)) return follow(sources.get(keyOf({ node: around, slot: end.slot })), passed)
    if (!opened.has(end.node)) return end
    return follow(sources.get(keyOf({ node: innerId(end.node, OUTPUTS), slot: end.slot })), passed)
  }
  const links: FileLink[] = []
  for (const node of nodes) {
    node.inputs.forEach(({ name }, input) => {
      const source = follow(sources.get(keyOf({ node: String(node.id), slot: name })))
      const from = source && byId.get(source.node)
      const output = from ? from.outputs.findIndex((slot) => slot.name === source.slot) : -1
      if (from && output >= 0) links.push([links.length + 1, from.id, output, node.id, input, from.outputs[output]!.type])
    })
  }
  return links
}

/** Nodes whose slots say of these links. */
export function plugged(nodes: readonly FileNode[], links: readonly FileLink[]): FileNode[] {
  const into = new Map(links.map(([id, , , to, input]) => [`${to} ${input}`, id]))
  const outOf = new Map<string, FileLink[0][]>()
  for (const [id, from, output] of links) outOf.set(`${from} ${output}`, [...(outOf.get(`${from} ${output}`) ?? []), id])
  return nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((slot, i) => ({ ...slot, link: into.get(`${node.id} ${i}`) ?? null })),
    outputs: node.outputs.map((slot, i) => ({ ...slot, links: outOf.get(`${node.id} ${i}`) ?? null })),
  }))
}

/** The file with each of its nodes changed, those in its subgraphs too. */
export const mapNodes = (file: WorkflowFile, change: (node: FileNode) => FileNode): WorkflowFile => ({
  ...file,
  nodes: file.nodes.map(change),
  ...(file.subgraphs && {
    subgraphs: file.subgraphs.map((subgraph) => ({ ...subgraph, inside: mapNodes(subgraph.inside, change) })),
  }),
})
