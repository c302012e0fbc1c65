// Texts about runs: changes, seeds, losses, titles.
import type { Difference } from '../graph/changes.ts'
import { summarizeChanges, describeValue } from '../graph/changeText.ts'
import * as format from '../ui/format.ts'
import { translateMessage, texts, translateWorkflow } from '../texts/texts.ts'
import type { Run, Sweep } from './record.ts'

/** Changes since the previous run, after the target node if there is one. */
export const runChangesText = ({ changed, to }: Pick<Run, 'changed' | 'to'>): string =>
  [to === undefined ? '' : texts.runs.runTo(to), summarizeChanges(changed ?? [])]
    .filter(Boolean)
    .join('; ')

export const seedsText = ({ seeds }: Run): string =>
  [...new Set(seeds.map(({ value }) => describeValue(value)))].join(', ')

export const lossText = ({ loss }: Run): string => (loss === undefined ? '' : format.number(loss))

/** Short distinct names for runs side by side: their differing params, or else their times. */
export function distinctNames(runs: readonly Run[], differences: readonly Difference[]): string[] {
  const names = runs.map(({ when }, i) => {
    const [first, ...more] = differences
      .slice(0, MAX_NAMED)
      .map(({ param, values }) => [param, describeValue(values[i])] as const)
    if (!first) return format.dateTime(when)
    return more.length ? [first, ...more].map(([, value]) => value).join(', ') : first.join(' ')
  })
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length
    return before ? `${name} (${before + 1})` : name
  })
}

const MAX_NAMED = 3

/** "Optimizer.lr × Data.seed" */
export const sweepTitle = ({ axes }: Sweep): string =>
  axes.map(({ title, param }) => `${title}.${param}`).join(' × ')

/** All text of a run that the filter matches. */
export const searchableText = (run: Run): string =>
  [
    run.name,
    translateWorkflow(run.name),
    run.note,
    runChangesText(run),
    texts.runs.outcomes[run.outcome],
    ...(run.fault ? [run.fault, translateMessage(run.fault)] : []),
    run.backend,
    ...run.seeds.flatMap(({ title, param, value }) => [`${title}.${param}`, String(value)]),
    ...run.metrics.map(({ title, name }) => `${title} ${name}`),
  ].join(' ')
