// Converts a graph to the workflow file that litegraph would save.
import type { Graph, Wire } from '../src/engine/plan/graph.ts'
import type { Declaration } from '../src/engine/plan/op.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import { splitMany } from '../src/engine/base/ids.ts'
import { nodes } from '../src/nodes/table.ts'

type Link = [number, number, number, number, number, string]

/** The wired slots `name_1`, `name_2`, ... of a node, in order. */
const numberedSlots = (wired: readonly Wire[], id: string, name: string): string[] =>
  [
    ...new Set(
      wired
        .filter(({ node, slot }) => {
          const [base, index] = splitMany(slot)
          return node === id && base === name && index !== undefined
        })
        .map(({ slot }) => slot),
    ),
  ].sort((a, b) => (splitMany(a)[1] ?? 0) - (splitMany(b)[1] ?? 0))

/**
 * Returns litegraph 0.4 JSON. Ids become numbers from 1; the old ids become titles.
 * @throws Error if a wire begins at an output that its node does not have
 */
export function workflowOf(
  graph: Graph,
  declarations: readonly Declaration[] = nodes.map(toDeclaration),
): string {
  const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
  const number = new Map(graph.nodes.map(({ id }, i) => [id, i + 1]))
  const wired = graph.nodes.flatMap(({ inputs }) => Object.values(inputs))
  const outputsOf = new Map(
    graph.nodes.map(({ id, op }) => [
      id,
      Object.entries(declared.get(op)?.outputs ?? {}).flatMap(([name, { many, more }]) =>
        many || more ? [...(more ? [name] : []), ...numberedSlots(wired, id, name)] : [name],
      ),
    ]),
  )
  const outputIndex = ({ node, slot }: Wire): number => {
    const index = outputsOf.get(node)?.indexOf(slot) ?? -1
    if (index < 0) throw new Error(`There is no output ${slot} of node ${node}.`)
    return index
  }
  const links: Link[] = []
  for (const { id, inputs } of graph.nodes) {
    for (const [slot, [, from]] of Object.entries(inputs).entries()) {
      links.push([
        links.length + 1,
        number.get(from.node)!,
        outputIndex(from),
        number.get(id)!,
        slot,
        '*',
      ])
    }
  }
  return JSON.stringify({
    version: 0.4,
    last_node_id: graph.nodes.length,
    last_link_id: links.length,
    nodes: graph.nodes.map(({ id, op, params, inputs }, i) => ({
      id: i + 1,
      type: op,
      title: id,
      pos: [240 * (i % 5), 200 * Math.floor(i / 5)],
      size: [200, 100],
      properties: params,
      inputs: Object.keys(inputs).map((name, slot) => ({
        name,
        type: '*',
        link: links.find(([, , , to, at]) => to === i + 1 && at === slot)![0],
      })),
      outputs: outputsOf.get(id)!.map((name, slot) => ({
        name,
        type: '*',
        links: links.filter(([, from, at]) => from === i + 1 && at === slot).map(([link]) => link),
      })),
    })),
    links,
    groups: [],
    config: {},
    extra: {},
  })
}
