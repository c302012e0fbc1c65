// A session: runs graphs one at a time, caches results, and handles pause, resume, step and stop.
import { textFields, type MessageText } from '../base/catalogue.ts'
import { outerId } from '../base/ids.ts'
import { activeBackend } from '../base/backend.ts'
import type { Event, RunRequest, Monitoring, StoredTraining } from '../protocol.ts'
import type { Plan } from './steps.ts'
import { findStaticOutputs } from './check.ts'
import { tryCompile } from './compile.ts'
import { CurrentRun } from './currentRun.ts'
import {
  getFaults,
  GraphError,
  NodeError,
  moveFaultOutward,
  type Fault,
} from '../messages/fault.ts'
import { expandNode } from './expandNode.ts'
import { input, type Expansion, type Graph, type GraphNode, type Wire } from './graph.ts'
import type { ObservationKeys } from './keys.ts'
import { loadExternalData, type ExternalData } from './externalData.ts'
import { drivePlan } from './drivePlan.ts'
import { EMISSION_SHARE } from './emissionSchedule.ts'
import { withInspects } from './inspects.ts'
import { LastValues, type ValueInspector } from './lastValues.ts'
import { LoopStates } from './loopStates.ts'
import { LossReader } from './lossReader.ts'
import { valueId } from '../base/ids.ts'
import type { Value } from './slotValues.ts'
import { Memory } from '../base/memory.ts'
import { Observers } from './observers.ts'
import type { Assets, Ops, StaticValues } from './op.ts'
import { Results } from './results.ts'
import { Frame, type Host } from './host.ts'
import { MOST_ITERATIONS, workFault } from './plannedWork.ts'
import { runPlan } from './run.ts'
import { DEFAULT_SAVE_INTERVAL } from './saveSchedule.ts'
import { SessionHost } from './sessionHost.ts'
import { allObservers, stepIds } from './steps.ts'
import { guardStore, type StateStore } from './store.ts'
import { StoredStates } from './storedStates.ts'
import { Cancelled, Trainings } from './trainings.ts'
import { nextTask } from './yielding.ts'
import type { Inspection } from '../base/view.ts'
import { planMessages } from '../messages/plan.ts'

export interface SessionOptions {
  ops: Ops
  /** Storage for training states that outlive the session. */
  store?: StateStore
  assets?: Assets
  onEvent: (event: Event) => void
  /**
   * Called before an error is reported as a fault of the graph, which waits for it: the error may
   * be a failure of the engine.
   */
  beforeFault?: (error: unknown) => Promise<void>
  /** Describes values of wires, for inspection. */
  inspector?: ValueInspector
  /** Current time in milliseconds. */
  now?: () => number
  /**
   * Largest share of the time of a training for its emissions, 0.2 by default. The rest is skipped,
   * so that what a chart collects there depends on the time; Infinity skips nothing.
   */
  emissionShare?: number
  /** Yields to the event loop. */
  yieldNow?: () => Promise<void>
  /**
   * Returns whether the stop of a run was requested, although this thread has not received it yet.
   * Called before each kernel.
   */
  isStopRequested?: (run: number) => boolean
}

export interface Session {
  /** Runs a graph. Ends with a `finished` event in all cases. */
  run(request: RunRequest): Promise<void>
  control(command: 'pause' | 'resume' | 'step' | 'stop', run: number): void
  answer(run: number, answer: 'restart' | 'continue' | 'cancel'): void
  /** Changes slow motion and measuring of a run. */
  monitor(run: number, watching: Monitoring): void
  /** Stores the training in progress after its current step. */
  save(): void
  /** Sets the seconds between two saves of a training; undefined: only when it stops. */
  saveEvery(seconds: number | undefined): void
  /** Returns the trainings that a run of a graph would continue from a stored step. */
  findTrainings(graph: Graph): Promise<StoredTraining[]>
  /** Returns all faults and notices, without a run. */
  check(graph: Graph): Fault[]
  /** @throws NodeError */
  expand(node: GraphNode, wired: readonly string[]): Expansion
  /** Returns the outputs that are known without a run, by node. */
  staticOutputs(graph: Graph): ReadonlyMap<string, StaticValues>
  /**
   * Computes an output of a graph after the current run, and reads it. No events are sent.
   * @throws GraphError
   */
  compute<T>(graph: Graph, output: Wire, read: (value: Value) => T): Promise<T>
  setVisible(nodes: readonly string[] | undefined): void
  /** Turns storing of the last value of each wire on or off. */
  keepLast(on: boolean): void
  /** Describes the last value of an output; undefined if none is stored. */
  inspect(output: Wire): Promise<Inspection | undefined>
  /** Stops all runs and disposes every tensor. */
  dispose(): Promise<void>
}

