// The dot in the title of a node, which collapses the node. It shows an arrow under the pointer.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { isReroute } from '../../litegraph/reroute.ts'
import { TITLE } from '../graph/nodeSize.ts'

/** Radius around the dot in which a click collapses the node, in graph units. */
const RADIUS = 9

export const isOnTitleDot = (
  { pos }: LGraphNode,
  [x, y]: ArrayLike<number> & Iterable<number>,
): boolean => Math.hypot(x - pos[0] - 15, y - pos[1] + TITLE / 2) <= RADIUS

export class TitleDot {
  private node: LGraphNode | undefined

  constructor(private readonly repaint: (node: LGraphNode) => void) {}

  /** Follows the pointer. Returns true if it is over the dot of a node. */
  update(over: LGraphNode | null, at: ArrayLike<number> & Iterable<number>): boolean {
    const node = over && !isReroute(over) && isOnTitleDot(over, at) ? over : undefined
    if (node !== this.node) {
      for (const each of [this.node, node]) {
        if (!each) continue
        each.overDot = each === node
        this.repaint(each)
      }
      this.node = node
    }
    return node !== undefined
  }
}
