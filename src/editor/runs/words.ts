// What runs are about, in words.
import { formatNumber } from '../../nodes/litegraph/widgets.ts'
import * as format from '../format.ts'
import { texts, translated } from '../texts.ts'
import type { Change, Difference, Run, Sweep } from './record.ts'

/** The value of a param, short. */
export function valueInWords(value: unknown): string {
  if (value === undefined || value === null) return texts.runs.nothing
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return texts.runs.switched[value ? 'on' : 'off']
  if (Array.isArray(value)) return texts.panel.points(value.length)
  if (typeof value === 'object') return String((value as { name?: unknown }).name ?? JSON.stringify(value))
  return String(value)
}

export function changeInWords(change: Change): string {
  switch (change.kind) {
    case 'param':
      return `${change.title}.${change.param} ${valueInWords(change.from)} → ${valueInWords(change.to)}`
    case 'added':
      return `+ ${change.title}`
    case 'removed':
      return `− ${change.title}`
    case 'rewired':
      return texts.runs.rewired(change.title)
  }
}

export function changesInWords({ changed, to }: Pick<Run, 'changed' | 'to'>): string {
  const words = (changed ?? []).map(changeInWords)
  return [...(to === undefined ? [] : [texts.runs.runTo(to)]), ...words].join(', ')
}

export const seedsInWords = ({ seeds }: Run): string => [...new Set(seeds.map(({ value }) => valueInWords(value)))].join(', ')

export const lossInWords = ({ loss }: Run): string => (loss === undefined ? '' : format.number(loss))

/** Short names for runs side by side, each another: by what they differ in, or by when they ran. */
export function namesOf(runs: readonly Run[], differences: readonly Difference[]): string[] {
  const told = runs.map(({ when }, i) => {
    const [first, ...more] = differences
      .slice(0, MOST_NAMED)
      .map(({ param, values }) => [param, valueInWords(values[i])] as const)
    if (!first) return whenInWords(when)
    return more.length ? [first, ...more].map(([, value]) => value).join(', ') : first.join(' ')
  })
  return told.map((name, i) => {
    const before = told.slice(0, i).filter((other) => other === name).length
    return before ? `${name} (${before + 1})` : name
  })
}

const MOST_NAMED = 3

/** "Optimizer.lr × Data.seed" */
export const sweepInWords = ({ axes }: Sweep): string => axes.map(({ title, param }) => `${title}.${param}`).join(' × ')

/** All that can be searched for. */
export const runInWords = (run: Run): string =>
  [
    run.name,
    translated(run.name),
    run.note,
    changesInWords(run),
    texts.runs.outcomes[run.outcome],
    run.fault,
    run.backend,
    ...run.seeds.flatMap(({ title, param, value }) => [`${title}.${param}`, String(value)]),
    ...run.metrics.map(({ title, name }) => `${title} ${name}`),
  ].join(' ')

/** "14:05" today, "3 Nov 14:05" before. */
export const whenInWords = (when: number): string =>
  new Date(when).toDateString() === new Date().toDateString() ? format.clock(when) : `${format.day(when)} ${format.clock(when)}`
