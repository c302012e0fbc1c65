// Size of a node that is not on a canvas yet.
import type { Declaration } from '../engine/plan/op.ts'
import { initialViewSpace, viewHeight, visibleParams } from './nodeBody.ts'
import type { SlotSpec } from './slots.ts'

/** Heights of a slot and of a widget in litegraph, and the room around them, in pixels. */
const [SLOT, WIDGET, MARGIN] = [20, 24, 14]
/** Width of a new note; distance of its lines; room around them, as its widget draws them. */
const [NOTE_WIDTH, NOTE_LINE, NOTE_MARGIN] = [340, 18, 17]
/** Widths of a letter in a note: a space, others up to U+10FF, and full-width ones such as Hangul. */
const [SPACE, NOTE_LETTER, WIDE_LETTER] = [4.1, 7, 12]
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
  const isNote = declaration.role === 'note'
  const width = Math.max(
    isNote ? NOTE_WIDTH : 210,
    view.width,
    TITLE_LETTER * title.length + 62,
    SLOT_LETTER * Math.max(0, ...names) + 50,
  )
  const widgets = visibleParams(declaration, params).length
  const height = SLOT * rows + WIDGET * widgets + MARGIN + viewHeight(declaration) + view.more
  return [
    Math.round(width),
    Math.round(Math.max(height, isNote ? estimateNoteHeight(String(params.text), width) : 0)),
  ]
}

/** Height of a note of the given width that shows its whole text. */
export function estimateNoteHeight(text: string, width: number): number {
  const lines = text.split('\n').map((line) => countLines(line, width - 24))
  return NOTE_LINE * lines.reduce((sum, count) => sum + count, 0) + NOTE_MARGIN
}

/** Number of lines that a paragraph takes if lines break at spaces. */
function countLines(paragraph: string, room: number): number {
  let [lines, used] = [1, 0]
  for (const word of paragraph.split(' ')) {
    const width = [...word].reduce((sum, c) => sum + (c < '\u1100' ? NOTE_LETTER : WIDE_LETTER), 0)
    const longer = used ? used + SPACE + width : width
    if (used && longer > room) [lines, used] = [lines + 1, width]
    else used = longer
  }
  return lines
}
