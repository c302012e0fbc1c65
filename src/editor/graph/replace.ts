// Replaces a node by one of another type, with the same wires and the params that both types have.
import { getOwn } from '../../engine/base/records.ts'
import { manySlot } from '../../engine/base/ids.ts'
import { chosenType, type ByType, type Declaration, type Param } from '../../engine/plan/op.ts'
import { getControl, readControlValue } from '../../workflow/controlSpec.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { seedControl } from '../../workflow/index.ts'
import {
  createFileInput,
  inputSpecs,
  LOOP,
  outputSpecs,
  parseAccepts,
} from '../../workflow/slots.ts'
import { createNodeLookup, sizeOfNew, withLinks } from './fragments.ts'
import { acceptsType } from './nodeSearch.ts'

/** Slots of the new type for the wired slots of the old one, by name. */
interface SlotMatches {
  inputs: ReadonlyMap<string, string>
  outputs: ReadonlyMap<string, string>
}

/** Types that fit all wires of a node. The ends of loops cannot be replaced. */
export function findReplacements(
  file: WorkflowFile,
  id: NodeId,
  declarations: readonly Declaration[],
): Declaration[] {
  const node = file.nodes.find((each) => each.id === id)
  if (!node) return []
  return declarations.filter(
    (each) => each.type !== node.type && matchWiredSlots(file, node, each) !== undefined,
  )
}

/** Replaces a node by one of this type. Returns the same file if a wire would be lost. */
export function replaceNodeType(
  file: WorkflowFile,
  id: NodeId,
  type: string,
  byType: ByType,
): WorkflowFile {
  const node = file.nodes.find((each) => each.id === id)
  const declaration = byType.get(type)
  const places = node && declaration && matchWiredSlots(file, node, declaration)
  if (!places) return file
  const other = createReplacement(node, declaration, places, byType.get(node.type))
  const at = (
    slots: readonly { name: string }[],
    old: readonly { name: string }[],
    slot: number,
    names: SlotMatches['inputs'],
  ) => slots.findIndex(({ name }) => name === names.get(old[slot].name))
  const links = file.links.map(([link, from, output, to, input, carries]): FileLink => [
    link,
    from,
    from === id ? at(other.outputs, node.outputs, output, places.outputs) : output,
    to,
    to === id ? at(other.inputs, node.inputs, input, places.inputs) : input,
    carries,
  ])
  return withLinks(
    file,
    file.nodes.map((each) => (each === node ? other : each)),
    links,
  )
}

// ---- wires

interface Wired {
  /** Name of the slot on the old node. */
  name: string
  /** Types at the other ends of its wires, as litegraph writes them. */
  types: readonly string[]
}

function matchWiredSlots(
  file: WorkflowFile,
  node: FileNode,
  declaration: Declaration,
): SlotMatches | undefined {
  if (declaration.loop || declaration.role === 'note') return undefined
  const [ins, outs] = getWires(file, node)
  if ([...ins, ...outs].some(({ types }) => types.includes(LOOP))) return undefined
  const inputs = matchWires(ins, freeInputs(declaration, ins.length))
  if (!inputs) return undefined
  const getInputType = (input: string) =>
    ins.find(({ name }) => inputs.get(name) === input)?.types[0] ?? '*'
  const free = Object.entries(declaration.outputs).flatMap(([name, { type, many }]): FreeSlot[] => {
    const own = chosenType(declaration, type, {})
    const gives = typeof own === 'string' ? own : getInputType(own.like)
    return many
      ? []
      : [
          {
            name,
            rank: 0,
            fits: (taken) => gives === '*' || acceptsType(parseAccepts(taken), gives),
          },
        ]
  })
  const outputs = matchWires(outs, free)
  return outputs && { inputs, outputs }
}

