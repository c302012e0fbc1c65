// Evaluates formulas. Operations on host values are computed here, in float64; all others by the
// device evaluator (`device.ts`), which is the only one that uses tfjs.
import { EngineError } from '../base/errors.ts'
import type { Tensor } from '../base/tf.ts'
import { formulaMessages } from '../messages/formula.ts'
import { levelsAt, type Schedule } from '../process/schedule.ts'
import { carriesGradient, findActivity, type Activity, type Path } from './activity.ts'
import { FormulaError, type TextRange } from './error.ts'
import type { Elementwise, FormulaFunction, ScheduleLookup } from './functionTypes.ts'
import { getFunction } from './functions.ts'
import type { Call, Program } from './program.ts'
import { largerKind, type Kind } from './typing.ts'

/** One number, or one per item, in float64. */
export interface HostValue {
  kind: 'number' | 'items'
  host: Float64Array
  /** σ / α at these times, for times between those of the schedule. See `Times`. */
  ratio?: Float64Array
}

/** A scalar, `[b]`, or a batch. */
export interface DeviceValue {
  kind: Kind
  tensor: Tensor
}

export type FormulaValue = HostValue | DeviceValue

/** An operation with at least one operand on the device. */
export interface DeviceCall {
  called: Exclude<FormulaFunction, ScheduleLookup>
  args: readonly FormulaValue[]
  /** The last argument, if it is a number in the text. */
  literal: number | undefined
  /** Branches in which the result is used; undefined if it is used everywhere, or plain. */
  paths: readonly Path[] | undefined
  /** Value of a condition in `paths`. */
  getCondition: (index: number) => FormulaValue
  range: TextRange
}

type Operation = Omit<DeviceCall, 'called'>

export interface Environment {
  /** Inputs by name. */
  inputs: ReadonlyMap<string, FormulaValue>
  schedule: Schedule | undefined
  /** Operations are recorded for gradients. */
  hasTape?: boolean
  /** Undefined if all inputs are host values. */
  runOnDevice?: (call: DeviceCall) => DeviceValue
}

export const isHost = (value: FormulaValue): value is HostValue => 'host' in value

export const hostScalar = (value: number): HostValue => ({
  kind: 'number',
  host: Float64Array.of(value),
})

/** @throws FormulaError about operands that are missing or do not fit */
export const evaluateProgram = (program: Program, environment: Environment): FormulaValue =>
  new Evaluation(program, environment).evaluate(program.root, environment.hasTape ?? false)

/** Values of nodes, each evaluated once. Recursion is bounded by the number of nodes. */
class Evaluation {
  readonly #plain = new Map<number, FormulaValue>()
  readonly #guarded = new Map<number, FormulaValue>()
  readonly #activity: Activity
  readonly #program: Program
  readonly #environment: Environment

  constructor(program: Program, environment: Environment) {
    this.#program = program
    this.#environment = environment
    this.#activity = findActivity(program)
  }

