// From a workflow file to the neutral graph the plan takes: values and wires by name.
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './file.ts'
import { withSubgraphs } from './blocks.ts'
import { flattened, pathOf } from './flatten.ts'
import type { Part } from './play.ts'
import { playOf } from './play.ts'

/**
 * The graph a file means, with its subgraphs opened. Reroutes and nodes that are muted, bypassed or wait for a muted one are left
 * out; nodes of unknown type stay, so that the plan can name them; values are passed on as they are, right or wrong; missing
 * ones take their defaults.
 */
export function meaningOf(file: WorkflowFile, declarations: ByType): Graph {
  const flat = flattened(file)
  const known = withSubgraphs(file, declarations)
  const play = playOf(flat, known)
  return {
    nodes: flat.nodes
      .filter(({ id, type }) => play.partOf(id) === 'runs' && !known.get(type)?.reroute)
      .map((node): GraphNode => {
        const inputs = node.inputs.flatMap(({ name }): [string, Wire][] => {
          const source = play.sourceOf(node, name)
          return source ? [[name, source]] : []
        })
        return {
          id: String(node.id),
          op: node.type,
          params: paramsOf(node, known.get(node.type)),
          inputs: Object.fromEntries(inputs),
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

/**
 * What plays of a file with subgraphs, by full ids. Of a node that stands for one: what is inside of it, if none of that runs;
 * inside of one that is muted or bypassed: the same.
 */
export function partsOf(file: WorkflowFile, declarations: ByType): (id: string) => Part {
  const flat = flattened(file)
  const play = playOf(flat, withSubgraphs(file, declarations))
  const parts = new Map(flat.nodes.map(({ id }) => [String(id), play.partOf(id)]))
  return (id) => {
    const path = pathOf(id)
    const own = path.map((_, depth) => parts.get(path.slice(0, depth + 1).join(':'))).find((part) => part !== undefined)
    if (own) return own
    const inside = [...parts].filter(([inner]) => inner.startsWith(`${id}:`)).map(([, part]) => part)
    return inside.length === 0 || inside.includes('runs') ? 'runs' : inside[0]!
  }
}
