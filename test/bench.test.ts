// The bench compares like with like: tfjs's own operations make the same model.
import { expect, test } from 'vitest'
import { config, newModel } from '../bench/digits.ts'
import { stockUnet } from '../bench/stock.ts'
import { predict } from '../src/engine/models/predict.ts'
import { randomOf } from '../src/engine/random.ts'
import { tf } from '../src/engine/tf.ts'
import { onCpu } from './backends.ts'
import { gap } from './goldenTensors.ts'

onCpu(() => {
  test('the UNet of stock operations predicts what ours does', async () => {
    const model = newModel()
    expect(Object.values(model.weights).reduce((sum, { size }) => sum + size, 0)).toBe(176_849)
    const x = tf.tensor4d(randomOf(5).normal(128), [2, 8, 8, 1])
    const t = Float64Array.of(3, 700)
    const [ours, stock] = tf.tidy(() => [predict(model, x, t), stockUnet(config, model.weights, x, t)] as const)
    const { gap: most, size } = await gap(ours, stock)
    expect(size).toBeGreaterThan(0.1)
    expect(most / size).toBeLessThan(1e-5)
    tf.dispose([x, ours, stock])
    tf.dispose(model.weights)
  })
})
