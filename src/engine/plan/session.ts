// A session: takes graphs to run, drives the plan, keeps results, answers run / pause / resume / step / stop.
import type { Event, RunRequest, Watching } from '../protocol.ts'
import { tensorsOf, type Value } from '../values.ts'
import { nodeOf, tryCompile, type LoopStep, type NodeStep, type Plan } from './compile.ts'
import { CurrentRun } from './current.ts'
import { GraphError, messageOf, NodeError, outward, type Fault } from './fault.ts'
import { outerId, wire, type Expansion, type Graph, type GraphNode, type Wire } from './graph.ts'
import { keysOf, type Key, type Keys, type Look } from './keys.ts'
import { LossReader, readLosses } from './loss-reader.ts'
import { LastValues, type Glancing } from './lastValues.ts'
import { Memory } from './memory.ts'
import { Observers } from './observers.ts'
import type { Assets, Inputs, ObserverOp, Ops, OutputFile, RunOp, StartOp } from './op.ts'
import { checkParams } from './params.ts'
import { Results } from './results.ts'
import { Frame, type Host, type Iteration, type LoopState, type Signal } from './host.ts'
import { atNode, runPlan } from './run.ts'
import { allObservers, idsOf, nodeStepsOf, observersIn } from './steps.ts'
import { guarded, type StateStore } from './store.ts'
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

/** Training of at least this long is not put aside without asking, in seconds. */
const WORTH_ASKING = 60
/** A training is written to storage every so often while it runs, in milliseconds. */
const SAVE_EVERY = 15_000
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
  private readonly observers: Observers
  private last: LastValues | undefined
  private readonly now: () => number
  private readonly yieldNow: () => Promise<void>
  private readonly ops: Ops
  /** What each TrainingStart last came to: asked before it is put aside. */
  private readonly trained = new Map<string, { key: Key; index: number; seconds: number }>()
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
    this.observers = new Observers({
      ops: this.ops,
      memory: this.memory,
      now: this.now,
      onView: (node, view) => this.current && options.onEvent({ type: 'view', run: this.current.id, node: outerId(node), view }),
      onError: (error) => this.current?.tellOnce(faultsEvent(this.current.id, [error])),
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
      if (!(error instanceof Cancelled)) run.tell(faultsEvent(run.id, [error]))
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
    const origins = await this.askBefore(run, plan, content)
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
    if (faults.length) throw new GraphError(faults.map(faultOf))
    return { prepared, content }
  }

  /**
   * Asks before a long training is put aside. Where the answer is to go on from its weights, they become part of what the
   * training is named by: `content` gets that name. Returns where the weights are, by Start id.
   */
  private async askBefore(run: CurrentRun, plan: Plan, content: Map<string, string>): Promise<Map<string, string>> {
    const origins = new Map<string, string>()
    for (const step of plan.steps) {
      if (step.kind !== 'loop' || !this.behaviourOf(step).trains) continue
      const key = keysOf(plan, this.ops, content).loops.get(step.id)!
      const origin = (await this.results.origin(key)) ?? (await this.askFor(run, step, key))
      if (origin === undefined) continue
      origins.set(step.id, origin)
      content.set(step.id, `from ${origin}`)
    }
    return origins
  }

  private behaviourOf = (step: LoopStep) => (this.ops.get(step.op) as StartOp).behaviour

  private async askFor(run: CurrentRun, step: LoopStep, key: Key): Promise<string | undefined> {
    const before = this.trained.get(step.id)
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
  private async modelAt(origin: string, step: LoopStep, inputs: Inputs): Promise<Value> {
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
    const { model } = this.behaviourOf(step).done(kept.state.own, inputs, step.params, new Set(['model']))
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
      recallState: async (step, count) => {
        const { trains } = this.behaviourOf(step)
        const hidden = (name: keyof Look) =>
          !trains && observersIn(step).some(({ id }) => this.shown.get(id)?.[name] !== keys.looks.get(id)![name])
        // Who goes step by step wants to see the steps, known as they are; a training is too much to do again.
        if (hidden('line') || (!trains && (run.slowly.on || run.stepwise))) return undefined
        const kept = await results.state(loopKey(step), count)
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
        if (trains) this.trained.set(step.id, { key: loopKey(step), index: kept.index, seconds: kept.seconds })
        run.begin(step, kept.index, kept.seconds, this.now())
        return { index: kept.index, state: kept.state }
      },
      reached: (step, index, state, why) => this.reached(run, step, loopKey(step), index, state, why),
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
        return origin === undefined ? undefined : this.modelAt(origin, step, inputs)
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

  /** Keeps a state, once its losses are known to be numbers. */
  private async reached(
    run: CurrentRun,
    step: LoopStep,
    key: Key,
    index: number,
    state: LoopState,
    why: 'iteration' | 'end' | 'stop',
  ) {
    const { trains } = this.behaviourOf(step)
    const seconds = run.secondsOf(step, this.now())
    const onTheWay = why === 'iteration'
    if (trains) this.trained.set(step.id, { key, index, seconds })
    if (onTheWay && (!trains || run.saving.size || this.now() - run.savedAt < SAVE_EVERY)) return
    if (!onTheWay) this.tellLosses(run, step, index, state)
    run.savedAt = this.now()
    this.memory.retain(state)
    const sound = run.losses.sound()
    const saving = sound
      .then(async () => {
        if (!onTheWay) this.results.keepState(key, { index, state, seconds })
        if (trains) await this.results.save(key, { index, state, seconds }, onTheWay)
      })
      .catch(() => {})
      .finally(() => {
        this.memory.release(state)
        run.saving.delete(saving)
      })
    run.saving.add(saving)
    await sound
  }

  /** Every loss of a training; the run is not finished before it is told. */
  private tellLosses(run: CurrentRun, step: LoopStep, index: number, state: LoopState) {
    const pieces = this.behaviourOf(step).losses?.(state.own) ?? []
    if (pieces.length === 0) return
    const telling = readLosses(pieces)
      .then((losses) => run.tell({ type: 'losses', run: run.id, node: outerId(step.id), index, losses }))
      .catch(() => {})
      .finally(() => run.saving.delete(telling))
    run.saving.add(telling)
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
      secondsLeft: rate > 0 ? (count - index) / rate : 0,
      ...(loss && latest !== undefined && { loss: latest }),
      ...(emission && { emission }),
    })
  }
}

