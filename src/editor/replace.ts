// A node of another type in the place of one: its wires and the params they share stay. A change of a file.
import type { ByType, Declaration, Param } from '../engine/plan/op.ts'
import { fit } from '../nodes/litegraph/widgets.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { seedControl } from '../nodes/workflow.ts'
import { acceptsOf, inputsOf, LOOP, outputsOf } from '../nodes/workflow/slots.ts'
import { sizeOf, withLinks } from './pieces.ts'
import { takes } from './search.ts'

/** Which slots of another type take the place of those that are wired, by name. */
interface Places {
  inputs: ReadonlyMap<string, string>
  outputs: ReadonlyMap<string, string>
}

/** Types that can take the place of a node: all of its wires fit them. Half a loop has none. */
export function replacements(file: WorkflowFile, id: NodeId, declarations: readonly Declaration[]): Declaration[] {
  const node = file.nodes.find((each) => each.id === id)
  if (!node) return []
  return declarations.filter((each) => each.type !== node.type && placesOn(file, node, each) !== undefined)
}

/** The file with a node of this type in the place of `id`; as it was if a wire would be lost. */
export function replaced(file: WorkflowFile, id: NodeId, type: string, byType: ByType): WorkflowFile {
  const node = file.nodes.find((each) => each.id === id)
  const declaration = byType.get(type)
  const places = node && declaration && placesOn(file, node, declaration)
  if (!places) return file
  const other = nodeInPlaceOf(node, declaration, places, byType.get(node.type))
  const at = (slots: readonly { name: string }[], old: readonly { name: string }[], slot: number, names: Places['inputs']) =>
    slots.findIndex(({ name }) => name === names.get(old[slot]!.name))
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
  /** The slot's name on the node that goes. */
  name: string
  /** What comes, or what is taken, as litegraph writes it. */
  types: readonly string[]
}

function placesOn(file: WorkflowFile, node: FileNode, declaration: Declaration): Places | undefined {
  if (declaration.loop || declaration.role === 'note') return undefined
  const [ins, outs] = wiresOf(file, node)
  if ([...ins, ...outs].some(({ types }) => types.includes(LOOP))) return undefined
  const inputs = matched(ins, freeInputs(declaration, ins.length))
  if (!inputs) return undefined
  const given = (input: string) => ins.find(({ name }) => inputs.get(name) === input)?.types[0] ?? '*'
  const free = Object.entries(declaration.outputs).flatMap(([name, { type, many }]): Free[] => {
    const gives = typeof type === 'string' ? type : given(type.like)
    return many ? [] : [{ name, rank: 0, fits: (taken) => gives === '*' || takes(acceptsOf(taken), gives) }]
  })
  const outputs = matched(outs, free)
  return outputs && { inputs, outputs }
}

function wiresOf(file: WorkflowFile, node: FileNode): [inputs: Wired[], outputs: Wired[]] {
  const byId = new Map(file.nodes.map((each) => [each.id, each]))
  const ins = file.links
    .filter((link) => link[3] === node.id)
    .map(([, from, output, , input]) => ({
      name: node.inputs[input]!.name,
      types: [String(byId.get(from)!.outputs[output]!.type)],
    }))
  const outs = new Map<string, string[]>()
  for (const [, from, output, to, input] of file.links) {
    if (from !== node.id) continue
    const { name } = node.outputs[output]!
    outs.set(name, [...(outs.get(name) ?? []), String(byId.get(to)!.inputs[input]!.type)])
  }
  return [ins, [...outs].map(([name, types]) => ({ name, types }))]
}

interface Free {
  name: string
  /** Where no slot has the name, those of the lowest rank are taken first. */
  rank: number
  fits: (type: string) => boolean
}

/** Of a slot that there can be many of, as many as there are wires. */
const freeInputs = (declaration: Declaration, wires: number): Free[] =>
  Object.entries(declaration.inputs).flatMap(([name, { accepts, optional, many }]) => {
    const fits = (type: string) => type === '*' || takes(accepts, type)
    const names = many ? Array.from({ length: wires }, (_, i) => `${name}_${i + 1}`) : [name]
    return names.map((each) => ({ name: each, rank: Number(Boolean(optional)) + 2 * Number(accepts === 'any'), fits }))
  })

/** Each to the slot of its own name where that fits, then to the first that is left; undefined if one finds none. */
function matched(wired: readonly Wired[], free: readonly Free[]): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  const taken = new Set<string>()
  const take = ({ name, types }: Wired, from: readonly Free[]) => {
    const place = from.find((each) => !taken.has(each.name) && types.every(each.fits))
    if (!place) return
    found.set(name, place.name)
    taken.add(place.name)
  }
  for (const wire of wired) {
    take(
      wire,
      free.filter(({ name }) => name === wire.name),
    )
  }
  const ranked = [...free].sort((a, b) => a.rank - b.rank)
  for (const wire of wired) if (!found.has(wire.name)) take(wire, ranked)
  return found.size === wired.length ? found : undefined
}

// ---- the node

function nodeInPlaceOf(node: FileNode, declaration: Declaration, places: Places, before: Declaration | undefined): FileNode {
  const [wiredIn, wiredOut] = [new Set(places.inputs.values()), new Set(places.outputs.values())]
  const { title, size: was, ...same } = node
  const properties = shared(node.properties, declaration)
  const [width, height] = sizeOf(declaration, properties, wiredIn)
  const own = title !== undefined && title !== (before?.title ?? node.type)
  return {
    ...same,
    type: declaration.type,
    ...(own && { title }),
    size: [Math.max(was[0], width), declaration.role === 'observer' ? Math.max(was[1], height) : height],
    inputs: inputsOf(declaration, wiredIn).map((slot) => ({ name: slot.name, type: slot.type, link: null })),
    outputs: outputsOf(declaration, wiredIn, wiredOut).map((slot) => ({ name: slot.name, type: slot.type, links: [] })),
    properties,
  }
}

/** The values that params of the same name can have; others begin as those of a new node. */
const shared = (properties: FileNode['properties'], { params }: Declaration): FileNode['properties'] =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      const param = params[name]
      if (!param) return isControl(name, params) ? [[name, value]] : []
      const kept = valueFor(param, value)
      return kept === undefined ? [] : [[name, kept as typeof value]]
    }),
  )

const isControl = (name: string, params: Declaration['params']) =>
  Object.entries(params).some(([param, { kind }]) => kind === 'seed' && seedControl(param) === name)

function valueFor(param: Param, value: unknown): unknown {
  if (param.kind === 'choice') return param.choices.includes(value as string) ? value : undefined
  if (typeof value !== typeof param.default) return undefined
  return param.kind === 'number' ? fit(value as number, param) : value
}
