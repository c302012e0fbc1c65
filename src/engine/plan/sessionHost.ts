// Services of a session for its running plan: cached results and states, observers, and compiled
// kernels.
import { textFields } from '../base/catalogue.ts'
import { activeBackend } from '../base/backend.ts'
import { uninterrupted } from '../base/interruption.ts'
import { outerId, splitValue, valueId } from '../base/ids.ts'
import type { Memory } from '../base/memory.ts'
import { planMessages } from '../messages/plan.ts'
import type { CurrentRun } from './currentRun.ts'
import { PROGRESS_INTERVAL } from './drivePlan.ts'
import type { Host } from './host.ts'
import { loopKey, observationKeys, type Key, type Keys, type ObservationKeys } from './keys.ts'
import type { LoopStates } from './loopStates.ts'
import type { Observers } from './observers.ts'
import type { ObserverOp, Ops } from './op.ts'
import type { Results } from './results.ts'
import type { NodeStep } from './steps.ts'
import type { Trainings } from './trainings.ts'

export interface SessionParts {
  ops: Ops
  memory: Memory
  results: Results
  trainings: Trainings
  states: LoopStates
  observers: Observers
  /**
   * Computations that observers in loops have shown. A cached loop runs again for an observer that
   * has not shown it.
   */
  shown: Map<string, ObservationKeys>
  now: () => number
  emissionShare: number
}

/** What one run adds to the parts of its session. */
export interface RunParts {
  run: CurrentRun
  keys: Keys
  /** External data by node id. */
  prepared: ReadonlyMap<string, unknown>
  /** Names of the weights that trainings continue from, by the id of their Start. */
  origins: ReadonlyMap<string, string>
  onValue: Host['onValue']
}

export class SessionHost {
  /** Loops and nodes whose kernels are compiled. */
  private readonly rehearsed = new Set<Key>()

  constructor(private readonly parts: SessionParts) {}

  /** Returns the services of a run. */
  create({ run, keys, prepared, origins, onValue }: RunParts): Host {
    const { memory, ops, trainings, now, emissionShare } = this.parts
    const rehearse = this.rehearse.bind(this)
    return {
      ops,
      memory,
      keys,
      prepared,
      now,
      emissionShare,
      ...this.cacheServices(run, keys),
      ...this.observerServices(run, keys),
      isSlowMotion: () => run.slowMotion.isOn,
      measures: () => run.measures,
      onValue,
      files: async (step, work) => {
        for (const file of await work())
          run.send({ type: 'file', run: run.id, node: outerId(step.id), file })
      },
      onThinned: (_, every, wanted) =>
        run.send({
          type: 'status',
          run: run.id,
          ...textFields({ text: planMessages.fewerSamples({ every, wanted }) }),
        }),
      onTraining: (step, rerun) => run.losses.setRerun(step, rerun),
      precompile(step, once) {
        const key = step.kind === 'loop' ? loopKey(keys, step) : outputKey(keys, step)
        return key === undefined ? undefined : rehearse(run, key, once)
      },
      startModels: async (step, inputs) => {
        const origin = origins.get(step.id)
        return origin === undefined ? undefined : trainings.modelsAt(origin, step, inputs)
      },
    }
  }

  private cacheServices(
    run: CurrentRun,
    keys: Keys,
  ): Pick<Host, 'findOutputs' | 'storeOutputs' | 'findState' | 'reportState'> {
    const { results, states } = this.parts
    return {
      findOutputs: (step) => {
        const key = outputKey(keys, step)
        const cached = key && results.outputs(key)
        if (!cached || step.outputs.some((slot) => !cached[slot])) return undefined
        run.cached.add(step.id)
        run.send({ type: 'cached', run: run.id, node: outerId(step.id) })
        return cached
      },
      storeOutputs: (step, outputs) => {
        const key = outputKey(keys, step)
        if (key) results.storeOutputs(key, outputs)
      },
      findState: (step, count) => states.find(run, keys, step, count),
      reportState: (step, index, state, why) =>
        uninterrupted(() => states.report(run, step, loopKey(keys, step), index, state, why)),
    }
  }

  private observerServices(
    run: CurrentRun,
    keys: Keys,
  ): Pick<Host, 'wouldObserve' | 'observe' | 'show'> {
    const { ops, observers, shown } = this.parts
    return {
      // Every value is shown in slow motion.
      wouldObserve(id) {
        const op = ops.get(run.observers.get(id) ?? '') as ObserverOp | undefined
        // A file of an inner loop is no observer.
        return !op || run.slowMotion.isOn || observers.wouldRead(id, op, outerId(id))
      },
      observe: (step, inputs, at) => {
        if (
          at.index === undefined &&
          Object.values(step.inputs).every((value) => run.cached.has(splitValue(value).node))
        )
          run.cached.add(step.id)
        const observation = observationKeys(keys, step.id)
        shown.set(step.id, observation)
        const { training } = run
        observers.observe(step, inputs, training ? { ...at, training } : at, observation.line)
      },
      show: (step, view) =>
        run.send({
          type: 'view',
          run: run.id,
          node: outerId(step.id),
          view,
          ...(run.training && { training: run.training }),
        }),
    }
  }

  /** Compiles the kernels of a loop or a node. A stop does not wait for this. */
  private rehearse(run: CurrentRun, key: Key, once: () => void): Promise<void> | undefined {
    if (this.rehearsed.has(key)) return undefined
    this.rehearsed.add(key)
    const tell = (done: number, total: number) => {
      const now = this.parts.now()
      if (run.stopping || (now - run.progressSentAt < PROGRESS_INTERVAL && done < total)) return
      run.progressSentAt = now
      run.send({ type: 'compiling', run: run.id, done, total })
    }
    const compiling = activeBackend().precompile?.(once, tell)
    return compiling && Promise.race([compiling, run.untilStopping])
  }
}

const outputKey = (keys: Keys, { id, outputs: [slot] }: NodeStep): Key | undefined =>
  keys.values.get(valueId({ node: id, slot }))
