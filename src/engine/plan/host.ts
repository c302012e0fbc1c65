// Interface between a running plan and its environment: signals, host services, value frames, and
// positions in loops.
import type { TrainingStep } from '../protocol.ts'
import { mapValues } from '../base/records.ts'
import type { Value } from './slotValues.ts'
import type { ValueId } from '../base/ids.ts'
import type { NodeStep, LoopStep } from './steps.ts'
import type { Keys } from './keys.ts'
import type { Measures } from './measures.ts'
import type { Memory } from '../base/memory.ts'
import type { Inputs, Ops, OutputOp, Outputs } from './op.ts'
import type { View } from '../base/view.ts'

/** Signal at which the generator yields. `wait` resumes with the result of the promise. */
export type Signal =
  | { kind: 'iteration'; at: Iteration }
  /** After an iteration whose state was reported: a paused run waits here. */
  | { kind: 'rest' }
  | { kind: 'wait'; promise: Promise<unknown> }
  | { kind: 'node'; id: string }
  /** A node inside a loop is next, in slow motion. `share` is its fraction of an iteration. */
  | { kind: 'inside'; id: string; share: number }

export interface Iteration {
  step: LoopStep
  /** Completed iterations. */
  index: number
  count: number
  label: string | undefined
  loss: Value | undefined
  emission: boolean
  /** Start of this execution of the loop, before its first iteration, in milliseconds. */
  began: number
  /** Set if this is the last iteration of this loop and of all loops around it. */
  isLast: boolean
}

/**
 * State of a loop between two iterations: its own, and those of the multistep solvers in its body,
 * by name.
 */
export interface LoopState {
  own: unknown
  solvers: Record<string, unknown>
  /**
   * Set if the loop was ended by `again` or by its own state. A larger number of iterations does
   * not continue it.
   */
  ended?: true
}

/** Runs iterations of a training again, unseen. */
export interface Rerun {
  /** The state before the first iteration, retained for the caller; undefined if it was recalled. */
  begin(): { index: number; state: LoopState } | undefined
  /** The state after one more iteration, retained for the caller; undefined if it has to wait. */
  next(state: LoopState, index: number): LoopState | undefined
}

/** Services for a run. */
export interface Host {
  ops: Ops
  memory: Memory
  keys: Keys
  prepared: ReadonlyMap<string, unknown>
  /** In milliseconds. */
  now(): number
  /** Returns the cached outputs of a step outside loops. */
  findOutputs(step: NodeStep): Outputs | undefined
  storeOutputs(step: NodeStep, outputs: Outputs): void
  /**
   * Returns the last stored state of an outermost loop with an index of at most `count`; retained
   * for the caller.
   */
  findState(step: LoopStep, count: number): Promise<{ index: number; state: LoopState } | undefined>
  /**
   * Reports a state of an outermost loop: after an iteration, at its end, or when it was stopped.
   * Resolves when the losses are known to be finite; rejects with the fault otherwise.
   */
  reportState(
    step: LoopStep,
    index: number,
    state: LoopState,
    why: 'iteration' | 'end' | 'stop',
  ): Promise<void>
  /** Returns true if nodes inside loops are shown one by one. */
  isSlowMotion?(): boolean
  /** Collector of node measures; undefined if they are not requested. */
  measures?(): Measures | undefined
  /** Returns true if an observer would read a value now. */
  wouldObserve(observer: string): boolean
  observe(step: NodeStep, inputs: Inputs, at: ObservedAt): void
  /** Called for every published value. */
  onValue?: ((id: ValueId, value: Value, at: ObservedAt) => void) | undefined
  /** Shows a node's view of its computed or cached outputs. */
  show(step: NodeStep, view: View): void
  files(step: NodeStep, work: () => ReturnType<OutputOp['files']>): Promise<void>
  /** Largest share of the time of a training for emissions. */
  emissionShare: number
  /**
   * Called when emissions were skipped to limit their share of the time. `every` is the number of
   * steps since the last one, `wanted` the requested number.
   */
  onThinned(step: LoopStep, every: number, wanted: number): void
  /**
   * Called when an outermost training can run iterations again, and with undefined when it no longer
   * can.
   */
  onTraining?(step: LoopStep, rerun: Rerun | undefined): void
  /**
   * Called before the first iteration of an outermost loop, and before a node outside of loops that
   * evaluates a model. May call `once`, which runs one iteration and one emission, or the node, and
   * discards the results, to find the kernels they need. Resolves when these are compiled; undefined
   * if there is nothing to wait for.
   */
  precompile?(step: LoopStep | NodeStep, once: () => void): Promise<void> | undefined
  /**
   * Returns the models that replace wired ones when a training continues from other weights, by
   * slot; retained for the caller.
   */
  startModels(step: LoopStep, inputs: Inputs): Promise<Inputs | undefined>
}