  /** `guards`: the value is used for gradients, so that functions in branches have to be guarded. */
  evaluate(index: number, guards: boolean): FormulaValue {
    const isGuarded = guards && this.#activity.guarded.has(index)
    const values = isGuarded ? this.#guarded : this.#plain
    const known = values.get(index)
    if (known) return known
    const node = this.#program.nodes[index]
    const value =
      node.kind === 'number'
        ? hostScalar(node.value)
        : node.kind === 'input'
          ? readInput(node.name, node.range, this.#environment)
          : this.#evaluateCall(node, index, isGuarded)
    values.set(index, value)
    return value
  }

  #evaluateCall(node: Call, index: number, isGuarded: boolean): FormulaValue {
    const { nodes } = this.#program
    const isUsed = this.#activity.always.has(index)
    const last = nodes[node.args.at(-1) ?? 0]
    const operation: Operation = {
      args: node.args.map((arg, i) => this.evaluate(arg, isGuarded && carriesGradient(node, i))),
      literal: last.kind === 'number' ? last.value : undefined,
      paths: isGuarded ? this.#activity.paths.get(index) : undefined,
      getCondition: (condition) => this.evaluate(condition, false),
      range: node.range,
    }
    return evaluateCall(node, operation, { ...this.#environment, isUsed })
  }
}

function readInput(name: string, range: TextRange, { inputs, schedule }: Environment) {
  if (name === 'T') {
    if (!schedule) throw new FormulaError(formulaMessages.noSchedule, { name }, range)
    if ('T' in schedule) return hostScalar(schedule.T)
    throw new FormulaError(formulaMessages.noLastTime, { schedule: schedule.name }, range)
  }
  const value = inputs.get(name)
  if (value) return value
  throw new FormulaError(formulaMessages.notConnected, { name }, range)
}

/** `isUsed`: the node is not in a branch, which may not be taken. */
function evaluateCall(
  { id }: Call,
  operation: Operation,
  environment: Environment & { isUsed: boolean },
): FormulaValue {
  const called = getFunction(id)
  const { args, range } = operation
  if (called.kinds === 'schedule') {
    const [argument] = args
    if (!isHost(argument))
      throw new FormulaError(formulaMessages.onDevice, { name: called.written }, range)
    return lookUp(called, argument, { ...environment, range })
  }
  if (args.every(isHost)) return evaluateOnHost(called, args, range)
  if (!environment.runOnDevice) throw new Error('No device evaluator for a tensor.')
  return environment.runOnDevice({ ...operation, called })
}

function evaluateOnHost(
  called: DeviceCall['called'],
  args: readonly HostValue[],
  range: TextRange,
): HostValue {
  const [first] = args
  if (called.kinds === 'elementwise') return applyOnHost(called.host, args, range)
  if (called.kinds === 'all') return hostScalar(called.host([...first.host]))
  return { kind: first.kind, host: first.host.map((value) => called.host([value])) }
}

function applyOnHost(
  apply: Elementwise['host'],
  args: readonly HostValue[],
  range: TextRange,
): HostValue {
  const length = Math.max(...args.map(({ host }) => host.length))
  const other = args.find(({ host }) => host.length !== 1 && host.length !== length)
  if (other)
    throw new FormulaError(
      formulaMessages.shapes,
      { first: length, second: other.host.length },
      range,
    )
  const kind = args.map((arg) => arg.kind).reduce((a, b) => largerKind(a, b) as HostValue['kind'])
  const host = Float64Array.from({ length }, (_, i) =>
    apply(...args.map((arg) => arg.host[arg.host.length === 1 ? 0 : i])),
  )
  return { kind, host }
}

interface LookupContext {
  schedule: Schedule | undefined
  range: TextRange
  /** False in a branch, where times outside the schedule give NaN instead of an error. */
  isUsed: boolean
}

function lookUp(
  { host: lookup, written }: ScheduleLookup,
  { kind, host, ratio }: HostValue,
  { schedule, range, isUsed }: LookupContext,
): HostValue {
  if (!schedule) throw new FormulaError(formulaMessages.noSchedule, { name: written }, range)
  const readAt = (i: number): number => {
    if (lookup.of === 'ratio') return lookup.read(schedule, host[i])
    const own = ratio && { ratio: ratio.subarray(i, i + 1) }
    return lookup.read(levelsAt(schedule, { t: host.subarray(i, i + 1), ...own }), 0)
  }
  const results = new Float64Array(host.length)
  for (let i = 0; i < host.length; i++) {
    try {
      results[i] = readAt(i)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      if (isUsed) throw locate(error, range)
      results[i] = NaN
    }
  }
  return { kind, host: results }
}

/** The error of a schedule, at the place of the lookup. */
function locate(error: EngineError, range: TextRange): FormulaError {
  const { problem, values } = error
  return new FormulaError(problem as never, values as never, range)
}
