// A session: runs graphs one at a time, caches results, and handles pause, resume, step and stop.
import { outerId, splitValue, valueId } from '../base/ids.ts'
import { activeBackend } from '../base/backend.ts'
import type { Event, RunRequest, Monitoring } from '../protocol.ts'
import type { NodeStep, Plan } from './steps.ts'
import { tryCompile } from './compile.ts'
import { CurrentRun } from './currentRun.ts'
import { getFaults, GraphError, NodeError, moveFaultOutward, type Fault } from '../base/fault.ts'
import type { Expansion, Graph, GraphNode, Wire } from './graph.ts'
import {
  computeKeys,
  loopKey,
  observationKeys,
  type Key,
  type Keys,
  type ObservationKeys,
} from './keys.ts'
import { withInspects } from './inspects.ts'
import { LastValues, type ValueInspector } from './lastValues.ts'
import { LoopStates } from './loopStates.ts'
import { LossReader } from './lossReader.ts'
import { Memory } from '../base/memory.ts'
import { Observers } from './observers.ts'
import type { Assets, ObserverOp, Ops, RunOp } from './op.ts'
import { checkParams } from './params.ts'
import { Results } from './results.ts'
import { Frame, type Host, type Iteration, type Signal } from './host.ts'
import { atNode } from './nodeErrors.ts'
import { runPlan } from './run.ts'
import { allObservers, stepIds, nodeSteps } from './steps.ts'
import { guardStore, type StateStore } from './store.ts'
import { Cancelled, Trainings } from './trainings.ts'
import { DeviceBacklog, nextTask } from './yielding.ts'
import type { Inspection } from './view.ts'
import { planMessages } from '../messages/plan.ts'

export interface SessionOptions {
  ops: Ops
  /** Storage for training states that outlive the session. */
  store?: StateStore
  assets?: Assets
  onEvent: (event: Event) => void
  /** Describes values of wires, for inspection. */
  inspector?: ValueInspector
  /** Current time in milliseconds. */
  now?: () => number
  /** Yields to the event loop. */
  yieldNow?: () => Promise<void>
}

export interface Session {
  /** Runs a graph. Ends with a `finished` event in all cases. */
  run(request: RunRequest): Promise<void>
  control(command: 'pause' | 'resume' | 'step' | 'stop', run: number): void
  answer(run: number, answer: 'restart' | 'continue' | 'cancel'): void
  /** Changes slow motion and measuring of a run. */
  monitor(run: number, watching: Monitoring): void
  /** Returns all faults and notices, without a run. */
  check(graph: Graph): Fault[]
  /** @throws NodeError */
  expand(node: GraphNode, wired: readonly string[]): Expansion
  setVisible(nodes: readonly string[] | undefined): void
  /** Turns storing of the last value of each wire on or off. */
  keepLast(on: boolean): void
  /** Describes the last value of an output; undefined if none is stored. */
  inspect(output: Wire): Promise<Inspection | undefined>
  /** Stops all runs and disposes every tensor. */
  dispose(): Promise<void>
}

/** Maximum time before control returns to the event loop, in milliseconds. */
const YIELD_INTERVAL = 10
/** Minimum time between two progress events, in milliseconds. */
const PROGRESS_INTERVAL = 80
/**
 * Maximum number of losses in flight from the device, so that one that is not finite is found soon.
 */
const MAX_LOSSES_IN_FLIGHT = 3

export function createSession(options: SessionOptions): Session {
  return new PlanSession(options)
}

class PlanSession implements Session {
  private readonly memory = new Memory()
  private readonly results: Results
  private readonly trainings: Trainings
  private readonly states: LoopStates
  private readonly observers: Observers
  private last: LastValues | undefined
  private readonly now: () => number
  private readonly yieldNow: () => Promise<void>
  private readonly ops: Ops
  /**
   * Computations that observers in loops have shown. A cached loop runs again for an observer that
   * has not shown it.
   */
  private readonly shown = new Map<string, ObservationKeys>()
  /** Loops whose kernels are compiled. */
  private readonly rehearsed = new Set<Key>()
  private current: CurrentRun | undefined
  /** Current and queued runs, by number. */
  private readonly runs = new Map<number, CurrentRun>()
  private queue: Promise<void> = Promise.resolve()

