// Runs a loop of a plan: iterations, observers and emissions.
import type { NumberValue } from '../base/values.ts'
import { valueId } from '../base/ids.ts'
import { allObservers, stepInputs, type LoopStep, type PeriodicFile } from './steps.ts'
import { BodyCalls, hideFromObservers, type ActiveLoop, type RunSteps } from './bodyCalls.ts'
import { EmissionSchedule } from './emissionSchedule.ts'
import {
  Frame,
  OUTSIDE_LOOPS,
  type Host,
  type Iteration,
  type LoopState,
  type ObservedAt,
  type Rerun,
  type LoopPosition,
  type Signal,
  type Solvers,
} from './host.ts'
import { LoopStepper } from './loopStepper.ts'
import { runAtNode } from './nodeErrors.ts'
import type { Inputs, Outputs, StartOp } from './op.ts'
import { runMeasured, publish, runContext, showNext } from './runNode.ts'
import { resolveParams } from './wiredParams.ts'

/**
 * Iterations of an inner loop in a dry run. Multistep solvers use other kernels in the second one.
 */
const DRY_ITERATIONS = 2

export function* runLoop(
  step: LoopStep,
  frame: Frame,
  host: Host,
  place: LoopPosition,
  runSteps: RunSteps,
): Generator<Signal, void, unknown> {
  const isOutside = place === OUTSIDE_LOOPS
  if (isOutside) yield { kind: 'node', id: step.id }
  const wired = frame.read(step.inputs)
  const models = isOutside
    ? ((yield { kind: 'wait', promise: host.startModels(step, wired) }) as Inputs | undefined)
    : undefined
  try {
    const stepper = createStepper(step, { ...wired, ...models }, host)
    yield* runIterations({ step, stepper, frame, host, place, runSteps })
  } finally {
    if (models) host.memory.release(models)
  }
}

function createStepper(step: LoopStep, wired: Inputs, host: Host): LoopStepper {
  const op = host.ops.get(step.op) as StartOp
  const { params, inputs } = runAtNode(step.id, () => resolveParams(op, step.params.start, wired))
  return new LoopStepper({
    behaviour: op.behaviour,
    inputs,
    params: { ...step.params, start: params },
    start: step.id,
    end: step.end,
    memory: host.memory,
    observed: observedOutputs(step),
    contextAt: (path) => runContext(step.id, op, params, path, host),
  })
}

/** Done outputs that observers read directly. */
function observedOutputs({ end, outputs, emission }: LoopStep): ReadonlySet<string> {
  const read = new Set(emission.flatMap(allObservers).flatMap(stepInputs))
  return new Set(outputs.filter((slot) => read.has(valueId({ node: end, slot }))))
}

type Recalled = { index: number; state: LoopState } | undefined

function* runIterations(loop: ActiveLoop): Generator<Signal, void, unknown> {
  const { step, stepper, frame, host, place } = loop
  const isOutside = place === OUTSIDE_LOOPS
  const recalled = isOutside
    ? ((yield { kind: 'wait', promise: host.findState(step, stepper.count) }) as Recalled)
    : undefined
  let state = recalled?.state ?? stepper.begin(place.path)
  let index = recalled?.index ?? stepper.firstIndex
  const end = place.isDryRun ? index + DRY_ITERATIONS : Infinity
  let reported = index
  const report = (why: 'end' | 'stop') => {
    reported = index
    return host.reportState(step, index, state, why)
  }
  const emissions = emissionSchedule(loop, index)
  const isTraining = isOutside && stepper.behaviour.trains === true
  if (isTraining) host.onTraining?.(step, rerunOf(loop, recalled === undefined))
  try {
    const ready =
      isOutside && stepper.hasNext(state, index)
        ? host.precompile?.(step, () => dryRun(loop, state, index))
        : undefined
    if (ready) yield { kind: 'wait', promise: ready }
    const began = host.now()
    while (index < end && stepper.hasNext(state, index)) {
      const next = yield* iterate(loop, state, index)
      host.memory.release(state)
      state = next
      index++
      yield { kind: 'iteration', at: describeIteration(loop, state, index, began) }
      // After the driver has read its loss.
      if (isOutside) void host.reportState(step, index, state, 'iteration').catch(() => {})
      yield { kind: 'rest' }
      if (stepper.hasNext(state, index) && emissions.isDue(index))
        yield* emit(loop, state, index, emissions)
      // The end writes the last ones.
      if (stepper.hasNext(state, index)) yield* writeSnapshots(loop, state, index)
    }
    if (isOutside && index > reported) yield { kind: 'wait', promise: report('end') }
    publishDone(loop, state, frame, place.at)
    const round = { outer: place.indices, x: index, completed: index }
    for (const { kind, id } of step.emission) if (kind === 'observe') frame.ends.set(id, round)
  } finally {
    if (isTraining) host.onTraining?.(step, undefined)
    if (isOutside && index > reported) void report('stop').catch(() => {})
    host.memory.release(state)
  }
}

