// Order of the measurements, and the time for each.
import type { BackendName } from '../../engine/protocol.ts'
import type { Job } from '../../hosts/bench/protocol.ts'

/** A backend to measure; threads are limited on wasm only. */
export interface BackendChoice {
  backend: Extract<BackendName, 'webgpu' | 'wasm' | 'cpu'>
  threads?: number
}

export interface PlannedJob extends Job {
  /** Share of the time, relative to the others. */
  weight: number
  /** Takes too long in plain JavaScript. */
  large?: true
}

export interface BenchSettings {
  /** Time for everything, in seconds. */
  seconds: number
  /** Length of a turn of one side, in seconds; a longer step is a turn by itself. */
  turn: number
  /** Most turns of each side. */
  rounds: number
  /** Longest time to compile and run the first steps of a side, in seconds. */
  patience: number
  jobs: readonly PlannedJob[]
}

const small = { model: 'digits', items: 64, weight: 1 } as const
/** Stock tfjs would need 10 GB of a GPU for the 64 images of `npm run bench:train`. */
const reference = { model: 'reference', items: 16, weight: 3, large: true } as const
const tiny = { model: 'tiny', items: 2, weight: 1 } as const

export const benchSettings = {
  normal: {
    seconds: 110,
    turn: 0.4,
    rounds: 6,
    patience: 15,
    jobs: [
      { ...small, task: 'sample' },
      { ...small, task: 'train' },
      { ...reference, task: 'sample' },
      { ...reference, task: 'train' },
    ],
  },
  /** To try the page out: `?bench=quick`. */
  quick: {
    seconds: 180,
    turn: 0.02,
    rounds: 2,
    patience: 40,
    jobs: [
      { ...tiny, task: 'sample' },
      { ...tiny, task: 'train' },
    ],
  },
} satisfies Record<string, BenchSettings>

/** Settings of an address such as `?bench=quick`. */
export const settingsOf = (search: string): BenchSettings =>
  new URLSearchParams(search).get('bench') === 'quick' ? benchSettings.quick : benchSettings.normal

/**
 * Backends in the order of measurement. Plain JavaScript is last: the time that the others leave is
 * enough for its small UNet.
 * @param threads number of threads of wasm on this page
 */
export const planBackends = (threads: number): BackendChoice[] => [
  { backend: 'webgpu' },
  ...(threads > 1 ? [{ backend: 'wasm', threads } as const] : []),
  { backend: 'wasm', threads: 1 },
  { backend: 'cpu' },
]

/** Most images in a batch on cpu, where a step of 64 would take many seconds. */
const CPU_ITEMS = 8

/** Jobs of a backend, from small to large: a failure of the largest leaves the others. */
export const jobsOf = ({ jobs }: BenchSettings, { backend }: BackendChoice): PlannedJob[] =>
  backend === 'cpu'
    ? jobs
        .filter(({ large }) => !large)
        .map((job) => ({ ...job, items: Math.min(job.items, CPU_ITEMS) }))
    : [...jobs]

export interface Planned {
  choice: BackendChoice
  job: PlannedJob
}

/** All measurements in order. */
export const planMeasurements = (settings: BenchSettings, threads: number): Planned[] =>
  planBackends(threads).flatMap((choice) =>
    jobsOf(settings, choice).map((job) => ({ choice, job })),
  )

/**
 * Time for the first of the measurements that are left, in seconds. What one does not use is shared
 * by those after it.
 */
export function shareOfTime(secondsLeft: number, left: readonly Planned[]): number {
  const weights = left.map(({ job }) => job.weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return total > 0 ? (Math.max(0, secondsLeft) * weights[0]) / total : 0
}

/**
 * Number of rounds that fit into a time: a turn of each side, at least one step long.
 * @param steps duration of a step of each side, in seconds
 */
export function countRounds(
  seconds: number,
  steps: readonly number[],
  { turn, rounds }: Pick<BenchSettings, 'turn' | 'rounds'>,
): number {
  const round = steps.reduce((sum, step) => sum + Math.max(turn, step), 0)
  return Math.max(1, Math.min(rounds, Math.floor(seconds / round)))
}
