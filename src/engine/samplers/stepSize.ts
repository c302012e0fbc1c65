// How large the next step of an adaptive solver is: what two solvers of different order differ by, held near a tolerance.
import { NodeError } from '../plan/fault.ts'
import type { Tensor } from '../tf.ts'
import type { Pair } from './dpmSolverPairs.ts'

export interface Tolerance {
  /** How far the two solvers may be apart, against the size of x and without. */
  rtol: number
  atol: number
}

/**
 * E of Lu et al. 2022a, appendix C: the root mean square, over all of the batch, of (high - low) / max(atol, rtol max(|low|, |before|)). A step
 * is good where it is about 1 or less. `before` is the lower solver's result of the last step; a scalar.
 */
export function adaptiveError({ low, high }: Pair, before: Tensor, { rtol, atol }: Tolerance): Tensor {
  const allowed = low.abs().maximum(before.abs()).mul(rtol).maximum(atol)
  return low.sub(high).div(allowed).square().mean().sqrt()
}

export interface StepSizeControl {
  /** Of the higher solver. */
  order: number
  /** Proportional, integral and derivative part of the control of 1 / E. */
  pcoeff: number
  icoeff: number
  dcoeff: number
  /** A step counts if the size that follows is at least this share of its own. */
  accept_safety: number
}

export interface StepSize {
  h: number
  /** 1 / E of the two steps before that counted, newest first; none before the first. */
  inverse: readonly [number, number] | undefined
}

/**
 * The size after a step with error E, and whether that step counts (k-diffusion; a PID control, Söderlind 2003): h is multiplied by
 * 1 + atan(f - 1) with f = (1/E)^b_1 (1/E')^b_2 (1/E'')^b_3. Throws NodeError if E is not a number.
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
  const factor = now ** ((p + i + d) / order) * last ** (-(p + 2 * d) / order) * earlier ** (d / order)
  const limited = 1 + Math.atan(factor - 1)
  const counts = limited >= accept_safety
  return { counts, next: { h: h * limited, inverse: counts ? [now, last] : [last, earlier] } }
}

const notANumber = () =>
  new NodeError({
    slot: 'error',
    message: 'The error of this step is not a number: what the model says is none.',
    cure: 'Look at the prediction with an Inspect; a training that broke down gives such models.',
  })
