// Unused inputs of a node, which can be folded away: they take no row, and wires that fit show them.
import type { InputSlot } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../engine/plan/op.ts'
import { declaredName, LOOP } from '../workflow/slots.ts'
import type { DiffusionNode } from './diffusionNode.ts'

/** Number of inputs from which on an observer hides unused ones by default. */
const MANY_INPUTS = 4

/** Inputs of a declaration that can be folded: optional ones, but not the free slot of many. */
const foldableNames = ({ inputs }: Declaration) =>
  Object.keys(inputs).filter(
    (name) => inputs[name].optional && !inputs[name].many && !inputs[name].grows && name !== LOOP,
  )

const defaults = new WeakMap<Declaration, boolean>()

/** True for observers with many optional inputs, of which a graph uses few. */
function foldsByDefault(declaration: Declaration): boolean {
  let folds = defaults.get(declaration)
  if (folds === undefined) {
    folds = declaration.role === 'observer' && foldableNames(declaration).length >= MANY_INPUTS
    defaults.set(declaration, folds)
  }
  return folds
}

/**
 * True if a node hides its unused inputs, by the user's choice or by default. @comfyorg/litegraph
 * cannot draw a slot without a position.
 */
export const hidesUnused = ({ flags, diffusion, inComfy }: DiffusionNode): boolean =>
  !inComfy && (flags.folded ?? foldsByDefault(diffusion.declaration))

/** True if a node has unused inputs that can be hidden, or hides some. */
export const canHideUnused = ({ inputs, diffusion: { declaration } }: DiffusionNode): boolean =>
  inputs.some((slot) => isFoldable(slot, declaration))

function isFoldable({ name, link }: InputSlot, { inputs }: Declaration): boolean {
  const declared = declaredName(inputs, name)
  if (link !== null || name === LOOP || declared === undefined) return false
  const { optional, many, grows } = inputs[declared]
  return optional === true && !many && !grows
}

/** True for an input that is folded away now. */
export function isFolded(node: DiffusionNode, index: number): boolean {
  if (!hidesUnused(node)) return false
  const slot = node.inputs[index]
  return slot !== undefined && isFoldable(slot, node.diffusion.declaration) && !node.unfolds?.(slot)
}

/** Number of inputs before an index that are folded away. */
export function countFolded(node: DiffusionNode, before = node.inputs.length): number {
  if (!hidesUnused(node)) return 0
  let count = 0
  for (let i = 0; i < before; i++) if (isFolded(node, i)) count++
  return count
}

/** Number of rows that the slots of a node take. */
export const slotRows = (node: DiffusionNode): number =>
  Math.max(node.inputs.length - countFolded(node), node.outputs.length, 1)

/** Hides or shows the unused inputs of a node. */
export function setUnusedHidden(node: DiffusionNode, hidden: boolean) {
  const sized = node as DiffusionNode & { matchSlots(free: 'keep', change: () => void): void }
  sized.matchSlots('keep', () => {
    if (hidden === foldsByDefault(node.diffusion.declaration)) delete node.flags.folded
    else node.flags.folded = hidden
  })
}
