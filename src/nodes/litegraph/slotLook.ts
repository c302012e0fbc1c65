// litegraph's fields of slots.
import type { LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Side, SlotSpec } from '../workflow/slots.ts'
import { styleOf } from './palette.ts'

/** Of a declared slot. Optional inputs are hollow while nothing is wired to them. */
export function slotLook(lite: LiteGraphStatic, spec: SlotSpec, side: Side) {
  const style = styleOf(spec.type)
  const shapes = { circle: lite.CIRCLE_SHAPE, box: lite.BOX_SHAPE, arrow: lite.ARROW_SHAPE, grid: lite.GRID_SHAPE }
  return {
    name: spec.name,
    type: spec.type,
    // litegraph draws wide shapes up to the name.
    label: side === 'input' && (style.shape === 'box' || style.shape === 'arrow') ? `\u2009${spec.name}` : spec.name,
    shape: shapes[style.shape],
    color_on: style.colour,
    color_off: side === 'input' && spec.optional ? HOLLOW : style.colour,
    // Slots are the declaration's; they are not to be renamed by hand.
    nameLocked: true,
  }
}

const HOLLOW = '#2a2d30'
