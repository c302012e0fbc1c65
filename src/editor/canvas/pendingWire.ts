// A wire with one end that waits for its other end.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { Side } from '../../workflow/slots.ts'

/** The slot to which the wire is attached. */
export interface PendingWire {
  node: LGraphNode
  side: Side
  slot: number
}
