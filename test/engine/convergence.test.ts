// Convergence of the solvers to the exact solution in float64, compared with their orders and with
// k-diffusion.
import { convergencePage, computeError, FILE, measure, methods } from '../../scripts/convergence.ts'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../../src/engine/backends/backends.ts'
import { golden } from '../golden.ts'

type Solver = 'euler' | 'heun' | 'dpm_2' | 'dpmpp_2m' | 'lms'
const recorded = golden<{ x_init: number[]; errors: { [K in Solver]: { [n: string]: number } } }>(
  'convergence',
)

const ours: { [K in Solver]: string } = {
  euler: 'Euler',
  heun: 'Heun (EDM)',
  dpm_2: 'KDPM2',
  dpmpp_2m: 'DPM-Solver++ 2M',
  lms: 'LMS 4',
}

beforeAll(async () => {
  await startBackend({ prefer: 'cpu' })
})

// Measures every method in float64, which takes long.
if (process.env.FULL)
  test('the page matches the measurements, and every solver has its order', () => {
    const measured = methods.map(measure)
    // What a multistep method is made of shows with an exact start; what the usual one costs is on
    // the page.
    for (const { method, order, exactOrder = order } of measured) {
      expect(exactOrder, method.name).toBeGreaterThan(method.order - 0.2)
    }
    expect(readFileSync(FILE, 'utf8'), 'npm run convergence').toBe(convergencePage(measured))
  })

describe('errors of k-diffusion', () => {
  test.each(Object.keys(ours) as Solver[])('%s', (name) => {
    const method = methods.find((own) => own.name === ours[name])!
    for (const [n, error] of Object.entries(recorded.errors[name])) {
      expect(computeError(method, Number(n), false, recorded.x_init), `${n} steps`).toBeCloseTo(
        error,
        9,
      )
    }
  })
})
