// Runs the steps of a plan. A generator: it stops at every iteration of a loop, where whoever drives it may wait, pause,
// take a step or end it; nothing in here is asynchronous.
import { randomOf, type Random } from '../random.ts'
import type { NumberValue, Value } from '../values.ts'
import type { LoopStep, NodeStep, Step } from './compile.ts'
import { valueId } from './compile.ts'
import { messageOf, NodeError } from './fault.ts'
import { wire } from './graph.ts'
import {
  Frame,
  OUTSIDE,
  type Host,
  type Iteration,
  type LoopState,
  type ObservedAt,
  type Place,
  type Signal,
  type Solvers,
} from './host.ts'
import { deviceDone } from './measures.ts'
import { tidied } from './memory.ts'
import type { Declaration, Inputs, Op, Outputs, OutputOp, Params, RunContext, RunOp, StartOp } from './op.ts'

/** Iterations of loops inside of one that is rehearsed: multistep solvers do something else in the second. */
const REHEARSED = 2

/** At most this share of the time goes to samples while training. */
const EMISSION_SHARE = 0.2

export function* runPlan(steps: readonly Step[], frame: Frame, host: Host): Generator<Signal, void, unknown> {
  yield* runSteps(steps, frame, host, OUTSIDE)
}

function* runSteps(steps: readonly Step[], frame: Frame, host: Host, place: Place): Generator<Signal, void, unknown> {
  for (const step of steps) {
    if (!step.watchers || place.needed(step.watchers)) {
      if (step.kind === 'loop') yield* runLoop(step, frame, host, place)
      else yield* runNode(step, frame, host, place)
    }
    frame.free(step.free)
  }
}

function* runNode(step: NodeStep, frame: Frame, host: Host, place: Place): Generator<Signal, void, unknown> {
  const outside = place === OUTSIDE
  const inputs = frame.read(step.inputs)
  if (!outside) yield* passing(step.id, host, place)
  if (step.kind === 'observe') return host.observe(step, inputs, place.at)
  if (outside) yield { kind: 'node', id: step.id }
  if (step.kind === 'files') {
    const op = host.ops.get(step.op) as OutputOp
    yield {
      kind: 'wait',
      promise: located(step.id, () => host.files(step, () => op.files(inputs as never, step.params as never))),
    }
    return
  }
  const kept = outside ? host.recall(step) : undefined
  const outputs = host.memory.retain(
    kept ?? (yield* measured(step.id, host, place, () => located(step.id, () => runOp(step, inputs, host, place)))),
  )
  try {
    publish(step.id, step.outputs, outputs, frame, host, place.at)
    if (outside) showOutputs(step, outputs, host)
    if (outside && !kept) host.remember(step, Object.fromEntries(step.outputs.map((slot) => [slot, outputs[slot]!])))
  } finally {
    host.memory.release(outputs)
  }
}

/** In slow motion whoever drives it rests here. */
function* passing(id: string, host: Host, { share }: Place): Generator<Signal, void, unknown> {
  if (host.slow?.()) yield { kind: 'inside', id, share }
}

/** Does what a node does, and measures it where that is wanted. */
function* measured<T>(id: string, host: Host, place: Place, work: () => T): Generator<Signal, T, unknown> {
  const measures = host.measures?.()
  if (!measures) return work()
  const began = measures.begin(host.now())
  const made = work()
  const done = place.unit ? undefined : deviceDone()
  if (done) yield { kind: 'wait', promise: done }
  measures.add(id, began, host.now(), made, place.unit)
  return made
}

function showOutputs(step: NodeStep, outputs: Outputs, host: Host) {
  const { show } = host.ops.get(step.op) as RunOp
  const view = show && located(step.id, () => show(outputs as never))
  if (view) host.show(step, view)
}

/** Puts the outputs that are used where their readers see them. */
function publish(id: string, slots: readonly string[], outputs: Outputs, frame: Frame, host: Host, at: ObservedAt) {
  for (const slot of slots) {
    const value = outputs[slot]
    if (!value) throw new NodeError({ node: id, slot, message: `There is no value for ${slot}.`, cure: cureForMissing(slot) })
    const name = valueId(wire(id, slot))
    frame.set(name, value)
    host.made?.(name, value, at)
  }
}

const cureForMissing = (slot: string) => cures[slot] ?? 'Cut this wire, or wire the input that this value comes from.'

const cures: Partial<Record<string, string>> = {
  labels: 'Use a data set that has labels, or cut this wire.',
  losses: 'Wire t into Loss: losses are kept by their timesteps.',
  training: 'Choose a checkpoint that was saved with `training` wired, or cut this wire.',
  schedule: 'Wire a NoiseSchedule in its place: with the schedule that the model was trained with.',
}

