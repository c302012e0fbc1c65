// Step size control of adaptive solvers, by the difference of two solvers of different order.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Tensor } from '../base/tf.ts'
import type { SolverPair } from './dpmSolverPairs.ts'

export interface Tolerance {
  /** The allowed difference of the two solvers, relative to the size of x and absolute. */
  rtol: number
  atol: number
}

/**
 * E of Lu et al. 2022a, appendix C: the root mean square, over the full batch, of (high - low) /
 * max(atol, rtol max(|low|, |before|)). A step is good if it is about 1 or less. `before` is the
 * lower solver's result of the last step. A scalar.
 */
export function adaptiveError(
  { low, high }: SolverPair,
  before: Tensor,
  { rtol, atol }: Tolerance,
): Tensor {
  const allowed = low.abs().maximum(before.abs()).mul(rtol).maximum(atol)
  return low.sub(high).div(allowed).square().mean().sqrt()
}

export interface StepSizeControl {
  /** Order of the higher solver. */
  order: number
  /** Proportional, integral and derivative part of the control of 1 / E. */
  pcoeff: number
  icoeff: number
  dcoeff: number
  /** A step is accepted if the following size is at least this share of its own. */
  accept_safety: number
}

export interface StepSize {
  h: number
  /** 1 / E of the last two accepted steps, newest first; undefined before the first. */
  inverse: readonly [number, number] | undefined
}

/**
 * The size after a step with error E, and whether that step is accepted (k-diffusion; a PID
 * control, Söderlind 2003): h is multiplied by 1 + atan(f - 1) with f = (1/E)^b_1 (1/E')^b_2
 * (1/E'')^b_3. Throws EngineError if E is not a number.
 */
export function nextStepSize(
  { h, inverse }: StepSize,
  error: number,
  control: StepSizeControl,
): { counts: boolean; next: StepSize } {
  if (Number.isNaN(error)) throw notANumber()
  const { order, pcoeff: p, icoeff: i, dcoeff: d, accept_safety } = control
  const now = 1 / (error + 1e-8)
  const [last, earlier] = inverse ?? [now, now]
  const factor =
    now ** ((p + i + d) / order) * last ** (-(p + 2 * d) / order) * earlier ** (d / order)
  const limited = 1 + Math.atan(factor - 1)
  const counts = limited >= accept_safety
  return { counts, next: { h: h * limited, inverse: counts ? [now, last] : [last, earlier] } }
}

const notANumber = () => new EngineError(processMessages.errorNotANumber, { argument: 'error' })