  constructor(private readonly options: SessionOptions) {
    this.ops = options.ops
    this.now = options.now ?? (() => performance.now())
    this.yieldNow = options.yieldNow ?? nextTask
    const onTrouble = (message: string) => options.onEvent({ type: 'storage', message })
    this.results = new Results(
      this.memory,
      options.store && guardStore(options.store, onTrouble),
      onTrouble,
    )
    this.trainings = new Trainings(this.memory, this.results, this.ops)
    const { ops, memory, results, trainings, shown, now } = this
    this.states = new LoopStates({ ops, memory, results, trainings, shown, now })
    this.observers = new Observers({
      ops: this.ops,
      memory: this.memory,
      now: this.now,
      onView: (node, view) =>
        this.current &&
        options.onEvent({ type: 'view', run: this.current.id, node: outerId(node), view }),
      onError: (error) => this.current?.sendOnce(faultsEvent(this.current.id, error)),
    })
  }

  run(request: RunRequest): Promise<void> {
    const run = new CurrentRun(request, this.options.onEvent, new LossReader(this.memory))
    this.runs.set(run.id, run)
    const ended = this.queue.then(() => this.runNow(run, request))
    // A listener may throw; this must not affect the next run.
    this.queue = ended.catch(() => {})
    return ended
  }

  control(command: 'pause' | 'resume' | 'step' | 'stop', run: number) {
    this.runs.get(run)?.control(command)
  }

  answer(run: number, answer: 'restart' | 'continue' | 'cancel') {
    this.runs.get(run)?.answer(answer)
  }

  monitor(run: number, watching: Monitoring) {
    this.runs.get(run)?.monitor(watching)
  }

  check(graph: Graph): Fault[] {
    const { plan, faults } = tryCompile(graph, undefined, this.ops)
    return [...faults, ...(plan?.notices ?? [])]
  }

  expand(node: GraphNode, wired: readonly string[]): Expansion {
    const op = this.ops.get(node.op)
    if (!op || !('expand' in op))
      throw new NodeError({
        node: node.id,
        message: planMessages.notExpandable({ type: node.op }),
        cure: planMessages.openSampler(),
      })
    const { params, faults } = checkParams(node, op)
    if (faults[0]) throw new NodeError(faults[0])
    return op.expand(params as never, new Set(wired))
  }

  setVisible(nodes: readonly string[] | undefined) {
    this.observers.setVisible(nodes)
  }

  keepLast(on: boolean) {
    const { inspector: glancing } = this.options
    if (on && glancing) this.last ??= new LastValues(this.memory, this.now, glancing)
    else {
      this.last?.clear()
      this.last = undefined
    }
  }

  inspect(output: Wire): Promise<Inspection | undefined> {
    return this.last?.inspect(output) ?? Promise.resolve(undefined)
  }

  async dispose() {
    for (const run of this.runs.values()) run.control('stop')
    await this.queue
    await this.observers.settle()
    this.keepLast(false)
    this.results.dispose()
  }

  private async runNow(run: CurrentRun, request: RunRequest): Promise<void> {
    const began = this.now()
    this.current = run
    activeBackend().takeReplayReport?.() // Discards those of earlier work.
    try {
      await this.attempt(run, request)
      await this.observers.settle()
      const [seconds, networks] = [
        (this.now() - began) / 1000,
        activeBackend().takeReplayReport?.(),
      ]
      run.sendMeasures()
      const nodes = run.stopped ? undefined : run.computedAndCached()
      const more = { ...(networks && { networks }), ...(nodes && { nodes }) }
      run.send({ type: 'finished', run: run.id, seconds, stopped: run.stopped, ...more })
    } finally {
      this.current = undefined
      this.runs.delete(run.id)
    }
  }

  private async attempt(run: CurrentRun, request: RunRequest): Promise<void> {
    run.stopped = run.stopping
    if (run.stopped) return
    try {
      await this.execute(run, request)
    } catch (error) {
      if (!(error instanceof Cancelled)) run.send(faultsEvent(run.id, error))
      run.stopped = true
    }
  }

