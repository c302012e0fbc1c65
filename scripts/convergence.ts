// Measures how fast each solver nears the exact solution of the probability flow, and writes docs/convergence.md:
// `node scripts/run.mjs scripts/convergence.ts`.
import './float64.ts'
import { writeFileSync } from 'node:fs'
import { startBackend } from '../src/engine/backends.ts'
import { exactModel } from '../src/engine/models/exact.ts'
import type { Schedule } from '../src/engine/schedule.ts'
import { tf } from '../src/engine/tf.ts'
import type { StepOp } from '../src/nodes/sampling/defineStep.ts'
import * as steps from '../src/nodes/sampling/steps/index.ts'
import { stepsAlong } from './steps.ts'

export const FILE = 'docs/convergence.md'

/** Data are N(MEAN, STD²), and σ goes from TOP down: x over the deviation of x_t stays, which is the solution. */
const [MEAN, STD, TOP] = [0.3, 0.4, 10]

export const exactSolution = (xT: number, sigma: number) =>
  MEAN + (xT - MEAN) * Math.sqrt((STD ** 2 + sigma ** 2) / (STD ** 2 + TOP ** 2))

/** x_T: as far out as samples of N(MEAN, STD² + TOP²) are. */
const STARTS = [-24, -11, -5, -1, 2, 7, 13, 25]

/** Levels over u from 0 to 1. */
const grids = {
  /** Karras et al. 2022, eq. 5, to σ = 0.02. */
  karras: (u: number) => (TOP ** (1 / 7) + u * (0.02 ** (1 / 7) - TOP ** (1 / 7))) ** 7,
  'even in λ': (u: number) => TOP * (0.02 / TOP) ** u,
  /** To σ = 1: what is smaller than the data's own deviation no even steps resolve. */
  'even in σ': (u: number) => TOP + u * (1 - TOP),
}

export interface Method {
  name: string
  op: StepOp
  params?: Record<string, unknown>
  order: number
  /** Of the model, a step. */
  evaluations: string
  /** Of a multistep method: how many steps pass before it has the predictions it is made of. */
  start?: number
  grid?: keyof typeof grids
  /** Transitions that together are a step. */
  group?: number
}

const full = { lower_order_final: false }
const noiseless = { eta: 0 }

export const methods: Method[] = [
  { name: 'DDIM', op: steps.ddimStep, order: 1, evaluations: '1' },
  { name: 'Euler', op: steps.eulerStep, order: 1, evaluations: '1' },
  { name: 'Heun (EDM)', op: steps.heunStep, order: 2, evaluations: '2' },
  { name: 'KDPM2', op: steps.kdpm2Step, order: 2, evaluations: '2' },
  { name: 'DPM++ 2S, eta 0', op: steps.dpmpp2sAncestralStep, params: noiseless, order: 2, evaluations: '2' },
  { name: 'DPM++ SDE, eta 0', op: steps.dpmppSdeStep, params: noiseless, order: 2, evaluations: '2' },
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
  { name: 'UniPC 2', op: steps.unipcStep, params: { ...full, solver_order: 2 }, order: 3, evaluations: '1', start: 2 },
  { name: 'UniPC 3', op: steps.unipcStep, params: { ...full, solver_order: 3 }, order: 4, evaluations: '1', start: 3 },
  { name: 'DEIS 2', op: steps.deisStep, params: { ...full, solver_order: 2 }, order: 2, evaluations: '1', start: 1 },
  { name: 'DEIS 3', op: steps.deisStep, params: { ...full, solver_order: 3 }, order: 3, evaluations: '1', start: 2 },
  {
    name: 'SA-Solver 2, tau 0',
    op: steps.saSolverStep,
    params: { ...full, tau: 0 },
    order: 2,
    evaluations: '1',
    start: 2,
  },
  { name: 'LMS 4', op: steps.lmsStep, params: { order: 4 }, order: 4, evaluations: '1', start: 3 },
  { name: 'PNDM', op: steps.pndmStep, order: 4, evaluations: '1, and 4 in each of the first 3', grid: 'even in σ' },
  { name: 'iPNDM', op: steps.ipndmStep, order: 4, evaluations: '1', start: 3, grid: 'even in σ' },
]