export function createSession(options: SessionOptions): Session {
  return new PlanSession(options)
}

class PlanSession implements Session {
  private readonly memory = new Memory()
  private readonly results: Results
  private readonly trainings: Trainings
  private readonly host: SessionHost
  private readonly observers: Observers
  private last: LastValues | undefined
  private readonly now: () => number
  private readonly yieldNow: () => Promise<void>
  private readonly ops: Ops
  private saveInterval: number | undefined = DEFAULT_SAVE_INTERVAL
  private current: CurrentRun | undefined
  /** Current and queued runs, by number. */
  private readonly runs = new Map<number, CurrentRun>()
  private queue: Promise<void> = Promise.resolve()

  constructor(private readonly options: SessionOptions) {
    this.ops = options.ops
    this.now = options.now ?? (() => performance.now())
    this.yieldNow = options.yieldNow ?? nextTask
    const onTrouble = (message: MessageText) =>
      options.onEvent({ type: 'storage', ...textFields({ message }) })
    const store = options.store && guardStore(options.store, onTrouble)
    const stored = new StoredStates(store, onTrouble, this.now)
    this.results = new Results(this.memory, stored)
    void stored.removeOrphans()
    this.trainings = new Trainings(this.memory, this.results, this.ops)
    this.observers = new Observers({
      ops: this.ops,
      memory: this.memory,
      now: this.now,
      onView: (node, view, { training }) =>
        this.current &&
        options.onEvent({
          type: 'view',
          run: this.current.id,
          node: outerId(node),
          view,
          ...(training && { training }),
        }),
      onError: (error) => this.reportOnce(error),
    })
    const { ops, memory, results, trainings, observers, now } = this
    const shown = new Map<string, ObservationKeys>()
    const saveInterval = () => this.saveInterval
    const states = new LoopStates({ ops, memory, results, trainings, shown, now, saveInterval })
    const { emissionShare = EMISSION_SHARE } = options
    const parts = { ops, memory, results, trainings, states, observers, shown, now, emissionShare }
    this.host = new SessionHost(parts)
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

  save() {
    this.current?.saves.request()
  }

  saveEvery(seconds: number | undefined) {
    this.saveInterval = seconds
  }

  async findTrainings(graph: Graph): Promise<StoredTraining[]> {
    const { plan } = tryCompile(graph, undefined, this.ops)
    if (!plan || !(await this.results.stored.hasAny())) return []
    const { content } = await loadExternalData(plan, this.ops, this.options.assets)
    return this.trainings.findStored(plan, content)
  }

  check(graph: Graph): Fault[] {
    const { plan, faults } = tryCompile(graph, undefined, this.ops)
    return [...faults, ...(plan?.notices ?? [])]
  }

  staticOutputs(graph: Graph): ReadonlyMap<string, StaticValues> {
    return findStaticOutputs(graph, this.ops)
  }

  expand(node: GraphNode, wired: readonly string[]): Expansion {
    const op = this.ops.get(node.op)
    if (!op || !('expand' in op))
      throw new NodeError({
        node: node.id,
        message: planMessages.notExpandable({ type: node.op }),
        cure: planMessages.openSampler(),
      })
    const inputs = Object.fromEntries(wired.map((slot) => [slot, input(slot)]))
    const { expansion, faults } = expandNode({ ...node, inputs }, op)
    if (faults[0]) throw new NodeError(faults[0])
    return expansion
  }

  compute<T>(graph: Graph, output: Wire, read: (value: Value) => T): Promise<T> {
    const computed = this.queue.then(() => this.computeNow(graph, output, read))
    this.queue = computed.then(
      () => {},
      () => {},
    )
    return computed
  }

  private async computeNow<T>(graph: Graph, output: Wire, read: (value: Value) => T): Promise<T> {
    const request: RunRequest = { type: 'run', run: COMPUTING, graph, targets: [output.node] }
    const run = new CurrentRun(request, () => {}, new LossReader(this.memory))
    const wanted = valueId(output)
    let found: { result: T } | undefined
    await this.execute(run, request, (id, value) => {
      if (id === wanted) found = { result: read(value) }
    })
    if (!found) throw new Error(`No value of ${wanted}.`)
    return found.result
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
    this.results.beginRun()
    this.observers.setWorkflow(request.workflow)
    this.trainings.setWorkflow(request.workflow)
    activeBackend().takeReplayReport?.() // Discards those of earlier work.
    try {
      await this.attempt(run, request)
      await this.observers.settle()
      const [seconds, networks] = [
        (this.now() - began) / 1000,
        activeBackend().takeReplayReport?.(),
      ]
      await run.measures?.settle()
      run.sendMeasures()
      const nodes = run.stopped ? undefined : run.computedAndCached()
      const more = { ...(networks && { networks }), ...(nodes && { nodes }) }
      run.send({ type: 'finished', run: run.id, seconds, stopped: run.stopped, ...more })
    } finally {
      run.endMeasures()
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
      run.stopped = true
      if (error instanceof Cancelled) return
      await this.options.beforeFault?.(error)
      run.send(faultsEvent(run.id, error))
    }
  }

  /** Reports an error of an observer. */
  private async reportOnce(error: unknown) {
    const run = this.current
    await this.options.beforeFault?.(error)
    run?.sendOnce(faultsEvent(run.id, error))
  }

  private async execute(
    run: CurrentRun,
    request: RunRequest,
    onValue: Host['onValue'] = this.last?.keep,
  ) {
    const { graph, targets } = withInspects(request.graph, request.targets, this.ops)
    const { plan, faults } = tryCompile(graph, targets, this.ops)
    if (!plan) throw new GraphError(faults)
    await confirmWork(run, request, plan)
    if (plan.notices.length) run.send({ type: 'notices', run: run.id, faults: plan.notices })
    run.ids = plan.steps.flatMap(stepIds)
    run.send({ type: 'started', run: run.id, nodes: [...new Set(run.ids.map(outerId))] })
    const loading = loadExternalData(plan, this.ops, this.options.assets)
    const loaded = await Promise.race([loading, run.untilStopping])
    if (!loaded) throw new Cancelled()
    const { prepared, content } = loaded
    // Check again with the external data, which may conflict with the rest.
    if (prepared.size) {
      const known = tryCompile(graph, targets, this.ops, prepared)
      if (known.faults.length) throw new GraphError(known.faults)
      if (known.plan && known.plan.work.iterations > plan.work.iterations)
        await confirmWork(run, request, known.plan)
      const notices = known.plan?.notices ?? []
      // All of them again, as listeners show those of the last event.
      if (notices.length > plan.notices.length)
        run.send({ type: 'notices', run: run.id, faults: notices })
    }
    try {
      await this.perform(run, plan, { prepared, content }, onValue)
    } catch (error) {
      if (!(error instanceof NodeError)) throw error
      const moved = new NodeError(moveFaultOutward(error.fault, plan.insides))
      moved.cause = error.cause
      throw moved
    }
  }

  private async perform(
    run: CurrentRun,
    plan: Plan,
    { prepared, content }: ExternalData,
    onValue: Host['onValue'],
  ) {
    const origins = await this.trainings.askBefore(run, plan, content)
    const keys = this.trainings.computeKeys(plan, content)
    for (const step of plan.steps.flatMap(allObservers)) run.observers.set(step.id, step.op)
    this.last?.begin(plan, keys)
    const frame = new Frame(this.memory)
    const host = this.host.create({ run, keys, prepared, origins, onValue })
    const { isStopRequested } = this.options
    try {
      await drivePlan(run, runPlan(plan.steps, frame, host), {
        now: this.now,
        yieldNow: this.yieldNow,
        settleViews: () => this.observers.settle(),
        isStopRequested: isStopRequested && (() => isStopRequested(run.id)),
      })
    } finally {
      frame.dispose()
      await Promise.allSettled(run.saving)
      run.losses.release()
    }
  }
}

/**
 * Asks about a plan with very many iterations, where the user can answer.
 * @throws GraphError if nobody can, Cancelled if the user declines
 */
async function confirmWork(run: CurrentRun, request: RunRequest, { work, insides }: Plan) {
  const { iterations: most = MOST_ITERATIONS, asks } = request
  if (work.iterations <= most) return
  const fault = moveFaultOutward(workFault(work, most), insides)
  const node = outerId(fault.node)
  if (!asks) throw new GraphError([{ ...fault, node }])
  if ((await run.ask({ node, iterations: work.iterations })) === 'cancel') throw new Cancelled()
}

/** Number of a run that only computes a value. */
const COMPUTING = -1

const faultsEvent = (run: number, error: unknown): Event => ({
  type: 'faults',
  run,
  faults: getFaults(error),
})