  private async execute(run: CurrentRun, request: RunRequest) {
    const { graph, targets } = withInspects(request.graph, request.targets, this.ops)
    const { plan, faults } = tryCompile(graph, targets, this.ops)
    if (!plan) throw new GraphError(faults)
    if (plan.notices.length) run.send({ type: 'notices', run: run.id, faults: plan.notices })
    run.ids = plan.steps.flatMap(stepIds)
    run.send({ type: 'started', run: run.id, nodes: [...new Set(run.ids.map(outerId))] })
    const { prepared, content } = await this.prepare(plan)
    // Check again with the external data, which may conflict with the rest.
    const known = prepared.size ? tryCompile(graph, targets, this.ops, prepared).faults : []
    if (known.length) throw new GraphError(known)
    try {
      await this.perform(run, plan, prepared, content)
    } catch (error) {
      throw error instanceof NodeError
        ? new NodeError(moveFaultOutward(error.fault, plan.insides))
        : error
    }
  }

  private async perform(
    run: CurrentRun,
    plan: Plan,
    prepared: Map<string, unknown>,
    content: Map<string, string>,
  ) {
    const origins = await this.trainings.askBefore(run, plan, content)
    const keys = computeKeys(plan, this.ops, content)
    for (const step of plan.steps.flatMap(allObservers)) run.observers.set(step.id, step.op)
    this.last?.begin(plan, keys)
    const frame = new Frame(this.memory)
    const host = this.createHost(run, keys, prepared, origins)
    try {
      await this.drive(run, runPlan(plan.steps, frame, host))
    } finally {
      frame.dispose()
      await Promise.allSettled(run.saving)
    }
  }

  /** Loads external data for nodes. */
  private async prepare(plan: Plan) {
    const prepared = new Map<string, unknown>()
    const content = new Map<string, string>()
    const assets = this.options.assets ?? noAssets
    const faults: unknown[] = []
    for (const step of plan.steps.flatMap(nodeSteps)) {
      const op = this.ops.get(step.op) as RunOp
      if (!op.prepare) continue
      try {
        const { key, data } = await op.prepare(step.params as never, assets)
        prepared.set(step.id, data)
        content.set(step.id, key)
      } catch (error) {
        faults.push(atNode(error, step.id))
      }
    }
    if (faults.length) throw new GraphError(faults.flatMap(getFaults))
    return { prepared, content }
  }

  private createHost(
    run: CurrentRun,
    keys: Keys,
    prepared: ReadonlyMap<string, unknown>,
    origins: ReadonlyMap<string, string>,
  ): Host {
    const { memory, ops } = this
    return {
      ops,
      memory,
      keys,
      prepared,
      now: this.now,
      ...this.cacheServices(run, keys),
      ...this.observerServices(run, keys),
      isSlowMotion: () => run.slowMotion.isOn,
      measures: () => run.measures,
      onValue: this.last?.keep,
      files: async (step, work) => {
        for (const file of await work())
          run.send({ type: 'file', run: run.id, node: outerId(step.id), file })
      },
      onThinned: (_, every) =>
        run.send({ type: 'status', run: run.id, text: planMessages.fewerSamples({ every }) }),
      precompile: (step, once) => this.rehearse(run, loopKey(keys, step), once),
      startModel: async (step, inputs) => {
        const origin = origins.get(step.id)
        return origin === undefined ? undefined : this.trainings.modelAt(origin, step, inputs)
      },
    }
  }

  private cacheServices(
    run: CurrentRun,
    keys: Keys,
  ): Pick<Host, 'findOutputs' | 'storeOutputs' | 'findState' | 'reportState'> {
    const { results, states } = this
    const outputKey = (step: NodeStep) =>
      keys.values.get(valueId({ node: step.id, slot: step.outputs[0] }))
    return {
      findOutputs: (step) => {
        const key = outputKey(step)
        const cached = key && results.outputs(key)
        if (!cached || step.outputs.some((slot) => !cached[slot])) return undefined
        run.cached.add(step.id)
        run.send({ type: 'cached', run: run.id, node: outerId(step.id) })
        return cached
      },
      storeOutputs: (step, outputs) => {
        const key = outputKey(step)
        if (key) results.storeOutputs(key, outputs)
      },
      findState: (step, count) => states.find(run, keys, step, count),
      reportState: (step, index, state, why) =>
        states.report(run, step, loopKey(keys, step), index, state, why),
    }
  }

