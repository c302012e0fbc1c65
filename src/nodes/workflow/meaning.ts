// From a workflow file to the neutral graph the plan takes: values and wires by name.
import type { Graph, GraphNode, Wire } from '../../engine/plan/graph.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { FileNode, WorkflowFile } from './file.ts'
import { playOf } from './play.ts'

/**
 * The graph a file means. Nodes that are muted, bypassed or wait for a muted one are left out; nodes of unknown type stay, so
 * that the plan can name them; values are passed on as they are, right or wrong; missing ones take their defaults.
 */
export function meaningOf(file: WorkflowFile, declarations: ReadonlyMap<string, Declaration>): Graph {
  const play = playOf(file, declarations)
  return {
    nodes: file.nodes
      .filter(({ id }) => play.partOf(id) === 'runs')
      .map((node): GraphNode => {
        const inputs = node.inputs.flatMap(({ name }): [string, Wire][] => {
          const source = play.sourceOf(node, name)
          return source ? [[name, source]] : []
        })
        return {
          id: String(node.id),
          op: node.type,
          params: paramsOf(node, declarations.get(node.type)),
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