function describeIteration(
  { step, stepper, place }: ActiveLoop,
  state: LoopState,
  index: number,
  began: number,
): Iteration {
  const { count, behaviour } = stepper
  return {
    step,
    index,
    count,
    label: stepper.label(state, index - 1),
    loss: behaviour.loss?.(state.own),
    emission: place.emission,
    began,
    isLast: place.isLast && index === count,
  }
}

// ---- one iteration

/** Runs one iteration. Returns the next state, retained for the caller. */
function* iterate(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
): Generator<Signal, LoopState, unknown> {
  const { step, stepper, host, place } = loop
  const solvers = stepper.solversFrom(state)
  const inside = positionInside(loop, state, index, solvers)
  const bodies = new BodyCalls(loop, inside)
  const wanted = new Set(step.each)
  yield* showNext(step.id, host, inside)
  const each = host.memory.retain(
    yield* runMeasured(step.id, host, place, () => stepper.each(state, index, inside.path, wanted)),
  )
  try {
    const own = yield* runBody(loop, state, index, each, bodies, inside)
    const { again } = step.next
    const asked = again === undefined ? undefined : (bodies.first.get(again) as NumberValue)
    const next = yield* waitFor(stepper.complete(own, index, solvers, asked))
    yield* owning(host, next, writeFiles(loop, bodies.first, index))
    return next
  } finally {
    for (const solver of Object.values(solvers?.after ?? {})) host.memory.release(solver)
    bodies.dispose()
    host.memory.release(each)
  }
}

/** Runs steps that may fail; releases a state that its caller would own otherwise. */
function* owning(
  host: Host,
  state: LoopState,
  steps: Generator<Signal, void, unknown>,
): Generator<Signal, void, unknown> {
  let isComplete = false
  try {
    yield* steps
    isComplete = true
  } finally {
    if (!isComplete) host.memory.release(state)
  }
}

/** Writes the files of body values that are due after an iteration. */
function* writeFiles(
  { step, host, place, runSteps }: ActiveLoop,
  body: Frame,
  index: number,
): Generator<Signal, void, unknown> {
  if (place.isDryRun || place.emission) return
  const at = { index: index + 1, label: undefined }
  for (const { every, file } of step.files ?? [])
    if ((index + 1) % every === 0) yield* runSteps([file], body, host, { ...place, at })
}

/** Writes the files of the done outputs that are due after `index` iterations. */
function* writeSnapshots(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
): Generator<Signal, void, unknown> {
  const { step, place, host, frame, runSteps } = loop
  if (place.isDryRun || place.emission) return
  for (const { every, file, steps } of step.snapshots ?? []) {
    if (index % every) continue
    const inside = new Frame(host.memory, frame)
    const at = { index, label: undefined }
    const snapshot = { ...place, at, isNeeded: () => true, emission: true }
    try {
      publishDone(loop, state, inside, at)
      yield* runSteps(steps, inside, host, snapshot)
      yield* runSteps([file], inside, host, snapshot)
    } finally {
      inside.dispose()
    }
  }
}

/** Returns the position of the body of an iteration. */
function positionInside(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
  solvers: Solvers | undefined,
): LoopPosition {
  const { step, stepper, place } = loop
  const { samePath, around } = stepper.behaviour
  // A zone that only computes something of its body is no iteration of its own.
  const isTransparent = samePath && around !== undefined
  return {
    path: samePath ? place.path : [...place.path, index],
    indices: isTransparent ? place.indices : [...place.indices, index],
    at: isTransparent
      ? place.at
      : {
          index,
          label: stepper.label(state, index),
          ...(!place.emission && {
            round: { outer: place.indices, x: index, completed: index + 1 },
          }),
        },
    isNeeded: isTransparent ? place.isNeeded : decideNeededObservers(loop, index),
    solvers: solvers ?? place.solvers,
    emission: place.emission,
    isLast: place.isLast && index === stepper.count - 1,
    inTrainingStep: place.inTrainingStep || Boolean(around),
    share: 1 / (step.body.length + 2),
    ...(place.isDryRun && { isDryRun: true }),
  }
}

/** Passes the promises of a stepper to the driver. */
function* waitFor<T>(
  steps: Generator<Promise<unknown>, T, unknown>,
): Generator<Signal, T, unknown> {
  let answer: unknown
  try {
    for (;;) {
      const { value, done } = steps.next(answer)
      if (done) return value
      answer = yield { kind: 'wait', promise: value }
    }
  } finally {
    steps.return(undefined as T)
  }
}

/**
 * Runs the body and End; as one unit if the backward pass goes through the body. Returns the loop's
 * own state.
 */
