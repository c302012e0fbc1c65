// Loops of a script. State, order of calls and random keys are those of a plan (LoopStepper).
import { NodeError } from '../../engine/messages/fault.ts'
import type { NumberValue } from '../../engine/base/values.ts'
import type { LoopState, Round } from '../../engine/plan/host.ts'
import { LoopStepper } from '../../engine/plan/loopStepper.ts'
import { LossReader } from '../../engine/plan/lossReader.ts'
import type { EndOp, Inputs, LoopParams, Outputs, StartOp } from '../../engine/plan/op.ts'
import { LOOP } from '../../workflow/slots.ts'
import { randomFor } from '../../engine/plan/runOp.ts'
import { DeviceBacklog } from '../../engine/plan/yielding.ts'
import type { IterationScope, ScopeStack } from './scopes.ts'
import { scriptMessages } from '../../messages/script.ts'
import { checkInputs, createStrictOutputs } from './calls.ts'

export interface Loop {
  /** Outputs of the Start for loops with synchronous iterations. */
  [Symbol.iterator](): Iterator<Outputs, void, void>
  /** For loops that read values back between iterations, such as the condition to continue. */
  [Symbol.asyncIterator](): AsyncIterator<Outputs, void, void>
  /** Ends an iteration with the inputs of the End. */
  next(values: Inputs): void
  /**
   * Runs a training. Each iteration calls `body` under the tape, which returns the inputs of the
   * End.
   */
  run(body: (each: Outputs) => Inputs): Promise<void>
  /**
   * Runs a zone that only computes something of its body, such as a gradient, at once. `body` is as
   * in {@link run}, and may be called several times.
   */
  compute(body: (each: Outputs) => Inputs): void
  /** The outputs of the End after the iterations so far. */
  done(): Outputs
  /** The position after the iterations so far, for charts of values that follow from the loop. */
  position(): Round
  /**
   * Called in the body: runs work after this iteration if it is one of every so many. Requires
   * `for await` or `run`.
   */
  after(every: number, work: () => unknown): void
  /** Runs work after every so many iterations, but the last, such as saving the outputs so far. */
  snapshot(every: number, work: () => unknown): void
}

export interface LoopSurroundings {
  places: ScopeStack
  log: (line: string) => void
  /** The last loss of the trainings that ran inside a loop, which reports it. */
  inner: { loss: number | undefined }
}

interface OpenIteration {
  each: Outputs
  values: Outputs
  get: (each: Outputs) => (slot: string) => Outputs[string] | undefined
}

export class ScriptLoop implements Loop {
  private readonly stepper: LoopStepper
  private index: number
  private state: LoopState
  /** Work of the body that is due after this iteration. */
  private readonly due: (() => unknown)[] = []
  private readonly snapshots: { every: number; work: () => unknown }[] = []
  private nextInputs: Inputs | undefined
  /** The next inputs that the body returns. */
  private nextSlots: ReadonlySet<string> | undefined

  constructor(
    private readonly start: StartOp,
    private readonly end: EndOp,
    inputs: Inputs,
    params: LoopParams,
    private readonly around: LoopSurroundings,
  ) {
    const { places } = around
    this.stepper = new LoopStepper({
      behaviour: start.behaviour,
      inputs,
      params,
      start: start.type,
      end: end.type,
      memory: places.memory,
      contextAt: (path) => ({
        random: randomFor(start, params.start, path),
        prepared: undefined,
      }),
    })
    this.index = this.stepper.firstIndex
    this.state = this.stepper.begin(places.path)
    places.atEnd(() => places.memory.release(this.state))
    places.memory.retain(inputs)
    places.atEnd(() => places.memory.release(inputs))
  }

  *[Symbol.iterator]() {
    this.refuseTraining()
    this.refuseWaiting(this.stepper.behaviour.settle !== undefined)
    while (this.hasNext) {
      const inside = this.enter()
      try {
        yield inside.each
        this.refuseWaiting(this.nextInputs?.again !== undefined || this.due.length > 0)
        const { value } = this.complete(this.advance(), inside).next()
        this.moveTo(value as LoopState)
      } finally {
        this.leave(inside)
      }
      this.reportInner()
    }
  }

