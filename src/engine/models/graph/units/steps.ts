// Blocks whose layers are steps of their own.
import type { Weights } from '../../../base/values.ts'
import type { Tensor } from '../../../base/tf.ts'
import type { GraphView } from '../analysis.ts'
import type { LayerValue, Pass } from '../layer.ts'
import type { Step, Unit } from '../step.ts'
import { namesOf } from '../step.ts'

/** Plans the steps of the layers at some positions. */
export type PlanSteps = (view: GraphView, within: ReadonlySet<number>) => Step[]

/** The layers at `claims`, of which only the result at `root` is read outside, as one block. */
export function blockOfSteps(
  view: GraphView,
  root: number,
  claims: readonly number[],
  reads: readonly number[],
  planSteps: PlanSteps,
): Unit {
  const steps = planSteps(view, new Set(claims))
  return {
    claims,
    step: {
      reads,
      writes: [root],
      block: namesOf(
        view,
        [...claims].sort((a, b) => a - b),
      ),
      run: (inputs, weights, pass) => [runAll(steps, reads, inputs, root, weights, pass)],
    },
  }
}

function runAll(
  steps: readonly Step[],
  reads: readonly number[],
  inputs: readonly LayerValue[],
  root: number,
  weights: Weights,
  pass: Pass,
): Tensor {
  const values = new Map(reads.map((i, k) => [i, inputs[k]]))
  for (const step of steps) {
    const results = step.run(
      step.reads.map((i) => values.get(i)!),
      weights,
      pass,
    )
    step.writes.forEach((i, k) => values.set(i, results[k]))
  }
  return values.get(root) as Tensor
}
