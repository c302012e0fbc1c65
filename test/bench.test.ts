// The bench compares like with like: tfjs's own operations make the same model, and what computes something else is not timed.
import { expect, test } from 'vitest'
import { models, newModel } from '../bench/models.ts'
import { expectTheSame } from '../bench/run.ts'
import { stockUnet } from '../bench/stock.ts'
import { predict } from '../src/engine/models/predict.ts'
import { randomOf } from '../src/engine/random.ts'
import { tf } from '../src/engine/tf.ts'
import { onCpu } from './backends.ts'
import { gap } from './goldenTensors.ts'

onCpu(() => {
  test('the UNet of stock operations predicts what ours does', async () => {
    const model = newModel('digits')
    expect(sizeOf(model)).toBe(176_849)
    const x = tf.tensor4d(randomOf(5).normal(128), [2, 8, 8, 1])
    const t = Float64Array.of(3, 700)
    const [ours, stock] = tf.tidy(() => [predict(model, x, t), stockUnet(models.digits.config, model.weights, x, t)] as const)
    const { gap: most, size } = await gap(ours, stock)
    expect(size).toBeGreaterThan(0.1)
    expect(most / size).toBeLessThan(1e-5)
    tf.dispose([x, ours, stock])
    tf.dispose(model.weights)
  })

  test('the small UNet has the parameters that docs/performance.md says', () => {
    const model = newModel('small')
    expect(sizeOf(model)).toBe(367_995)
    tf.dispose(model.weights)
  })
})

const sizeOf = ({ weights }: ReturnType<typeof newModel>) => Object.values(weights).reduce((sum, { size }) => sum + size, 0)

test('a peer whose losses are others is refused by name', () => {
  const ours = { check: [1.1, 1.05, 0.9] }
  expectTheSame(new Map([['ours', ours], ['jax', { check: [1.1005, 1.05, 0.9] }]])) // prettier-ignore
  const other = new Map([
    ['ours', ours],
    ['jax', { check: [1.1, 1.05, 0.902] }],
  ] as const)
  expect(() => expectTheSame(other)).toThrow(/^jax-js computes something else than this program/)
  for (const check of [[1.1, NaN, 0.9], [1.1]]) {
    expect(() => expectTheSame(new Map([['ours', ours], ['torch', { check }]]))).toThrow(/^PyTorch/) // prettier-ignore
  }
})
