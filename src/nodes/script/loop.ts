// A loop of a script: its Start gives values in every iteration, its End takes what was made of them. The state, the order of
// calls and the keys of randomness are those of a run (engine/plan/run.ts).
import { NodeError } from '../../engine/plan/fault.ts'
import { LossReader } from '../../engine/plan/loss-reader.ts'
import { tidied } from '../../engine/plan/memory.ts'
import type { EndOp, Inputs, LoopParams, Outputs, StartOp } from '../../engine/plan/op.ts'
import type { LoopState } from '../../engine/plan/host.ts'
import { atNode, randomFor } from '../../engine/plan/run.ts'
import { Ahead } from '../../engine/plan/turns.ts'
import type { NumberValue } from '../../engine/values.ts'
import type { Inside, Places } from './places.ts'
import { checkInputs, strictly } from './values.ts'

/** Losses that may be on their way from the device. */
const IN_FLIGHT = 3

export interface Loop {
  /** For loops whose iterations wait for nothing. */
  [Symbol.iterator](): Iterator<Outputs, void, void>
  /** For loops that read something back between iterations: whether to go on, the size of the next step. */
  [Symbol.asyncIterator](): AsyncIterator<Outputs, void, void>
  /** What this iteration has made, by the inputs of the End. */
  next(values: Inputs): void
  /** For a training: each iteration is one call of `body`, which gives the inputs of the End; gradients are recorded meanwhile. */
  run(body: (each: Outputs) => Inputs): Promise<void>
  /** The outputs of the End, as far as the loop has come. */
  done(): Outputs
}

export interface LoopSurroundings {
  places: Places
  log: (line: string) => void
}

export class ScriptLoop implements Loop {
  private readonly count: number
  private index: number
  private state: LoopState
  private taken: Inputs | undefined

  constructor(
    private readonly start: StartOp,
    private readonly end: EndOp,
    private readonly inputs: Inputs,
    private readonly params: LoopParams,
    private readonly around: LoopSurroundings,
  ) {
    const { places } = around
    this.count = this.located(() => this.behaviour.iterations(inputs, params))
    this.index = this.behaviour.first?.(inputs) ?? 0
    const own = this.located(() => tidied(() => this.behaviour.begin(inputs, params, this.contextAt(places.path))))
    this.state = places.memory.retain({ own, solvers: {} })
    places.atEnd(() => places.memory.release(this.state))
    places.memory.retain(inputs)
    places.atEnd(() => places.memory.release(inputs))
  }

  *[Symbol.iterator]() {
    this.refuse(this.behaviour.around !== undefined, 'A training records gradients.', 'Give its body to run(...).')
    const waits = (does: boolean) =>
      this.refuse(does, 'This loop reads something back between its iterations.', 'Write `for await`.')
    waits(this.behaviour.settle !== undefined)
    while (this.goesOn) {
      const inside = this.enter()
      try {
        yield inside.each
        waits(this.taken?.again !== undefined)
        this.reach(this.advance(), inside)
      } finally {
        this.leave(inside)
      }
    }
  }

  async *[Symbol.asyncIterator]() {
    this.refuse(this.behaviour.around !== undefined, 'A training records gradients.', 'Give its body to run(...).')
    while (this.goesOn) {
      const inside = this.enter()
      try {
        yield inside.each
        this.reach(this.advance(), inside)
        await this.settle()
        const again = this.taken?.again as NumberValue | undefined
        if (again && !((await again.tensor.data())[0]! > 0)) this.state = { ...this.state, ended: true }
      } finally {
        this.leave(inside)
      }
    }
  }

  next(values: Inputs) {
    this.taken = checkInputs(this.end, values)
  }

  async run(body: (each: Outputs) => Inputs) {
    const { behaviour, inputs, params } = this
    this.refuse(
      !behaviour.around,
      'This loop records no gradients.',
      'Write `for (const { ... } of loop)`, with next(...) at its end.',
    )
    const losses = new LossReader(this.around.places.memory)
    const ahead = new Ahead()
    let tenth = 0
    while (this.goesOn) {
      const inside = this.enter()
      try {
        const once = (each: Outputs) => checkInputs(this.end, body(strictly(this.start, (slot) => each[slot])))
        const own = this.located(() =>
          tidied(() => behaviour.around!(this.state.own, inside.values, once, this.index, inputs, params)),
        )
        this.reach(own, inside)
        await this.settle()
      } finally {
        this.leave(inside)
      }
      losses.read({ loss: behaviour.loss?.(this.state.own), index: this.index, step: { end: this.end.type } })
      await ahead.handOver()
      if (losses.inFlight > IN_FLIGHT) await losses.oldest
      if (losses.failure) break
      const part = Math.floor((10 * this.index) / this.count)
      if (part > tenth)
        this.around.log(
          `${this.start.title.replace(/ Start$/, '')} ${this.index} of ${this.count}, loss ${losses.latest?.toPrecision(4)}`,
        )
      tenth = part
    }
    await losses.sound()
  }

  done() {
    const { places } = this.around
    return strictly(
      this.end,
      (slot) =>
        places.own(
          this.located(() => tidied(() => this.behaviour.done(this.state.own, this.inputs, this.params, new Set([slot])))),
        )[slot],
    )
  }

  private get behaviour() {
    return this.start.behaviour
  }

  private get goesOn() {
    return this.index < this.count && !this.state.ended && !this.behaviour.ended?.(this.state.own)
  }

  private contextAt = (path: readonly number[]) => ({
    random: randomFor(this.start, this.params.start, path),
    prepared: undefined,
  })

  private located = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw atNode(error, this.start.type)
    }
  }

  private enter(): Inside & { each: Outputs; values: Outputs } {
    const { places } = this.around
    const { behaviour, index, inputs, params, state } = this
    this.taken = undefined
    const inside = places.enter({
      index,
      label: behaviour.label?.(state.own, index, inputs),
      ...(behaviour.samples && { solvers: { before: state.solvers, after: {} } }),
    })
    try {
      const values = this.located(() =>
        places.own(tidied(() => behaviour.each(state.own, index, inputs, params, this.contextAt(inside.path)))),
      )
      return Object.assign(inside, { values, each: strictly(this.start, (slot) => values[slot]) })
    } catch (error) {
      places.leave(inside)
      throw error
    }
  }

  private leave(inside: Inside) {
    this.around.places.leave(inside)
  }

  private advance(): unknown {
    const { taken, behaviour, index, inputs, params } = this
    if (!taken) {
      throw new NodeError({
        node: this.end.type,
        message: 'This iteration has not said what it made.',
        cure: `Call next({ ${Object.keys(this.end.inputs)
          .filter((slot) => slot !== 'loop')
          .join(', ')} }) at its end.`,
      })
    }
    return this.located(() => tidied(() => behaviour.advance!(this.state.own, taken, index, inputs, params)))
  }

  private reach(own: unknown, { solvers }: Inside) {
    const { memory } = this.around.places
    const reached = memory.retain({ own, solvers: this.behaviour.samples ? { ...solvers!.after } : {} })
    memory.release(this.state)
    this.state = reached
    this.index++
  }

  /** What is read back comes in the place of what was made. */
  private async settle() {
    const settling = this.behaviour.settle?.(this.state.own)
    if (!settling) return
    const { memory } = this.around.places
    const own = await settling.catch((error: unknown) => Promise.reject(atNode(error, this.end.type)))
    const settled = memory.retain({ ...this.state, own })
    memory.release(this.state)
    this.state = settled
  }

  private refuse(wrong: boolean, message: string, cure: string) {
    if (wrong) throw new NodeError({ node: this.start.type, message, cure })
  }
}
