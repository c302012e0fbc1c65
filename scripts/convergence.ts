// Measures the order of convergence of each solver on the probability flow, and writes
// docs/convergence.md: `npm run convergence`.
import './float64.ts'
import { writeFileSync } from 'node:fs'
import { startBackend } from '../src/engine/backends/backends.ts'
import { exactModel } from '../src/engine/models/kinds/exact/exact.ts'
import type { Schedule } from '../src/engine/process/schedule.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'
import * as steps from '../src/nodes/sampling/steps/index.ts'
import { stepsAlong } from './steps.ts'

export const FILE = 'docs/convergence.md'

/**
 * Data are N(MEAN, STD²), and σ falls from TOP. In the exact solution, x standardised by the
 * deviation of x_t is constant.
 */
const [MEAN, STD, TOP] = [0.3, 0.4, 10]

export const exactSolution = (xT: number, sigma: number) =>
  MEAN + (xT - MEAN) * Math.sqrt((STD ** 2 + sigma ** 2) / (STD ** 2 + TOP ** 2))

/** Starting points x_T within the range of samples of N(MEAN, STD² + TOP²). */
const STARTS = [-24, -11, -5, -1, 2, 7, 13, 25]

/** Levels as functions of u from 0 to 1. */
const grids = {
  /** Karras et al. 2022, eq. 5, to σ = 0.02. */
  karras: (u: number) => (TOP ** (1 / 7) + u * (0.02 ** (1 / 7) - TOP ** (1 / 7))) ** 7,
  'even in λ': (u: number) => TOP * (0.02 / TOP) ** u,
  /** Down to σ = 1: even steps cannot resolve levels below the deviation of the data. */
  'even in σ': (u: number) => TOP + u * (1 - TOP),
}

export interface Method {
  name: string
  op: StepOp
  params?: Record<string, unknown>
  order: number
  /** Model evaluations per step. */
  evaluations: string
  /** For multistep methods: number of steps until the history is complete. */
  start?: number
  grid?: keyof typeof grids
  /** Transitions per step. */
  group?: number
}

const full = { lower_order_final: false }
const noiseless = { eta: 0 }

export const methods: Method[] = [
  { name: 'DDIM', op: steps.ddimStep, order: 1, evaluations: '1' },
  { name: 'Euler', op: steps.eulerStep, order: 1, evaluations: '1' },
  { name: 'Heun (EDM)', op: steps.heunStep, order: 2, evaluations: '2' },
  { name: 'KDPM2', op: steps.kdpm2Step, order: 2, evaluations: '2' },
  {
    name: 'DPM++ 2S, eta 0',
    op: steps.dpmpp2sAncestralStep,
    params: noiseless,
    order: 2,
    evaluations: '2',
  },
  {
    name: 'DPM++ SDE, eta 0',
    op: steps.dpmppSdeStep,
    params: noiseless,
    order: 2,
    evaluations: '2',
  },
  {
    name: 'DPM-Solver-fast',
    op: steps.dpmFastStep,
    order: 3,
    evaluations: '3',
    grid: 'even in λ',
  },
  {
    name: 'DPM-Solver++ 2M',
    op: steps.dpmSolverStep,
    params: { ...full, solver_order: 2 },
    order: 2,
    evaluations: '1',
    start: 1,
  },
  {
    name: 'DPM-Solver++ 3M, as diffusers',
    op: steps.dpmSolverStep,
    params: { ...full, solver_order: 3 },
    order: 2,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'DPM-Solver++ 3M, exact',
    op: steps.dpmSolverStep,
    params: { ...full, solver_order: 3, solver_type: 'exact' },
    order: 3,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'DPM-Solver 2M',
    op: steps.dpmSolverStep,
    params: { ...full, algorithm_type: 'dpmsolver', solver_order: 2 },
    order: 2,
    evaluations: '1',
    start: 1,
  },
  {
    name: 'DPM-Solver 3M, exact',
    op: steps.dpmSolverStep,
    params: { ...full, algorithm_type: 'dpmsolver', solver_order: 3, solver_type: 'exact' },
    order: 3,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'DPM++ 2M SDE, eta 0',
    op: steps.dpmpp2mSdeStep,
    params: noiseless,
    order: 2,
    evaluations: '1',
    start: 1,
  },
  {
    name: 'DPM++ 3M SDE, eta 0',
    op: steps.dpmpp3mSdeStep,
    params: noiseless,
    order: 2,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'DPM-Solver++ 2S, over two transitions',
    op: steps.dpmSolverSinglestepStep,
    params: { ...full, solver_order: 2 },
    order: 2,
    evaluations: '1',
    group: 2,
  },
  {
    name: 'DPM-Solver++ 3S, over three transitions',
    op: steps.dpmSolverSinglestepStep,
    params: { ...full, solver_order: 3 },
    order: 3,
    evaluations: '1',
    group: 3,
  },
  {
    name: 'UniPC 2',
    op: steps.unipcStep,
    params: { ...full, solver_order: 2 },
    order: 3,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'UniPC 3',
    op: steps.unipcStep,
    params: { ...full, solver_order: 3 },
    order: 4,
    evaluations: '1',
    start: 3,
  },
  {
    name: 'DEIS 2',
    op: steps.deisStep,
    params: { ...full, solver_order: 2 },
    order: 2,
    evaluations: '1',
    start: 1,
  },
  {
    name: 'DEIS 3',
    op: steps.deisStep,
    params: { ...full, solver_order: 3 },
    order: 3,
    evaluations: '1',
    start: 2,
  },
  {
    name: 'SA-Solver 2, tau 0',
    op: steps.saSolverStep,
    params: { ...full, tau: 0 },
    order: 2,
    evaluations: '1',
    start: 2,
  },
  { name: 'LMS 4', op: steps.lmsStep, params: { order: 4 }, order: 4, evaluations: '1', start: 3 },
  {
    name: 'PNDM',
    op: steps.pndmStep,
    order: 4,
    evaluations: '1 (4 in each of the first 3)',
    grid: 'even in σ',
  },
  { name: 'iPNDM', op: steps.ipndmStep, order: 4, evaluations: '1', start: 3, grid: 'even in σ' },
]

