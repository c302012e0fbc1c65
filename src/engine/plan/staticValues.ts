// Static values, which are known before a run, so that nodes can reject them early.
import { NodeError, type Fault } from '../messages/fault.ts'
import { splitMany } from '../base/ids.ts'
import { getOwn } from '../base/records.ts'
import { Features, FeaturesError, inOrder } from '../models/graph/features.ts'
import { getNode, type GraphNode } from './graph.ts'
import type {
  InputSlot,
  Op,
  Outputs,
  Params,
  RunContext,
  RunOp,
  StaticValue,
  StaticValues,
  WiredTypes,
} from './op.ts'
import { checkParams } from './params.ts'
import { accepts, inputSlot } from './slots.ts'
import { wiredParams } from './paramSlots.ts'
import type { Checked } from './zones.ts'

/**
 * Evaluates the graph with static values only, and returns the faults that nodes report. Fills in
 * `checked.staticInputs` and `checked.staticOutputs`. `prepared` is the external data that nodes have loaded so far.
 */
export function checkStaticValues(
  checked: Checked,
  prepared: ReadonlyMap<string, unknown>,
): Fault[] {
  const { order, nodes, ops, staticOutputs: outputs } = checked
  return order.flatMap((id) => {
    const node = getNode(nodes, id)
    const op = ops.get(node.op)
    if (!op) return []
    const known = collectStaticInputs(node, op, outputs)
    checked.staticInputs.set(id, known)
    const { params, faults } = checkParams(node, op)
    // Invalid params have their own fault; those of wires are checked when they are known.
    if (faults.length || (op.role === 'node' && wiredParams(op, node.inputs).length)) return []
    try {
      if ('check' in op) op.check?.(params as never, known as never, wiredTypes(node, checked))
      outputs.set(id, computeStaticOutputs({ node, op, params, known }, checked, prepared.get(id)))
      return []
    } catch (error) {
      if (error instanceof NodeError) return [placeFault(error, id, outputs)]
      throw error
    }
  })
}

/** The fault of an error of the node `id`, or of the nodes of the features that it is about. */
function placeFault(
  { fault, cause }: NodeError,
  id: string,
  outputs: ReadonlyMap<string, StaticValues>,
): Fault {
  if (!(cause instanceof FeaturesError)) return { ...fault, node: id }
  const [node, ...others] = cause.features.flatMap((features) => findMaker(features, outputs) ?? [])
  if (node === undefined) return { ...fault, node: id }
  const { message, cure } = fault
  return { node, param: cause.param, message, cure, also: [...others, id] }
}

/** The first node with an output that contains these features. */
const findMaker = (
  features: Features,
  outputs: ReadonlyMap<string, StaticValues>,
): string | undefined =>
  [...outputs].find(([, values]) =>
    Object.values(values).some(
      (value) => value instanceof Features && inOrder(value).includes(features),
    ),
  )?.[0]

const wiredTypes = ({ inputs }: GraphNode, { wireType }: Checked): WiredTypes =>
  new Map(Object.entries(inputs).map(([slot, from]) => [slot, wireType(from)]))

interface VisitedNode {
  node: GraphNode
  op: Op
  params: Params
  known: StaticValues
}

function computeStaticOutputs(
  { node, op, params, known }: VisitedNode,
  checked: Checked,
  prepared: unknown,
): StaticValues {
  if (op.role === 'start')
    return op.staticOutputs?.(known as never, new Set(Object.keys(node.inputs))) ?? {}
  if (op.role === 'end')
    return (
      op.staticOutputs?.((checked.staticInputs.get(node.inputs.loop?.node ?? '') ?? {}) as never) ??
      {}
    )
  return 'run' in op ? staticRunOutputs(node, op, params, known, prepared) : {}
}

/** Returns the static outputs of a node whose params are all known. */
export const staticRunOutputs = (
  node: GraphNode,
  op: RunOp,
  params: Params,
  known: StaticValues,
  prepared?: unknown,
): StaticValues =>
  op.plain
    ? computePlainOutputs(node, op, params, known)
    : (op.staticOutputs?.(
        params as never,
        known as never,
        prepared,
        new Set(Object.keys(node.inputs)),
      ) ?? {})

/** Names of the wired slots of a many-input. */
const manyWires = (name: string, wires: GraphNode['inputs']): string[] =>
  Object.keys(wires).filter((slot) => splitMany(slot)[0] === name)

/**
 * Returns the outputs of a plain node if all its wired inputs are static and all required inputs
 * are wired.
 */
function computePlainOutputs(
  { inputs: wires }: GraphNode,
  op: RunOp,
  params: Params,
  known: StaticValues,
): StaticValues {
  const isThere = ([slot, { optional, many }]: [string, InputSlot]) => {
    const slots = many ? manyWires(slot, wires) : wires[slot] ? [slot] : []
    return slots.length > 0 ? slots.every((name) => known[name]) : optional
  }
  if (!Object.entries(op.inputs).every(isThere)) return {}
  const outputs: Outputs = op.run(known as never, params as never, {} as RunContext)
  return outputs as StaticValues
}

/**
 * Collects the static inputs of a node, without wires of a wrong type, which have their own fault.
 */
export function collectStaticInputs(
  node: GraphNode,
  op: Op,
  outputs: ReadonlyMap<string, StaticValues>,
): StaticValues {
  return Object.fromEntries(
    Object.entries(node.inputs).flatMap(([slot, from]): [string, StaticValue][] => {
      const values = outputs.get(from.node)
      const value = values && getOwn(values, from.slot)
      const input = inputSlot(op, slot)
      return value && input && accepts(input, value.type) ? [[slot, value]] : []
    }),
  )
}