function runOp(step: NodeStep, inputs: Inputs, host: Host, { path, solvers }: Place): Outputs {
  const op = host.ops.get(step.op) as RunOp
  const context = contextOf(step.id, op, step.params, path, host)
  if (!op.stateful) return tidied(() => op.run(inputs as never, step.params as never, context))
  const run = op.run as unknown as (...args: unknown[]) => { outputs: Outputs; state: unknown }
  // Named by what it computes, not by its id, so that a kept state fits whatever the node is called.
  const name = host.keys.values.get(valueId(wire(step.id, step.outputs[0] ?? ''))) ?? step.id
  const { outputs, state } = tidied(() => run(inputs, step.params, context, solvers?.before[name]))
  if (solvers) keepSolver(solvers, name, host.memory.retain(state), host)
  return outputs
}

/** Of equal nodes, and of one that runs several times in an iteration, the last state stays. */
function keepSolver({ after }: Solvers, name: string, state: unknown, { memory }: Host) {
  if (name in after) memory.release(after[name])
  after[name] = state
}

const contextOf = (id: string, op: Op, params: Params, path: readonly number[], host: Host): RunContext => ({
  random: randomFor(op, params, path),
  prepared: host.prepared.get(id),
})

/** What a node draws from: its seed, if it has one, and the iterations of the zones around it, outermost first. */
export function randomFor(op: Declaration, params: Params, path: readonly number[]): Random {
  const seed = Object.entries(op.params).find(([, { kind }]) => kind === 'seed')?.[0]
  return randomOf(seed ? (params[seed] as number) : 0, path)
}

/** Adds the node to what went wrong in it; what tfjs throws becomes a fault of the node as well. */
function located<T>(id: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw atNode(error, id)
  }
}

export function atNode(error: unknown, id: string): NodeError {
  if (error instanceof NodeError) return error.fault.node === undefined ? new NodeError({ ...error.fault, node: id }) : error
  const wrapped = new NodeError({
    node: id,
    message: messageOf(error),
    cure: 'Check the shapes of what is wired to it with an Inspect.',
  })
  wrapped.cause = error
  return wrapped
}

/** One loop while it runs. */
interface Running {
  step: LoopStep
  op: StartOp
  inputs: Inputs
  count: number
  frame: Frame
  host: Host
  place: Place
}

function* runLoop(step: LoopStep, frame: Frame, host: Host, place: Place): Generator<Signal, void, unknown> {
  const op = host.ops.get(step.op) as StartOp
  const outside = place === OUTSIDE
  if (outside) yield { kind: 'node', id: step.id }
  const wired = frame.read(step.inputs)
  const model = outside ? ((yield { kind: 'wait', promise: host.startFrom(step, wired) }) as Value | undefined) : undefined
  try {
    yield* runIterations(step, op, model ? { ...wired, model } : wired, frame, host, place)
  } finally {
    if (model) host.memory.release(model)
  }
}

function* runIterations(
  step: LoopStep,
  op: StartOp,
  inputs: Inputs,
  frame: Frame,
  host: Host,
  place: Place,
): Generator<Signal, void, unknown> {
  const { behaviour } = op
  const outside = place === OUTSIDE
  const count = located(step.id, () => behaviour.iterations(inputs, step.params))
  const running: Running = { step, op, inputs, count, frame, host, place }
  const kept = outside ? ((yield { kind: 'wait', promise: host.recallState(step, count) }) as Kept) : undefined
  let state = kept?.state ?? host.memory.retain({ own: located(step.id, () => begin(running)), solvers: {} } as LoopState)
  let index = kept?.index ?? behaviour.first?.(inputs) ?? 0
  const last = place.rehearsal ? Math.min(count, index + REHEARSED) : count
  let told = index
  const tell = (why: 'end' | 'stop') => {
    told = index
    return host.reached(step, index, state, why)
  }
  const emit = emitter(running, index)
  try {
    const ready =
      outside && index < count && !state.ended ? host.rehearse?.(step, () => rehearse(running, state, index)) : undefined
    if (ready) yield { kind: 'wait', promise: ready }
    while (index < last && !state.ended) {
      const now = yield* iterate(running, state, index)
      host.memory.release(state)
      state = now
      index++
      yield { kind: 'iteration', at: iterationOf(running, state, index) }
      // After its loss was handed over.
      if (outside) void host.reached(step, index, state, 'iteration').catch(() => {})
      if (index < count && !state.ended) yield* emit(state, index)
    }
    if (outside && index > told) yield { kind: 'wait', promise: tell('end') }
    setDone(running, state, frame, place.at)
  } finally {
    if (outside && index > told) void tell('stop').catch(() => {})
    host.memory.release(state)
  }
}

