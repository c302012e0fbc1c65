// Changes of a workflow in words: one after the other, or all in a line.
import { valueInWords } from '../runs/words.ts'
import { texts } from '../texts.ts'
import type { FileChange } from './changes.ts'

export function fileChangeInWords(change: FileChange): string {
  const { versions } = texts
  switch (change.kind) {
    case 'called':
      return versions.called(change.from || texts.untitled, change.to || texts.untitled)
    case 'param':
      return `${change.title}.${change.param} ${valueInWords(change.from)} → ${valueInWords(change.to)}`
    case 'added':
      return versions.added(change.title)
    case 'removed':
      return versions.removed(change.title)
    case 'wired':
      return `${change.title}.${change.slot}: ${change.from ?? texts.runs.nothing} → ${change.to ?? texts.runs.nothing}`
    case 'titled':
      return versions.titled(change.from, change.to)
    case 'mode':
      return versions.mode(change.title, change.to)
    case 'layout':
      return versions.layout(change.count)
    default:
      return versions[change.kind]
  }
}

/** "lr 0.001 → 0.0003; added ClipGradients; rewired x_t". Layout is told if it is all there is. */
export function inALine(changes: readonly FileChange[]): string {
  const { versions } = texts
  const titles = (kind: 'added' | 'removed') => changes.flatMap((each) => (each.kind === kind ? [each.title] : []))
  const wired = changes.filter((each) => each.kind === 'wired').map(({ slot }) => slot)
  const first = changes
    .filter(({ kind }) => kind === 'param' || kind === 'called')
    .map((change) =>
      change.kind === 'param'
        ? `${change.param} ${valueInWords(change.from)} → ${valueInWords(change.to)}`
        : fileChangeInWords(change),
    )
  const rest = changes.filter(({ kind }) => ['titled', 'mode', 'about', 'groups'].includes(kind)).map(fileChangeInWords)
  const words = [
    ...first,
    ...(titles('added').length ? [versions.added(titles('added').join(', '))] : []),
    ...(titles('removed').length ? [versions.removed(titles('removed').join(', '))] : []),
    ...(wired.length ? [versions.rewired([...new Set(wired)].join(', '))] : []),
    ...rest,
  ]
  if (!words.length) return changes.map(fileChangeInWords).join('; ') || versions.nothing
  return words.length > 5 ? [...words.slice(0, 5), versions.more(words.length - 5)].join('; ') : words.join('; ')
}