/** The largest error after n transitions; with `exactStart` x is put where it should be until the method has what it needs. */
export function errorOf(
  { op, params, start = 0, grid = 'karras' }: Method,
  n: number,
  exactStart = false,
  starts = STARTS,
): number {
  const sigmas = Float64Array.from({ length: n + 1 }, (_, i) => grids[grid](i / n))
  const schedule: Schedule = { kind: 'sigma', name: 'edm', sigmaMin: sigmas[n]!, sigmaMax: TOP }
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
      model: exactModel(Float32Array.of(MEAN), { dim: 1, std: STD, num_classes: 0, schedule }, 'sample'),
      transitions: { t: sigmas.slice(0, -1), tPrev: sigmas.slice(1) },
      place: (i) => (exactStart && i > 0 && i <= start ? batch(sigmas[i]!) : undefined),
    })
    return [...frames.at(-1)!.dataSync()]
  })
  return Math.max(...found.map((x, i) => Math.abs(x - exactSolution(starts[i]!, sigmas[n]!))))
}

/** Slope of log error over log n, by least squares. */
export function fittedOrder(counts: readonly number[], errors: readonly number[]): number {
  const [x, y] = [counts.map(Math.log), errors.map(Math.log)]
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0)
  return -covariance / x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
}

export interface Measured {
  method: Method
  /** Transitions, and the error after so many. */
  counts: number[]
  errors: number[]
  /** Fitted over the three finest; with an exact start as well, for a multistep method. */
  order: number
  exactOrder?: number
}

/** Few enough to be usual, and so many that the order shows. A method in groups takes whole ones. */
const countsOf = ({ group = 1, order }: Method) =>
  (order === 4 ? [8, 16, 32, 256, 512, 1024] : [8, 16, 32, 64, 128]).map((n) => Math.ceil(n / group) * group)

export function measure(method: Method): Measured {
  const counts = countsOf(method)
  const errors = counts.map((n) => errorOf(method, n))
  const finest = counts.slice(-3)
  return {
    method,
    counts,
    errors,
    order: fittedOrder(finest, errors.slice(-3)),
    ...(method.start && {
      exactOrder: fittedOrder(
        finest,
        finest.map((n) => errorOf(method, n, true)),
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
    ...[0, 1, 2].map((i) => `${errors[i]!.toPrecision(2)}${counts[i] === 8 * 2 ** i ? '' : ` (${counts[i]})`}`),
  ].join(' | ')

export const convergencePage = (measured: readonly Measured[]): string =>
  [
    '# Convergence of the solvers',
    '',
    'Measured by `npm run convergence`; run that, do not edit this file.',
    '',
    `The probability flow of data N(${MEAN}, ${STD}²) from σ = ${TOP} has a solution in closed form, and the model is exact, so all that is`,
    'wrong is the solver. `error` is the largest at the end, from eight starts up to two and a half deviations out, after 8, 16 and',
    '32 transitions (or as many as are in brackets), in float64. A method of order p has an error that falls as n^-p: the order is',
    'fitted over 32, 64 and 128 transitions, of methods of fourth order over 256, 512 and 1,024. Levels are those of Karras et al. (ρ = 7) down to',
    'σ = 0.02; of DPM-Solver-fast even in λ; of PNDM and iPNDM, whose coefficients are made for even steps, even in σ down to 1.',
    '',
    'A multistep method begins with lower orders, until it has the predictions it is made of. `exact start` is its order if x is put',
    'where it should be until then: what the two differ by is what the start costs.',
    '',
    '| solver | order | measured | exact start | evaluations a transition | error at 8 | at 16 | at 32 |',
    '|---|---|---|---|---|---|---|---|',
    ...measured.map((each) => `| ${row(each)} |`),
    '',
    'DPM-Solver++ 3M as diffusers and k-diffusion have it counts the curve of the prediction half, so it is of second order in the end,',
    'with a small constant; `solver_type` exact counts all of it. UniPC gains an order by its corrector, which costs no evaluation.',
    '',
  ].join('\n')

export async function main() {
  await startBackend({ prefer: 'cpu' })
  writeFileSync(FILE, convergencePage(methods.map(measure)))
}
