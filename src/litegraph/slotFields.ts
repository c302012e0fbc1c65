// Fields of a slot for drawing in litegraph.
import type { LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Side, SlotSpec } from '../workflow/slots.ts'
import { slotStyle } from './palette.ts'

/** Returns the fields of a declared slot. Optional inputs are hollow while unwired. */
export function slotFields(lite: LiteGraphStatic, spec: SlotSpec, side: Side) {
  const style = slotStyle(spec.type)
  const shapes = {
    circle: lite.CIRCLE_SHAPE,
    box: lite.BOX_SHAPE,
    arrow: lite.ARROW_SHAPE,
    grid: lite.GRID_SHAPE,
  }
  return {
    name: spec.name,
    type: spec.type,
    // Wide shapes of litegraph would touch the name without a thin space.
    label:
      side === 'input' && (style.shape === 'box' || style.shape === 'arrow')
        ? `\u2009${spec.name}`
        : spec.name,
    shape: shapes[style.shape],
    color_on: style.colour,
    color_off: side === 'input' && spec.optional ? HOLLOW : style.colour,
    // Names are declared and cannot be edited.
    nameLocked: true,
  }
}

const HOLLOW = '#2a2d30'