type Kept = { index: number; state: LoopState } | undefined

const begin = ({ op, inputs, step, place, host }: Running) =>
  tidied(() => op.behaviour.begin(inputs, step.params, contextOf(step.id, op, step.params.start, place.path, host)))

const iterationOf = ({ step, op, count, inputs, place }: Running, { own }: LoopState, index: number): Iteration => ({
  step,
  index,
  count,
  label: op.behaviour.label?.(own, index - 1, inputs),
  loss: op.behaviour.loss?.(own),
  emission: place.emission,
})

/** One iteration and one emission, as far as they go without waiting for a value; nobody sees them and nothing is left of them. */
function rehearse(running: Running, state: LoopState, index: number) {
  const unwatched = { made: undefined, slow: () => false, measures: () => undefined }
  const host: Host = { ...running.host, observe: () => {}, show: () => {}, ...unwatched }
  const unseen: Running = { ...running, host, place: { ...running.place, rehearsal: true } }
  const reached = withoutWaiting(iterate(unseen, state, index))
  if (!reached) return
  try {
    if (running.op.behaviour.emitEvery?.(running.step.params)) withoutWaiting(emission(unseen, reached, index + 1))
  } finally {
    host.memory.release(reached)
  }
}

/** What a generator comes to; undefined if it waits for something, which ends it. */
function withoutWaiting<T>(steps: Generator<Signal, T, unknown>): T | undefined {
  for (;;) {
    const { value, done } = steps.next()
    if (done) return value
    if (value.kind !== 'wait') continue
    value.promise.catch(() => {})
    steps.return(undefined as T)
    return undefined
  }
}

/** One iteration: the new state, retained for the caller. */
function* iterate(running: Running, state: LoopState, index: number): Generator<Signal, LoopState, unknown> {
  const { step, op, inputs, host, place, frame } = running
  const { behaviour } = op
  const body = new Frame(host.memory, frame)
  const solvers: Solvers | undefined = behaviour.samples ? { before: state.solvers, after: {} } : place.solvers
  const inside: Place = {
    path: [...place.path, index],
    at: { index, label: behaviour.label?.(state.own, index, inputs) },
    needed: lookers(running, index),
    solvers,
    emission: place.emission,
    unit: place.unit || Boolean(behaviour.around),
    share: 1 / (step.body.length + 2),
    ...(place.rehearsal && { rehearsal: true }),
  }
  const context = contextOf(step.id, op, step.params.start, inside.path, host)
  yield* passing(step.id, host, inside)
  const each = host.memory.retain(
    yield* measured(step.id, host, place, () =>
      located(step.id, () => tidied(() => behaviour.each(state.own, index, inputs, step.params, context))),
    ),
  )
  try {
    const own = yield* throughBody(running, state.own, each, body, inside)
    const settling = behaviour.settle?.(own)
    const made: LoopState = host.memory.retain({ own, solvers: behaviour.samples ? solvers!.after : {} })
    const whole = settling ? yield* settled(made, settling, step.end, host) : made
    const reached: LoopState = behaviour.ended?.(whole.own) ? { ...whole, ended: true } : whole
    return step.next.again === undefined ? reached : yield* askAgain(reached, body.get(step.next.again) as NumberValue, host)
  } finally {
    if (behaviour.samples) for (const solver of Object.values(solvers!.after)) host.memory.release(solver)
    body.dispose()
    host.memory.release(each)
  }
}

/** The body, and what End makes of what it takes: one unit where the way back goes through the body. */
function* throughBody(
  { step, op: { behaviour }, inputs, host, place }: Running,
  own: unknown,
  each: Outputs,
  body: Frame,
  inside: Place,
): Generator<Signal, unknown, unknown> {
  const { index } = inside.at as { index: number }
  const atEnd = <T>(work: () => T) => measured(step.end, host, place, () => located(step.end, () => tidied(work)))
  if (!behaviour.around) {
    publish(step.id, step.each, each, body, host, inside.at)
    yield* runSteps(step.body, body, host, inside)
    yield* passing(step.end, host, inside)
    return yield* atEnd(() => behaviour.advance!(own, body.read(step.next), index, inputs, step.params))
  }
  const passed: Signal[] = []
  const runBody = (values: Outputs) => {
    publish(step.id, step.each, values, body, host, inside.at)
    passed.push(...drain(runSteps(step.body, body, host, inside)))
    return body.read(step.next)
  }
  const reached = yield* atEnd(() => behaviour.around!(own, each, runBody, index, inputs, step.params))
  yield* passed
  yield* passing(step.end, host, inside)
  return reached
}

