// Runs the steps of a plan, as a synchronous generator that yields at every iteration of a loop.
// Its driver may wait, pause, step or end it there.
import type { Step } from './steps.ts'
import { OUTSIDE_LOOPS, type Frame, type Host, type LoopPosition, type Signal } from './host.ts'
import { runLoop } from './runLoop.ts'
import { runNode } from './runNode.ts'

export const runPlan = (
  steps: readonly Step[],
  frame: Frame,
  host: Host,
): Generator<Signal, void, unknown> => runSteps(steps, frame, host, OUTSIDE_LOOPS)

function* runSteps(
  steps: readonly Step[],
  frame: Frame,
  host: Host,
  place: LoopPosition,
): Generator<Signal, void, unknown> {
  for (const step of steps) {
    if (!step.soleObservers || place.isNeeded(step.soleObservers)) {
      if (step.kind === 'loop') yield* runLoop(step, frame, host, place, runSteps)
      else yield* runNode(step, frame, host, place)
    }
    frame.free(step.free)
  }
}
