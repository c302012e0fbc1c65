// Data that the main thread and the workers of the fuzzer share.

export const targetNames = [
  'workflow',
  'exports',
  'link',
  'png',
  'bundle',
  'checkpoint',
  'backup',
  'dataset',
  'images',
  'idx',
  'notes',
  'settings',
  'stored',
  'safetensors-header',
  'zip-header',
  'lessons',
  'hand-ins',
  'lists',
  'tables',
  'service-worker',
] as const
export type TargetName = (typeof targetNames)[number]

export const isTargetName = (name: string | undefined): name is TargetName =>
  targetNames.some((each) => each === name)

/** A number for each target. */
export type Counts = Record<TargetName, number>

export const countsOf = (count: (target: TargetName) => number): Counts =>
  Object.fromEntries(targetNames.map((name) => [name, count(name)])) as Counts

/** What a call may take at most. */
export const bounds = {
  /** Time of a call in milliseconds. */
  callTime: 1000,
  /** Bytes of all typed arrays that are allocated for a mutant. */
  allocation: 128 * 2 ** 20,
  /** Growth of the JavaScript heap in bytes, including garbage. */
  heap: 512 * 2 ** 20,
  /** Milliseconds after which a worker without an answer is stopped. */
  silence: 30_000,
  /** Milliseconds after which a worker that has not started is stopped. */
  start: 180_000,
} as const

/** The target of the main thread, which shows texts in Chromium: see browser.ts. */
export const BROWSER = 'browser'

export interface Failure {
  target: TargetName | typeof BROWSER
  number: number
  property: string
  message: string
  stack: string
  /** The mutant, minimised for the first failure of its sort. */
  bytes: Uint8Array
}

/** Task of a worker: mutants `index`, `index + workers`, ... of each target. */
export interface Task {
  seed: number
  /** Every accepted input counts as a failure. */
  selfTest: boolean
  index: number
  workers: number
  /** Targets to check. */
  targets: readonly TargetName[]
  /** Mutants per share of a target that all workers check together; infinite for a time. */
  mutants: number
  /** First mutant of each target, in steps. Greater than 0 after a worker was restarted. */
  start: Readonly<Counts>
  /** Time in milliseconds since 1970 at which it ends. */
  until: number
  /** The current mutant of each target, in steps, and the current target: see {@link Progress}. */
  progress: SharedArrayBuffer
}

/** Progress of a worker, readable while it is busy: steps of each target, and the current one. */
export class Progress {
  private readonly numbers: Float64Array

  constructor(readonly buffer = new SharedArrayBuffer(8 * (targetNames.length + 1))) {
    this.numbers = new Float64Array(buffer)
  }

  steps(target: TargetName): number {
    return this.numbers[targetNames.indexOf(target)]
  }

  set(target: TargetName, steps: number) {
    this.numbers[targetNames.indexOf(target)] = steps
  }

  get current(): TargetName {
    return targetNames[this.numbers[targetNames.length]]
  }

  set current(target: TargetName) {
    this.numbers[targetNames.length] = targetNames.indexOf(target)
  }
}