function* runBody(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
  each: Outputs,
  bodies: BodyCalls,
  inside: LoopPosition,
): Generator<Signal, unknown, unknown> {
  const { step, stepper, host, place, runSteps } = loop
  const atEnd = (work: () => unknown) => runMeasured(step.end, host, place, work)
  if (!stepper.behaviour.around) {
    const body = bodies.first
    publish(step.id, step.each, each, body, host, inside.at)
    yield* runSteps(step.body, body, host, inside)
    yield* showNext(step.end, host, inside)
    return yield* atEnd(() => stepper.advance(state, body.read(step.next), index))
  }
  const own = yield* atEnd(() => stepper.around(state, each, bodies.function, index))
  yield* bodies.shown
  yield* showNext(step.end, host, inside)
  return own
}

/**
 * Decides once per iteration which observers read values, so that none misses a value that was
 * skipped.
 */
function decideNeededObservers(
  { step, stepper, host }: ActiveLoop,
  index: number,
): (observers: readonly string[]) => boolean {
  const { count, behaviour } = stepper
  // The last value is always shown. If the number of iterations is unknown, any iteration may be
  // the last.
  if (index === count - 1 || step.next.again !== undefined || behaviour.ended) return () => true
  const decided = new Map((step.files ?? []).map(fileDecision(index)))
  return (observers) =>
    observers.some((id) => {
      if (!decided.has(id)) decided.set(id, host.wouldObserve(id))
      return decided.get(id)
    })
}

/** Decides whether a file is written after iteration `index`. */
const fileDecision =
  (index: number) =>
  ({ every, file }: PeriodicFile): [string, boolean] => [file.id, (index + 1) % every === 0]

function publishDone(
  { step, stepper, host }: ActiveLoop,
  state: LoopState,
  frame: Frame,
  at: ObservedAt,
) {
  const done = host.memory.retain(stepper.done(state, new Set(step.outputs)))
  try {
    publish(step.end, step.outputs, done, frame, host, at)
  } finally {
    host.memory.release(done)
  }
}

// ---- emissions

function emissionSchedule({ step, stepper, host }: ActiveLoop, firstIndex: number) {
  const every = step.emission.length ? (stepper.behaviour.emitEvery?.(stepper.params) ?? 0) : 0
  return new EmissionSchedule(every, firstIndex, host.now, host.emissionShare, (thinned) =>
    host.onThinned(step, thinned, every),
  )
}

function* emit(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
  emissions: EmissionSchedule,
): Generator<Signal, void, unknown> {
  try {
    yield* runEmission(loop, state, index)
  } finally {
    emissions.end()
  }
}

/** Runs the steps from the done outputs of a state to observers. */
function* runEmission(
  loop: ActiveLoop,
  state: LoopState,
  index: number,
): Generator<Signal, void, unknown> {
  const { step, host, frame, place, runSteps } = loop
  const inside = new Frame(host.memory, frame)
  try {
    const round = { outer: place.indices, x: index, completed: index }
    const at = { index, label: undefined, round }
    publishDone(loop, state, inside, at)
    yield* runSteps(step.emission, inside, host, {
      ...place,
      at,
      isNeeded: () => true,
      emission: true,
      share: 1 / step.emission.length,
    })
  } finally {
    inside.dispose()
  }
}

// ---- iterations that are not shown

/** Iterations of a training, unseen and without files. */
function rerunOf(loop: ActiveLoop, isFromStart: boolean): Rerun {
  const { stepper, host, place } = loop
  const unseen: ActiveLoop = {
    ...loop,
    host: { ...hideFromObservers(host), wouldObserve: () => false },
    place: { ...place, emission: true },
  }
  return {
    begin: () =>
      isFromStart ? { index: stepper.firstIndex, state: stepper.begin(place.path) } : undefined,
    next: (state, index) => runWithoutWaiting(iterate(unseen, state, index)),
  }
}

/**
 * Runs one iteration and one emission, as far as possible without waiting. Observers do not see the
 * values, and all results are discarded.
 */
function dryRun(loop: ActiveLoop, state: LoopState, index: number) {
  const host = hideFromObservers(loop.host)
  const unseen: ActiveLoop = { ...loop, host, place: { ...loop.place, isDryRun: true } }
  const next = runWithoutWaiting(iterate(unseen, state, index))
  if (!next) return
  try {
    if (loop.stepper.behaviour.emitEvery?.(loop.stepper.params))
      runWithoutWaiting(runEmission(unseen, next, index + 1))
  } finally {
    host.memory.release(next)
  }
}

/** Returns the result of a generator; ends it and returns undefined if it has to wait. */
function runWithoutWaiting<T>(steps: Generator<Signal, T, unknown>): T | undefined {
  for (;;) {
    const { value, done } = steps.next()
    if (done) return value
    if (value.kind !== 'wait') continue
    value.promise.catch(() => {})
    steps.return(undefined as T)
    return undefined
  }
}
