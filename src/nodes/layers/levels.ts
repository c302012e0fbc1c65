// Levels of a network: subgraphs of the nodes whose names begin alike.
import type { FeatureShape } from '../../engine/models/graph/layerOp.ts'
import {
  input,
  wire,
  type ExpandedNode,
  type GraphNode,
  type Wire,
} from '../../engine/plan/graph.ts'
import { mapEntries } from '../../engine/base/records.ts'
import { findFreeName } from '../../workflow/layerNames.ts'
import { sortForDisplay, type WrittenNetwork } from './writeNetwork.ts'

/** Beginning of a name up to a number, or to the middle of a UNet: `down_blocks.0`, `mid_block`. */
const LEVEL = /^(?:[^.]+\.)*?(?:[^.]+\.\d+|mid_block)(?=\.|$)/

/** Levels that are subgraphs even of one node, so that all of a UNet are. */
const UNET_LEVEL = /(?:\b(?:down|up)_blocks\.\d+|\bmid_block)$/

const titles: Readonly<Record<string, string>> = {
  down_blocks: 'Down',
  mid_block: 'Middle',
  up_blocks: 'Up',
  transformer_blocks: 'Block',
  blocks: 'Block',
  layers: 'Layer',
}

/** Id of the subgraph of a level. */
export const levelId = (level: string): string => `level ${level}`

/** `down_blocks.0` becomes Down 0. */
function levelTitle(level: string): string {
  const words = level.split('.').map((part) => titles[part] ?? part)
  return words.join(' ')
}

/**
 * Puts the nodes of each level into a subgraph with the beginning of their names as its prefix. A
 * level stays flat if a path leads from it to others and back, or, except in a UNet, if it has one
 * node only.
 */
export function groupLevels(
  network: WrittenNetwork,
): Pick<WrittenNetwork, 'outputs'> & { nodes: ExpandedNode[] } {
  const levels = findLevels(network)
  const groups = new Map<string, GraphNode[]>()
  for (const node of network.nodes) {
    const level = levels.get(node.id)
    if (level !== undefined) groups.set(level, [...(groups.get(level) ?? []), node])
  }
  const packed = new Map(
    selectAcyclic(network.nodes, groups).map((level) => [level, groups.get(level)!]),
  )
  const levelOf = (id: string) => {
    const level = levels.get(id)
    return level !== undefined && packed.has(level) ? level : undefined
  }
  const borders = new Map(
    [...packed].map(([level, members]) => [level, findBorder(network, members)]),
  )
  const fromOutside = (from: Wire): Wire => {
    const level = levelOf(from.node)
    const slot = level === undefined ? undefined : borders.get(level)?.outputs.get(wireKey(from))
    return level === undefined || !slot ? from : wire(levelId(level), slot.name)
  }
  const begun = new Set<string>()
  const nodes = network.nodes.flatMap((node): ExpandedNode[] => {
    const level = levelOf(node.id)
    const [members, border] = level === undefined ? [] : [packed.get(level), borders.get(level)]
    if (level === undefined || !members || !border)
      return [{ ...node, inputs: mapEntries(node.inputs, (_, from) => fromOutside(from)) }]
    if (begun.has(level)) return []
    begun.add(level)
    const { inputs, ...inside } = createSubgraph(level, members, border, network)
    return [{ ...inside, inputs: mapEntries(inputs, (_, from) => fromOutside(from)) }]
  })
  return { nodes, outputs: mapEntries(network.outputs, (_, from) => fromOutside(from)) }
}

const types = (...names: string[]) => new Set(names.map((name) => `diffusion/${name}`))

const activations = types('SiLU', 'GELU', 'ReLU', 'Tanh', 'Mish')
/** Nodes without weights that end a level rather than begin one. */
const followers = types('Unflatten', 'Multiply', 'Split', 'Scale', 'ScaledDotProductAttention')

const isSource = ({ op }: GraphNode) =>
  op === 'diffusion/ModelInput' || op === 'diffusion/ConditionInput'

/**
 * The level of each node that is in one: by its name; without a name by that of its inputs, for sums
 * by that of the last summand, or by that of all its readers.
 */
