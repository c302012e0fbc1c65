// What trainings last came to: who trained for long is asked before that is put aside, and may go on from its weights.
import { tensorsOf, type Value } from '../values.ts'
import type { LoopStep, Plan } from './compile.ts'
import type { CurrentRun } from './current.ts'
import { NodeError } from './fault.ts'
import { outerId } from './graph.ts'
import { keysOf, type Key } from './keys.ts'
import type { Memory } from './memory.ts'
import { behaviourOf, type Inputs, type Ops } from './op.ts'
import type { Results } from './results.ts'

/** Training of at least this long is not put aside without asking, in seconds. */
const WORTH_ASKING = 60

/** A training that was asked about is not to be put aside, and the run not to be. */
export class Cancelled extends Error {}

export class Trainings {
  /** By the ids of their Starts. */
  private readonly last = new Map<string, { key: Key; index: number; seconds: number }>()

  constructor(
    private readonly memory: Memory,
    private readonly results: Results,
    private readonly ops: Ops,
  ) {}

  /** How far a training is, and what it took to get there. */
  cameTo(step: LoopStep, key: Key, index: number, seconds: number) {
    this.last.set(step.id, { key, index, seconds })
  }

  /**
   * Asks before a long training is put aside. Where the answer is to go on from its weights, they become part of what the
   * training is named by: `content` gets that name. Returns where the weights are, by Start id.
   */
  async askBefore(run: CurrentRun, plan: Plan, content: Map<string, string>): Promise<Map<string, string>> {
    const origins = new Map<string, string>()
    for (const step of plan.steps) {
      if (step.kind !== 'loop' || !behaviourOf(this.ops, step).trains) continue
      const key = keysOf(plan, this.ops, content).loops.get(step.id)!
      const origin = (await this.results.origin(key)) ?? (await this.askFor(run, step, key))
      if (origin === undefined) continue
      origins.set(step.id, origin)
      content.set(step.id, `from ${origin}`)
    }
    return origins
  }

  private async askFor(run: CurrentRun, step: LoopStep, key: Key): Promise<string | undefined> {
    const before = this.last.get(step.id)
    if (!before || before.key === key || before.seconds < WORTH_ASKING) return undefined
    const kept = await this.results.state(key, Infinity)
    if (kept) {
      this.memory.release(kept.state)
      return undefined
    }
    const answer = await run.ask(outerId(step.id), before.seconds)
    if (answer === 'cancel') throw new Cancelled()
    if (answer === 'anew') return undefined
    const origin = `${before.key}@${before.index}`
    await this.results.keepOrigin(key, origin)
    return origin
  }

  /** The model of a stored training, in the place of the wired one; retained for the caller. */
  async modelAt(origin: string, step: LoopStep, inputs: Inputs): Promise<Value> {
    const [key, index] = origin.split('@') as [Key, string]
    const kept = await this.results.state(key, Number(index))
    if (!kept) {
      throw new NodeError({
        node: step.id,
        slot: 'model',
        message: 'The weights this training went on from are no longer kept.',
        cure: 'Change its seed, so that it trains anew.',
      })
    }
    const { model } = behaviourOf(this.ops, step).done(kept.state.own, inputs, step.params, new Set(['model']))
    this.memory.retain(model)
    this.memory.release(kept.state)
    if (shapesOf(model) === shapesOf(inputs.model)) return model!
    this.memory.release(model)
    throw new NodeError({
      node: step.id,
      slot: 'model',
      message: 'The weights there are do not fit this model.',
      cure: 'Train it anew: change its seed.',
    })
  }
}

const shapesOf = (value: unknown) => JSON.stringify(tensorsOf(value).map(({ shape }) => shape))
