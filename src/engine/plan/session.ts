// A session: takes graphs to run, drives the plan, keeps results, answers run / pause / resume / step / stop.
import type { Event, RunRequest, Watching } from '../protocol.ts'
import { nodeOf, tryCompile, type LoopStep, type NodeStep, type Plan } from './compile.ts'
import { CurrentRun } from './current.ts'
import { faultsIn, GraphError, NodeError, outward, type Fault } from './fault.ts'
import { outerId, type Expansion, type Graph, type GraphNode, type Wire } from './graph.ts'
import { keysOf, type Key, type Keys, type Look } from './keys.ts'
import { withInspects } from './inspects.ts'
import { LastValues, type Glancing } from './lastValues.ts'
import { LoopStates } from './loopStates.ts'
import { LossReader } from './loss-reader.ts'
import { Memory } from './memory.ts'
import { Observers } from './observers.ts'
import type { Assets, ObserverOp, Ops, OutputFile, RunOp } from './op.ts'
import { checkParams } from './params.ts'
import { Results } from './results.ts'
import { Frame, type Host, type Iteration, type Signal } from './host.ts'
import { atNode, runPlan } from './run.ts'
import { allObservers, idsOf, nodeStepsOf } from './steps.ts'
import { guarded, type StateStore } from './store.ts'
import { Cancelled, Trainings } from './trainings.ts'
import { Ahead, compileFor, nextTask, takeTally } from './turns.ts'
import type { Glance } from './view.ts'

export interface SessionOptions {
  ops: Ops
  /** Where trained states outlive the session. */
  store?: StateStore
  assets?: Assets
  onEvent: (event: Event) => void
  /** What is said of the values on wires, for those who look into them. */
  glancing?: Glancing
  /** Milliseconds. */
  now?: () => number
  /** Lets messages come in. */
  yieldNow?: () => Promise<void>
}

export interface Session {
  /** Ends with a `finished` event, whatever happens. */
  run(request: RunRequest): Promise<void>
  control(command: 'pause' | 'resume' | 'step' | 'stop', run: number): void
  answer(run: number, answer: 'anew' | 'continue' | 'cancel'): void
  /** How closely a run is to be looked at, from now on. */
  watch(run: number, watching: Watching): void
  /** All faults and notices, without running. */
  check(graph: Graph): Fault[]
  /** @throws NodeError */
  expand(node: GraphNode, wired: readonly string[]): Expansion
  setVisible(nodes: readonly string[] | undefined): void
  /** From now on the last value of each wire is kept, so that it can be looked into, or is not. */
  keepLast(on: boolean): void
  /** The last value of an output in short; undefined if none is kept. */
  glance(output: Wire): Promise<Glance | undefined>
  /** Ends what runs and lets go of every tensor. */
  dispose(): Promise<void>
}

/** Control goes back to the event loop at least this often, in milliseconds. */
const YIELD_EVERY = 10
/** Progress is told at most this often, in milliseconds. */
const TELL_EVERY = 80
/** Losses that may be on their way from the device: one that is no number is soon found. */
const LOSSES_IN_FLIGHT = 3

export function createSession(options: SessionOptions): Session {
  return new Sessions(options)
}

class Sessions implements Session {
  private readonly memory = new Memory()
  private readonly results: Results
  private readonly trainings: Trainings
  private readonly states: LoopStates
  private readonly observers: Observers
  private last: LastValues | undefined
  private readonly now: () => number
  private readonly yieldNow: () => Promise<void>
  private readonly ops: Ops
  /** Which computations an observer inside a loop has shown; a kept loop runs again for one that has not. */
  private readonly shown = new Map<string, Look>()
  /** Loops whose kernels are compiled. */
  private readonly rehearsed = new Set<Key>()
  private current: CurrentRun | undefined
  /** By number: the current one, and those that wait for their turn. */
  private readonly runs = new Map<number, CurrentRun>()
  private queue: Promise<void> = Promise.resolve()

  constructor(private readonly options: SessionOptions) {
    this.ops = options.ops
    this.now = options.now ?? (() => performance.now())
    this.yieldNow = options.yieldNow ?? nextTask
    const onTrouble = (message: string) => options.onEvent({ type: 'storage', message })
    this.results = new Results(this.memory, options.store && guarded(options.store, onTrouble), onTrouble)
    this.trainings = new Trainings(this.memory, this.results, this.ops)
    const { ops, memory, results, trainings, shown, now } = this
    this.states = new LoopStates({ ops, memory, results, trainings, shown, now })
    this.observers = new Observers({
      ops: this.ops,
      memory: this.memory,
      now: this.now,
      onView: (node, view) => this.current && options.onEvent({ type: 'view', run: this.current.id, node: outerId(node), view }),
      onError: (error) => this.current?.tellOnce(faultsEvent(this.current.id, error)),
    })
  }

