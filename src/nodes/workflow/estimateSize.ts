// Size of a node that is not on a canvas yet.
import type { Declaration } from '../../engine/plan/op.ts'
import { initialViewSpace, viewHeight } from '../litegraph/body.ts'
import { visibleParams } from '../litegraph/widgets.ts'
import type { SlotSpec } from './slots.ts'

/** Heights of a slot and of a widget in litegraph, and the room around them, in pixels. */
const [SLOT, WIDGET, MARGIN] = [20, 24, 14]
const NOTE_HEIGHT = 110
/** Widths of a letter in a title and in the name of a slot. */
const [TITLE_LETTER, SLOT_LETTER] = [8.4, 7]

/** The size of a node on the canvas, which the editor enlarges if its content needs more. */
export function estimateSize(
  declaration: Declaration,
  params: Readonly<Record<string, unknown>>,
  { inputs, outputs }: { inputs: readonly SlotSpec[]; outputs: readonly SlotSpec[] },
  title: string,
): [number, number] {
  const view = initialViewSpace(declaration)
  const rows = Math.max(inputs.length, outputs.length)
  const names = Array.from(
    { length: rows },
    (_, i) => (inputs[i]?.name.length ?? 0) + (outputs[i]?.name.length ?? 0),
  )
  const width = Math.max(
    210,
    view.width,
    TITLE_LETTER * title.length + 62,
    SLOT_LETTER * Math.max(0, ...names) + 50,
  )
  const widgets = visibleParams(declaration, params).length
  const height = SLOT * rows + WIDGET * widgets + MARGIN + viewHeight(declaration) + view.more
  return [
    Math.round(width),
    Math.round(Math.max(height, declaration.role === 'note' ? NOTE_HEIGHT : 0)),
  ]
}
