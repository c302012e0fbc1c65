// Key of a graph, equal for graphs with the same results.
import type { Graph } from '../engine/plan/graph.ts'

/** Ignores titles, and the order of nodes: a click moves a node to the front. */
export const graphKey = ({ nodes }: Graph): string =>
  JSON.stringify(
    nodes
      .map(({ id, op, params, inputs }) => [id, op, params, inputs] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
