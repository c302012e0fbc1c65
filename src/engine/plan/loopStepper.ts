// Executes one loop, iteration by iteration: begins it, computes the outputs of its Start,
// processes the inputs of its End, reads back what the next iteration needs, and ends it. Used by
// plans (runLoop.ts) and scripts (hosts/script/loop.ts). Never waits itself.
import type { Memory } from '../base/memory.ts'
import { runTidied } from '../base/memory.ts'
import { planMessages } from '../messages/plan.ts'
import type { NumberValue } from '../base/values.ts'
import type { LoopState, Solvers } from './host.ts'
import { atNode, runAtNode } from './nodeErrors.ts'
import type { Inputs, LoopBehaviour, LoopBody, LoopParams, Outputs, RunContext } from './op.ts'

/** Constant data of a loop. */
export interface LoopParts {
  behaviour: LoopBehaviour
  inputs: Inputs
  params: LoopParams
  /** Ids of Start and End, for faults. */
  start: string
  end: string
  memory: Memory
  /** Done outputs that observers read. */
  observed?: ReadonlySet<string>
  /** Returns the random context of Start, at an iteration of the enclosing loops. */
  contextAt: (path: readonly number[]) => RunContext
}

export class LoopStepper {
  /** Maximum number of iterations, including those before the first index. */
  readonly count: number
  readonly behaviour: LoopBehaviour

  constructor(private readonly parts: LoopParts) {
    const { behaviour, inputs, params, start } = parts
    this.behaviour = behaviour
    this.count = runAtNode(start, () => behaviour.iterations(inputs, params))
  }

  /** Params of both ends, with the values of wired ones. */
  get params(): LoopParams {
    return this.parts.params
  }

  /** Index of the first iteration of a run that does not continue from a stored state. */
  get firstIndex(): number {
    return this.behaviour.first?.(this.parts.inputs) ?? 0
  }

  /** Returns the state before the first iteration; retained for the caller. */
  begin(path: readonly number[]): LoopState {
    const { start, inputs, params, memory, contextAt } = this.parts
    const own = runAtNode(start, () =>
      runTidied(() => this.behaviour.begin(inputs, params, contextAt(path))),
    )
    return memory.retain({ own, solvers: {} })
  }

  hasNext = ({ ended }: LoopState, index: number): boolean => index < this.count && !ended

  label = ({ own }: LoopState, index: number): string | undefined =>
    this.behaviour.label?.(own, index, this.parts.inputs)

  /**
   * Returns the states of multistep solvers that one iteration reads and writes; undefined unless
   * it is a sampling loop.
   */
  solversFrom = ({ solvers }: LoopState): Solvers | undefined =>
    this.behaviour.samples ? { before: solvers, after: {} } : undefined

  /** Returns the each outputs of an iteration; `wanted` are those that are used. */
  each(
    { own }: LoopState,
    index: number,
    path: readonly number[],
    wanted: ReadonlySet<string>,
  ): Outputs {
    const { start, inputs, params, contextAt } = this.parts
    return runAtNode(start, () =>
      runTidied(() => this.behaviour.each(own, index, inputs, params, contextAt(path), wanted)),
    )
  }

  /** Returns the loop's own state after the body, for {@link complete}. */
  advance({ own }: LoopState, next: Inputs, index: number): unknown {
    const { end, inputs, params } = this.parts
    return runAtNode(end, () =>
      runTidied(() => this.behaviour.advance?.(own, next, index, inputs, params)),
    )
  }

  /** Like {@link advance}, for a loop that runs its body itself, under the tape. */
  around({ own }: LoopState, each: Outputs, body: LoopBody, index: number): unknown {
    const { end, inputs, params, observed = new Set() } = this.parts
    const { behaviour } = this
    // Errors of nodes of the body are faults of those nodes, so any other is one of the loop itself.
    return runAtNode(
      end,
      () => runTidied(() => behaviour.around?.(own, each, body, index, inputs, params, observed)),
      planMessages.fixAround(),
    )
  }

  /**
   * Completes iteration `index`: returns the next state, retained for the caller. Yields promises
   * and expects their results. `again` is the next input that ends the loop unless it is positive.
   */
  *complete(
    own: unknown,
    index: number,
    solvers: Solvers | undefined,
    again: NumberValue | undefined,
  ): Generator<Promise<unknown>, LoopState, unknown> {
    const { behaviour } = this
    const { memory, end } = this.parts
    const settling = behaviour.settle?.(own)
    let state: LoopState = memory.retain({ own, solvers: { ...solvers?.after } })
    let isComplete = false
    try {
      if (settling) {
        const settled = yield settling.catch((error: unknown) => Promise.reject(atNode(error, end)))
        const before = state
        state = memory.retain({ ...before, own: settled })
        memory.release(before)
      }
      if (behaviour.ended?.(state.own)) state = { ...state, ended: true }
      if (again && (again.value !== undefined || this.readsAgain(index))) {
        const value = again.value ?? ((yield again.tensor.data()) as Float32Array)[0]
        if (!(value > 0)) state = { ...state, ended: true }
      }
      isComplete = true
      return state
    } finally {
      if (!isComplete) memory.release(state)
    }
  }

  /** Tests if `again` is read back after an iteration. */
  private readsAgain(index: number): boolean {
    const every = this.behaviour.againEvery?.(this.parts.params) ?? 1
    return (index + 1) % every === 0
  }

  /** Returns the done outputs of a state; `wanted` are those that are used. */
  done({ own }: LoopState, wanted: ReadonlySet<string>): Outputs {
    const { end, inputs, params } = this.parts
    return runAtNode(end, () => runTidied(() => this.behaviour.done(own, inputs, params, wanted)))
  }
}
