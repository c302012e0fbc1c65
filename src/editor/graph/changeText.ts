// Texts about changes of a workflow.
import { cutText } from '../../painters/cutText.ts'
import { formatControlValue } from '../../workflow/controlSpec.ts'
import type { Change } from './changes.ts'
import { texts } from '../texts/texts.ts'

/** Characters of a value that a list of changes shows. */
const MAX_VALUE = 120

/** Short text for the value of a param. */
export function describeChangedValue(value: unknown): string {
  const { none, switched } = texts.changes
  if (value === undefined || value === null) return none
  if (typeof value === 'boolean') return switched[value ? 'on' : 'off']
  if (Array.isArray(value)) return texts.panel.points(value.length)
  const { name } = value as { name?: unknown }
  return cutText(typeof name === 'string' ? name : formatControlValue(value), MAX_VALUE)
}

export function describeChange(change: Change): string {
  const { changes } = texts
  switch (change.kind) {
    case 'called':
      return changes.renamedWorkflow(change.from || texts.untitled, change.to || texts.untitled)
    case 'param': {
      const [from, to] = [describeChangedValue(change.from), describeChangedValue(change.to)]
      return `${change.title}.${change.param} ${from} → ${to}`
    }
    case 'added':
    case 'removed':
    case 'outside':
    case 'described':
      return changes[change.kind](change.title)
    case 'wired': {
      const { from = changes.none, to = changes.none } = change
      return `${change.title}.${change.slot}: ${from} → ${to}`
    }
    case 'titled':
      return changes.renamedNode(change.from, change.to)
    case 'mode':
      return changes.mode(change.title, change.to)
    case 'layout':
      return changes.layout(change.count)
    default:
      return changes[change.kind]
  }
}

/**
 * Summarises changes in a line, for example "Adam.lr 0.001 → 0.0003; added ClipGradients; rewired
 * Loss.x_t", with at most `most` items. Mentions the layout only if nothing else changed. Returns
 * '' if nothing changed.
 */
export function summarizeChanges(all: readonly Change[], most = Infinity): string {
  const { changes } = texts
  const describeKinds = (...kinds: Change['kind'][]) =>
    all.filter(({ kind }) => kinds.includes(kind)).map(describeChange)
  const listed = (kind: 'added' | 'removed') =>
    all.flatMap((each) => (each.kind === kind ? [each.title] : []))
  const wired = all.flatMap((each) => (each.kind === 'wired' ? [`${each.title}.${each.slot}`] : []))
  const words = [
    ...describeKinds('called', 'param'),
    ...(['added', 'removed'] as const).flatMap((kind) =>
      listed(kind).length ? [changes[kind](listed(kind).join(', '))] : [],
    ),
    ...(wired.length ? [changes.rewired(wired.join(', '))] : []),
    ...describeKinds('titled', 'mode', 'outside', 'described', 'about', 'groups'),
  ]
  if (!words.length) return describeKinds('layout').join('')
  const more = words.length - most
  return (more > 0 ? [...words.slice(0, most), changes.more(more)] : words).join('; ')
}
