// Plain functions on graphs for checks: finding nodes by their titles, copies, and the part of a
// graph that leads to some nodes.
import { joinSentences } from '../engine/messages/faults.ts'
import { MessageError } from '../engine/base/errors.ts'
import { getOwn, mapValues } from '../engine/base/records.ts'
import type { Graph, GraphNode, Wire } from '../engine/plan/graph.ts'
import type { ByType } from '../engine/plan/op.ts'
import { lessonMessages } from '../messages/lessons.ts'
import { nodeTitle } from '../workflow/titles.ts'
import type { Place } from './statements.ts'

/** Thrown if the graph lacks something that a check names. Its message is for the student. */
export class CheckProblem extends MessageError {
  override name = 'CheckProblem'
}

/** @throws CheckProblem if no node, or more than one, has this title or id */
export function findTitled({ nodes }: Graph, title: string, declared: ByType): GraphNode {
  const found = nodes.filter((node) => nodeTitle(node, declared) === title)
  const [node, other] = found.length > 0 ? found : nodes.filter(({ id }) => id === title)
  if (other)
    throw new CheckProblem(
      joinSentences(lessonMessages.severalNodes({ title }), lessonMessages.uniqueTitle()),
    )
  if (node) return node
  throw new CheckProblem(
    joinSentences(lessonMessages.missingNode({ title }), lessonMessages.keepTitle()),
  )
}

/** The output of a node that is named by its title. */
export const findOutput = (graph: Graph, { title, slot }: Place, declared: ByType): Wire => ({
  node: findTitled(graph, title, declared).id,
  slot,
})

/** The wires of an input, also those of its numbered slots. */
export const wiresInto = ({ inputs }: GraphNode, slot: string): Wire[] =>
  Object.entries(inputs).flatMap(([name, from]) =>
    name === slot || name.replace(/_\d+$/, '') === slot ? [from] : [],
  )

/** Returns the graph with `prefix` before all ids. */
export function prefixed({ nodes }: Graph, prefix: string): Graph {
  const move = ({ node, slot }: Wire): Wire => ({ node: prefix + node, slot })
  return {
    nodes: nodes.map((node) => ({
      ...node,
      id: prefix + node.id,
      inputs: mapValues(node.inputs, move),
      ...(node.folded && { folded: mapValues(node.folded, move) }),
    })),
  }
}

/** Returns the graph with other sources for some wires. */
export function rewired({ nodes }: Graph, replaced: readonly (readonly [Wire, Wire])[]): Graph {
  const move = (from: Wire): Wire =>
    replaced.find(([own]) => own.node === from.node && own.slot === from.slot)?.[1] ?? from
  return { nodes: nodes.map((node) => ({ ...node, inputs: mapValues(node.inputs, move) })) }
}

/** The part of a graph that leads to nodes, with both ends of every loop in it. */
export function partLeadingTo({ nodes }: Graph, targets: readonly string[]): Graph {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const ends = new Map(
    nodes.flatMap(({ id, inputs }) => {
      const start = getOwn(inputs, 'loop')
      return start ? [[start.node, id] as const] : []
    }),
  )
  const found = new Set<string>()
  const open = [...targets]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    const end = ends.get(id)
    if (end !== undefined) open.push(end)
    open.push(...Object.values(byId.get(id)?.inputs ?? {}).map(({ node }) => node))
  }
  return { nodes: nodes.filter(({ id }) => found.has(id)) }
}
