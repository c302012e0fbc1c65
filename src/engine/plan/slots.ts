// Slots of a node, and their types.
import { manySlot, splitMany, valueId } from '../base/ids.ts'
import { getOwn } from '../base/records.ts'
import type { SlotType } from '../base/values.ts'
import { slotWords } from '../messages/slots.ts'
import type { Graph, GraphNode, Wire } from './graph.ts'
import type { Declaration, InputSlot, OutputSlot, Ops } from './op.ts'

/** Returns the declaration of an input, single or one of many. */
export function inputSlot(declaration: Declaration, slot: string): InputSlot | undefined {
  const single = getOwn(declaration.inputs, slot)
  if (single && !single.many) return single
  const many = getOwn(declaration.inputs, splitMany(slot)[0])
  return many?.many ? many : undefined
}

export function outputSlot(declaration: Declaration, slot: string): OutputSlot | undefined {
  const single = getOwn(declaration.outputs, slot)
  if (single && !single.many) return single
  const many = getOwn(declaration.outputs, splitMany(slot)[0])
  return many?.many ? many : undefined
}

export const nodesById = (graph: Graph): Map<string, GraphNode> =>
  new Map(graph.nodes.map((node) => [node.id, node]))

/**
 * Returns the slot type of a wire; undefined if it is unknown (an unwired `like`, an unknown node,
 * a cycle).
 */
export function wireType(
  { node, slot }: Wire,
  nodes: Map<string, GraphNode>,
  ops: Ops,
  seen = new Set<string>(),
): SlotType | undefined {
  const source = nodes.get(node)
  const op = source && ops.get(source.op)
  const declared = op && outputSlot(op, slot)
  if (!declared) return undefined
  if (typeof declared.type === 'string') return declared.type
  const key = valueId({ node, slot })
  if (seen.has(key)) return undefined
  const index = declared.many ? splitMany(slot)[1] : undefined
  const { like } = declared.type
  const from = source.inputs[index === undefined ? like : manySlot(like, index)]
  return from && wireType(from, nodes, ops, new Set(seen).add(key))
}

export const accepts = (input: InputSlot, type: SlotType | undefined): boolean =>
  type === undefined || (input.accepts === 'any' ? type !== 'loop' : input.accepts.includes(type))

/** Formats slot types in words: "samples or noise". */
export const kindsInWords = (types: InputSlot['accepts']): string =>
  types === 'any'
    ? slotWords.any()
    : types
        .map((type) => slotWords[type]())
        .reduce((first, second) => slotWords.either({ first, second }))

/** Returns the name of a node in messages. */
export const nodeName = (id: string, nodes: Map<string, GraphNode>, ops: Ops) => {
  const node = nodes.get(id)
  return node?.title ?? (node && ops.get(node.op)?.title) ?? id
}
