// Calls of the body of a loop that runs it itself: one synchronous unit under the tape.
import { NodeError } from '../messages/fault.ts'
import { planMessages } from '../messages/plan.ts'
import { Frame, type Host, type LoopPosition, type Signal } from './host.ts'
import type { LoopStepper } from './loopStepper.ts'
import type { Inputs, LoopBody, Outputs } from './op.ts'
import { publish } from './runNode.ts'
import { stepInputs, stepOutputs, type LoopStep, type Step } from './steps.ts'

/** Runs the steps of a body. */
export type RunSteps = (
  steps: readonly Step[],
  frame: Frame,
  host: Host,
  place: LoopPosition,
) => Generator<Signal, void, unknown>

/** A running loop. */
export interface ActiveLoop {
  step: LoopStep
  stepper: LoopStepper
  frame: Frame
  host: Host
  place: LoopPosition
  runSteps: RunSteps
}

/**
 * Calls of a body in one iteration. Each has a frame, and its arguments and results live until the
 * iteration ends. Only the first is observed.
 */
export class BodyCalls {
  readonly first: Frame
  /** Slow-motion signals of the calls, which are shown afterwards. */
  readonly shown: Signal[] = []
  private readonly frames: Frame[] = []

  constructor(
    private readonly loop: ActiveLoop,
    private readonly inside: LoopPosition,
  ) {
    this.first = new Frame(loop.host.memory, loop.frame)
  }

  /**
   * Runs the body under the tape, as one synchronous unit. `wanted` are the next inputs that the
   * caller needs; the first call computes all.
   */
  private call(each: Outputs, wanted: readonly string[] | undefined): Inputs {
    const { step, frame: outer, host, runSteps } = this.loop
    const isFirst = this.frames.length === 0
    const frame = isFirst ? this.first : new Frame(host.memory, outer)
    this.frames.push(frame)
    frame.own(each)
    const { body, next } = isFirst || !wanted ? step : partOf(step, wanted)
    const run = (by: Host, place: LoopPosition) => {
      publish(step.id, step.each, each, frame, by, place.at)
      this.shown.push(...drain(runSteps(body, frame, by, place)))
      return frame.own(frame.read(next))
    }
    return isFirst ? run(host, this.inside) : this.runAgain(run)
  }

  /** Runs with the states of solvers before the iteration, and unobserved. */
  private runAgain(run: (host: Host, place: LoopPosition) => Inputs): Inputs {
    const { host } = this.loop
    const { solvers: first } = this.inside
    const solvers = first && { before: first.before, after: {} }
    try {
      return run(hideFromObservers(host), { ...this.inside, solvers, isNeeded: () => false })
    } finally {
      for (const solver of Object.values(solvers?.after ?? {})) host.memory.release(solver)
    }
  }

  readonly function: LoopBody = Object.assign(
    (each: Outputs, wanted?: readonly string[]) => this.call(each, wanted),
    { wired: () => new Set(Object.keys(this.loop.step.next)) },
  )

  dispose() {
    for (const frame of this.frames) frame.dispose()
    if (this.frames.length === 0) this.first.dispose()
  }
}

/** The host of work whose values are not shown. */
export const hideFromObservers = (host: Host): Host => ({
  ...host,
  observe: () => {},
  show: () => {},
  onValue: undefined,
  measures: () => undefined,
  isSlowMotion: () => false,
})

/** Returns the part of a body that leads to some of its next inputs. */
function partOf(step: LoopStep, wanted: readonly string[]): Pick<LoopStep, 'body' | 'next'> {
  const next = Object.fromEntries(
    Object.entries(step.next).filter(([slot]) => wanted.includes(slot)),
  )
  const needed = new Set(Object.values(next))
  const body = step.body.toReversed().filter((inner) => {
    if (!stepOutputs(inner).some((value) => needed.has(value))) return false
    for (const value of stepInputs(inner)) needed.add(value)
    return true
  })
  return { body: body.reverse(), next }
}

/**
 * Runs a training body to its end. It cannot wait, because it is one synchronous unit under the
 * tape. Returns its slow-motion signals, which are shown afterwards.
 */
function drain(steps: Generator<Signal, void, unknown>): Signal[] {
  const shown: Signal[] = []
  for (const signal of steps) {
    if (signal.kind === 'inside') shown.push(signal)
    if (signal.kind === 'wait')
      throw new NodeError({
        message: planMessages.waitWhileRecording(),
        cure: planMessages.moveOut(),
      })
  }
  return shown
}