function getWires(file: WorkflowFile, node: FileNode): [inputs: Wired[], outputs: Wired[]] {
  const findNode = createNodeLookup(file.nodes)
  const ins = file.links
    .filter((link) => link[3] === node.id)
    .map(([, from, output, , input]) => ({
      name: node.inputs[input].name,
      types: [String(findNode(from).outputs[output].type)],
    }))
  const outs = new Map<string, string[]>()
  for (const [, from, output, to, input] of file.links) {
    if (from !== node.id) continue
    const { name } = node.outputs[output]
    outs.set(name, [...(outs.get(name) ?? []), String(findNode(to).inputs[input].type)])
  }
  return [ins, [...outs].map(([name, types]) => ({ name, types }))]
}

interface FreeSlot {
  name: string
  /** Wires without a slot of their name go to free slots of low rank first. */
  rank: number
  fits: (type: string) => boolean
}

/** The inputs of a type. An input with many slots has one for each wire. */
const freeInputs = (declaration: Declaration, wires: number): FreeSlot[] =>
  Object.entries(declaration.inputs).flatMap(([name, { accepts, optional, many }]) => {
    const fits = (type: string) => type === '*' || acceptsType(accepts, type)
    const names = many ? Array.from({ length: wires }, (_, i) => manySlot(name, i + 1)) : [name]
    return names.map((each) => ({
      name: each,
      rank: Number(Boolean(optional)) + 2 * Number(accepts === 'any'),
      fits,
    }))
  })

/**
 * Assigns each wire to the slot of its name if that fits, otherwise to the first free slot that
 * fits. Undefined if a wire has no slot.
 */
function matchWires(
  wired: readonly Wired[],
  free: readonly FreeSlot[],
): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  const taken = new Set<string>()
  const assignSlot = ({ name, types }: Wired, from: readonly FreeSlot[]) => {
    const place = from.find((each) => !taken.has(each.name) && types.every(each.fits))
    if (!place) return
    found.set(name, place.name)
    taken.add(place.name)
  }
  for (const wire of wired) {
    assignSlot(
      wire,
      free.filter(({ name }) => name === wire.name),
    )
  }
  const ranked = [...free].sort((a, b) => a.rank - b.rank)
  for (const wire of wired) if (!found.has(wire.name)) assignSlot(wire, ranked)
  return found.size === wired.length ? found : undefined
}

// ---- the node

function createReplacement(
  node: FileNode,
  declaration: Declaration,
  places: SlotMatches,
  before: Declaration | undefined,
): FileNode {
  const [wiredIn, wiredOut] = [new Set(places.inputs.values()), new Set(places.outputs.values())]
  const { title, size: was, ...same } = node
  const properties = keepSharedParams(node.properties, declaration)
  const [width, height] = sizeOfNew(declaration, properties, wiredIn)
  const own = title !== undefined && title !== (before?.title ?? node.type)
  return {
    ...same,
    type: declaration.type,
    ...(own && { title }),
    size: [
      Math.max(was[0], width),
      declaration.role === 'observer' ? Math.max(was[1], height) : height,
    ],
    inputs: inputSpecs(declaration, wiredIn).map(createFileInput),
    outputs: outputSpecs(declaration, properties, wiredIn, wiredOut).map((slot) => ({
      name: slot.name,
      type: slot.type,
      links: [],
    })),
    properties,
  }
}

/** Values of the params that both types have, if valid there. Other params get their defaults. */
const keepSharedParams = (
  properties: FileNode['properties'],
  { params }: Declaration,
): FileNode['properties'] =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      const param = getOwn(params, name)
      if (!param) return isSeedControl(name, params) ? [[name, value]] : []
      const kept = convertValue(param, value)
      return kept === undefined ? [] : [[name, kept as typeof value]]
    }),
  )

const isSeedControl = (name: string, params: Declaration['params']) =>
  Object.entries(params).some(([param, { kind }]) => kind === 'seed' && seedControl(param) === name)

function convertValue(param: Param, value: unknown): unknown {
  if (typeof value !== typeof param.default) return undefined
  const control = getControl(param)
  return control ? readControlValue(control, value) : value
}
