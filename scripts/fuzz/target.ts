// A target of the fuzzer: how its inputs are generated, and the properties that each must keep.
import type { Rng } from './random.ts'

/** Measures calls by name. */
export type Timed = <T>(name: string, call: () => T) => T

interface AnyTarget {
  /** Returns the next input. Everything random comes from `rng`. */
  generate(rng: Rng): Uint8Array
  /** Inputs that `--mutants 1` checks. */
  share: number
  /** Inputs are JSON, which is minimised as a tree. */
  isJson?: true
}

/** The usual target. */
export interface SingleTarget extends AnyTarget {
  isQuick?: false
  /**
   * Returns `accepted` if the input is valid.
   * @throws Violation
   */
  check(bytes: Uint8Array, timed: Timed): Promise<unknown>
}

/** A target with small inputs, millions of which fit in a run: they are checked in groups. */
export interface QuickTarget extends AnyTarget {
  isQuick: true
  /** @throws Violation */
  check(bytes: Uint8Array): void
}

export type FuzzTarget = SingleTarget | QuickTarget

/** Generates mutants of valid inputs. */
export const mutants =
  (seeds: readonly Uint8Array[], mutate: (valid: Uint8Array, rng: Rng) => Uint8Array) =>
  (rng: Rng): Uint8Array =>
    mutate(rng.pick(seeds), rng)
