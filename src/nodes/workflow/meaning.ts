// From a workflow file to the neutral graph the plan takes: values and wires by name.
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './file.ts'

const MUTED = 2
/** ComfyUI's bypass: not something these nodes can do, so it counts as muted. */
const BYPASSED = 4

/**
 * The graph a file means. Muted nodes and their wires are left out; nodes of unknown type stay, so that the plan can
 * name them; values are passed on as they are, right or wrong; missing ones take their defaults.
 */
export function meaningOf(file: WorkflowFile, declarations: ReadonlyMap<string, Declaration>): Graph {
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const links = new Map(file.links.map((link) => [link[0], link]))
  return {
    nodes: file.nodes.filter(isActive).map((node): GraphNode => {
      const inputs: [string, Wire][] = []
      const muted: [string, string][] = []
      for (const { name, link: id } of node.inputs) {
        const link = id === null ? undefined : links.get(id)
        const from = link && nodes.get(link[1])
        const output = from?.outputs[link![2]]
        if (!from || !output) continue
        if (isActive(from)) inputs.push([name, { node: String(from.id), slot: output.name }])
        else muted.push([name, from.title || declarations.get(from.type)?.title || from.type])
      }
      return {
        id: String(node.id),
        op: node.type,
        params: paramsOf(node, declarations.get(node.type)),
        inputs: Object.fromEntries(inputs),
        ...(muted.length > 0 && { muted: Object.fromEntries(muted) }),
        ...(node.title && { title: node.title }),
      }
    }),
  }
}

const isActive = ({ mode }: FileNode) => mode !== MUTED && mode !== BYPASSED

const paramsOf = (node: FileNode, declaration: Declaration | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declaration?.params ?? {}).map(([name, param]) => [
      name,
      Object.hasOwn(node.properties, name) ? node.properties[name] : param.default,
    ]),
  )
