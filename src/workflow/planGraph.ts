// Converts a workflow file to the neutral graph of the plan: params and wires by name.
import { idPath, innerId, joinIds, parentId } from '../engine/base/ids.ts'
import { joinName } from '../engine/models/graph/sharing.ts'
import type { Graph, GraphNode, SubgraphNode, Wire } from '../engine/plan/graph.ts'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './file.ts'
import { PREFIX, withSubgraphs } from './subgraphDeclarations.ts'
import { flattenSubgraphs, type FlatFile } from './flatten.ts'
import { findActivities, type Activities, type NodeActivity } from './activity.ts'

/** A file with its subgraphs flattened. */
export interface FlatWorkflow extends Pick<FlatFile, 'resolve'> {
  /** The graph of the plan, built when it is first read. */
  readonly graph: Graph
  /**
   * Activity of the nodes at all levels, by full ids. A subgraph node has the activity of its inner
   * nodes if none of them runs. All nodes inside a muted or bypassed subgraph have its activity.
   */
  activity(id: string): NodeActivity
}

/** Flattens a file once, for all that follows from the flat graph. Never throws. */
export function flattenWorkflow(file: WorkflowFile, declarations: ByType): FlatWorkflow {
  const { file: flat, resolve } = flattenSubgraphs(file)
  const known = withSubgraphs(file, declarations)
  const play = findActivities(flat, known)
  let graph: Graph | undefined
  return {
    get graph() {
      return (graph ??= buildPlanGraph(file, flat, play, known))
    },
    activity: createActivityLookup(flat, play),
    resolve,
  }
}

/** Activity of all nodes of a file, by full ids. */
export const nodeActivities = (file: WorkflowFile, declarations: ByType) =>
  flattenWorkflow(file, declarations).activity

/**
 * Builds the graph of a file. Leaves out reroutes and nodes that are muted, bypassed or waiting.
 * Nodes of unknown type are included, so that the plan can report them. Values are not checked;
 * missing ones get their defaults.
 */
function buildPlanGraph(
  file: WorkflowFile,
  flat: WorkflowFile,
  play: Activities,
  known: ByType,
): Graph {
  const prefixOf = createPrefixes(file, known)
  const subgraphs = listSubgraphNodes(file)
  return {
    ...(subgraphs.length && { subgraphs }),
    nodes: flat.nodes
      .filter(({ id, type }) => play.activity(id) === 'runs' && !known.get(type)?.reroute)
      .map((node): GraphNode => {
        const inputs = node.inputs.flatMap(({ name }): [string, Wire][] => {
          const source = play.source(node, name)
          return source ? [[name, source]] : []
        })
        return {
          id: String(node.id),
          op: node.type,
          params: planParams(node, known.get(node.type), prefixOf(parentId(String(node.id)))),
          inputs: Object.fromEntries(inputs),
          ...(node.title && { title: node.title }),
        }
      }),
  }
}

const planParams = (
  node: FileNode,
  declaration: Declaration | undefined,
  prefix: string,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declaration?.params ?? {}).map(([name, param]) => {
      const value = Object.hasOwn(node.properties, name) ? node.properties[name] : param.default
      const isName = param.kind === 'text' && param.unique && typeof value === 'string'
      return [name, isName ? joinName(prefix, value) : value]
    }),
  )

/** The subgraph nodes of a file at every level, with full ids. */
function listSubgraphNodes({ nodes, subgraphs = [] }: WorkflowFile): SubgraphNode[] {
  const byId = new Map(subgraphs.map((subgraph) => [subgraph.id, subgraph]))
  const visit = (here: readonly FileNode[], around: string | undefined): SubgraphNode[] =>
    here.flatMap((node) => {
      const subgraph = byId.get(node.type)
      if (!subgraph) return []
      const id = innerId(around, node.id)
      const own = { id, definition: subgraph.id, name: subgraph.name }
      return [own, ...visit(subgraph.inside.nodes, id)]
    })
  return visit(nodes, undefined)
}

/**
 * Returns a function for the prefix of the names inside a subgraph node, by its full id: those of
 * all subgraph nodes around, outermost first.
 */
function createPrefixes(
  { nodes, subgraphs = [] }: WorkflowFile,
  known: ByType,
): (around: string | undefined) => string {
  const byId = new Map(subgraphs.map((subgraph) => [subgraph.id, subgraph]))
  const ownPrefix = (node: FileNode) => {
    const value = planParams(node, known.get(node.type), '')[PREFIX]
    return typeof value === 'string' && value !== '' ? `${value}.` : ''
  }
  const prefixes = new Map<string, string>()
  const find = (id: string): string => {
    let here: readonly FileNode[] = nodes
    let prefix = ''
    for (const part of idPath(id)) {
      const node = here.find((each) => String(each.id) === part)
      if (!node) return prefix
      prefix += ownPrefix(node)
      here = byId.get(node.type)?.inside.nodes ?? []
    }
    return prefix
  }
  return (around) => {
    if (around === undefined) return ''
    const found = prefixes.get(around) ?? find(around)
    prefixes.set(around, found)
    return found
  }
}

function createActivityLookup(flat: WorkflowFile, play: Activities): FlatWorkflow['activity'] {
  const parts = new Map<string, NodeActivity>()
  /** Activities of subgraph nodes that were flattened. */
  const outer = new Map<string, NodeActivity>()
  for (const node of flat.nodes) {
    const id = String(node.id)
    const part = play.activity(node.id)
    parts.set(id, part)
    for (let around = parentId(id); around !== undefined; around = parentId(around))
      if (part === 'runs' || !outer.has(around)) outer.set(around, part)
  }
  return (id) => {
    const path = idPath(id)
    const own = path
      .map((_, depth) => parts.get(joinIds(path.slice(0, depth + 1)) ?? ''))
      .find((part) => part !== undefined)
    return own ?? outer.get(id) ?? 'runs'
  }
}
