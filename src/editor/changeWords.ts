// Changes of a workflow in words: one after the other, or all in a line.
import { formatNumber } from '../nodes/litegraph/widgets.ts'
import type { Change } from './changes.ts'
import { texts } from './texts.ts'

/** The value of a param, short. */
export function valueInWords(value: unknown): string {
  const { none, switched } = texts.changes
  if (value === undefined || value === null) return none
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return switched[value ? 'on' : 'off']
  if (Array.isArray(value)) return texts.panel.points(value.length)
  if (typeof value === 'object') return String((value as { name?: unknown }).name ?? JSON.stringify(value))
  return String(value)
}

export function changeInWords(change: Change): string {
  const { changes } = texts
  switch (change.kind) {
    case 'called':
      return changes.called(change.from || texts.untitled, change.to || texts.untitled)
    case 'param':
      return `${change.title}.${change.param} ${valueInWords(change.from)} → ${valueInWords(change.to)}`
    case 'added':
    case 'removed':
    case 'outside':
    case 'described':
      return changes[change.kind](change.title)
    case 'wired':
      return `${change.title}.${change.slot}: ${change.from ?? changes.none} → ${change.to ?? changes.none}`
    case 'titled':
      return changes.titled(change.from, change.to)
    case 'mode':
      return changes.mode(change.title, change.to)
    case 'layout':
      return changes.layout(change.count)
    default:
      return changes[change.kind]
  }
}

/**
 * "Adam.lr 0.001 → 0.0003; added ClipGradients; rewired Loss.x_t". Layout is told if it is all there is, and no more than
 * `most` of the rest; '' if nothing changed.
 */
export function inALine(all: readonly Change[], most = Infinity): string {
  const { changes } = texts
  const tell = (...kinds: Change['kind'][]) => all.filter(({ kind }) => kinds.includes(kind)).map(changeInWords)
  const listed = (kind: 'added' | 'removed') => all.flatMap((each) => (each.kind === kind ? [each.title] : []))
  const wired = all.flatMap((each) => (each.kind === 'wired' ? [`${each.title}.${each.slot}`] : []))
  const words = [
    ...tell('called', 'param'),
    ...(['added', 'removed'] as const).flatMap((kind) => (listed(kind).length ? [changes[kind](listed(kind).join(', '))] : [])),
    ...(wired.length ? [changes.rewired(wired.join(', '))] : []),
    ...tell('titled', 'mode', 'outside', 'described', 'about', 'groups'),
  ]
  if (!words.length) return tell('layout').join('')
  const more = words.length - most
  return (more > 0 ? [...words.slice(0, most), changes.more(more)] : words).join('; ')
}
