// Values of wires as operands of a formula, and results as values of a type.
import type { TextRange } from '../../engine/formula/error.ts'
import { FormulaError } from '../../engine/formula/error.ts'
import { isHost, type DeviceValue, type FormulaValue } from '../../engine/formula/evaluate.ts'
import type { ValueType } from '../../engine/formula/typing.ts'
import { formulaMessages } from '../../engine/messages/formula.ts'
import { EngineError } from '../../engine/base/errors.ts'
import type { Scalar, Tensor1D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type {
  ItemLosses,
  Prediction,
  PredictionType,
  Samples,
  Space,
} from '../../engine/base/values.ts'
import type { SlotValues, SlotType, Value } from '../../engine/plan/slotValues.ts'
import { levelsAt, type Schedule } from '../../engine/process/schedule.ts'

/** Slot types that a formula computes with. */
export const operandTypes = [
  'samples',
  'noise',
  'prediction',
  'number',
  'loss',
  'losses',
  'weights',
  'timestep',
  'labels',
  'logits',
] as const satisfies readonly SlotType[]

export type OperandType = (typeof operandTypes)[number]
export type OperandSlotValue = SlotValues[OperandType]

/** Returns the properties of a value of a slot type that are known before a run. */
export function operandType(type: SlotType | undefined): ValueType {
  switch (type) {
    case 'samples':
    case 'noise':
    case 'prediction':
    case 'logits':
      return { least: 'batch', most: 'batch', host: 'no' }
    case 'losses':
      return { least: 'items', most: 'items', host: 'no' }
    case 'loss':
      return { least: 'number', most: 'number', host: 'no' }
    case 'number':
      return { least: 'number', most: 'number', host: 'maybe' }
    case 'timestep':
      return { least: 'number', most: 'items', host: 'yes' }
    case 'labels':
    case 'weights':
      return { least: 'items', most: 'items', host: 'yes' }
    default:
      return { least: 'number', most: 'batch', host: 'maybe' }
  }
}

export function toOperand(value: OperandSlotValue): FormulaValue {
  switch (value.type) {
    case 'samples':
    case 'noise':
    case 'prediction':
    case 'logits':
      return { kind: 'batch', tensor: value.tensor }
    case 'losses':
      return { kind: 'items', tensor: value.tensor }
    case 'loss':
      return { kind: 'number', tensor: value.tensor }
    case 'number':
      return value.value === undefined
        ? { kind: 'number', tensor: value.tensor }
        : { kind: 'number', host: Float64Array.of(value.value) }
    case 'weights':
      return { kind: 'items', host: value.weights }
    case 'labels':
      return { kind: 'items', host: Float64Array.from(value.labels) }
    case 'timestep':
      return {
        kind: value.t.length === 1 ? 'number' : 'items',
        host: value.t,
        ...(value.ratio && { ratio: value.ratio }),
      }
  }
}

// ---- checks before a run

const MISFITS = {
  number: { items: formulaMessages.numberFromItems, batch: formulaMessages.numberFromBatch },
  items: { number: formulaMessages.itemsFromNumber, batch: formulaMessages.itemsFromBatch },
  batch: { number: formulaMessages.batchFromNumber, items: formulaMessages.batchFromItems },
} as const

const KIND_OF_OUTPUT = {
  samples: 'batch',
  noise: 'batch',
  prediction: 'batch',
  logits: 'batch',
  number: 'number',
  loss: 'number',
  losses: 'items',
  weights: 'items',
  timestep: 'items',
  labels: 'items',
} as const satisfies Record<OperandType, ValueType['least']>

/** Outputs that contain host values. One number is a list of length one. */
const HOST_OUTPUTS: ReadonlySet<string> = new Set(['weights', 'timestep', 'labels'])

/**
 * Checks that a result can be an output of this type, as far as its type is known. Throws
 * FormulaError.
 */
export function checkOutput(
  { least, most, host }: ValueType,
  output: OperandType,
  range: TextRange,
) {
  const expected = KIND_OF_OUTPUT[output]
  const isList = HOST_OUTPUTS.has(output)
  if (expected === 'number' && least !== 'number')
    throw new FormulaError(MISFITS.number[least], { output }, range)
  if (expected === 'items' && least === 'batch')
    throw new FormulaError(MISFITS.items.batch, { output }, range)
  if (expected === 'items' && most === 'number' && !isList)
    throw new FormulaError(MISFITS.items.number, { output }, range)
  if (expected === 'batch' && most !== 'batch')
    throw new FormulaError(MISFITS.batch[most], { output }, range)
  if (isList && host === 'no')
    throw new FormulaError(formulaMessages.outputOnDevice, { output }, range)
}

// ---- results

export interface ResultContext {
  output: OperandType
  range: TextRange
  schedule: Schedule | undefined
  /** The value whose properties the output has, such as the space of its data. */
  like: OperandSlotValue | undefined
  predicts: PredictionType | undefined
}

/** Returns a result as a value of the output type. Throws FormulaError if it is none. */
export function toOutput(result: FormulaValue, context: ResultContext): Value {
  const { output, range, like, predicts } = context
  checkOutput(
    { least: result.kind, most: result.kind, host: isHost(result) ? 'yes' : 'no' },
    output,
    range,
  )
  switch (output) {
    case 'number':
    case 'loss':
      return toNumber(result, output)
    case 'weights':
    case 'timestep':
    case 'labels':
      return isHost(result) ? toList(result.host, context) : unexpected()
    case 'losses':
      return { ...(like as ItemLosses), type: 'losses', tensor: toItems(result) }
    case 'logits':
      return { type: 'logits', tensor: toBatch(result) }
    case 'samples':
    case 'noise':
      return { type: output, tensor: toBatch(result), space: spaceOf(like) }
    case 'prediction': {
      const variance = like?.type === 'prediction' ? like.variance : undefined
      return {
        type: 'prediction',
        tensor: toBatch(result),
        space: spaceOf(like),
        predicts: predicts ?? unexpected(),
        ...(variance && { variance }),
      }
    }
  }
}

function toNumber(result: FormulaValue, type: 'number' | 'loss'): Value {
  if (!isHost(result)) return { type, tensor: result.tensor as Scalar }
  const [value] = result.host
  const tensor = tf.scalar(value, 'float32')
  return type === 'number' && Number.isFinite(value) ? { type, tensor, value } : { type, tensor }
}

function toList(host: Float64Array, { output, range, schedule }: ResultContext): Value {
  if (output === 'labels') {
    const value = host.find((label) => !Number.isInteger(label) || label < -1)
    if (value !== undefined)
      throw new FormulaError(formulaMessages.fractionalLabel, { value }, range)
    return { type: 'labels', labels: Int32Array.from(host) }
  }
  if (output === 'weights') {
    const value = host.find((weight) => !Number.isFinite(weight) || weight < 0)
    if (value !== undefined) throw new FormulaError(formulaMessages.weightValue, { value }, range)
    return { type: 'weights', weights: host }
  }
  checkTimes(host, schedule, range)
  return { type: 'timestep', t: host }
}

/** Throws FormulaError for times outside the schedule, or without one, for impossible ones. */
export function checkTimes(t: Float64Array, schedule: Schedule | undefined, range: TextRange) {
  const value = t.find((time) => !(Number.isFinite(time) && time >= -1))
  if (value !== undefined) throw new FormulaError(formulaMessages.timestepValue, { value }, range)
  if (!schedule) return
  try {
    levelsAt(schedule, { t })
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new FormulaError(error.problem as never, error.values as never, range)
  }
}

const toItems = (result: FormulaValue): Tensor1D =>
  isHost(result) ? tf.tensor1d(Float32Array.from(result.host)) : (result.tensor as Tensor1D)

const toBatch = (result: FormulaValue) => (result as DeviceValue).tensor

const spaceOf = (like: OperandSlotValue | undefined): Space =>
  (like as Samples | Prediction | undefined)?.space ?? unexpected()

function unexpected(): never {
  throw new Error('The result was not checked.')
}
