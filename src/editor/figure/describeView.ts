// Short texts of views, in place of their pictures.
import type { View } from '../../engine/base/view.ts'
import { translateView } from '../texts/texts.ts'
import * as format from '../ui/format.ts'

/** Longer texts would delay a screen reader. */
const MAX_LENGTH = 300

/** Returns the numbers or texts of a view; '' for pictures and points. */
export function describeView(view: View): string {
  const text = listParts(view).filter(Boolean).join(', ')
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}

function listParts(view: View): string[] {
  switch (view.kind) {
    case 'numbers':
      return view.rows.map(({ name, value }) => `${translateView(name)} ${format.number(value)}`)
    case 'rows':
      return view.rows.map(([name, text]) => `${translateView(name)} ${translateView(text)}`)
    case 'table':
      return view.rows.map((row) => row.join(' '))
    case 'texts':
      return view.frames.at(-1) ?? []
    case 'chart':
      return view.lines
        .filter(({ kept, y }) => !kept && y.length > 0)
        .map(({ name, y }) => `${translateView(name)} ${format.number(y[y.length - 1])}`.trim())
    case 'statistics':
      return [`μ ${format.number(view.mean)}`, `σ ${format.number(view.std)}`]
    case 'scatter':
    case 'images':
    case 'film':
      return []
    default:
      return view satisfies never
  }
}