export interface ObservedAt {
  index: number | undefined
  label: string | undefined
  /** Position in the loop whose iterations are counted; not in loops that an emission runs. */
  round?: Round
  /** Iterations of the loops around the observer. */
  path?: readonly number[]
  /** The last training of the run, at its present step or its last one. */
  training?: TrainingStep
}

/** Position in one execution of a loop that may run again in every iteration of others. */
export interface Round {
  /** Iterations of the enclosing loops, outermost first. */
  outer: readonly number[]
  /** Position on the x axis of a chart, within this execution. */
  x: number
  /** Iterations that are complete after this value. */
  completed: number
}

/** Values by id. A lookup includes the frames of the enclosing loops. */
export class Frame {
  private readonly values = new Map<ValueId, Value>()
  /** Where the trainings ended whose results observers show, by the id of the observer. */
  readonly ends = new Map<string, Round>()
  private readonly owned: unknown[] = []

  constructor(
    private readonly memory: Memory,
    private readonly around?: Frame,
  ) {}

  get(id: ValueId): Value {
    const value = this.values.get(id) ?? this.around?.get(id)
    if (!value) throw new Error(`${id} is not there: it was freed too early or never made.`)
    return value
  }

  set(id: ValueId, value: Value) {
    this.values.set(id, this.memory.retain(value))
  }

  /** Ignores values that were not computed, such as those of steps that no observer needed. */
  free(ids: readonly ValueId[]) {
    for (const id of ids) {
      const value = this.values.get(id)
      this.values.delete(id)
      if (value) this.memory.release(value)
    }
  }

  /** Retains a value until the frame is disposed, and returns it. */
  own<T>(value: T): T {
    this.owned.push(this.memory.retain(value))
    return value
  }

  dispose() {
    this.free([...this.values.keys()])
    for (const value of this.owned.splice(0)) this.memory.release(value)
  }

  read = (inputs: Record<string, ValueId>): Inputs => mapValues(inputs, (id) => this.get(id))
}

/** Position of a step in the loops. */
export interface LoopPosition {
  /** Indices of the enclosing loops that are part of the random keys, outermost first. */
  path: readonly number[]
  /** Iteration indices of all enclosing loops, outermost first. */
  indices: readonly number[]
  at: ObservedAt
  /** Returns true if a step that only these observers need has to run. */
  isNeeded: (observers: readonly string[]) => boolean
  /** States of multistep solvers in the innermost sampling loop. */
  solvers: Solvers | undefined
  emission: boolean
  /** Set in the last iterations of all enclosing loops. */
  isLast: boolean
  /** Set inside a training step, which must not wait. */
  inTrainingStep: boolean
  /** Fraction of an iteration that each node takes in slow motion. */
  share: number
  /** Set in a dry run: nothing is shown, and inner loops end early. */
  isDryRun?: true
}

export interface Solvers {
  before: Record<string, unknown>
  after: Record<string, unknown>
}

export const OUTSIDE_LOOPS: LoopPosition = {
  path: [],
  indices: [],
  at: { index: undefined, label: undefined },
  isNeeded: () => true,
  solvers: undefined,
  emission: false,
  isLast: true,
  inTrainingStep: false,
  share: 1,
}
