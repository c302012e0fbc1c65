// Types of the table of functions.
import type { tf } from '../base/tf.ts'
import type { Tensor } from '../base/tf.ts'
import type { Levels, Schedule } from '../process/schedule.ts'
import type { Notation } from './notation.ts'

/** Access to tfjs for the functions of the table, which itself imports no tfjs. */
export interface DeviceMath {
  tf: typeof tf
  /** Detaches a tensor from the tape. */
  stop: <T extends Tensor>(x: T) => T
  /** True if operations are recorded for gradients. */
  isTapeOn: () => boolean
}

interface Described {
  /** Unique key. */
  id: string
  /** Name or operator in the text of a formula. */
  written: string
  /** Least and greatest number of arguments. */
  arity: readonly [least: number, most: number]
  /** Names of the arguments, for the reference. */
  args: string
  about: string
  latex: Notation
  torch: Notation
}

/** Applies to numbers: the result has the largest kind of the arguments. */
export interface Elementwise extends Described {
  kinds: 'elementwise'
  host: (...args: number[]) => number
  device: (math: DeviceMath, ...args: Tensor[]) => Tensor
  /** Used instead of `device` if the last argument is a number in the text of the formula. */
  literal?: (math: DeviceMath, x: Tensor, value: number) => Tensor
  /**
   * Arguments with a finite value and finite derivatives, used in place of those of an unused
   * branch of `if`. Missing for functions whose derivatives are always finite.
   */
  safe?: readonly number[]
  /** Has no gradient. */
  constant?: true
}

/** Reduces to one number (`all`), or to one number per item (`items`). */
export interface Reduction extends Described {
  kinds: 'all' | 'items'
  host: (values: readonly number[]) => number
  /** `axes` are the dimensions to reduce. */
  device: (math: DeviceMath, x: Tensor, axes: number[]) => Tensor
}

/** Reads the schedule at host values: one number per timestep, or a time from a ratio. */
export interface ScheduleLookup extends Described {
  kinds: 'schedule'
  /** The argument is a time; a bare name of this function means the time t. */
  host:
    | { of: 'time'; read: (levels: Levels, index: number) => number }
    | { of: 'ratio'; read: (schedule: Schedule, ratio: number) => number }
}

export type FormulaFunction = Elementwise | Reduction | ScheduleLookup
