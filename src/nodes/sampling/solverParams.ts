// Params that solvers of several steps share.
import { solverTypes } from '../../engine/samplers/dpmSolver.ts'
import type { Terms } from '../../engine/samplers/exponential.ts'
import { advanced, choice, integer, toggle } from '../define.ts'

/** Names of diffusers: what is integrated, and whether noise is added. */
const algorithmTypes = ['dpmsolver++', 'dpmsolver', 'sde-dpmsolver++', 'sde-dpmsolver'] as const

export const algorithms: { [K in (typeof algorithmTypes)[number]]: { terms: Terms; eta: number } } = {
  'dpmsolver++': { terms: 'data', eta: 0 },
  dpmsolver: { terms: 'noise', eta: 0 },
  'sde-dpmsolver++': { terms: 'data', eta: 1 },
  'sde-dpmsolver': { terms: 'noise', eta: 1 },
}

export const algorithmType = choice(
  algorithmTypes,
  'dpmsolver++ is made of predictions of x_0, dpmsolver of those of the noise; with sde- fresh noise is added in each step',
)

export const solverOrder = integer(2, { min: 1, max: 3 }, 'how many predictions a step is made of: 1 is DDIM')

export const solverType = advanced(
  choice(
    solverTypes,
    'how the change of the prediction counts: midpoint and heun as in diffusers, where third order converges as second does in the end; exact: integrated in full, for many steps',
  ),
)

export const lowerOrderFinal = advanced(
  toggle(
    true,
    'the last steps have lower orders, which ends better with few steps; DPM-Solver and DEIS: in lists of fewer than 15',
  ),
)

/** Longer lists of DPM-Solver and DEIS end as they go: their last steps are short. */
export const isShort = (place: { count: number } | undefined): boolean => place !== undefined && place.count < 15
