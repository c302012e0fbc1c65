// From a workflow file to the neutral graph the plan takes: values and wires by name.
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from './file.ts'

const MUTED = 2
/** ComfyUI's bypass: not something these nodes can do, so it counts as muted. */
const BYPASSED = 4

/**
 * The graph a file means. Muted nodes and their wires are left out; nodes of unknown type stay, so that the plan can
 * name them; values are passed on as they are, right or wrong; missing ones take their defaults.
 */
export function meaningOf(file: WorkflowFile, declarations: ReadonlyMap<string, Declaration>): Graph {
  const active = new Map<NodeId, FileNode>()
  for (const node of file.nodes) if (node.mode !== MUTED && node.mode !== BYPASSED) active.set(node.id, node)
  const links = new Map(file.links.map((link) => [link[0], link]))
  const wireOf = (id: number | string | null): Wire | undefined => {
    const link = id === null ? undefined : links.get(id)
    const from = link && active.get(link[1])
    const output = from?.outputs[link![2]]
    return from && output && { node: String(from.id), slot: output.name }
  }
  return {
    nodes: [...active.values()].map((node): GraphNode => {
      const wires = node.inputs.map(({ name, link }) => [name, wireOf(link)] as const)
      return {
        id: String(node.id),
        op: node.type,
        params: paramsOf(node, declarations.get(node.type)),
        inputs: Object.fromEntries(wires.filter((entry): entry is [string, Wire] => entry[1] !== undefined)),
        ...(node.title && { title: node.title }),
      }
    }),
  }
}

const paramsOf = (node: FileNode, declaration: Declaration | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declaration?.params ?? {}).map(([name, param]) => [
      name,
      Object.hasOwn(node.properties, name) ? node.properties[name] : param.default,
    ]),
  )
