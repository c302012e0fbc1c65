// Messages between the page of measurements and its workers. Plain data.
import type { TextFields } from '../../engine/base/catalogue.ts'
import type { BackendName, BackendReport } from '../../engine/protocol.ts'
import type { Task } from './problem.ts'
import type { ModelName } from './unets.ts'

/** The engine of this program, or the same steps in tfjs as it is. */
export type Side = 'ours' | 'stock'

/** A UNet, and what is computed with it. */
export interface Job {
  model: ModelName
  task: Task
  /** Number of images in the batch. */
  items: number
}

/** Kernels that are tested together. */
export type KernelFamily =
  | 'linear'
  | 'largeProduct'
  | 'convolution'
  | 'stridedConvolution'
  | 'upsampling'
  | 'groupNorm'
  | 'layerNorm'
  | 'elementwise'
  | 'softmax'
  | 'attention'
  | 'residualBlock'
  | 'attentionBlock'
  | 'sums'
  | 'weightedSum'
  | 'optimizer'
  | 'average'
  | 'random'

/** Result of the self-test of a kernel family. */
export interface KernelCheck {
  family: KernelFamily
  /** Largest difference from plain JavaScript, relative to the largest value. */
  deviation: number
  passed: boolean
}

/** Largest deviation that passes. Devices round and order sums differently. */
export const TOLERANCE = 1e-3

export interface Requests {
  /** Starts the backend, with at most so many threads, and tests its kernels if `test` is true. */
  start: {
    takes: { side: Side; backend: BackendName; threads?: number | undefined; test: boolean }
    gives: StartedPeer
  }
  /** Prepares steps, in place of earlier ones, and runs the first ones, which compile. */
  open: { takes: Job; gives: OpenedJob }
  /** Runs steps for a number of seconds, at least one. */
  turn: { takes: { seconds: number }; gives: { seconds: number[] } }
}

export interface StartedPeer {
  /** Name of the device, and how its kernels were chosen, as the engine reports them. */
  device: string
  kernels?: BackendReport['kernels']
  messages?: BackendReport['messages']
  threads: number
  checks: KernelCheck[]
}

export interface OpenedJob {
  /** Losses of the first training steps, or the result of a sampling step. */
  check: number[]
  /** Duration of the last of the first steps. */
  seconds: number
}

export type RequestName = keyof Requests

export type PeerRequest = {
  [Name in RequestName]: { name: Name; takes: Requests[Name]['takes'] }
}[RequestName]

/** A peer answers each request, in order. */
export type PeerAnswer = { gives: Requests[RequestName]['gives'] } | TextFields<'error'>

/** The first message says that requests can be sent. */
export type PeerMessage = PeerAnswer | { ready: true }
