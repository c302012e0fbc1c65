// Results of the measurements, as data: shown in the page, and copied as JSON.
import type { TextFields, MessageFields } from '../../engine/base/catalogue.ts'
import type { Job, KernelCheck, Side } from '../../hosts/bench/protocol.ts'
import type { BackendChoice } from './plan.ts'
import type { Timing } from './statistics.ts'

/** Why there is no result of a side, or none to compare. Messages are those of the engine. */
export type Problem = { side: Side } & (
  | ({ kind: 'failed' } & TextFields<'message'>)
  | { kind: 'late'; seconds: number }
  /** tfjs has no such kernel for the backend. */
  | { kind: 'kernel'; name: string }
  /** The results of both sides differ by a share of the largest value. */
  | { kind: 'differs'; gap: number }
  /** A smaller step took too long. */
  | { kind: 'skipped' }
  | { kind: 'noTime' }
)

/** A backend that started, or the reason why it did not. */
export interface BackendResult {
  choice: BackendChoice
  device: string
  /** How the kernels of a GPU were chosen. */
  kernels?: string
  /** Both by id, for other languages. */
  messages?: MessageFields<'device' | 'kernels'>
  threads: number
  checks: readonly KernelCheck[]
  problem?: Problem
}

/** Times of a step of both sides. */
export interface Row {
  choice: BackendChoice
  job: Job
  ours?: Timing
  stock?: Timing
  /** How many times as long stock tfjs takes. */
  ratio?: number
  problems: readonly Problem[]
}

export interface BenchResults {
  backends: readonly BackendResult[]
  rows: readonly Row[]
  /** Duration of everything, in seconds. */
  seconds: number
  /** True if the user stopped it. */
  stopped: boolean
}

/** Largest deviation of a backend's self-test. */
export const worstCheck = ({ checks }: BackendResult): KernelCheck | undefined =>
  checks.reduce<KernelCheck | undefined>(
    (worst, check) => (worst && worst.deviation >= check.deviation ? worst : check),
    undefined,
  )

export const failedChecks = ({ checks }: BackendResult): KernelCheck[] =>
  checks.filter(({ passed }) => !passed)
