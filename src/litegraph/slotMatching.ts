// Updates the slots of a node to match its declaration and its wires.
import type {
  InputSlot,
  LiteGraphStatic,
  OutputSlot,
  Slot,
} from 'litegraph.js/build/litegraph.core.js'
import { splitMany } from '../engine/base/ids.ts'
import { FURTHER, inputSpecs, matchSlotsByName, outputSpecs } from '../workflow/slots.ts'
import type { DiffusionNode } from './diffusionNode.ts'
import { slotRows } from './foldedInputs.ts'
import { slotFields } from './slotFields.ts'
import { loopPartner } from './wires.ts'

/** `keep` leaves unwired slots of a many-slot in place; `trim` drops all but one. */
export type FreeSlots = 'keep' | 'trim'

/** @param change adds or removes slots first; the size of the node follows */
export function matchNodeSlots(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  free: FreeSlots,
  change?: () => void,
) {
  const rowsBefore = node.rows ?? slotRows(node)
  change?.()
  const wiredInputs = slotNames(node.inputs.filter(isWiredInput))
  node.inputs = matchInputs(lite, node, wiredInputs, free)
  node.outputs = matchOutputs(lite, node, new Set([...wiredInputs, ...startInputs(node)]), free)
  renumberLinks(node)
  const rows = slotRows(node)
  const added = rows - rowsBefore
  node.rows = rows
  if (added) {
    const height = node.size[1] + added * lite.NODE_SLOT_HEIGHT
    node.setSize([node.size[0], Math.max(node.computeSize()[1], height)])
  }
  node.setDirtyCanvas(true, true)
}

/** Tests if the loop of a node offers its rarely used slots. */
function offersFurther(node: DiffusionNode): boolean {
  const { role } = node.diffusion.declaration
  const start = role === 'end' ? loopPartner(node) : node
  if (role === 'end' && start?.diffusion.declaration.role !== 'start') return false
  return start?.properties[FURTHER] === true
}

/** Names of the wired inputs of the Start of an End, whose further outputs follow them. */
function startInputs(node: DiffusionNode): string[] {
  const { role, inputs, outputs } = node.diffusion.declaration
  const followed = new Set(
    Object.values(outputs).flatMap(({ more }) => (more && !inputs[more.of] ? [more.of] : [])),
  )
  const start = role === 'end' && followed.size ? loopPartner(node) : undefined
  const wired = start?.inputs.filter(isWiredInput) ?? []
  return wired.map(({ name }) => name).filter((name) => followed.has(splitMany(name)[0]))
}

const slotNames = (slots: readonly Slot[]) => new Set(slots.map(({ name }) => name))
const isWiredInput = ({ link }: InputSlot) => link !== null
const isWiredOutput = ({ links }: OutputSlot) => Boolean(links?.length)

function matchInputs(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  wiredInputs: ReadonlySet<string>,
  free: FreeSlots,
): InputSlot[] {
  const { inputs, diffusion } = node
  const { declaration } = diffusion
  const present = free === 'keep' ? slotNames(inputs) : undefined
  return matchSlotsByName<InputSlot>(
    inputs,
    // A param stays an input until it is converted back.
    inputSpecs(declaration, wiredInputs, present, slotNames(inputs), offersFurther(node)),
    isWiredInput,
    (spec, old): InputSlot => Object.assign(old ?? { link: null }, slotFields(lite, spec, 'input')),
  ).slots
}

function matchOutputs(
  lite: LiteGraphStatic,
  node: DiffusionNode,
  wiredInputs: ReadonlySet<string>,
  free: FreeSlots,
): OutputSlot[] {
  const { outputs, properties, diffusion } = node
  const { declaration } = diffusion
  const present = slotNames(free === 'keep' ? outputs : outputs.filter(isWiredOutput))
  return matchSlotsByName<OutputSlot>(
    outputs,
    outputSpecs(declaration, properties, wiredInputs, present, offersFurther(node)),
    isWiredOutput,
    (spec, old): OutputSlot => {
      // An output `like` an input gets its type from wires, in refreshTypes.
      const typed = old && spec.like ? { ...spec, type: String(old.type) } : spec
      return Object.assign(old ?? { links: null }, slotFields(lite, typed, 'output'))
    },
  ).slots
}

/** Updates the slot numbers in the links of a node. */
function renumberLinks({ graph, inputs, outputs }: DiffusionNode) {
  const links = graph?.links
  if (!links) return
  inputs.forEach(({ link }, i) => {
    if (link !== null && links[link]) links[link].target_slot = i
  })
  outputs.forEach((output, i) => {
    for (const id of output.links ?? []) if (links[id]) links[id].origin_slot = i
  })
}
