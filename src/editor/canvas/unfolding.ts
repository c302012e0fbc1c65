// Hidden inputs under a dragged wire: the node under the pointer shows those that the wire fits.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { hidesUnused, slotRows } from '../../litegraph/foldedInputs.ts'
import { typeRefusal } from '../../litegraph/wires.ts'
import type { DraggedWire } from './wireChecks.ts'

/** Height of a row of slots, in graph units. */
const ROW = 20

export class Unfolding {
  private node: DiffusionNode | undefined
  /** Height of the node, without the rows that are shown for the wire. */
  private height = 0
  private rows = 0

  /** Shows the fitting inputs of a node, and hides those of the node before. */
  update(wire: DraggedWire | undefined, over: LGraphNode | null) {
    const fits = wire?.side === 'output' && over !== wire.node
    const node = fits && over && isDiffusionNode(over) && hidesUnused(over) ? over : undefined
    if (node === this.node) return
    this.end()
    if (!node || !wire) return
    this.node = node
    this.height = node.size[1]
    this.rows = slotRows(node)
    node.unfolds = (input) => typeRefusal(wire.start.type, input) === undefined
    const least = node.computeSize()[1]
    if (node.size[1] < least) node.setSize([node.size[0], least])
    node.setDirtyCanvas(true, true)
  }

  /** Hides the inputs again. The node keeps a row for an input that was wired meanwhile. */
  end() {
    const { node } = this
    this.node = undefined
    if (!node) return
    delete node.unfolds
    const rows = slotRows(node)
    node.rows = rows
    const height = this.height + (rows - this.rows) * ROW
    node.setSize([node.size[0], Math.max(height, node.computeSize()[1])])
    node.setDirtyCanvas(true, true)
  }
}
