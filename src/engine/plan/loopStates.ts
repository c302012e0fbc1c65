// States of outermost loops: found when a run starts, and stored when their losses are known to be
// finite.
import { textFields } from '../base/catalogue.ts'
import type { LoopStep } from './steps.ts'
import type { CurrentRun } from './currentRun.ts'
import { outerId } from '../base/ids.ts'
import type { LoopState } from './host.ts'
import { loopKey, observationKeys, type Key, type Keys, type ObservationKeys } from './keys.ts'
import { readLosses } from './lossReader.ts'
import { runTidied, type Memory } from '../base/memory.ts'
import type { Tensor } from '../base/tf.ts'
import { concatenate } from '../training/flatWeights.ts'
import { loopBehaviour, type Ops } from './op.ts'
import type { Results } from './results.ts'
import { planMessages } from '../messages/plan.ts'
import { stepIds, bodyObservers } from './steps.ts'
import type { StoredState } from './storedStates.ts'
import type { Trainings } from './trainings.ts'

interface Parts {
  ops: Ops
  memory: Memory
  results: Results
  trainings: Trainings
  /**
   * Computations that observers in loops have shown. A cached loop runs again for an observer that
   * has not shown it.
   */
  shown: ReadonlyMap<string, ObservationKeys>
  now: () => number
  /** Seconds between two saves of a training; undefined: only when it stops. */
  saveInterval: () => number | undefined
}

export class LoopStates {
  constructor(private readonly parts: Parts) {}

  /**
   * Returns the last stored state of a loop, unless an observer has to see the iterations before
   * it.
   */
  async find(run: CurrentRun, keys: Keys, step: LoopStep, count: number) {
    const { ops, memory, results, trainings, shown, now } = this.parts
    const key = loopKey(keys, step)
    const { trains } = loopBehaviour(ops, step)
    const hidden = (name: keyof ObservationKeys) =>
      !trains &&
      bodyObservers(step).some(
        ({ id }) => shown.get(id)?.[name] !== observationKeys(keys, id)[name],
      )
    // Loops run again in single-step mode and in slow motion. Trainings do not, because they take
    // too long.
    if (hidden('line') || (!trains && (run.slowMotion.isOn || run.stepwise))) return undefined
    const damaged: number[] = []
    const stored = await results.state(key, count, (index) => damaged.push(index))
    for (const index of damaged) reportDamage(run, step, index, stored?.index)
    if (!stored) return undefined
    if ((stored.index === count || stored.state.ended) && hidden('exact')) {
      memory.release(stored.state)
      return undefined
    }
    if (stored.index === count || stored.state.ended) {
      for (const id of stepIds(step)) run.cached.add(id)
      run.send({ type: 'cached', run: run.id, node: outerId(step.id) })
      this.sendLosses(run, step, stored.index, stored.state)
    }
    if (trains) trainings.record(step, key, stored.index, stored.seconds)
    run.begin(step, stored.index, stored.seconds, now())
    return { index: stored.index, state: stored.state }
  }

  /** Stores a state when its losses are known to be finite. */
  async report(
    run: CurrentRun,
    step: LoopStep,
    key: Key,
    index: number,
    state: LoopState,
    why: 'iteration' | 'end' | 'stop',
  ) {
    const { ops, memory, results, trainings, now, saveInterval } = this.parts
    const { trains } = loopBehaviour(ops, step)
    const seconds = run.elapsedSeconds(step, now())
    const onTheWay = why === 'iteration'
    if (trains) trainings.record(step, key, index, seconds)
    if (trains) run.losses.follow(step, { index, state, seconds })
    // A paused run may stay so for long.
    const isDue = () => run.stepwise || run.saves.isDue(now(), saveInterval())
    const canSave = trains && results.stored.isAvailable
    if (onTheWay && (!canSave || run.saving.size || !isDue())) return
    if (!onTheWay) this.sendLosses(run, step, index, state)
    run.saves.begin(now())
    memory.retain(state)
    const sound = this.assertSound(run, step, index, state)
    const saving = sound
      .then(
        () => ({ index, state, seconds }),
        () => this.goBack(run, step, key, onTheWay),
      )
      .then(async (stored) => {
        if (!stored) return
        if (!onTheWay) results.storeState(key, stored)
        if (trains) await this.save(run, step, key, stored, onTheWay)
      })
      .catch(() => {})
      .finally(() => {
        memory.release(state)
        run.saving.delete(saving)
      })
    run.saving.add(saving)
    await sound
  }

  private async save(
    run: CurrentRun,
    step: LoopStep,
    key: Key,
    stored: StoredState,
    isPassing: boolean,
  ) {
    const blocked = await this.parts.results.stored.save(key, stored, isPassing)
    if (blocked === undefined) return
    run.saves.end(blocked)
    const { index } = stored
    run.send({ type: 'saved', run: run.id, node: outerId(step.id), index, blocked })
  }

  /** @throws the fault of a training whose losses or weights have diverged */
  private async assertSound(run: CurrentRun, step: LoopStep, index: number, state: LoopState) {
    await run.losses.assertSound()
    const weights = loopBehaviour(this.parts.ops, step).weights?.(state.own) ?? []
    const began = this.parts.now()
    const finite = areFinite(weights)
    run.saves.addCheck(this.parts.now() - began)
    if (await finite) return
    const message = planMessages.weightsNotFinite({ step: index })
    throw await run.losses.explain(step, message)
  }

  /** Returns the last good state of a training that ends because it has diverged. */
  private goBack(run: CurrentRun, step: LoopStep, key: Key, onTheWay: boolean) {
    const good = run.losses.lastGood(step.end)
    if (!good || onTheWay) return undefined
    this.parts.trainings.record(step, key, good.index, good.seconds)
    return good
  }

  /** Sends all losses of a training. The run waits for this before it finishes. */
  private sendLosses(run: CurrentRun, step: LoopStep, index: number, state: LoopState) {
    const { ops } = this.parts
    const pieces = loopBehaviour(ops, step).losses?.(state.own) ?? []
    if (pieces.length === 0) return
    const telling = readLosses(pieces)
      .then((losses) =>
        run.send({ type: 'losses', run: run.id, node: outerId(step.id), index, losses }),
      )
      .catch(() => {})
      .finally(() => run.saving.delete(telling))
    run.saving.add(telling)
  }
}

function reportDamage(run: CurrentRun, step: LoopStep, index: number, from: number | undefined) {
  const message =
    from === undefined
      ? planMessages.damagedOnly({ step: index })
      : planMessages.damagedTraining({ step: index, from })
  run.send({ type: 'storage', ...textFields({ message }), node: outerId(step.id) })
}

/** Returns false if a tensor has an infinity or a NaN: multiplied by 0, these give NaN. */
async function areFinite(tensors: readonly Tensor[]): Promise<boolean> {
  if (tensors.length === 0) return true
  const sum = runTidied(() =>
    concatenate(tensors.map((each) => each.reshape([-1])))
      .mul(0)
      .sum(),
  )
  try {
    return !Number.isNaN((await sum.data())[0])
  } finally {
    sum.dispose()
  }
}