  async *[Symbol.asyncIterator]() {
    this.refuseTraining()
    while (this.hasNext) {
      const inside = this.enter()
      try {
        yield inside.each
        this.moveTo(await resolveAll(this.complete(this.advance(), inside)))
        await this.runDue()
      } finally {
        this.leave(inside)
      }
      this.reportInner()
    }
  }

  next(values: Inputs) {
    this.nextInputs = checkInputs(this.end, values)
  }

  async run(body: (each: Outputs) => Inputs) {
    const { behaviour } = this.stepper
    this.refuse(!behaviour.around, scriptMessages.noGradients(), scriptMessages.writeFor())
    const losses = new LossReader(this.around.places.memory)
    const ahead = new DeviceBacklog()
    while (this.hasNext) {
      await this.trainOnce(body)
      await this.runSnapshots()
      losses.read({
        loss: behaviour.loss?.(this.state.own),
        index: this.index,
        step: { end: this.end.type },
      })
      await ahead.submit()
      await losses.limitBacklog()
      if (losses.failure) break
      if (!this.reportsAt(this.index)) continue
      await losses.settle()
      // A loss that could not be read is reported as the fault alone.
      if (losses.failure) break
      this.log(losses.latest({ end: this.end.type }))
    }
    await losses.assertSound()
    if (this.around.places.isInside) this.around.inner.loss = losses.latest({ end: this.end.type })
  }

  compute(body: (each: Outputs) => Inputs) {
    const { behaviour } = this.stepper
    this.refuse(!behaviour.around, scriptMessages.noGradients(), scriptMessages.writeFor())
    this.refuseWaiting(behaviour.settle !== undefined)
    while (this.hasNext) {
      const inside = this.enter()
      try {
        const { value } = this.complete(this.callAround(inside, body), inside).next()
        this.moveTo(value as LoopState)
      } finally {
        this.leave(inside)
      }
    }
  }

  done() {
    const { places } = this.around
    return createStrictOutputs(
      this.end,
      (slot) => places.own(this.stepper.done(this.state, new Set([slot])))[slot],
    )
  }

  after(every: number, work: () => unknown) {
    const isDue = (this.index + 1) % every === 0
    if (isDue && !this.around.places.isHidden) this.due.push(work)
  }

  snapshot(every: number, work: () => unknown) {
    this.snapshots.push({ every, work })
  }

  private async runDue() {
    const outer = this.around.places.indices.slice(0, -1)
    for (const work of this.due.splice(0)) await this.runNumbered(outer, work)
  }

  private async runSnapshots() {
    for (const { every, work } of this.hasNext ? this.snapshots : [])
      if (this.index % every === 0) await this.runNumbered(this.around.places.indices, work)
  }

  private async runNumbered(outer: readonly number[], work: () => unknown) {
    const { places } = this.around
    const before = places.fileNumber
    places.fileNumber = [...outer, this.index].join('-')
    try {
      await places.nest(work)
    } finally {
      places.fileNumber = before
    }
  }

  position(): Round {
    return { outer: this.around.places.indices, x: this.index, completed: this.index }
  }

  private get hasNext() {
    return this.stepper.hasNext(this.state, this.index)
  }

  private async trainOnce(body: (each: Outputs) => Inputs) {
    const inside = this.enter()
    try {
      const own = this.callAround(inside, body)
      this.moveTo(await resolveAll(this.complete(own, inside)))
      await this.runDue()
    } finally {
      this.leave(inside)
    }
  }

  /** An outermost loop reports a training ten times. */
  private reportsAt(index: number): boolean {
    const tenth = (at: number) => Math.floor((10 * at) / this.stepper.count)
    return !this.around.places.isInside && tenth(index) !== tenth(index - 1)
  }

