// GPU work of a step of the reference UNet, here and in stock tfjs, counted on a device that
// computes nothing: `npm run bench:counts`. `--json` prints one line of JSON, `--by kernel` adds
// counts by program, `--features shader-f16,subgroups` simulates a GPU with these features, and
// `--model opened` compares the UNet opened into layers, and those without an attention, instead.
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import type { Counted, Kernel, Task, CountedSide } from './counted.ts'
import { openForms } from './forms.ts'
import { BATCH, PARAMETERS } from './reference.ts'

const tasks: { [K in Task]: string } = {
  train: `training, batch ${BATCH}`,
  sample: 'sampling by DDIM, batch 1',
  sample16: 'sampling by DDIM, batch 16',
}
export const names = Object.keys(tasks) as Task[]

type Found = Map<CountedSide, { [K in Task]: Counted }>

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      by: { type: 'string' },
      features: { type: 'string', default: '' },
      model: { type: 'string' },
    },
  })
  if (values.by !== undefined && values.by !== 'kernel')
    throw new Error(`Expected --by kernel, got --by ${values.by}.`)
  if (values.model !== undefined && values.model !== 'opened')
    throw new Error(`Expected --model opened, got --model ${values.model}.`)
  const found: Found = new Map()
  for (const who of ['ours', ...(values.model ? openForms : (['stock'] as const))] as const) {
    const counted = {} as { [K in Task]: Counted }
    for (const task of names) counted[task] = await countApart(who, task, values.features)
    found.set(who, counted)
  }
  if (values.json) console.log(json(found, values.by !== undefined))
  else
    console.log(
      [table(found), ...(values.by ? names.map((task) => kernelTable(task, found)) : [])].join(
        '\n\n',
      ),
    )
}

/** Counts in a process of its own. */
export async function countApart(who: CountedSide, task: Task, features = ''): Promise<Counted> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'scripts/run.mjs',
    'bench/counted.ts',
    who,
    task,
    features,
  ])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Counted
}

function json(found: Found, byKernel: boolean): string {
  const shown = ({ kernels, ...counts }: Counted) => (byKernel ? { ...counts, kernels } : counts)
  const all = (counted: { [K in Task]: Counted }) =>
    Object.fromEntries(names.map((task) => [task, shown(counted[task])]))
  const [[, ours], ...others] = [...found].map(([who, counted]) => [who, all(counted)] as const)
  return JSON.stringify({ ...ours, ...Object.fromEntries(others) })
}

// ---- printing

export const rows: {
  [K in keyof Omit<Counted, 'kernels'>]: readonly [name: string, unit: number]
} = {
  dispatches: ['dispatches', 1],
  submits: ['submits', 1],
  passes: ['compute passes', 1],
  copies: ['copies', 1],
  writes: ['writes from JavaScript', 1],
  writtenBytes: ['MB in them', 1e6],
  buffers: ['buffers created', 1],
  bufferBytes: ['MB in them', 1e6],
  bytesTouched: ['GB bound to kernels', 1e9],
  deviceBytes: ['GB on the device, at most', 1e9],
  pipelines: ['pipelines in all', 1],
  jsMs: ['ms in JavaScript', 1],
}

function table(found: Found): string {
  const lines = [
    `Reference UNet, 32x32x3, ${(PARAMETERS / 1e6).toFixed(2)} million parameters: one step, on a GPU that only counts`,
  ]
  for (const task of names) {
    const [ours, ...others] = [...found.keys()]
    const titles = others.flatMap((who) => [sides[who], `${who} / ${ours}`])
    lines.push('', line(tasks[task], [sides[ours], ...titles]))
    for (const [key, [name, unit]] of Object.entries(rows)) {
      const [own, ...peers] = [...found.values()].map(
        (counted) => counted[task][key as keyof typeof rows],
      )
      const cells = peers.flatMap((peer) => [amount(peer / unit), own ? amount(peer / own) : ''])
      lines.push(line(`  ${name}`, [amount(own / unit), ...cells]))
    }
  }
  return lines.join('\n')
}

const sides: Record<CountedSide, string> = {
  ours: 'ours',
  opened: 'opened',
  rewired: 'rewired',
  stock: 'stock tfjs',
}

const line = (name: string, cells: string[]) =>
  (name.padEnd(30) + cells.map((cell) => cell.padStart(14)).join('')).trimEnd()

export const amount = (value: number) =>
  Number.isInteger(value)
    ? value.toLocaleString('en')
    : value >= 100
      ? value.toFixed(0)
      : value >= 0.01
        ? value.toPrecision(3)
        : '< 0.01'

function kernelTable(task: Task, found: Found): string {
  const tableOf = (who: CountedSide, kernels: Kernel[]) => [
    line(`${tasks[task]}, ${sides[who]}`, ['dispatches', 'MB bound']),
    ...kernels.map(({ name, dispatches, bytesTouched }) =>
      line(`  ${name}`, [amount(dispatches), (bytesTouched / 1e6).toFixed(1)]),
    ),
  ]
  return [...found]
    .map(([who, counted]) => tableOf(who, counted[task].kernels).join('\n'))
    .join('\n\n')
}
