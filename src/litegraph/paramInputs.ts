// Params that are inputs: converting them and back, on the canvas.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { paramSlot, paramType } from '../engine/plan/paramSlots.ts'
import type { FreeSlots } from './slotMatching.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import { typeRefusal } from './wires.ts'

/** Returns the names of the params of a node that are inputs. */
export const inputParams = ({ inputs, diffusion: { declaration } }: DiffusionNode): Set<string> =>
  new Set(
    inputs
      .map(({ name }) => name)
      .filter(
        (name) =>
          Object.hasOwn(declaration.params, name) && !Object.hasOwn(declaration.inputs, name),
      ),
  )

/** Returns true for a param that can be an input. */
export const canBeInput = ({ diffusion: { declaration } }: DiffusionNode, name: string): boolean =>
  Object.hasOwn(declaration.params, name) &&
  paramType(declaration.params[name]) !== undefined &&
  !Object.hasOwn(declaration.inputs, name)

/** Turns a param into an input. Returns the index of its slot. */
export function convertToInput(node: DiffusionNode, name: string): number {
  const { graph, inputs, diffusion } = node
  if (canBeInput(node, name) && !inputParams(node).has(name)) {
    const accepts = paramSlot(diffusion.declaration.params[name])?.accepts ?? []
    graph?.beforeChange(node)
    matchSlotsOfNode(node, 'keep', () => inputs.push({ name, type: String(accepts), link: null }))
    graph?.afterChange(node)
  }
  return node.findInputSlot(name)
}

/** Turns an input back into a param, with its last value. Removes its wire. */
export function convertToParam(node: DiffusionNode, name: string) {
  if (!inputParams(node).has(name)) return
  const { graph } = node
  graph?.beforeChange(node)
  node.disconnectInput(node.findInputSlot(name))
  matchSlotsOfNode(node, 'trim', () => {
    node.inputs = node.inputs.filter((slot) => slot.name !== name)
  })
  graph?.afterChange(node)
}

export const toggleParamInput = (node: DiffusionNode, name: string) =>
  void (inputParams(node).has(name) ? convertToParam(node, name) : convertToInput(node, name))

const matchSlotsOfNode = (node: DiffusionNode, free: FreeSlots, change: () => void) =>
  (node as DiffusionNode & { matchSlots(free: FreeSlots, change: () => void): void }).matchSlots(
    free,
    change,
  )

/**
 * Returns the param whose widget is at a point of the graph, if it could take a wire of this type.
 */
export function paramTakingWire(
  node: LGraphNode,
  [x, y]: ArrayLike<number> & Iterable<number>,
  type: string | number,
): string | undefined {
  if (!isDiffusionNode(node) || node.flags.collapsed) return undefined
  const [left, top] = [x - node.pos[0], y - node.pos[1]]
  if (left < 0 || left > node.size[0]) return undefined
  const widget = node.widgets?.find(({ last_y, computeSize }) => {
    const height = computeSize?.(node.size[0])[1] ?? 20
    return last_y !== undefined && top >= last_y && top <= last_y + height
  })
  const name = widget && String(widget.options.property ?? widget.name)
  if (name === undefined || !canBeInput(node, name)) return undefined
  const accepted = paramType(node.diffusion.declaration.params[name]) ?? ''
  return typeRefusal(type, { name, type: accepted }) === undefined ? name : undefined
}
