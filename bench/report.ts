// The comparison with other systems as data, and as the tables of docs/performance.md and of
// `npm run bench`.
import type { Task } from '../src/hosts/bench/problem.ts'

/** Columns of the tables. */
export const systems = {
  ours: 'this program, measured',
  portable: 'portable',
  stock: 'stock tfjs',
  tuned: 'tuned tfjs',
  jax: 'jax-js',
  ort: 'ORT-web',
  torch: 'PyTorch',
} as const
export type System = keyof typeof systems

/** Best rates of a device: matrix product in GFLOP/s, copy in GB/s. */
export interface Ceiling {
  product: number
  copy: number
}

/** A step of one UNet on one device, in all systems. */
export interface StepTimes {
  task: Task
  /** Name of the UNet; see `src/hosts/bench/unets.ts`. */
  model: string
  /** Backend and device: "wasm, one thread". */
  where: string
  /** Floating-point operations of the step. */
  flops: number
  /** Median of wall time in ms, or the reason why there is none. */
  times: Partial<Record<System, number | string>>
  /** Measured in the same run. */
  ceiling?: Ceiling
}

/** One run on one machine. */
export interface BenchRun {
  machine: string
  /** Versions of what was compared. */
  versions: string
  steps: StepTimes[]
}

const tasks: Readonly<Record<Task, string>> = { train: 'training', sample: 'sampling' }

/** Share of the best matrix product that a step of ours reaches. Winograd can exceed it. */
function productShare({ flops, times: { ours }, ceiling }: StepTimes): string {
  if (typeof ours !== 'number' || !ceiling) return ''
  return `${Math.round((100 * flops) / (ours / 1000) / (1e9 * ceiling.product))} %`
}

const format = (time: number | string | undefined): string =>
  time === undefined
    ? ''
    : typeof time === 'string'
      ? 'cannot'
      : Number(time.toPrecision(3)).toLocaleString('en')

/** A Markdown table of a run. Systems without any time have no column. */
export function benchTable({ steps }: BenchRun): string {
  const columns = (Object.keys(systems) as System[]).filter((system) =>
    steps.some(({ times }) => times[system] !== undefined),
  )
  const hasCeilings = steps.some(({ ceiling }) => ceiling)
  const extra = hasCeilings ? ['% of product', 'GFLOP/s', 'GB/s'] : []
  const head = ['ms per step', ...columns.map((system) => systems[system]), ...extra]
  const rows = steps.map((step) => [
    `${tasks[step.task]}, ${step.model}, ${step.where}`,
    ...columns.map((system) => format(step.times[system])),
    ...(hasCeilings
      ? [productShare(step), format(step.ceiling?.product), format(step.ceiling?.copy)]
      : []),
  ])
  return [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

const MARK = /(<!-- bench: results -->\n)[^]*?(<!-- \/bench -->)/

/** Replaces the tables of docs/performance.md by those of these runs. Throws Error without a mark. */
export function updateBenchTables(page: string, runs: readonly BenchRun[]): string {
  if (!MARK.test(page)) throw new Error('Expected <!-- bench: results --> in the page, found none.')
  const tables = runs.map((run) => `\n${run.machine}; ${run.versions}:\n\n${benchTable(run)}\n`)
  return page.replace(MARK, (_, begin: string, end: string) => `${begin}${tables.join('')}\n${end}`)
}

const README_MARK = /(<!-- speed: `npm run docs` -->\n)[^]*?(<!-- end of speed -->)/

/** UNets of the README's table, with their descriptions. */
const shown = {
  digits: 'digits, 177 thousand weights, batch 64',
  small: '16 x 16 RGB, 368 thousand weights, batch 16',
  reference: '32 x 32 RGB, 6.5 million weights, batch 64',
  cifar10: 'CIFAR-10 of DDPM, 35.7 million weights, batch 8',
} as const

/** Replaces the README's table by the times of one thread in these runs. Throws Error without a mark. */
export function updateSpeedTable(readme: string, runs: readonly BenchRun[]): string {
  if (!README_MARK.test(readme)) throw new Error('Expected <!-- speed: ... --> in the README.')
  const steps = runs.flatMap((run) => run.steps)
  const cells = (model: string, task: Task) => {
    const step = steps.find(
      (each) => each.model === model && each.task === task && each.where === 'wasm, one thread',
    )
    return [format(step?.times.portable), format(step?.times.torch)]
  }
  const rows = Object.entries(shown).map(([model, text]) => [
    text,
    ...cells(model, 'train'),
    ...cells(model, 'sample'),
  ])
  const head = ['UNet', 'training', 'PyTorch', 'sampling', 'PyTorch']
  const table = [head, ['---', '---:', '---:', '---:', '---:'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
  return readme.replace(
    README_MARK,
    (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`,
  )
}
