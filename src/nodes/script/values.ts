// What the calls of a script are given, checked as a graph would be: nodes that are there, their slots and their params.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Inputs, Op, Ops, Outputs, Params } from '../../engine/plan/op.ts'
import { checkParams } from '../../engine/plan/params.ts'
import { inputSlot, splitMany } from '../../engine/plan/slots.ts'

/** @throws NodeError where there is no node of this type, or it is called in another way */
export function opOf<R extends Op['role']>(ops: Ops, type: string, role: R): Extract<Op, { role: R }> {
  const op = ops.get(type)
  if (!op) {
    throw new NodeError({
      node: type,
      message: `There is no node ${type}.`,
      cure: 'Look it up in the node reference; it may be of another version.',
    })
  }
  if (op.role !== role || 'expands' in op) {
    const call = calls[op.role]
    const cure = 'expands' in op || !call ? 'Open it in the editor, and write the script from that.' : `Call ${call}.`
    throw new NodeError({ node: type, message: `${op.title} cannot be called in this way.`, cure })
  }
  return op as Extract<Op, { role: R }>
}

const calls: Partial<Record<Op['role'], string>> = { node: 'run', observer: 'show', output: 'save', start: 'loop' }

/** All that is needed is there, and nothing else. */
export function checkInputs(op: Op, inputs: Inputs): Inputs {
  for (const [slot, value] of Object.entries(inputs)) {
    if (!inputSlot(op, slot)) {
      const has = Object.keys(op.inputs).filter((name) => name !== 'loop')
      throw new NodeError({
        node: op.type,
        slot,
        message: `${op.title} has no input ${slot}.`,
        cure: `It has ${has.join(', ') || 'none'}.`,
      })
    }
    if (!value)
      throw new NodeError({ node: op.type, slot, message: `There is no value for ${slot}.`, cure: 'Give one, or leave it out.' })
  }
  const given = new Set(Object.keys(inputs).flatMap((slot) => [slot, splitMany(slot)[0]]))
  for (const [slot, { optional, many }] of Object.entries(op.inputs)) {
    if (optional || many || given.has(slot) || slot === 'loop') continue
    throw new NodeError({ node: op.type, slot, message: `${op.title} needs ${slot}.`, cure: 'Give a value for it.' })
  }
  return inputs
}

/** With the defaults of those that are not given. */
export function fullParams(op: Op, params: Params): Params {
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(op.params, name))
  if (unknown !== undefined) throw noParam(op, unknown, [op])
  const { params: full, faults } = checkParams({ id: op.type, op: op.type, params, inputs: {} }, op)
  if (faults[0]) throw new NodeError(faults[0])
  return full
}

/** The params of a loop, each to the end that has it. */
export function loopParams(start: Op, end: Op, params: Params): { start: Params; end: Params } {
  const unknown = Object.keys(params).find((name) => ![start, end].some((op) => Object.hasOwn(op.params, name)))
  if (unknown !== undefined) throw noParam(start, unknown, [start, end])
  const of = (op: Op) =>
    fullParams(op, Object.fromEntries(Object.entries(params).filter(([name]) => Object.hasOwn(op.params, name))))
  return { start: of(start), end: of(end) }
}

const noParam = (op: Op, param: string, ops: readonly Op[]) =>
  new NodeError({
    node: op.type,
    param,
    message: `${op.title} has no param ${param}.`,
    cure: `It has ${ops.flatMap(({ params }) => Object.keys(params)).join(', ') || 'none'}.`,
  })

/** Outputs of a node by name; to ask for one that it has not made is a fault. */
export function strictly(op: Op, valueOf: (slot: string) => Outputs[string] | undefined): Outputs {
  return new Proxy({} as Outputs, {
    get(_, slot) {
      // Whoever awaits an object asks whether it is a promise.
      if (typeof slot !== 'string' || slot === 'then') return undefined
      const value = valueOf(slot)
      if (!value)
        throw new NodeError({
          node: op.type,
          slot,
          message: `${op.title} has made no ${slot}.`,
          cure: 'See which outputs it has.',
        })
      return value
    },
  })
}
