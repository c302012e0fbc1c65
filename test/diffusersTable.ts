// The tables of docs/diffusers.md: each folder of test/fixtures/diffusers that loads, with
// its largest difference from diffusers, and each that is rejected, with the reason.
import {
  besideModel,
  pipelineFolders,
  readOrReason,
  recordedSchedules,
  scheduleGap,
  schedulerFile,
} from './diffusersFolders.ts'
import { pipelineGap } from './diffusersPipelines.ts'

export const DIFFUSERS_FILE = 'docs/diffusers.md'
const [BEGIN, END] = ['<!-- folders -->', '<!-- /folders -->']

/** The document with current tables. */
export async function updateDiffusersTables(text: string): Promise<string> {
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)]
  if (after < before) throw new Error(`${DIFFUSERS_FILE} has no ${BEGIN} ... ${END}.`)
  return `${text.slice(0, before)}\n\n${await folderTables()}\n\n${text.slice(after)}`
}

async function folderTables(): Promise<string> {
  const pipelines: string[][] = []
  for (const name of pipelineFolders()) pipelines.push([name, await pipelineGap(name)])
  const schedulers = recordedSchedules()
    .toSorted((a, b) => (a.folder < b.folder ? -1 : 1))
    .map((record): string[] => [record.folder, ...schedulerCells(record)])
  return [
    table(['Pipeline', 'Result'], pipelines),
    table(['Scheduler', 'Result', 'Sampler and settings, or cure'], schedulers),
  ].join('\n\n')
}

function schedulerCells(record: ReturnType<typeof recordedSchedules>[number]): string[] {
  const outputs = String(record.given.variance_type).startsWith('learned') ? 2 : 1
  const read = readOrReason(besideModel(schedulerFile(record.folder), outputs))
  if ('message' in read) return [`rejected: ${read.message}`, read.cure]
  if (!read.sampling) return ['loads', 'schedule of the training only']
  const { t, sigma } = scheduleGap(read, record)
  const parts = [
    ...(t === undefined ? [] : [`t ${threshold(t)}`]),
    ...(sigma === undefined ? [] : [`sigma ${threshold(sigma)} of it`]),
  ]
  const { sampler, step, params, timesteps } = read.sampling
  const settings = Object.entries({ ...params, ...timesteps }).map(
    ([key, value]) => `${key} ${String(value)}`,
  )
  return [
    `loads; largest difference: ${parts.join(', ')}`,
    [`\`${sampler ?? step}\``, ...settings].join(', '),
  ]
}

/** Powers of ten that bound a difference: exact digits differ between processors. */
const threshold = (value: number): string =>
  value === 0 ? '0' : `below ${Number(`1e${Math.floor(Math.log10(value)) + 1}`)}`

const table = (header: string[], rows: string[][]) =>
  [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