  private observerServices(
    run: CurrentRun,
    keys: Keys,
  ): Pick<Host, 'wouldObserve' | 'observe' | 'show'> {
    const { ops, observers, shown } = this
    return {
      // Every value is shown in slow motion.
      wouldObserve: (id) =>
        run.slowMotion.isOn ||
        observers.wouldRead(id, ops.get(run.observers.get(id) ?? '') as ObserverOp, outerId(id)),
      observe: (step, inputs, at) => {
        if (
          at.index === undefined &&
          Object.values(step.inputs).every((value) => run.cached.has(splitValue(value).node))
        )
          run.cached.add(step.id)
        const observation = observationKeys(keys, step.id)
        shown.set(step.id, observation)
        observers.observe(step, inputs, at, observation.line)
      },
      show: (step, view) => run.send({ type: 'view', run: run.id, node: outerId(step.id), view }),
    }
  }

  /** Compiles the kernels of a loop. A stop does not wait for this. */
  private rehearse(run: CurrentRun, key: Key, once: () => void): Promise<void> | undefined {
    if (this.rehearsed.has(key)) return undefined
    this.rehearsed.add(key)
    const tell = (done: number, total: number) => {
      const now = this.now()
      if (run.stopping || (now - run.progressSentAt < PROGRESS_INTERVAL && done < total)) return
      run.progressSentAt = now
      run.send({ type: 'compiling', run: run.id, done, total })
    }
    const compiling = activeBackend().precompile?.(once, tell)
    return compiling && Promise.race([compiling, run.untilStopping])
  }

  /** Drives the generator and handles commands between its signals. */
  private async drive(run: CurrentRun, plan: Generator<Signal, void, unknown>) {
    let answer: unknown
    let yieldedAt = this.now()
    const ahead = new DeviceBacklog()
    const { losses } = run
    try {
      for (;;) {
        // The plan owns the awaited result, so it receives it even if the run stops.
        if (run.stopping && answer === undefined) break
        if (losses.failure) throw losses.failure
        const { value: signal, done } = plan.next(answer)
        answer = undefined
        if (done) break
        if (signal.kind === 'node')
          run.send({ type: 'busy', run: run.id, node: outerId(signal.id) })
        else if (signal.kind === 'wait') answer = await signal.promise
        else if (signal.kind === 'inside') await run.showNode(signal)
        else {
          losses.read(signal.at)
          await ahead.submit()
          this.sendProgress(run, signal.at, losses.latest)
          if (losses.inFlight > MAX_LOSSES_IN_FLIGHT) await losses.oldest
          if (run.slowMotion.isOn) await this.observers.settle()
          run.sendMeasures(this.now())
          await run.waitWhilePaused()
        }
        if (this.now() - yieldedAt > YIELD_INTERVAL) {
          await this.yieldNow()
          yieldedAt = this.now()
        }
      }
      await losses.assertFinite()
    } finally {
      run.stopped ||= run.stopping
      plan.return()
      await losses.settle()
    }
  }

  private sendProgress(
    run: CurrentRun,
    { step, index, count, label, loss, emission }: Iteration,
    latest: number | undefined,
  ) {
    const now = this.now()
    const rate = run.iterationRate(step, index, now)
    if (now - run.progressSentAt < PROGRESS_INTERVAL && index !== count && !run.stepwise) return
    run.progressSentAt = now
    run.send({
      type: 'progress',
      run: run.id,
      node: outerId(step.id),
      end: outerId(step.end),
      index,
      count,
      ...(label !== undefined && { label }),
      rate,
      secondsLeft: index === count ? 0 : (count - index) / rate,
      ...(loss && latest !== undefined && { loss: latest }),
      ...(emission && { emission }),
    })
  }
}

const faultsEvent = (run: number, error: unknown): Event => ({
  type: 'faults',
  run,
  faults: getFaults(error),
})

const noAssets: Assets = {
  checkpoint: async () => undefined,
  dataset: async () => undefined,
  shipped: async (name) => Promise.reject(new Error(planMessages.noAsset({ name }))),
}
