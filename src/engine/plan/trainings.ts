// Earlier trainings. The user is asked before a long one is discarded, and may continue from its
// weights.
import { textFields } from '../base/catalogue.ts'
import { collectTensors } from '../base/values.ts'
import type { StoredTraining } from '../protocol.ts'
import type { LoopStep, Plan } from './steps.ts'
import type { CurrentRun } from './currentRun.ts'
import { NodeError } from '../messages/fault.ts'
import { outerId, splitMany } from '../base/ids.ts'
import { activeBackend } from '../base/backend.ts'
import { computeKeys, loopKey, type Key, type Keys } from './keys.ts'
import type { Memory } from '../base/memory.ts'
import { getOp, loopBehaviour, type Inputs, type Ops } from './op.ts'
import type { Results } from './results.ts'
import { wiredParams } from './paramSlots.ts'
import { resolveParams } from './wiredParams.ts'
import { planMessages } from '../messages/plan.ts'

/** Minimum duration of a training, in seconds, for asking before it is discarded. */
const MIN_SECONDS_TO_ASK = 60

/** Thrown when the user declines to discard a long training. */
export class Cancelled extends Error {}

/** Number of workflows whose trainings are remembered. */
const MAX_WORKFLOWS = 64

type LastStates = Map<string, { key: Key; index: number; seconds: number }>

export class Trainings {
  /** Latest states, by the id of the Start. */
  private last: LastStates = new Map()
  /** States by workflow, the latest last: node ids of different workflows are equal. */
  private readonly workflows = new Map<string, LastStates>()

  constructor(
    private readonly memory: Memory,
    private readonly results: Results,
    private readonly ops: Ops,
  ) {}

  /** Selects the workflow of the next run: another workflow discards none of its trainings. */
  setWorkflow(id = '') {
    this.last = this.workflows.get(id) ?? new Map()
    this.workflows.delete(id)
    this.workflows.set(id, this.last)
    const [oldest] = this.workflows.keys()
    if (this.workflows.size > MAX_WORKFLOWS) this.workflows.delete(oldest)
  }

  /** Records the last step of a training, and its duration. */
  record(step: LoopStep, key: Key, index: number, seconds: number) {
    this.last.set(step.id, { key, index, seconds })
  }

  /** Computes the keys of a plan on the active backend. */
  computeKeys = (plan: Plan, content: ReadonlyMap<string, string>): Keys =>
    computeKeys(plan, this.ops, content, getArithmetic())

  /**
   * Asks the user before a long training is discarded. If the user continues from its weights,
   * their name is added to `content`, so that it becomes part of the training's key. Returns the
   * names of these weights by Start id.
   */
  async askBefore(
    run: CurrentRun,
    plan: Plan,
    content: Map<string, string>,
  ): Promise<Map<string, string>> {
    const origins = new Map<string, string>()
    for (const step of plan.steps) {
      if (step.kind !== 'loop' || !loopBehaviour(this.ops, step).trains) continue
      const key = loopKey(this.computeKeys(plan, content), step)
      const origin = (await this.results.stored.origin(key)) ?? (await this.askFor(run, step, key))
      if (origin === undefined) {
        await this.reportOtherArithmetic(run, plan, step, content)
        continue
      }
      origins.set(step.id, origin)
      content.set(step.id, continuedFrom(origin))
    }
    return origins
  }

  /** Returns the trainings of a plan that would continue from a stored step. */
  async findStored(plan: Plan, content: Map<string, string>): Promise<StoredTraining[]> {
    const found: StoredTraining[] = []
    for (const step of plan.steps) {
      if (step.kind !== 'loop') continue
      const behaviour = loopBehaviour(this.ops, step)
      if (!behaviour.trains) continue
      const { stored } = this.results
      const origin = await stored.origin(loopKey(this.computeKeys(plan, content), step))
      if (origin !== undefined) content.set(step.id, continuedFrom(origin))
      const key = loopKey(this.computeKeys(plan, content), step)
      // The number of steps of a training is a param. It is not known yet if that is wired.
      if (wiredParams(getOp(this.ops, step.op), step.inputs).length) continue
      const count = behaviour.iterations({}, step.params)
      const last = (await stored.list(key)).find(({ index }) => index <= count)
      if (last) found.push({ node: outerId(step.id), index: last.index, count })
    }
    return found
  }

