// What is known of values before a run, so that a node can refuse then what it would refuse in the middle.
import { NodeError, type Fault } from './fault.ts'
import type { GraphNode } from './graph.ts'
import type { Known, KnownSlots, Op, Outputs, Params, RunContext, RunOp } from './op.ts'
import { checkParams } from './params.ts'
import { accepts, inputSlot } from './slots.ts'
import type { Checked } from './zones.ts'

/**
 * Goes through the graph as a run would, with what is known in the place of values, and returns what the nodes refuse. Fills in
 * `checked.known`: what of each node's inputs is known. `prepared` is what nodes have got from outside of the graph so far.
 */
export function foresee(checked: Checked, prepared: ReadonlyMap<string, unknown>): Fault[] {
  const { order, nodes, ops } = checked
  const outputs = new Map<string, KnownSlots>()
  return order.flatMap((id) => {
    const node = nodes.get(id)!
    const op = ops.get(node.op)
    if (!op) return []
    const known = knownInputs(node, op, outputs)
    checked.known.set(id, known)
    const { params, faults } = checkParams(node, op)
    // Wrong params are a fault already.
    if (faults.length) return []
    try {
      if ('check' in op) op.check?.(params as never, known as never)
      outputs.set(id, foreseen({ node, op, params, known }, checked, prepared.get(id)))
      return []
    } catch (error) {
      if (error instanceof NodeError) return [{ ...error.fault, node: id }]
      throw error
    }
  })
}

interface Visited {
  node: GraphNode
  op: Op
  params: Params
  known: KnownSlots
}

function foreseen({ node, op, params, known }: Visited, checked: Checked, prepared: unknown): KnownSlots {
  if (op.role === 'start') return op.foresees?.(known as never, new Set(Object.keys(node.inputs))) ?? {}
  if (op.role === 'end') return op.foresees?.((checked.known.get(node.inputs.loop?.node ?? '') ?? {}) as never) ?? {}
  if (!('run' in op)) return {}
  return op.plain ? computed(node, op, params, known) : (op.foresees?.(params as never, known as never, prepared) ?? {})
}

/** What a plain node makes, if all that is wired to it is known, and all that it needs is wired. */
function computed({ inputs: wires }: GraphNode, op: RunOp, params: Params, known: KnownSlots): KnownSlots {
  const isThere = ([slot, { optional }]: [string, { optional?: true }]) => known[slot] || (optional && !wires[slot])
  if (!Object.entries(op.inputs).every(isThere)) return {}
  const outputs: Outputs = op.run(known as never, params as never, {} as RunContext)
  return outputs as KnownSlots
}

/** A wire of a wrong kind is a fault of its own, and says nothing. */
function knownInputs(node: GraphNode, op: Op, outputs: ReadonlyMap<string, KnownSlots>): KnownSlots {
  return Object.fromEntries(
    Object.entries(node.inputs).flatMap(([slot, from]): [string, Known][] => {
      const value = outputs.get(from.node)?.[from.slot]
      const input = inputSlot(op, slot)
      return value && input && accepts(input, value.type) ? [[slot, value]] : []
    }),
  )
}
