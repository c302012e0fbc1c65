// Converts a workflow file to the neutral graph of the plan: params and wires by name.
import { idPath, joinIds, parentId } from '../../engine/base/ids.ts'
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './file.ts'
import { withSubgraphs } from './subgraphDeclarations.ts'
import { flattenSubgraphs } from './flatten.ts'
import type { NodeActivity } from './activity.ts'
import { findActivities } from './activity.ts'

/**
 * Builds the graph of a file, with subgraphs flattened. Leaves out reroutes and nodes that are
 * muted, bypassed or waiting. Nodes of unknown type are included, so that the plan can report them.
 * Values are not checked; missing ones get their defaults.
 */
export function buildPlanGraph(file: WorkflowFile, declarations: ByType): Graph {
  const flat = flattenSubgraphs(file)
  const known = withSubgraphs(file, declarations)
  const play = findActivities(flat, known)
  return {
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
          params: nodeParams(node, known.get(node.type)),
          inputs: Object.fromEntries(inputs),
          ...(node.title && { title: node.title }),
        }
      }),
  }
}

const nodeParams = (
  node: FileNode,
  declaration: Declaration | undefined,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declaration?.params ?? {}).map(([name, param]) => [
      name,
      Object.hasOwn(node.properties, name) ? node.properties[name] : param.default,
    ]),
  )

/**
 * Activity of all nodes of a file with subgraphs, by full ids. A subgraph node has the activity of
 * its inner nodes if none of them runs. All nodes inside a muted or bypassed subgraph have its
 * activity.
 */
export function nodeActivities(
  file: WorkflowFile,
  declarations: ByType,
): (id: string) => NodeActivity {
  const flat = flattenSubgraphs(file)
  const play = findActivities(flat, withSubgraphs(file, declarations))
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
