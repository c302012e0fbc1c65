// Params shared by multistep solvers.
import { solverTypes } from '../../engine/samplers/dpmSolver.ts'
import type { Terms } from '../../engine/samplers/exponential.ts'
import { param } from '../define.ts'

/** diffusers' names: the integrated variable, and whether noise is added. */
const algorithmTypes = ['dpmsolver++', 'dpmsolver', 'sde-dpmsolver++', 'sde-dpmsolver'] as const

export const algorithms: { [K in (typeof algorithmTypes)[number]]: { terms: Terms; eta: number } } =
  {
    'dpmsolver++': { terms: 'data', eta: 0 },
    dpmsolver: { terms: 'noise', eta: 0 },
    'sde-dpmsolver++': { terms: 'data', eta: 1 },
    'sde-dpmsolver': { terms: 'noise', eta: 1 },
  }

export const algorithmType = param.choice(algorithmTypes, 'Equation that is solved', {
  'dpmsolver++': 'In the predicted x_0',
  dpmsolver: 'In the predicted noise',
  'sde-dpmsolver++': 'In the predicted x_0, with new noise in each step',
  'sde-dpmsolver': 'In the predicted noise, with new noise in each step',
})

export const solverOrder = param.integer(
  2,
  { min: 1, max: 3 },
  'Number of predictions used per step; 1 is DDIM',
)

export const solverType = param.advanced(
  param.choice(solverTypes, 'Weight of the change of the prediction', {
    midpoint: 'Midpoint rule, as in diffusers; third order converges like second',
    heun: 'Integrated slope, as in diffusers; third order converges like second',
    exact: 'Fully integrated, for many steps',
  }),
)

export const lowerOrderFinal = param.advanced(
  param.toggle(
    true,
    'Lower orders in the last steps, which improves sampling with few steps. DPM-Solver and DEIS use it only for fewer than 15 steps',
  ),
)

/** True for lists below 15 steps, where DPM-Solver and DEIS lower the order of the last steps. */
export const isShort = (place: { count: number } | undefined): boolean =>
  place !== undefined && place.count < 15