  /**
   * Reports a state that the training does not continue from, because its arithmetic is not that of
   * this run, if there is no other.
   */
  private async reportOtherArithmetic(
    run: CurrentRun,
    plan: Plan,
    step: LoopStep,
    content: ReadonlyMap<string, string>,
  ) {
    const { stored } = this.results
    const statesWith = (arithmetic: string | undefined) =>
      stored.list(loopKey(computeKeys(plan, this.ops, content, arithmetic), step))
    const own = getArithmetic()
    if (!stored.isAvailable || (await statesWith(own)).length > 0) return
    for (const other of [undefined, 'fused']) {
      const [last] = other === own ? [] : await statesWith(other)
      if (!last) continue
      const message = planMessages.otherArithmetic({ step: last.index })
      run.send({ type: 'storage', ...textFields({ message }), node: outerId(step.id) })
    }
  }

  private async askFor(run: CurrentRun, step: LoopStep, key: Key): Promise<string | undefined> {
    const before = this.last.get(step.id)
    if (!before || before.key === key || before.seconds < MIN_SECONDS_TO_ASK) return undefined
    const stored = await this.results.state(key, Infinity)
    if (stored) {
      this.memory.release(stored.state)
      return undefined
    }
    const answer = await run.ask({ node: outerId(step.id), seconds: before.seconds })
    if (answer === 'cancel') throw new Cancelled()
    if (answer === 'restart') return undefined
    const origin = `${before.key}@${before.index}`
    await this.results.stored.storeOrigin(key, origin)
    return origin
  }

  /**
   * Returns the models of a stored training, which replace those wired to the same slots; retained
   * for the caller.
   */
  async modelsAt(origin: string, step: LoopStep, inputs: Inputs): Promise<Inputs> {
    const [key, index] = origin.split('@') as [Key, string]
    const stored = await this.results.state(key, Number(index))
    if (!stored) {
      throw new NodeError({
        node: step.id,
        slot: 'model',
        message: planMessages.originDeleted(),
        cure: planMessages.changeSeed(),
      })
    }
    const slots = listModels(inputs)
    const start = getOp(this.ops, step.op)
    const resolved = resolveParams(start, step.params.start, inputs)
    const done = loopBehaviour(this.ops, step).done(
      stored.state.own,
      resolved.inputs,
      { ...step.params, start: resolved.params },
      new Set(slots),
    )
    // A training of fewer models leaves the others as they are.
    const models: Inputs = Object.fromEntries(
      slots.flatMap((slot) => (done[slot] ? [[slot, done[slot]]] : [])),
    )
    this.memory.retain(models)
    this.memory.release(stored.state)
    const other = slots.find(
      (slot) => models[slot] && tensorShapes(models[slot]) !== tensorShapes(inputs[slot]),
    )
    if (other === undefined) return models
    this.memory.release(models)
    throw new NodeError({
      node: step.id,
      slot: other,
      message: planMessages.originMisfits(),
      cure: planMessages.changeSeed(),
    })
  }
}

const getArithmetic = () => activeBackend().arithmetic

/** What weights that a training continues from add to its key. */
const continuedFrom = (origin: string) => `from ${origin}`

/** The slots of the models to train: `model`, `model_2`, ... */
const listModels = (inputs: Inputs): string[] =>
  Object.keys(inputs).filter((slot) => splitMany(slot)[0] === 'model')

const tensorShapes = (value: unknown) =>
  JSON.stringify(collectTensors(value).map(({ shape }) => shape))