class Cancelled extends Error {}

/** A node that shows nothing by itself gets an Inspect when it is run to. */
function withInspects(graph: Graph, targets: readonly string[] | undefined, ops: Ops) {
  const inspect = ops.get('diffusion/Inspect')
  const slot = Object.keys(inspect?.inputs ?? {})[0]
  const added = (targets ?? []).flatMap((target): GraphNode[] => {
    const op = ops.get(graph.nodes.find(({ id }) => id === target)?.op ?? '')
    const output = Object.keys(op?.outputs ?? {}).find((name) => name !== 'loop')
    if (!inspect || slot === undefined || !op || output === undefined || op.outputs[output]!.many) return []
    return [{ id: `${target}/inspect`, op: inspect.type, params: {}, inputs: { [slot]: wire(target, output) } }]
  })
  return {
    graph: { nodes: [...graph.nodes, ...added] },
    targets: targets?.map((target) => added.find(({ id }) => id === `${target}/inspect`)?.id ?? target),
  }
}

const shapesOf = (value: unknown) => JSON.stringify(tensorsOf(value).map(({ shape }) => shape))

function faultOf(error: unknown): Fault {
  if (error instanceof NodeError) return { ...error.fault, node: outerId(error.fault.node ?? '') }
  return {
    node: '',
    message: messageOf(error),
    cure: 'Run again; if it comes back, report it with this graph.',
  }
}

const faultsEvent = (run: number, errors: readonly unknown[]): Event => ({
  type: 'faults',
  run,
  faults: errors.flatMap((error) => (error instanceof GraphError ? error.faults : [faultOf(error)])),
})

const noAssets: Assets = {
  checkpoint: async () => undefined,
  dataset: async () => undefined,
  shipped: async (name) => Promise.reject(new Error(`${name} is not here.`)),
}
