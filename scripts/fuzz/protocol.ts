// Data that the main thread and the workers of the fuzzer share.

export const kinds = ['json', 'binary', 'headers'] as const
export type Kind = (typeof kinds)[number]

/** Mutants that a run of ten minutes is expected to check. Time is shared in these proportions. */
export const goals: Readonly<Record<Kind, number>> = {
  json: 200_000,
  binary: 200_000,
  headers: 10_000_000,
}

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

export interface Failure {
  kind: Kind
  number: number
  /** Kind of file: workflow, checkpoint, ... */
  target: string
  property: string
  message: string
  stack: string
  /** The mutant, minimised for the first failure of its sort. */
  bytes: Uint8Array
}

/** Task of a worker: mutants `index`, `index + workers`, ... of each kind. */
export interface Task {
  seed: number
  /** Every accepted workflow counts as a failure. */
  selfTest: boolean
  index: number
  workers: number
  /** Mutants of each kind that all workers check together; 0 leaves a kind out. */
  most: Readonly<Record<Kind, number>>
  /** First mutant of each kind, in steps. Greater than 0 after a worker was restarted. */
  start: Readonly<Record<Kind, number>>
  /** Time in milliseconds since 1970 at which it ends. */
  until: number
  /** The current mutant of each kind, in steps, and the current kind: see {@link Progress}. */
  progress: SharedArrayBuffer
}

/** Progress of a worker, readable while it is busy: steps of each kind, and the current kind. */
export class Progress {
  private readonly numbers: Float64Array

  constructor(readonly buffer = new SharedArrayBuffer(8 * (kinds.length + 1))) {
    this.numbers = new Float64Array(buffer)
  }

  steps(kind: Kind): number {
    return this.numbers[kinds.indexOf(kind)]
  }

  set(kind: Kind, steps: number) {
    this.numbers[kinds.indexOf(kind)] = steps
  }

  get kind(): Kind {
    return kinds[this.numbers[kinds.length]]
  }

  set kind(kind: Kind) {
    this.numbers[kinds.length] = kinds.indexOf(kind)
  }
}
