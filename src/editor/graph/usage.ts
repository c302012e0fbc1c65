// How often the ready workflows use nodes and make wires, which ranks suggestions and wires nodes.
import { splitMany } from '../../engine/base/ids.ts'
import { getOwn } from '../../engine/base/records.ts'

export interface Usage {
  /** Number of nodes by type. */
  nodes: Record<string, number>
  /** Number of wires by {@link typedWireKey}. */
  wires: Record<string, number>
}

/** A slot of a node type. */
export interface TypedSlot {
  type: string
  slot: string
}

/** Slots of one many-slot count as one: `samples` for `samples_2`. */
const typedSlotKey = ({ type, slot }: TypedSlot) =>
  `${type.replace(/^diffusion\//, '')}.${splitMany(slot)[0]}`

/** Key of a wire: `TrainingStart.x_0>ForwardNoise.x_0`. */
export const typedWireKey = (from: TypedSlot, to: TypedSlot): string =>
  `${typedSlotKey(from)}>${typedSlotKey(to)}`

export const countNodes = ({ nodes }: Usage, type: string): number => getOwn(nodes, type) ?? 0

export const countWires = ({ wires }: Usage, from: TypedSlot, to: TypedSlot): number =>
  getOwn(wires, typedWireKey(from, to)) ?? 0
