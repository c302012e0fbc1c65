// Work of a plan that is known before a run: iterations of all loops, with those of nested ones
// multiplied.
import { NodeError, type Fault, createFault } from '../messages/fault.ts'
import { planMessages } from '../messages/plan.ts'
import { loopBehaviour, type Ops, type StaticValues } from './op.ts'
import type { LoopStep, PlannedWork, Step } from './steps.ts'

/** Planned iterations beyond which a run is refused, or starts only after a question. */
export const MOST_ITERATIONS = 10_000_000

/**
 * Counts the iterations of all loops, without emissions.
 * @throws NodeError for a list or a number that no loop can have
 */
export function planWork(
  steps: readonly Step[],
  ops: Ops,
  staticInputs: ReadonlyMap<string, StaticValues>,
): PlannedWork {
  const work: PlannedWork = { iterations: 0, loop: '' }
  let most = 0
  for (const step of steps) {
    if (step.kind !== 'loop') continue
    const inside = planWork(step.body, ops, staticInputs).iterations
    const all = countIterations(step, ops, staticInputs.get(step.id) ?? {}) * (1 + inside)
    work.iterations += all
    if (all > most) [most, work.loop] = [all, step.id]
  }
  return work
}

function countIterations(step: LoopStep, ops: Ops, known: StaticValues): number {
  const { id, params, inputs } = step
  try {
    return loopBehaviour(ops, step).planned?.(known, params, new Set(Object.keys(inputs))) ?? 1
  } catch (error) {
    if (error instanceof NodeError) throw new NodeError({ node: id, ...error.fault })
    throw error
  }
}

/** Fault of a run with more iterations than `most`. */
export const workFault = ({ iterations, loop }: PlannedWork, most: number): Fault =>
  createFault({
    node: loop,
    message: planMessages.manyIterations({ count: iterations, most }),
    cure: planMessages.fewerIterations(),
  })