function findLevels({ nodes, outputs, view, layerOf }: WrittenNetwork): Map<string, string> {
  const levels = new Map<string, string>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const results = Object.values(outputs).map(({ node }): [string, string[]] => [node, ['']])
  const readers = new Map<string, string[]>(results)
  for (const { id, params, inputs } of nodes) {
    const level = typeof params.name === 'string' ? LEVEL.exec(params.name)?.[0] : undefined
    if (level !== undefined) levels.set(id, level)
    for (const from of Object.values(inputs))
      readers.set(from.node, [...(readers.get(from.node) ?? []), id])
  }
  const common = (ids: readonly string[]) => {
    const found = new Set(ids.map((id) => levels.get(id)))
    return found.size === 1 ? [...found][0] : undefined
  }
  const isOpen = ({ id, params }: GraphNode) => params.name === undefined && !levels.has(id)
  const order = new Map(nodes.map(({ id }, i) => [id, i]))
  const byInputs = ({ id, op, inputs }: GraphNode): string | undefined => {
    const sources = Object.values(inputs).map((from) => from.node)
    const last = sources.toSorted((a, b) => (order.get(b) ?? -1) - (order.get(a) ?? -1))[0]
    if (followers.has(op)) return common(sources)
    // An activation or a sum after a sum begins a level.
    if (byId.get(last)?.op === ADD) return undefined
    const dependsOnX = view.dependsOnX[layerOf(wire(id, 'features')) ?? -1]
    return op === ADD || (activations.has(op) && dependsOnX) ? levels.get(last) : undefined
  }
  const byReaders = (node: GraphNode) =>
    isSource(node) ? undefined : common(readers.get(node.id) ?? [])
  const assignAll = (all: readonly GraphNode[], find: (node: GraphNode) => string | undefined) => {
    for (const node of all.filter(isOpen)) {
      const level = find(node)
      if (level !== undefined) levels.set(node.id, level)
    }
  }
  assignAll(nodes, byInputs)
  assignAll(nodes.toReversed(), byReaders)
  assignAll(nodes, byInputs)
  return levels
}

const ADD = 'diffusion/Add'

/** The groups of several nodes that can be one node each without a cycle. */
function selectAcyclic(
  nodes: readonly GraphNode[],
  groups: ReadonlyMap<string, readonly GraphNode[]>,
): string[] {
  const merged = new Map<string, string>()
  const mergedId = (id: string) => merged.get(id) ?? id
  const findReaders = () => {
    const readers = new Map<string, Set<string>>()
    for (const { id, inputs } of nodes)
      for (const from of Object.values(inputs)) {
        const all = readers.get(mergedId(from.node)) ?? new Set()
        readers.set(mergedId(from.node), all.add(mergedId(id)))
      }
    return readers
  }
  const returns = (own: ReadonlySet<string>): boolean => {
    const readers = findReaders()
    const reached = new Set([...own].flatMap((id) => [...(readers.get(id) ?? [])]))
    for (const id of own) reached.delete(id)
    // Grows during the iteration.
    for (const id of reached)
      for (const reader of readers.get(id) ?? []) {
        if (own.has(reader)) return true
        reached.add(reader)
      }
    return false
  }
  return [...groups].flatMap(([level, members]) => {
    const own = new Set(members.map(({ id }) => id))
    if ((own.size < 2 && !UNET_LEVEL.test(level)) || returns(own)) return []
    for (const id of own) merged.set(id, levelId(level))
    return [level]
  })
}

const wireKey = ({ node, slot }: Wire) => `${node} ${slot}`

/** A slot of a level, and the wire that crosses its border there. */
interface BorderSlot {
  name: string
  from: Wire
}

/** Slots of a level by the wires that enter and leave it. */
interface Border {
  inputs: ReadonlyMap<string, BorderSlot>
  outputs: ReadonlyMap<string, BorderSlot>
}

