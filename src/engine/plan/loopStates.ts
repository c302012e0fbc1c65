// What loops have come to: found again, kept once it is known to be sound, and the losses on the way there told.
import type { LoopStep } from './compile.ts'
import type { CurrentRun } from './current.ts'
import { outerId } from './graph.ts'
import type { LoopState } from './host.ts'
import type { Key, Keys, Look } from './keys.ts'
import { readLosses } from './loss-reader.ts'
import type { Memory } from './memory.ts'
import { behaviourOf, type Ops } from './op.ts'
import type { Results } from './results.ts'
import { idsOf, observersIn } from './steps.ts'
import type { Trainings } from './trainings.ts'

/** A training is written to storage every so often while it runs, in milliseconds. */
const SAVE_EVERY = 15_000

interface Parts {
  ops: Ops
  memory: Memory
  results: Results
  trainings: Trainings
  /** Which computations an observer inside a loop has shown; a kept loop runs again for one that has not. */
  shown: ReadonlyMap<string, Look>
  now: () => number
}

export class LoopStates {
  constructor(private readonly parts: Parts) {}

  /** The furthest state there is of a loop, unless somebody wants to see how it comes to it. */
  async recall(run: CurrentRun, keys: Keys, step: LoopStep, count: number) {
    const { ops, memory, results, trainings, shown, now } = this.parts
    const key = keys.loops.get(step.id)!
    const { trains } = behaviourOf(ops, step)
    const hidden = (name: keyof Look) =>
      !trains && observersIn(step).some(({ id }) => shown.get(id)?.[name] !== keys.looks.get(id)![name])
    // Who goes step by step wants to see the steps, known as they are; a training is too much to do again.
    if (hidden('line') || (!trains && (run.slowly.on || run.stepwise))) return undefined
    const kept = await results.state(key, count)
    if (!kept) return undefined
    if ((kept.index === count || kept.state.ended) && hidden('whole')) {
      memory.release(kept.state)
      return undefined
    }
    if (kept.index === count || kept.state.ended) {
      for (const id of idsOf(step)) run.kept.add(id)
      run.tell({ type: 'cached', run: run.id, node: outerId(step.id) })
      this.tellLosses(run, step, kept.index, kept.state)
    }
    if (trains) trainings.cameTo(step, key, kept.index, kept.seconds)
    run.begin(step, kept.index, kept.seconds, now())
    return { index: kept.index, state: kept.state }
  }

  /** Keeps a state, once its losses are known to be numbers. */
  async reached(run: CurrentRun, step: LoopStep, key: Key, index: number, state: LoopState, why: 'iteration' | 'end' | 'stop') {
    const { ops, memory, results, trainings, now } = this.parts
    const { trains } = behaviourOf(ops, step)
    const seconds = run.secondsOf(step, now())
    const onTheWay = why === 'iteration'
    if (trains) trainings.cameTo(step, key, index, seconds)
    if (onTheWay && (!trains || run.saving.size || now() - run.savedAt < SAVE_EVERY)) return
    if (!onTheWay) this.tellLosses(run, step, index, state)
    run.savedAt = now()
    memory.retain(state)
    const sound = run.losses.sound()
    const saving = sound
      .then(async () => {
        if (!onTheWay) results.keepState(key, { index, state, seconds })
        if (trains) await results.save(key, { index, state, seconds }, onTheWay)
      })
      .catch(() => {})
      .finally(() => {
        memory.release(state)
        run.saving.delete(saving)
      })
    run.saving.add(saving)
    await sound
  }

  /** Every loss of a training; the run is not finished before it is told. */
  private tellLosses(run: CurrentRun, step: LoopStep, index: number, state: LoopState) {
    const { ops } = this.parts
    const pieces = behaviourOf(ops, step).losses?.(state.own) ?? []
    if (pieces.length === 0) return
    const telling = readLosses(pieces)
      .then((losses) => run.tell({ type: 'losses', run: run.id, node: outerId(step.id), index, losses }))
      .catch(() => {})
      .finally(() => run.saving.delete(telling))
    run.saving.add(telling)
  }
}
