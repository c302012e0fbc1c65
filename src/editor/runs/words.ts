// What runs are about, in words.
import type { Difference } from '../changes.ts'
import { inALine, valueInWords } from '../changeWords.ts'
import * as format from '../format.ts'
import { said, texts, translated } from '../texts.ts'
import type { Run, Sweep } from './record.ts'

/** What changed since the run before; a run to one node says so first. */
export const changesInWords = ({ changed, to }: Pick<Run, 'changed' | 'to'>): string =>
  [to === undefined ? '' : texts.runs.runTo(to), inALine(changed ?? [])].filter(Boolean).join('; ')

export const seedsInWords = ({ seeds }: Run): string => [...new Set(seeds.map(({ value }) => valueInWords(value)))].join(', ')

export const lossInWords = ({ loss }: Run): string => (loss === undefined ? '' : format.number(loss))

/** Short names for runs side by side, each another: by what they differ in, or by when they ran. */
export function namesOf(runs: readonly Run[], differences: readonly Difference[]): string[] {
  const told = runs.map(({ when }, i) => {
    const [first, ...more] = differences
      .slice(0, MOST_NAMED)
      .map(({ param, values }) => [param, valueInWords(values[i])] as const)
    if (!first) return format.when(when)
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
    ...(run.fault ? [run.fault, said(run.fault)] : []),
    run.backend,
    ...run.seeds.flatMap(({ title, param, value }) => [`${title}.${param}`, String(value)]),
    ...run.metrics.map(({ title, name }) => `${title} ${name}`),
  ].join(' ')
