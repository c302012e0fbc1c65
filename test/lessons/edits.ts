// Changes that turn the workflow of a lesson into a student's, for tests of its checks.
import type { Graph, GraphNode, Wire } from '../../src/engine/plan/graph.ts'
import { declared } from '../../src/hosts/cli/nodeTypes.ts'
import { findTitled } from '../../src/lessons/graphParts.ts'

export interface Edits {
  /** New values of params: `Title.param`. */
  set?: Readonly<Record<string, unknown>>
  /** New wires by inputs, `Title.slot`, from outputs, `Title.slot`; null removes one. */
  wires?: Readonly<Record<string, string | null>>
  /** Nodes that are removed, by title. */
  remove?: readonly string[]
}

export interface Solution {
  /** An answer that is right, and one that is wrong, by question. */
  answers: Readonly<Record<string, { right: string; wrong: string }>>
  /**
   * Changes that solve each task, and changes that do not. The unchanged workflow solves none;
   * together with `wrong` it fails every check of the task.
   */
  tasks: Readonly<Record<string, { right: Edits; wrong?: readonly Edits[] }>>
}

/** Applies changes to a graph. @throws CheckProblem if it lacks a node */
export function applyEdits(graph: Graph, { set = {}, wires = {}, remove = [] }: Edits): Graph {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const change = (title: string, update: (node: GraphNode) => GraphNode) => {
    const { id } = findTitled(graph, title, declared)
    nodes.set(id, update(nodes.get(id)!))
  }
  for (const [place, value] of Object.entries(set)) {
    const [title, param] = split(place)
    change(title, (node) => ({ ...node, params: { ...node.params, [param]: value } }))
  }
  for (const [place, from] of Object.entries(wires)) {
    const [title, slot] = split(place)
    change(title, (node) => {
      const { [slot]: _, ...others } = node.inputs
      return {
        ...node,
        inputs: from === null ? others : { ...others, [slot]: output(graph, from) },
      }
    })
  }
  for (const title of remove) nodes.delete(findTitled(graph, title, declared).id)
  return { nodes: [...nodes.values()] }
}

const output = (graph: Graph, place: string): Wire => {
  const [title, slot] = split(place)
  return { node: findTitled(graph, title, declared).id, slot }
}

const split = (place: string): [string, string] => {
  const dot = place.lastIndexOf('.')
  return [place.slice(0, dot), place.slice(dot + 1)]
}
