// Which slots a node has, what they take and what they give.
import type { SlotType } from '../values.ts'
import type { Graph, GraphNode, Wire } from './graph.ts'
import type { Declaration, InputSlot, OutputSlot, Ops } from './op.ts'

/** `value_3` -> ['value', 3]; a name without a number has none. */
export function splitMany(slot: string): [string, number | undefined] {
  const match = /^(.*)_(\d+)$/.exec(slot)
  return match ? [match[1]!, Number(match[2])] : [slot, undefined]
}

/** The declaration of an input, whether single or one of many. */
export function inputSlot(declaration: Declaration, slot: string): InputSlot | undefined {
  const single = own(declaration.inputs, slot)
  if (single && !single.many) return single
  const many = own(declaration.inputs, splitMany(slot)[0])
  return many?.many ? many : undefined
}

export function outputSlot(declaration: Declaration, slot: string): OutputSlot | undefined {
  const single = own(declaration.outputs, slot)
  if (single && !single.many) return single
  const many = own(declaration.outputs, splitMany(slot)[0])
  return many?.many ? many : undefined
}

const own = <T>(record: Record<string, T>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)

export const nodesById = (graph: Graph): Map<string, GraphNode> => new Map(graph.nodes.map((node) => [node.id, node]))

/** The slot type on a wire; undefined where it is not known (an unwired `like`, an unknown node, a cycle). */
export function typeOfWire(
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
  const key = `${node}.${slot}`
  if (seen.has(key)) return undefined
  const index = declared.many ? splitMany(slot)[1] : undefined
  const from = source.inputs[index === undefined ? declared.type.like : `${declared.type.like}_${index}`]
  return from && typeOfWire(from, nodes, ops, new Set(seen).add(key))
}

export const accepts = (input: InputSlot, type: SlotType | undefined): boolean =>
  type === undefined || (input.accepts === 'any' ? type !== 'loop' : input.accepts.includes(type))

const inWords: { [K in SlotType]: string } = {
  samples: 'samples',
  noise: 'noise',
  prediction: 'a prediction',
  timestep: 'a timestep',
  timesteps: 'timesteps',
  schedule: 'a schedule',
  model: 'a model',
  labels: 'labels',
  condition: 'a condition',
  loss: 'a loss',
  losses: 'losses of the items',
  weights: 'weights of the items',
  record: 'a record of losses',
  number: 'a number',
  dataset: 'a data set',
  attention: 'attention',
  logits: 'logits',
  optimizer: 'an optimizer',
  ema: 'an EMA',
  trajectory: 'a trajectory',
  history: 'a history',
  training: 'a training',
  loop: 'a loop',
}

/** "samples or noise" */
export const kindsInWords = (types: InputSlot['accepts']): string =>
  types === 'any' ? 'any value' : types.map((type) => inWords[type]).join(' or ')

/** What a node is called in messages. */
export const named = (id: string, nodes: Map<string, GraphNode>, ops: Ops) => {
  const node = nodes.get(id)
  return node?.title ?? (node && ops.get(node.op)?.title) ?? id
}
