// Seeds of a graph.
import type { Graph } from '../../engine/plan/graph.ts'
import { hasEffect, type ByType } from '../../engine/plan/op.ts'
import { nodeTitle } from '../../workflow/titles.ts'

/** Seed of a node, with the title of the node. */
export interface Seed {
  node: string
  title: string
  param: string
  value: unknown
}

/** Returns the seeds of all nodes, without those that the other params turn off. */
export const getSeeds = ({ nodes }: Graph, declared: ByType): Seed[] =>
  nodes.flatMap((node) => {
    const specs = declared.get(node.op)?.params ?? {}
    return Object.entries(specs)
      .filter(
        ([param, { kind }]) =>
          kind === 'seed' && hasEffect(specs, param, (other) => node.params[other]),
      )
      .map(([param]) => ({
        node: node.id,
        title: nodeTitle(node, declared),
        param,
        value: node.params[param],
      }))
  })
