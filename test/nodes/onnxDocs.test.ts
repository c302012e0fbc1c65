// The JavaScript example of docs/onnx.md: as written, it samples the distribution of a model whose
// mean and deviation are known.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tf } from '../../src/engine/base/tf.ts'
import { gaussianModel } from '../../src/engine/models/gaussian.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
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
    gaussianModel({ dim: 2, mean: 0.5, std: 0.3, schedule }, 'epsilon'),
  )
  writeFileSync(join(folder, 'model.onnx'), bytes)
  writeFileSync(join(folder, 'example.mjs'), example)
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
  const points = printed.trim().split(' ').map(Number)
  expect(points).toHaveLength(1000)
  const mean = points.reduce((sum, value) => sum + value, 0) / points.length
  const squares = points.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  // The standard error of the mean is 0.01, and that of the deviation 0.007.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.06)
  expect(Math.abs(Math.sqrt(squares / points.length) - 0.3)).toBeLessThan(0.05)
})
