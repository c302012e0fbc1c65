// Texts about runs: changes, seeds, losses, titles.
import { getText } from '../../engine/base/catalogue.ts'
import type { Difference } from '../graph/changes.ts'
import { summarizeChanges, describeChangedValue } from '../graph/changeText.ts'
import * as format from '../ui/format.ts'
import { translateMessage, texts, translateWorkflow } from '../texts/texts.ts'
import type { Run, Sweep } from './record.ts'

/** Changes since the previous run, after the target node if there is one. */
export const runChangesText = ({ changed, to }: Pick<Run, 'changed' | 'to'>): string =>
  [to === undefined ? '' : texts.runs.runTo(to), summarizeChanges(changed ?? [])]
    .filter(Boolean)
    .join('; ')

/** Distinct seeds in ascending order, with consecutive ones as a range: "0–6, 42". */
export function seedsText({ seeds }: Pick<Run, 'seeds'>): string {
  const values = [...new Set(seeds.map(({ value }) => Number(value)))].sort((a, b) => a - b)
  const ranges: [from: number, to: number][] = []
  for (const value of values) {
    const last = ranges.at(-1)
    if (last && value === last[1] + 1) last[1] = value
    else ranges.push([value, value])
  }
  return ranges.map(formatRange).join(', ')
}

/** Two consecutive seeds are listed, as "3, 4". */
const formatRange = ([from, to]: readonly [number, number]): string =>
  from === to
    ? describeChangedValue(from)
    : `${describeChangedValue(from)}${to === from + 1 ? ', ' : '–'}${describeChangedValue(to)}`

export const lossText = ({ loss }: Run): string => (loss === undefined ? '' : format.number(loss))

/** Short distinct names for runs side by side: their differing params, or else their times. */
export function distinctNames(runs: readonly Run[], differences: readonly Difference[]): string[] {
  const names = runs.map(({ when }, i) => {
    const [first, ...more] = differences
      .slice(0, MAX_NAMED)
      .map(({ param, values }) => [param, describeChangedValue(values[i])] as const)
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
    ...(run.fault ? [run.fault, runFault(run)] : []),
    run.backend,
    ...run.seeds.flatMap(({ title, param, value }) => [`${title}.${param}`, String(value)]),
    ...run.metrics.map(({ title, name }) => `${title} ${name}`),
  ].join(' ')

/** Message of a failed run in the current language; '' for others. */
export const runFault = ({ fault = '', messages }: Pick<Run, 'fault' | 'messages'>): string =>
  translateMessage(getText({ fault, messages }, 'fault'))
