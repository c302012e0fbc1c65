// Kinds of preconditioning as plain data, for file formats, which must not load tfjs.
import type { Schedule } from '../../../process/schedule.ts'

export const preconditionings = ['edm', 'vp', 've', 'iddpm', 'consistency'] as const
export type Preconditioning = (typeof preconditionings)[number]

export interface PreconditionOptions {
  preconditioning: Preconditioning
  /** Standard deviation of the data, for `edm` and `consistency`. */
  sigma_data: number
  /** The σ at which a consistency model is the identity. */
  sigma_min: number
}

export interface PreconditionConfig extends PreconditionOptions {
  /** Schedule that defines t. */
  schedule: Schedule
}

/** Lower limit on σ, so that clean data have a time as well. */
export const LEAST_SIGMA = 1e-44
