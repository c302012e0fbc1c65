// Slots of a node, and their types.
import type { MessageText } from '../base/catalogue.ts'
import { manySlot, splitMany, valueId } from '../base/ids.ts'
import { getOwn } from '../base/records.ts'
import { createSourceResolver } from '../base/resolveSource.ts'
import type { SlotType } from './slotValues.ts'
import { slotWords } from '../messages/slots.ts'
import type { Graph, GraphNode, Wire } from './graph.ts'
import { paramSlot } from './paramSlots.ts'
import { chosenType, type Declaration, type InputSlot, type OutputSlot, type Ops } from './op.ts'

/** Returns the declaration of an input: single, one of many, or that of a param that can be wired. */
export function inputSlot(
  declaration: Pick<Declaration, 'inputs' | 'params'>,
  slot: string,
): InputSlot | undefined {
  const declared = numberedSlot(declaration.inputs, slot)
  if (declared) return declared
  const param = getOwn(declaration.params, slot)
  return param && paramSlot(param)
}

/** Finds `slot` by its full name, else as a further slot of `name`: `name_2`. */
function numberedSlot<S extends { many?: true; more?: unknown }>(
  slots: Readonly<Record<string, S>>,
  slot: string,
): S | undefined {
  const single = getOwn(slots, slot)
  if (single && !single.many) return single
  const [name, index = 0] = splitMany(slot)
  const several = getOwn(slots, name)
  return several?.many || (several?.more && index > 1) ? several : undefined
}

export function outputSlot(declaration: Declaration, slot: string): OutputSlot | undefined {
  return numberedSlot(declaration.outputs, slot)
}

export const nodesById = (graph: Graph): Map<string, GraphNode> =>
  new Map(graph.nodes.map((node) => [node.id, node]))

/** Returns the slot type of a wire; undefined if it is unknown. */
export type WireTypes = (wire: Wire) => SlotType | undefined

/**
 * Creates a function for the slot types of wires, which remembers them. A type is unknown if it is
 * that of an unwired input, of an unknown node or of a cycle.
 */
export function createWireTypes(nodes: ReadonlyMap<string, GraphNode>, ops: Ops): WireTypes {
  const declaredType = ({ node, slot }: Wire) => {
    const source = nodes.get(node)
    const op = source && ops.get(source.op)
    const output = op && outputSlot(op, slot)
    return output && { ...output, type: chosenType(op, output.type, source.params) }
  }
  const findSource = createSourceResolver<Wire>((wire) => {
    const declared = declaredType(wire)
    if (!declared || typeof declared.type === 'string') return undefined
    const index = declared.many ? splitMany(wire.slot)[1] : undefined
    const { like } = declared.type
    const inputs = nodes.get(wire.node)?.inputs ?? {}
    return { from: getOwn(inputs, index === undefined ? like : manySlot(like, index)) }
  }, valueId)
  return (wire) => {
    const source = findSource(wire)
    const type = source && declaredType(source)?.type
    return typeof type === 'string' ? type : undefined
  }
}

export const accepts = (input: InputSlot, type: SlotType | undefined): boolean =>
  type === undefined || (input.accepts === 'any' ? type !== 'loop' : input.accepts.includes(type))

/** Formats slot types in words: "samples or noise". */
export const kindsInWords = (types: InputSlot['accepts']): MessageText =>
  types === 'any'
    ? slotWords.any()
    : types
        .map((type) => slotWords[type]())
        .reduce((first, second) => slotWords.either({ first, second }))

/** Returns the name of a node in messages. */
export const nodeName = (id: string, nodes: ReadonlyMap<string, GraphNode>, ops: Ops) => {
  const node = nodes.get(id)
  return node?.title ?? (node && ops.get(node.op)?.title) ?? id
}
