// Runs one node of a plan: reads its inputs, runs it or uses cached outputs, and publishes its
// outputs.
import type { MessageText } from '../base/catalogue.ts'
import { valueId } from '../base/ids.ts'
import { NodeError } from '../messages/fault.ts'
import { runTidied } from '../base/memory.ts'
import { hostNumber } from '../base/values.ts'
import { planMessages } from '../messages/plan.ts'
import type { NodeStep } from './steps.ts'
import { wire } from './graph.ts'
import {
  OUTSIDE_LOOPS,
  type Frame,
  type Host,
  type ObservedAt,
  type LoopPosition,
  type Signal,
} from './host.ts'
import { deviceDone } from './measures.ts'
import { runAtNode } from './nodeErrors.ts'
import type {
  Inputs,
  Measurement,
  ObserverOp,
  Op,
  Outputs,
  OutputOp,
  Params,
  RunContext,
  RunOp,
} from './op.ts'
import { randomFor, readInputs, readKnown, runOp, unknownValues } from './runOp.ts'
import { resolveChecked } from './wiredParams.ts'

export function* runNode(
  step: NodeStep,
  frame: Frame,
  host: Host,
  place: LoopPosition,
): Generator<Signal, void, unknown> {
  const inputs = frame.read(step.inputs)
  if (place !== OUTSIDE_LOOPS) yield* showNext(step.id, host, place)
  if (step.kind === 'observe') {
    const round = frame.ends.get(step.id)
    return host.observe(step, inputs, { ...place.at, path: place.indices, ...(round && { round }) })
  }
  if (place === OUTSIDE_LOOPS) yield { kind: 'node', id: step.id }
  if (step.kind === 'files') {
    const op = host.ops.get(step.op) as OutputOp
    const { index } = place.at
    const files = async () => {
      const written = await op.files(inputs as never, step.params as never)
      if (index === undefined) return written
      const number = [...place.indices, index].join('-')
      return written.map((file) => ({ ...file, name: numberedName(file.name, number) }))
    }
    yield { kind: 'wait', promise: runAtNode(step.id, () => host.files(step, files)) }
    return
  }
  const op = host.ops.get(step.op)
  if (op?.role === 'observer') return yield* runMetric(step, op, inputs, frame, host, place)
  const recalled = place === OUTSIDE_LOOPS ? host.findOutputs(step) : undefined
  const outputs = host.memory.retain(recalled ?? (yield* runFunction(step, inputs, host, place)))
  try {
    publish(step.id, step.outputs, outputs, frame, host, place.at)
    if (!place.inTrainingStep && !place.isDryRun) showOutputs(step, outputs, host)
    if (place === OUTSIDE_LOOPS && !recalled) host.storeOutputs(step, usedOutputs(step, outputs))
  } finally {
    host.memory.release(outputs)
  }
}

/** Adds the number of an iteration to a file name: `model-100.zip`. */
export const numberedName = (name: string, number: string) =>
  name.replace(/(\.\w+)?$/, (extension) => `-${number}${extension}`)

/**
 * Runs a metric whose outputs are wired. Its measured numbers are known on the CPU. Inside a
 * training step, only outputs that are computed on the device are possible.
 */
function* runMetric(
  step: NodeStep,
  op: ObserverOp,
  inputs: Inputs,
  frame: Frame,
  host: Host,
  place: LoopPosition,
): Generator<Signal, void, unknown> {
  const { measure, onDevice } = op
  const outputs: Outputs = {}
  const own = measuredSlots(step, op)
  try {
    yield* runMeasured(step.id, host, place, () =>
      runAtNode(step.id, () => {
        for (const slot of step.outputs) {
          const compute = onDevice?.[slot]
          if (!compute) continue
          const tensor = runTidied(() => compute(inputs as never, step.params as never))
          outputs[slot] = host.memory.retain({ type: 'loss', tensor })
        }
      }),
    )
    if (measure && (own.length || !place.inTrainingStep)) {
      const promise = runAtNode(step.id, () => measure(inputs as never, step.params as never))
      const { numbers, view } = (yield { kind: 'wait', promise }) as Measurement
      if (!place.isDryRun) host.show(step, view)
      for (const slot of own) outputs[slot] = host.memory.retain(hostNumber(numbers[slot]))
    }
    publish(step.id, step.outputs, outputs, frame, host, place.at)
  } finally {
    host.memory.release(outputs)
  }
}

/** The wired outputs of a metric that are measured on the CPU. */
const measuredSlots = ({ outputs }: NodeStep, { onDevice }: ObserverOp): string[] =>
  outputs.filter((slot) => !onDevice?.[slot])