/**
 * Maximum error after n transitions; with `exactStart`, x follows the exact solution until the
 * history is complete.
 */
export function computeError(
  { op, params, start = 0, grid = 'karras' }: Method,
  n: number,
  exactStart = false,
  starts = STARTS,
): number {
  const sigmas = Float64Array.from({ length: n + 1 }, (_, i) => grids[grid](i / n))
  const schedule: Schedule = { kind: 'sigma', name: 'edm', sigmaMin: sigmas[n], sigmaMax: TOP }
  const batch = (sigma: number) =>
    tf.tensor2d(
      starts.map((x) => exactSolution(x, sigma)),
      [starts.length, 1],
    )
  const found = tf.tidy(() => {
    const frames = stepsAlong(batch(TOP), {
      op,
      params,
      schedule,
      model: exactModel(
        Float32Array.of(MEAN),
        { dim: 1, std: STD, num_classes: 0, schedule },
        'sample',
      ),
      transitions: { t: sigmas.slice(0, -1), tPrev: sigmas.slice(1) },
      place: (i) => (exactStart && i > 0 && i <= start ? batch(sigmas[i]) : undefined),
    })
    return [...frames.at(-1)!.dataSync()]
  })
  return Math.max(...found.map((x, i) => Math.abs(x - exactSolution(starts[i], sigmas[n]))))
}

/** Least-squares slope of log error over log n. */
export function fittedOrder(counts: readonly number[], errors: readonly number[]): number {
  const [x, y] = [counts.map(Math.log), errors.map(Math.log)]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0)
  return -covariance / x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
}

export interface Measured {
  method: Method
  /** Number of transitions and the error after them. */
  counts: number[]
  errors: number[]
  /** Order fitted over the three finest runs; for multistep methods also with an exact start. */
  order: number
  exactOrder?: number
}

/**
 * Numbers of transitions: usual ones, and enough to show the order. Grouped methods use full
 * groups.
 */
const transitionCounts = ({ group = 1, order }: Method) =>
  (order === 4 ? [8, 16, 32, 256, 512, 1024] : [8, 16, 32, 64, 128]).map(
    (n) => Math.ceil(n / group) * group,
  )

export function measure(method: Method): Measured {
  const counts = transitionCounts(method)
  const errors = counts.map((n) => computeError(method, n))
  const finest = counts.slice(-3)
  return {
    method,
    counts,
    errors,
    order: fittedOrder(finest, errors.slice(-3)),
    ...(method.start && {
      exactOrder: fittedOrder(
        finest,
        finest.map((n) => computeError(method, n, true)),
      ),
    }),
  }
}

const row = ({ method, counts, errors, order, exactOrder }: Measured) =>
  [
    method.name,
    method.order,
    order.toFixed(2),
    exactOrder?.toFixed(2) ?? '',
    method.evaluations,
    ...[0, 1, 2].map(
      (i) => `${errors[i].toPrecision(2)}${counts[i] === 8 * 2 ** i ? '' : ` (${counts[i]})`}`,
    ),
  ].join(' | ')

export const convergencePage = (measured: readonly Measured[]): string =>
  [
    '# Convergence of the solvers',
    '',
    'Generated by `npm run convergence`; do not edit this file.',
    '',
    `Each solver integrates the probability flow ODE of data N(${MEAN}, ${STD}²) from σ = ${TOP}, in float64. The`,
    'model is exact and the solution has a closed form, so all errors come from the solver. The error',
    'is the maximum at the end over eight starting points, up to two and a half standard deviations',
    'from the mean, after 8, 16 and 32 transitions (or the number in brackets).',
    '',
    'The error of a method of order p falls as n^-p. The measured order is fitted over 32, 64 and 128',
    'transitions; for methods of order 4, over 256, 512 and 1,024. Levels are those of Karras et al.',
    '(ρ = 7) down to σ = 0.02. DPM-Solver-fast uses levels uniform in λ. PNDM and iPNDM, whose',
    'coefficients assume uniform steps, use levels uniform in σ, down to 1.',
    '',
    'A multistep method starts with lower orders until its history is complete. “Exact start” is the',
    'order if x follows the exact solution until then. The difference from the measured order is the',
    'effect of the low-order start.',
    '',
    '| solver | order | measured | exact start | evaluations per transition | error at 8 | at 16 | at 32 |',
    '|---|---|---|---|---|---|---|---|',
    ...measured.map((each) => `| ${row(each)} |`),
    '',
    'DPM-Solver++ 3M, as implemented in diffusers and k-diffusion, halves the term of the second',
    'derivative: its asymptotic order is 2, with a small error constant. `solver_type: exact` uses the',
    'full term. UniPC gains one order from its corrector, which needs no additional evaluation.',
    '',
  ].join('\n')

export async function main() {
  await startBackend({ prefer: 'cpu' })
  writeFileSync(FILE, convergencePage(methods.map(measure)))
}
