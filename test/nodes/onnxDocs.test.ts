// The JavaScript example of docs/onnx.md: as written, it samples the distribution of a model whose
// mean and deviation are known.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tf } from '../../src/engine/base/tf.ts'
import { gaussianModel } from '../../src/engine/models/kinds/gaussian/gaussian.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/process/schedule.ts'
import { exportModel } from '../onnx.ts'

const root = join(import.meta.dirname, '../..')
// Inside the repository, so that Node can resolve the package.
const folder = join(root, `test-results/onnx-docs-${process.pid}`)
mkdirSync(folder, { recursive: true })
afterAll(() => rmSync(folder, { recursive: true }))

test('samples a Gaussian by DDIM', async () => {
  await tf.setBackend('cpu')
  const [, example] = /```js\n([^]*?)```/.exec(readFileSync(join(root, 'docs/onnx.md'), 'utf8'))!
  const schedule = noiseSchedule({ name: 'linear', T: 1000 })
  const [{ bytes }] = await exportModel(
    gaussianModel({ dim: 2, mean: 0.5, std: 0.8, schedule }, 'epsilon'),
  )
  writeFileSync(join(folder, 'model.onnx'), bytes)
  writeFileSync(join(folder, 'example.mjs'), example)
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
  const points = printed.trim().split(' ').map(Number)
  expect(points).toHaveLength(1000)
  const mean = points.reduce((sum, value) => sum + value, 0) / points.length
  const squares = points.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  // Five standard errors.
  const deviation = ddimDeviation(0.8, 20)
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.12)
  expect(Math.abs(Math.sqrt(squares / points.length) - deviation)).toBeLessThan(0.08)
})

/**
 * Deviation of the samples of DDIM in some steps, for data with deviation `std`: each step multiplies
 * x_t by a number, and few steps contract it.
 */
function ddimDeviation(std: number, steps: number): number {
  const schedule = noiseSchedule({ name: 'linear', T: 1000 })
  const times = Array.from({ length: steps + 1 }, (_, i) => Math.round((i * 1000) / steps) - 1)
  const { alpha, sigma } = levelsAt(schedule, { t: Float64Array.from(times) })
  let factor = 1
  for (let i = steps; i > 0; i--) {
    const x0 = (alpha[i] * std ** 2) / ((alpha[i] * std) ** 2 + sigma[i] ** 2)
    const noise = (1 - alpha[i] * x0) / sigma[i]
    factor *= alpha[i - 1] * x0 + sigma[i - 1] * noise
  }
  return factor
}