/** Whether an observer looks is decided once an iteration, or it might find that what leads to it was left out. */
function lookers({ count, step, op, host }: Running, index: number): (watchers: readonly string[]) => boolean {
  // The last value is always shown; where nobody knows which is the last, every value might be.
  if (index === count - 1 || step.next.again !== undefined || op.behaviour.ended) return () => true
  const decided = new Map<string, boolean>()
  return (watchers) =>
    watchers.some((id) => {
      if (!decided.has(id)) decided.set(id, host.looking(id))
      return decided.get(id)!
    })
}

/** What is read back comes in the place of the state that was made; retained for the caller, as that was. */
function* settled(made: LoopState, settling: Promise<unknown>, end: string, host: Host): Generator<Signal, LoopState, unknown> {
  try {
    const own = yield { kind: 'wait', promise: settling.catch((error: unknown) => Promise.reject(atNode(error, end))) }
    return host.memory.retain({ ...made, own })
  } finally {
    host.memory.release(made)
  }
}

/** Rule f: goes on while `again` is positive. */
function* askAgain(reached: LoopState, { tensor }: NumberValue, host: Host): Generator<Signal, LoopState, unknown> {
  let answered = false
  try {
    const [value] = (yield { kind: 'wait', promise: tensor.data() }) as Float32Array
    answered = true
    return value! > 0 ? reached : { ...reached, ended: true }
  } finally {
    if (!answered) host.memory.release(reached)
  }
}

/**
 * Inside a training body there is no waiting: the whole iteration is one synchronous unit under the tape. Returns the nodes that were
 * to be shown on the way, in order: they are shown after it.
 */
function drain(steps: Generator<Signal, void, unknown>): Signal[] {
  const passed: Signal[] = []
  for (const signal of steps) {
    if (signal.kind === 'inside') passed.push(signal)
    if (signal.kind === 'wait')
      throw new NodeError({
        message: 'Nothing can be waited for while gradients are recorded.',
        cure: 'Take it out of the training loop.',
      })
  }
  return passed
}

function setDone({ step, op, inputs, host }: Running, { own }: LoopState, frame: Frame, at: ObservedAt) {
  const done = located(step.end, () => tidied(() => op.behaviour.done(own, inputs, step.params, new Set(step.outputs))))
  host.memory.retain(done)
  try {
    publish(step.end, step.outputs, done, frame, host, at)
  } finally {
    host.memory.release(done)
  }
}

/** The first glances come after these parts of `every` steps: whoever has pressed Run wants to see something. */
const EARLY = [8, 4, 2]
/** No early glance before this many steps. */
const EARLIEST = 5

/** Whether step `index` of a run that began at step `start` is one to emit at. */
const isGlance = (index: number, start: number, every: number) =>
  index % every === 0 || (index - start >= EARLIEST && EARLY.some((part) => (index - start) * part === every))

/**
 * Samples while training: runs the emission on a state, as seldom as is needed to keep to its share of the time. The run
 * began at step `start`.
 */
function emitter(running: Running, start: number) {
  const { step, op, host } = running
  const every = op.behaviour.emitEvery?.(step.params) ?? 0
  const began = host.now()
  let spent = 0
  let dearest = 0
  let last = 0
  return function* (state: LoopState, index: number): Generator<Signal, void, unknown> {
    if (!every || !step.emission.length || !isGlance(index, start, every)) return
    const from = host.now()
    const whole = from - began
    if (spent > 0 && (spent + dearest) / (whole + dearest) > EMISSION_SHARE) return
    if (last && index - last > every) host.thinned(step, index - last)
    last = index
    try {
      yield* emission(running, state, index)
    } finally {
      const took = host.now() - from
      spent += took
      dearest = Math.max(took, dearest / 2)
    }
  }
}

/** Samples from a state: what leads from the done outputs to observers. */
function* emission(running: Running, state: LoopState, index: number): Generator<Signal, void, unknown> {
  const { step, host, frame, place } = running
  const inside = new Frame(host.memory, frame)
  try {
    const at = { index, label: undefined }
    setDone(running, state, inside, at)
    yield* runSteps(step.emission, inside, host, {
      ...place,
      at,
      needed: () => true,
      emission: true,
      share: 1 / step.emission.length,
    })
  } finally {
    inside.dispose()
  }
}
