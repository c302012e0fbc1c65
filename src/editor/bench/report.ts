// The report of the measurements, to copy: as Markdown for people, and as JSON for programs.
import type { BenchTexts } from '../texts/en/bench.ts'
import {
  backendName,
  deviceText,
  noticesOf,
  ratioText,
  rowModel,
  sideText,
  testText,
} from './format.ts'
import type { Machine } from './machine.ts'
import type { BenchResults } from './results.ts'

export interface Report {
  /** Start of the measurements, as an ISO date. */
  date: string
  machine: Machine
  results: BenchResults
  /** True if the page was hidden in between. */
  wasHidden: boolean
  /** Message of an error that ended the measurements. */
  broken?: string
}

/** Facts about the machine, each with its name. */
export function machineFacts(
  { graphics, cores, threads, browser, system, app }: Machine,
  texts: BenchTexts,
): [name: string, value: string][] {
  return [
    [texts.graphics, graphics ?? texts.unknown],
    [texts.processor, `${texts.cores(cores)}, ${texts.threads(threads)}`],
    [texts.browser, [browser, system].filter(Boolean).join(', ')],
    [texts.app, [app.version, app.commit && texts.commit(app.commit)].filter(Boolean).join(', ')],
  ]
}

export function toMarkdown(report: Report, texts: BenchTexts): string {
  const { date, machine, results } = report
  const notices = noticesOf(results, { isolated: machine.isolated, ...report }, texts)
  return [
    `**litegraph-diffusion**, ${date}`,
    '',
    ...machineFacts(machine, texts).map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`),
    ...notices.map((notice) => `- **${escapeMarkdown(notice)}**`),
    '',
    ...writeTable(
      [texts.backend, texts.device, texts.tests],
      results.backends.map((each) => [
        backendName(each.choice, texts),
        deviceText(each),
        testText(each, texts),
      ]),
    ),
    '',
    ...writeTable(
      [texts.backend, texts.model, texts.step, texts.ours, texts.stock, texts.ratio],
      results.rows.map((row) => [
        backendName(row.choice, texts),
        rowModel(row, texts),
        texts.tasks[row.job.task],
        sideText(row, 'ours', texts),
        sideText(row, 'stock', texts),
        ratioText(row, texts),
      ]),
    ),
    '',
    texts.legend,
    '',
  ].join('\n')
}

/** Names of devices and messages come from elsewhere: they must not be read as Markdown. */
const escapeMarkdown = (text: string) =>
  text.replaceAll(/[\\|`*_<>[\]#]/g, '\\$&').replaceAll('\n', ' ')

const writeTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  line(head),
  line(head.map(() => '---')),
  ...rows.map((row) => line(row.map(escapeMarkdown))),
]

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** Times in seconds. A deviation that is not finite becomes null. */
export const resultsToJson = (report: Report): string => JSON.stringify(report, null, 2)
