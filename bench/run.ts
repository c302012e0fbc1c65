// Iterations a second of the digits UNet, here and with stock tfjs, on every backend of this machine: `npm run bench`, with
// `--json` as one line of JSON, with `--backends=wasm,cpu`, `--rounds=3`, `--seconds=4` (a measurement).
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parseArgs } from 'node:util'
import { softwareNames } from '../src/engine/backends.ts'
import type { Measured, Task, Who } from './measure.ts'

const tasks: Task[] = ['training', 'sampling']
const everyone: Who[] = ['ours', 'stock']

interface Row {
  backend: string
  device: string
  task: Task
  who: Who
  /** The median of all rounds; undefined where it cannot be done. */
  stepsPerSecond?: number
  error?: string
}

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      backends: { type: 'string', default: 'wasm,webgpu,cpu' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
    },
  })
  const rows: Row[] = []
  for (const backend of values.backends.split(',')) {
    for (const task of tasks) rows.push(...(await compare(backend, task, Number(values.rounds), values.seconds)))
  }
  console.log(values.json ? JSON.stringify(rows) : table(rows))
}

/** Ours and stock take turns, so that what else the machine does falls on both. */
async function compare(backend: string, task: Task, rounds: number, seconds: string): Promise<Row[]> {
  const found: { [W in Who]: Measured[] } = { ours: [], stock: [] }
  for (let round = 0; round < rounds; round++) {
    for (const who of everyone) {
      if (!found[who].some(({ error }) => error)) found[who].push(await measureApart(who, backend, task, seconds))
    }
  }
  const { device } = found.ours[0]!
  return everyone.map((who) => {
    const error = found[who].find((measured) => measured.error)?.error
    const row = { backend, device: softwareNames.test(device) ? `${device}: software` : device, task, who }
    return error ? { ...row, error } : { ...row, stepsPerSecond: 1 / median(found[who].flatMap((one) => one.seconds)) }
  })
}

async function measureApart(who: Who, backend: string, task: Task, seconds: string): Promise<Measured> {
  const args = ['scripts/run.mjs', 'bench/measure.ts', who, backend, task, seconds]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

/** A line for each backend and task, and under it what could not be done. */
function table(rows: Row[]): string {
  const lines = ['UNet for 8x8 digits, 177 thousand parameters, batches of 64: steps a second', '']
  for (const ours of rows.filter(({ who }) => who === 'ours')) {
    const stock = rows.find((row) => row.who === 'stock' && row.backend === ours.backend && row.task === ours.task)!
    const ratio =
      ours.stepsPerSecond && stock.stepsPerSecond ? `  ${(ours.stepsPerSecond / stock.stepsPerSecond).toPrecision(3)} times` : ''
    lines.push(
      `${ours.backend.padEnd(8)}${ours.task.padEnd(10)}${shown(ours)}   stock tfjs ${shown(stock)}${ratio}   ${ours.device}`.trimEnd(),
    )
    for (const { who, error } of [ours, stock]) if (error) lines.push(`        ${who}: ${error}`)
  }
  return lines.join('\n')
}

const shown = ({ stepsPerSecond }: Row) => (stepsPerSecond?.toPrecision(3) ?? 'none').padStart(8)