  /** Reports the last loss of the trainings inside this loop. */
  private reportInner() {
    const { loss } = this.around.inner
    if (loss === undefined || this.around.places.isInside) return
    if (this.reportsAt(this.index)) this.log(loss)
    this.around.inner.loss = undefined
  }

  private log(loss: number | undefined) {
    const { count } = this.stepper
    const name = this.start.title.replace(/ Start$/, '')
    const position = { name, index: this.index, count }
    this.around.log(
      loss === undefined
        ? scriptMessages.position(position)
        : scriptMessages.progress({ ...position, loss: loss.toPrecision(4) }),
    )
  }

  /** Returns the loop's own state after an iteration that runs its body itself. */
  private callAround(
    inside: IterationScope & OpenIteration,
    body: (each: Outputs) => Inputs,
  ): unknown {
    const { places } = this.around
    const call = (each: Outputs) =>
      checkInputs(this.end, body(createStrictOutputs(this.start, inside.get(each))))
    const takeNext = (each: Outputs) => {
      // Only the first call is observed.
      if (this.nextInputs) return places.hide(() => call(each))
      this.nextInputs = call(each)
      return this.nextInputs
    }
    const wired = (each: Outputs) =>
      (this.nextSlots ??= new Set(Object.keys(places.hide(() => call(each)))))
    return this.stepper.around(
      this.state,
      inside.values,
      Object.assign(takeNext, { wired }),
      this.index,
    )
  }

  private enter(): IterationScope & OpenIteration {
    const { places } = this.around
    this.nextInputs = undefined
    const solvers = this.stepper.solversFrom(this.state)
    const inside = places.enter({
      index: this.index,
      label: this.stepper.label(this.state, this.index),
      ...(solvers && { solvers }),
      ...(this.stepper.behaviour.samePath && { samePath: true }),
    })
    try {
      const compute = (...wanted: string[]) =>
        places.own(this.stepper.each(this.state, this.index, inside.path, new Set(wanted)))
      const values = compute()
      // Outputs that are computed only if they are used.
      const get = (each: Outputs) => (slot: string) => each[slot] ?? compute(slot)[slot]
      return Object.assign(inside, {
        values,
        get,
        each: createStrictOutputs(this.start, get(values)),
      })
    } catch (error) {
      places.leave(inside)
      throw error
    }
  }

  private leave(inside: IterationScope) {
    this.around.places.leave(inside)
  }

  private advance(): unknown {
    const { nextInputs } = this
    if (!nextInputs) {
      const slots = Object.keys(this.end.inputs).filter((slot) => slot !== LOOP)
      throw new NodeError({
        node: this.end.type,
        message: scriptMessages.noNext(),
        cure: scriptMessages.callNext({ inputs: `{ ${slots.join(', ')} }` }),
      })
    }
    return this.stepper.advance(this.state, nextInputs, this.index)
  }

  private complete(own: unknown, { solvers }: IterationScope) {
    const ownSolvers = this.stepper.behaviour.samples ? solvers : undefined
    const again = this.nextInputs?.again as NumberValue | undefined
    return this.stepper.complete(own, this.index, ownSolvers, again)
  }

  private moveTo(state: LoopState) {
    this.around.places.memory.release(this.state)
    this.state = state
    this.index++
  }

  private refuseTraining() {
    this.refuse(
      this.stepper.behaviour.around !== undefined,
      scriptMessages.recordsGradients(),
      scriptMessages.callRun(),
    )
  }

  private refuseWaiting(waits: boolean) {
    this.refuse(waits, scriptMessages.readsBack(), scriptMessages.writeForAwait())
  }

  private refuse(wrong: boolean, message: string, cure: string) {
    if (wrong) throw new NodeError({ node: this.start.type, message, cure })
  }
}

/** Awaits the promises that a generator yields, and passes their results back to it. */
async function resolveAll<T>(steps: Generator<Promise<unknown>, T, unknown>): Promise<T> {
  let answer: unknown
  try {
    for (;;) {
      const { value, done } = steps.next(answer)
      if (done) return value
      answer = await value
    }
  } finally {
    steps.return(undefined as T)
  }
}
