// Values of wired params, when a node or loop starts.
import { NodeError } from '../messages/fault.ts'
import { getOwn } from '../base/records.ts'
import type { Value } from './slotValues.ts'
import type { Declaration, Inputs, Op, Param, Params, StaticNumber } from './op.ts'
import { paramFault, problemWith } from './params.ts'
import { wiredParams } from './paramSlots.ts'
import { planMessages } from '../messages/plan.ts'

/**
 * Returns the value of a param from that of its wire: a number, a text, or for booleans 0 or 1. Other
 * numbers are returned as they are, and rejected by `problemWith`.
 */
export function fromWire(spec: Param, value: StaticNumber | { type: 'text'; text: string }) {
  if (value.type === 'text') return value.text
  if (spec.kind === 'boolean' && (value.value === 0 || value.value === 1)) return value.value === 1
  return value.value
}

/**
 * Separates params from the other inputs of a node, and reads their values.
 * @throws NodeError for a number that is only on the device, or a value that the param rejects
 */
export function resolveParams(
  op: Declaration,
  params: Params,
  inputs: Inputs,
): { params: Params; inputs: Inputs } {
  const names = wiredParams(op, inputs)
  if (!names.length) return { params, inputs }
  const own = { ...inputs }
  const resolved = { ...params }
  for (const name of names) {
    resolved[name] = readParam(op, name, inputs[name])
    delete own[name]
  }
  return { params: resolved, inputs: own }
}

/** Like {@link resolveParams}, and repeats the check that could not be made before the run. */
export function resolveChecked(op: Op, params: Params, inputs: Inputs) {
  const resolved = resolveParams(op, params, inputs)
  if (resolved.params !== params && 'check' in op)
    op.check?.(
      resolved.params as never,
      knownParamValues(resolved.inputs) as never,
      new Map(Object.entries(resolved.inputs).map(([slot, value]) => [slot, value?.type])),
    )
  return resolved
}

/** Returns the value of a wired param. */
export function readParam(op: Declaration, name: string, value: Value | undefined): unknown {
  const spec = getOwn(op.params, name)
  if (!spec) throw new Error(`${op.type} has no param ${name}.`)
  const read =
    value?.type === 'text'
      ? value
      : value?.type === 'number' && value.value !== undefined
        ? { type: value.type, value: value.value }
        : undefined
  if (!read)
    throw new NodeError({
      param: name,
      message: planMessages.deviceNumber({ param: name }),
      cure: planMessages.readNumber(),
    })
  const given = fromWire(spec, read)
  if (problemWith(given, spec) === undefined) return given
  throw new NodeError(paramFault(name, spec, given, {}))
}

/** Values in the form in which a `check` receives those that are known before the run. */
const knownParamValues = (inputs: Inputs) =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([slot, value]) => {
      const known = value && knownValue(value)
      return known ? [[slot, known]] : []
    }),
  )

function knownValue(value: Value) {
  switch (value.type) {
    case 'model':
    case 'prediction': {
      const { type, predicts, variance } = value
      return { type, predicts, variance: variance !== undefined }
    }
    case 'schedule':
    case 'timestep':
    case 'timesteps':
    case 'text':
      return value
    default:
      return undefined
  }
}
