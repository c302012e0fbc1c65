// What a run is given and gives: where it stops, what it needs from its surroundings, the values there are, the place of a step.
import { mapValues } from '../records.ts'
import type { Value } from '../values.ts'
import type { NodeStep, LoopStep, ValueId } from './compile.ts'
import type { Keys } from './keys.ts'
import type { Measures } from './measures.ts'
import type { Memory } from './memory.ts'
import type { Inputs, Ops, OutputOp, Outputs } from './op.ts'
import type { View } from './view.ts'

/** Where the generator stops. `wait` is answered with what the promise gives. */
export type Signal =
  | { kind: 'iteration'; at: Iteration }
  | { kind: 'wait'; promise: Promise<unknown> }
  | { kind: 'node'; id: string }
  /** In slow motion: a node inside a loop is about to run, which is this part of the iteration. */
  | { kind: 'inside'; id: string; share: number }

export interface Iteration {
  step: LoopStep
  /** Iterations done. */
  index: number
  count: number
  label: string | undefined
  loss: Value | undefined
  emission: boolean
}

/** What a loop is in the middle of: its own state, and those of the multistep solvers in its body by position. */
export interface LoopState {
  own: unknown
  solvers: Record<string, unknown>
  /** The loop was ended by `again`, or has come where it goes: more iterations allowed do not make it go on. */
  ended?: true
}

/** What a run needs from its surroundings. */
export interface Host {
  ops: Ops
  memory: Memory
  keys: Keys
  prepared: ReadonlyMap<string, unknown>
  /** Milliseconds. */
  now(): number
  /** The result of a step outside of loops, if it is kept from an earlier run. */
  recall(step: NodeStep): Outputs | undefined
  remember(step: NodeStep, outputs: Outputs): void
  /** The furthest state of a loop outside of loops that is not beyond `count`, retained for the caller. */
  recallState(step: LoopStep, count: number): Promise<{ index: number; state: LoopState } | undefined>
  /**
   * A state reached by a loop outside of loops: after an iteration, at its end, or because it was stopped. Resolves when it is
   * known to be sound; rejects with the fault if it is not.
   */
  reached(step: LoopStep, index: number, state: LoopState, why: 'iteration' | 'end' | 'stop'): Promise<void>
  /** Whether nodes inside of loops are shown one by one. */
  slow?(): boolean
  /** Where it goes what nodes take, if that is measured. */
  measures?(): Measures | undefined
  /** Whether an observer is looking now. */
  looking(observer: string): boolean
  observe(step: NodeStep, inputs: Inputs, at: ObservedAt): void
  /** A value is on a wire. */
  made?: ((id: ValueId, value: Value, at: ObservedAt) => void) | undefined
  /** What a node shows of what it made, or of what was kept of that. */
  show(step: NodeStep, view: View): void
  files(step: NodeStep, work: () => ReturnType<OutputOp['files']>): Promise<void>
  /** Emissions were thinned out to keep to their share of the time. */
  thinned(step: LoopStep, every: number): void
  /**
   * Before the first iteration of a loop outside of loops: may run `once`, which does what one iteration and one emission do and
   * forgets it, to learn what they need. Resolves when that is there; undefined if nothing has to be waited for.
   */
  rehearse?(step: LoopStep, once: () => void): Promise<void> | undefined
  /** The model to start from instead of the wired one, when a run goes on from other weights; retained for the caller. */
  startFrom(step: LoopStep, inputs: Inputs): Promise<Value | undefined>
}

export interface ObservedAt {
  index: number | undefined
  label: string | undefined
}

/** Values by id; a loop's body sees those around it. */
export class Frame {
  private readonly values = new Map<ValueId, Value>()

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

  /** Values that were never made (of steps nobody looked at) are passed over. */
  free(ids: readonly ValueId[]) {
    for (const id of ids) {
      const value = this.values.get(id)
      this.values.delete(id)
      if (value) this.memory.release(value)
    }
  }

  dispose() {
    this.free([...this.values.keys()])
  }

  read = (inputs: Record<string, ValueId>): Inputs => mapValues(inputs, (id) => this.get(id))
}

/** Where in the loops a step runs. */
export interface Place {
  /** Indices of the zones around, outermost first. */
  path: readonly number[]
  at: ObservedAt
  /** Whether a step that only observers need is needed now. */
  needed: (watchers: readonly string[]) => boolean
  /** States of multistep solvers in the innermost sampling zone. */
  solvers: Solvers | undefined
  emission: boolean
  /** Inside a training step, where nothing can be waited for. */
  unit: boolean
  /** The part of an iteration that a node of it is. */
  share: number
  /** Nothing of this is to be seen: loops end early. */
  rehearsal?: true
}

export interface Solvers {
  before: Record<string, unknown>
  after: Record<string, unknown>
}

export const OUTSIDE: Place = {
  path: [],
  at: { index: undefined, label: undefined },
  needed: () => true,
  solvers: undefined,
  emission: false,
  unit: false,
  share: 1,
}
