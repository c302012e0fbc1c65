// Checks the calls of a script like a graph: node types, slots and params.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Inputs, Op, Ops, Outputs, Params } from '../../engine/plan/op.ts'
import { checkParams } from '../../engine/plan/params.ts'
import { splitMany } from '../../engine/base/ids.ts'
import type { Loss, NumberValue, TextValue } from '../../engine/base/values.ts'
import { atNode } from '../../engine/plan/nodeErrors.ts'
import { inputSlot } from '../../engine/plan/slots.ts'
import { paramType } from '../../engine/plan/paramSlots.ts'
import { readParam } from '../../engine/plan/wiredParams.ts'
import { scriptMessages } from '../../messages/script.ts'
import { settingWords } from '../../messages/settings.ts'
import { LOOP } from '../../workflow/slots.ts'

/** @throws NodeError if there is no node of this type, or if it needs another call */
export function findOp<R extends Op['role']>(
  ops: Ops,
  type: string,
  role: R,
): Extract<Op, { role: R }> {
  const op = ops.get(type)
  if (!op) {
    throw new NodeError({
      node: type,
      message: scriptMessages.unknownNode({ type }),
      cure: scriptMessages.findNode(),
    })
  }
  if (op.role !== role || 'expands' in op) {
    throw wrongCallError(op, 'expands' in op ? undefined : callsByRole[op.role])
  }
  return op as Extract<Op, { role: R }>
}

/** The error of a node that needs another call, if there is one. */
export const wrongCallError = (op: Op, call: string | undefined) =>
  new NodeError({
    node: op.type,
    message: scriptMessages.wrongCall({ title: op.title }),
    cure: call ? scriptMessages.useCall({ call }) : scriptMessages.openInEditor(),
  })

const callsByRole: Partial<Record<Op['role'], string>> = {
  node: 'run',
  observer: 'show',
  output: 'save',
  start: 'loop',
}

const listNames = (names: readonly string[]) =>
  scriptMessages.listNames({ names: names.join(', ') || settingWords.none() })

/** Checks that all required inputs have values, and that all inputs are declared. */
export function checkInputs(op: Op, inputs: Inputs): Inputs {
  for (const [slot, value] of Object.entries(inputs)) {
    if (!inputSlot(op, slot)) {
      const has = Object.keys(op.inputs).filter((name) => name !== LOOP)
      throw new NodeError({
        node: op.type,
        slot,
        message: scriptMessages.unknownInput({ title: op.title, slot }),
        cure: listNames(has),
      })
    }
    if (!value)
      throw new NodeError({
        node: op.type,
        slot,
        message: scriptMessages.noValue({ slot }),
        cure: scriptMessages.giveOrOmit(),
      })
  }
  const given = new Set(Object.keys(inputs).flatMap((slot) => [slot, splitMany(slot)[0]]))
  for (const [slot, { optional, many }] of Object.entries(op.inputs)) {
    if (optional || many || given.has(slot) || slot === LOOP) continue
    throw new NodeError({
      node: op.type,
      slot,
      message: scriptMessages.missingInput({ title: op.title, slot }),
      cure: scriptMessages.giveValue(),
    })
  }
  return inputs
}

/** Checks params and adds the defaults of missing ones. */
export function completeParams(op: Op, params: Params): Params {
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(op.params, name))
  if (unknown !== undefined) throw unknownParamError(op, unknown, [op])
  const given = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, readCallValue(op, name, value)]),
  )
  const { params: full, faults } = checkParams(
    { id: op.type, op: op.type, params: given, inputs: {} },
    op,
  )
  if (faults[0]) throw new NodeError(faults[0])
  return full
}

/** Returns the value of a param; that of a wire if it is an output of another call. */
function readCallValue(op: Op, name: string, given: unknown): unknown {
  if (!paramType(op.params[name]) || !isWireValue(given)) return given
  try {
    return readParam(op, name, given)
  } catch (error) {
    throw error instanceof NodeError ? atNode(error, op.type) : error
  }
}

const isWireValue = (value: unknown): value is NumberValue | TextValue | Loss =>
  typeof value === 'object' &&
  value !== null &&
  ['number', 'text', 'loss'].includes((value as { type?: string }).type ?? '')

/** Splits the params of a loop between its two ends. */
export function splitLoopParams(
  start: Op,
  end: Op,
  params: Params,
): { start: Params; end: Params } {
  const unknown = Object.keys(params).find(
    (name) => ![start, end].some((op) => Object.hasOwn(op.params, name)),
  )
  if (unknown !== undefined) throw unknownParamError(start, unknown, [start, end])
  const of = (op: Op) =>
    completeParams(
      op,
      Object.fromEntries(Object.entries(params).filter(([name]) => Object.hasOwn(op.params, name))),
    )
  return { start: of(start), end: of(end) }
}

const unknownParamError = (op: Op, param: string, ops: readonly Op[]) =>
  new NodeError({
    node: op.type,
    param,
    message: scriptMessages.unknownParam({ title: op.title, param }),
    cure: listNames(ops.flatMap(({ params }) => Object.keys(params))),
  })

/** Outputs by name. Reading an output that does not exist throws NodeError. */
export function createStrictOutputs(
  op: Op,
  valueOf: (slot: string) => Outputs[string] | undefined,
): Outputs {
  return new Proxy({} as Outputs, {
    get(_, slot) {
      // `await` reads `then` of every object.
      if (typeof slot !== 'string' || slot === 'then') return undefined
      const value = valueOf(slot)
      if (!value)
        throw new NodeError({
          node: op.type,
          slot,
          message: scriptMessages.noOutput({ title: op.title, slot }),
          cure: scriptMessages.seeOutputs(),
        })
      return value
    },
  })
}
