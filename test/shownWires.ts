// The wires of a graph whose values are results.
import type { Graph } from '../src/engine/plan/graph.ts'
import { declarations } from './readyWorkflows.ts'

const observers = new Set(
  declarations.flatMap(({ role, type }) => (role === 'observer' ? type : [])),
)

/** The values that nodes show, and the trained models, as `node.slot`. */
export const shownWires = ({ nodes }: Graph): string[] => [
  ...new Set(
    nodes.flatMap(({ id, op, inputs }) =>
      observers.has(op)
        ? Object.values(inputs).map((from) => `${from.node}.${from.slot}`)
        : op === 'diffusion/TrainingEnd'
          ? [`${id}.model`]
          : [],
    ),
  ),
]