  run(request: RunRequest): Promise<void> {
    const run = new CurrentRun(request, this.options.onEvent, new LossReader(this.memory))
    this.runs.set(run.id, run)
    const ended = this.queue.then(() => this.runNow(run, request))
    // Whoever listens may throw; the next run is not to suffer.
    this.queue = ended.catch(() => {})
    return ended
  }

  control(command: 'pause' | 'resume' | 'step' | 'stop', run: number) {
    this.runs.get(run)?.control(command)
  }

  answer(run: number, answer: 'anew' | 'continue' | 'cancel') {
    this.runs.get(run)?.answer(answer)
  }

  watch(run: number, watching: Watching) {
    this.runs.get(run)?.watch(watching)
  }

  check(graph: Graph): Fault[] {
    const { plan, faults } = tryCompile(graph, undefined, this.ops)
    return [...faults, ...(plan?.notices ?? [])]
  }

  expand(node: GraphNode, wired: readonly string[]): Expansion {
    const op = this.ops.get(node.op)
    if (!op || !('expand' in op))
      throw new NodeError({ node: node.id, message: `${node.op} is not made of other nodes.`, cure: 'Open a Sampler.' })
    const { params, faults } = checkParams(node, op)
    if (faults[0]) throw new NodeError(faults[0])
    return op.expand(params as never, new Set(wired))
  }

  setVisible(nodes: readonly string[] | undefined) {
    this.observers.setVisible(nodes)
  }

  keepLast(on: boolean) {
    const { glancing } = this.options
    if (on && glancing) this.last ??= new LastValues(this.memory, this.now, glancing)
    else {
      this.last?.clear()
      this.last = undefined
    }
  }

  glance(output: Wire): Promise<Glance | undefined> {
    return this.last?.glance(output) ?? Promise.resolve(undefined)
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
    takeTally() // of others
    try {
      await this.attempt(run, request)
      await this.observers.settle()
      const [seconds, networks] = [(this.now() - began) / 1000, takeTally()]
      run.tellMeasures()
      const nodes = run.stopped ? undefined : run.ranAndKept()
      const more = { ...(networks && { networks }), ...(nodes && { nodes }) }
      run.tell({ type: 'finished', run: run.id, seconds, stopped: run.stopped, ...more })
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
      if (!(error instanceof Cancelled)) run.tell(faultsEvent(run.id, error))
      run.stopped = true
    }
  }

  private async execute(run: CurrentRun, request: RunRequest) {
    const { graph, targets } = withInspects(request.graph, request.targets, this.ops)
    const { plan, faults } = tryCompile(graph, targets, this.ops)
    if (!plan) throw new GraphError(faults)
    if (plan.notices.length) run.tell({ type: 'notices', run: run.id, faults: plan.notices })
    run.ids = plan.steps.flatMap(idsOf)
    run.tell({ type: 'started', run: run.id, nodes: [...new Set(run.ids.map(outerId))] })
    const { prepared, content } = await this.prepare(plan)
    // What has come from outside of the graph may not go together with the rest.
    const known = prepared.size ? tryCompile(graph, targets, this.ops, prepared).faults : []
    if (known.length) throw new GraphError(known)
    try {
      await this.perform(run, plan, prepared, content)
    } catch (error) {
      throw error instanceof NodeError ? new NodeError(outward(error.fault, plan.insides)) : error
    }
  }

  private async perform(run: CurrentRun, plan: Plan, prepared: Map<string, unknown>, content: Map<string, string>) {
    const origins = await this.trainings.askBefore(run, plan, content)
    const keys = keysOf(plan, this.ops, content)
    for (const step of plan.steps.flatMap(allObservers)) run.observers.set(step.id, step.op)
    this.last?.begin(plan, keys)
    const frame = new Frame(this.memory)
    const host = this.hostFor(run, keys, prepared, origins)
    try {
      await this.drive(run, runPlan(plan.steps, frame, host))
    } finally {
      frame.dispose()
      await Promise.allSettled(run.saving)
    }
  }

