// DEIS: extrapolates the predicted noise from earlier steps and integrates it exactly.
import type { Tensor } from '../base/tf.ts'
import { dpmSolverStep } from './dpmSolver.ts'
import type { StepHistory } from './history.ts'
import type { StepWith } from './step.ts'

/**
 * One step of tAB-DEIS with the polynomial in log ρ, ρ = σ/α (Zhang & Chen 2023, section 3.3; log
 * ρ: appendix H.3): x_s/α_s = x_t/α_t + ∫ ε dρ. Since log ρ = -λ and dρ = -ρ dλ, that is DPM-Solver
 * with all its integrals exact. `xt` and `epsilon` `[b, ...]`, `history` has earlier ε; order 1 is
 * DDIM. Throws EngineError where x_t has no signal.
 */
export const deisStep = (
  { xt, epsilon, from, to, history }: StepWith<'epsilon'> & { history: StepHistory },
  { order }: { order: number },
): Tensor =>
  dpmSolverStep({ xt, value: epsilon, from, to, history }, { terms: 'noise', order, type: 'exact' })