function* runFunction(
  step: NodeStep,
  wired: Inputs,
  host: Host,
  place: LoopPosition,
): Generator<Signal, Outputs, unknown> {
  const op = host.ops.get(step.op) as RunOp
  const { params, inputs } = runAtNode(step.id, () => resolveChecked(op, step.params, wired))
  const read = op.reads && (yield* readNodeTensors(step.id, op, inputs, params, place))
  const compute = () =>
    runAtNode(step.id, () => {
      const context = runContext(step.id, op, params, place.path, host)
      return runOp(op, inputs, params, read ? { ...context, read } : context, {
        solvers: place.solvers,
        name: solverName(step, host),
        memory: host.memory,
      })
    })
  if (place === OUTSIDE_LOOPS && evaluatesModel(inputs)) {
    const { memory } = host
    const ready = host.precompile?.(step, () => memory.release(memory.retain(compute())))
    if (ready) yield { kind: 'wait', promise: ready }
  }
  return yield* runMeasured(step.id, host, place, compute)
}

/** Nodes without a model have few kernels, and may take long on the CPU. */
const evaluatesModel = (inputs: Inputs) =>
  Object.values(inputs).some((value) => value?.type === 'model')

function* readNodeTensors(
  id: string,
  op: RunOp,
  inputs: Inputs,
  params: Params,
  { inTrainingStep }: LoopPosition,
): Generator<Signal, Float32Array[], unknown> {
  const known = runAtNode(id, () => {
    const values = readKnown(op, inputs, params)
    if (!values && op.readsKnown && inTrainingStep) throw unknownValues()
    return values
  })
  if (known) return known
  const promise = runAtNode(id, () => readInputs(op, inputs, params))
  return (yield { kind: 'wait', promise }) as Float32Array[]
}

/**
 * Names a solver by its key instead of its id, so that a stored state is valid for a renamed node.
 */
const solverName = (step: NodeStep, { keys }: Host): string =>
  keys.values.get(valueId(wire(step.id, step.outputs[0] ?? ''))) ?? step.id

const usedOutputs = ({ outputs: slots }: NodeStep, outputs: Outputs): Outputs =>
  Object.fromEntries(slots.map((slot) => [slot, outputs[slot]]))

/** Yields to the driver, which pauses here in slow motion. */
export function* showNext(
  id: string,
  host: Host,
  { share }: LoopPosition,
): Generator<Signal, void, unknown> {
  if (host.isSlowMotion?.()) yield { kind: 'inside', id, share }
}

/** Runs the work of a node, and measures it if requested. */
export function* runMeasured<T>(
  id: string,
  host: Host,
  place: LoopPosition,
  work: () => T,
): Generator<Signal, T, unknown> {
  const measures = host.measures?.()
  if (!measures) return work()
  const began = measures.begin(id, host.now())
  const result = work()
  const waits = !place.inTrainingStep && measures.timing !== 'device'
  const done = waits ? deviceDone() : undefined
  if (done) yield { kind: 'wait', promise: done }
  measures.add(id, began, host.now(), result, place.inTrainingStep)
  return result
}

function showOutputs(step: NodeStep, outputs: Outputs, host: Host) {
  const { show } = host.ops.get(step.op) as RunOp
  const view = show && runAtNode(step.id, () => show(outputs as never))
  if (view) host.show(step, view)
}

/** Stores the used outputs in the frame. */
export function publish(
  id: string,
  slots: readonly string[],
  outputs: Outputs,
  frame: Frame,
  host: Host,
  at: ObservedAt,
) {
  for (const slot of slots) {
    const value = outputs[slot]
    if (!value)
      throw new NodeError({
        node: id,
        slot,
        message: planMessages.noValue({ slot }),
        cure: missingCures[slot] ?? planMessages.removeWire(),
      })
    const name = valueId(wire(id, slot))
    frame.set(name, value)
    host.onValue?.(name, value, at)
  }
}

const missingCures: Partial<Record<string, MessageText>> = {
  labels: planMessages.useLabels(),
  losses: planMessages.connectTime(),
  number: planMessages.useNumbers(),
  t: planMessages.useNumbers(),
  t_prev: planMessages.useNumbers(),
  tokens: planMessages.useCaptions(),
  training: planMessages.useTraining(),
  schedule: planMessages.useSchedule(),
}

export const runContext = (
  id: string,
  op: Op,
  params: Params,
  path: readonly number[],
  host: Host,
): RunContext => ({
  random: randomFor(op, params, path),
  prepared: host.prepared.get(id),
})