  /** Work at the border: what nodes need from outside the graph. */
  private async prepare(plan: Plan) {
    const prepared = new Map<string, unknown>()
    const content = new Map<string, string>()
    const assets = this.options.assets ?? noAssets
    const faults: unknown[] = []
    for (const step of plan.steps.flatMap(nodeStepsOf)) {
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
    if (faults.length) throw new GraphError(faults.flatMap(faultsIn))
    return { prepared, content }
  }

  private hostFor(
    run: CurrentRun,
    keys: Keys,
    prepared: ReadonlyMap<string, unknown>,
    origins: ReadonlyMap<string, string>,
  ): Host {
    const { memory, ops, observers, results } = this
    const keyOf = (step: NodeStep) => keys.values.get(`${step.id}.${step.outputs[0]}`)
    const loopKey = (step: LoopStep) => keys.loops.get(step.id)!
    return {
      ops,
      memory,
      keys,
      prepared,
      now: this.now,
      recall: (step) => {
        const key = keyOf(step)
        const kept = key && results.outputs(key)
        if (!kept || step.outputs.some((slot) => !kept[slot])) return undefined
        run.kept.add(step.id)
        run.tell({ type: 'cached', run: run.id, node: outerId(step.id) })
        return kept
      },
      remember: (step, outputs) => {
        const key = keyOf(step)
        if (key) results.keepOutputs(key, outputs)
      },
      recallState: (step, count) => this.states.recall(run, keys, step, count),
      reached: (step, index, state, why) => this.states.reached(run, step, loopKey(step), index, state, why),
      slow: () => run.slowly.on,
      measures: () => run.measures,
      // In slow motion every value is shown.
      looking: (id) => run.slowly.on || observers.looking(id, ops.get(run.observers.get(id)!) as ObserverOp, outerId(id)),
      observe: (step, inputs, at) => {
        if (at.index === undefined && Object.values(step.inputs).every((value) => run.kept.has(nodeOf(value))))
          run.kept.add(step.id)
        const look = keys.looks.get(step.id)!
        this.shown.set(step.id, look)
        observers.observe(step, inputs, at, look.line)
      },
      made: this.last?.keep,
      show: (step, view) => run.tell({ type: 'view', run: run.id, node: outerId(step.id), view }),
      files: async (step, work) => {
        for (const file of await work()) run.tell({ type: 'file', run: run.id, node: outerId(step.id), file: file as OutputFile })
      },
      thinned: (_, every) =>
        run.tell({
          type: 'status',
          run: run.id,
          text: `Samples every ${every} steps: more often would take over a fifth of the time.`,
        }),
      rehearse: (step, once) => this.rehearse(run, loopKey(step), once),
      startFrom: async (step, inputs) => {
        const origin = origins.get(step.id)
        return origin === undefined ? undefined : this.trainings.modelAt(origin, step, inputs)
      },
    }
  }

  /** Compiles the kernels of a loop; a stop does not wait for them. */
  private rehearse(run: CurrentRun, key: Key, once: () => void): Promise<void> | undefined {
    if (this.rehearsed.has(key)) return undefined
    this.rehearsed.add(key)
    const tell = (done: number, total: number) => {
      const now = this.now()
      if (run.stopping || (now - run.toldAt < TELL_EVERY && done < total)) return
      run.toldAt = now
      run.tell({ type: 'compiling', run: run.id, done, total })
    }
    const compiling = compileFor(once, tell)
    return compiling && Promise.race([compiling, run.untilStopping])
  }

  /** Takes the generator from signal to signal, and between them does what was asked for meanwhile. */
  private async drive(run: CurrentRun, plan: Generator<Signal, void, unknown>) {
    let answer: unknown
    let yieldedAt = this.now()
    const ahead = new Ahead()
    const { losses } = run
    try {
      for (;;) {
        // What was waited for is owned by the plan, so it is handed over even when it is too late to use it.
        if (run.stopping && answer === undefined) break
        if (losses.failure) throw losses.failure
        const { value: signal, done } = plan.next(answer)
        answer = undefined
        if (done) break
        if (signal.kind === 'node') run.tell({ type: 'busy', run: run.id, node: outerId(signal.id) })
        else if (signal.kind === 'wait') answer = await signal.promise
        else if (signal.kind === 'inside') await run.restAt(signal)
        else {
          losses.read(signal.at)
          await ahead.handOver()
          this.tellProgress(run, signal.at, losses.latest)
          if (losses.inFlight > LOSSES_IN_FLIGHT) await losses.oldest
          if (run.slowly.on) await this.observers.settle()
          run.tellMeasures(this.now())
          await run.hold()
        }
        if (this.now() - yieldedAt > YIELD_EVERY) {
          await this.yieldNow()
          yieldedAt = this.now()
        }
      }
      await losses.sound()
    } finally {
      run.stopped ||= run.stopping
      plan.return()
      await losses.settle()
    }
  }

  private tellProgress(run: CurrentRun, { step, index, count, label, loss, emission }: Iteration, latest: number | undefined) {
    const now = this.now()
    const rate = run.rateOf(step, index, now)
    if (now - run.toldAt < TELL_EVERY && index !== count && !run.stepwise) return
    run.toldAt = now
    run.tell({
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

const faultsEvent = (run: number, error: unknown): Event => ({ type: 'faults', run, faults: faultsIn(error) })

const noAssets: Assets = {
  checkpoint: async () => undefined,
  dataset: async () => undefined,
  shipped: async (name) => Promise.reject(new Error(`${name} is not here.`)),
}