function findBorder(network: WrittenNetwork, members: readonly GraphNode[]): Border {
  const own = new Set(members.map(({ id }) => id))
  const entering = members.flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, from]) => !own.has(from.node)),
  )
  const read = network.nodes.flatMap(({ id, inputs }) => (own.has(id) ? [] : Object.values(inputs)))
  const leaving = [...read, ...Object.values(network.outputs)].filter((from) => own.has(from.node))
  return {
    inputs: nameSlots(network, entering, 'x'),
    outputs: nameSlots(
      network,
      leaving.map((from) => ['embedding', from]),
      'features',
    ),
  }
}

/** Slots of inner nodes whose names those of a level are. */
const SLOT_NAMES = ['embedding', 'context', 'labels', 't', 'dataset']

/**
 * Slots for wires: `main` for the last features that depend on x, skip_1, skip_2 for the others in
 * their order, and then those that do not depend on x by the slots that they lead to.
 */
function nameSlots(
  { layerOf, view }: WrittenNetwork,
  wires: readonly (readonly [slot: string, from: Wire])[],
  main: string,
): ReadonlyMap<string, BorderSlot> {
  const place = (from: Wire) => layerOf(from) ?? -1
  const distinct = new Map(wires.toReversed().map((each) => [wireKey(each[1]), each]))
  const ordered = [...distinct.values()].sort(([, a], [, b]) => place(a) - place(b))
  const isFeature = ([, from]: readonly [string, Wire]) => view.dependsOnX[place(from)] === true
  const features = ordered.filter(isFeature).map(([, from]) => from)
  const last = features.pop()
  const used = new Set<string>()
  const addName = (wanted: string): string => {
    const name = findFreeName(wanted, used)
    used.add(name)
    return name
  }
  const slots: BorderSlot[] = [
    ...(last ? [{ name: addName(main), from: last }] : []),
    ...features.map((from, i) => ({ name: addName(`skip_${i + 1}`), from })),
    ...ordered
      .filter((each) => !isFeature(each))
      .map(([slot, from]) => ({
        name: addName(SLOT_NAMES.includes(slot) ? slot : 'embedding'),
        from,
      })),
  ]
  return new Map(slots.map((slot) => [wireKey(slot.from), slot]))
}

/** The subgraph of a level. Its own inputs are wires of the flat network. */
function createSubgraph(
  level: string,
  members: readonly GraphNode[],
  { inputs, outputs }: Border,
  network: WrittenNetwork,
): ExpandedNode {
  const isNamedAlike = members.some(({ params }) => params.name === level)
  const prefix = isNamedAlike ? level.slice(0, Math.max(0, level.lastIndexOf('.'))) : level
  const enter = (from: Wire) => {
    const slot = inputs.get(wireKey(from))
    return slot ? input(slot.name) : from
  }
  const toWires = (slots: Border['inputs']) =>
    Object.fromEntries([...slots.values()].map(({ name, from }) => [name, from]))
  const size = findSize(members, network)
  return {
    id: levelId(level),
    op: '',
    title: `${levelTitle(level)}${size ? ` · ${size.join(' x ')}` : ''}`,
    params: { prefix },
    inputs: toWires(inputs),
    inside: {
      nodes: sortForDisplay(members, network).map((node) => ({
        ...node,
        params: withoutPrefix(node.params, prefix),
        inputs: mapEntries(node.inputs, (_, from) => enter(from)),
      })),
      outputs: toWires(outputs),
    },
  }
}

function withoutPrefix(params: GraphNode['params'], prefix: string): GraphNode['params'] {
  const { name } = params
  if (typeof name !== 'string' || prefix === '') return params
  return { ...params, name: name.slice(prefix.length + 1) }
}

/** Shape of the first result in a level that depends on x and has a named layer. */
function findSize(
  members: readonly GraphNode[],
  { layerOf, view }: WrittenNetwork,
): FeatureShape | undefined {
  const layers = members
    .filter(({ params }) => params.name !== undefined)
    .map(({ id }) => layerOf(wire(id, 'features')))
  const found = layers.find((i) => i !== undefined && view.dependsOnX[i])
  return found === undefined ? undefined : view.shapes[found]
}
