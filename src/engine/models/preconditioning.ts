// How a network can be preconditioned, as plain data: known to files too, which must not load tfjs.
import type { Schedule } from '../schedule.ts'

export const preconditionings = ['edm', 'vp', 've', 'iddpm', 'consistency'] as const
export type Preconditioning = (typeof preconditionings)[number]

export interface PreconditionOptions {
  preconditioning: Preconditioning
  /** Standard deviation of the data, for `edm` and `consistency`. */
  sigma_data: number
  /** The σ at which a consistency model gives back what it gets. */
  sigma_min: number
}

export interface PreconditionConfig extends PreconditionOptions {
  /** What t means. */
  schedule: Schedule
}
