// What judges samples: classifiers, distances, spectra.
import { describe, expect, test } from 'vitest'
import { realDigits } from '../../scripts/digits-judge.ts'
import { accuracy, crossEntropy } from '../../src/engine/classification.ts'
import type { ClassifierConfig } from '../../src/engine/models/classifier.ts'
import { classifier, classify } from '../../src/engine/models/classifier.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor, Tensor2D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { defineNode, dataset as datasetSlot, integer } from '../../src/nodes/define.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const numbers = async (tensor: Tensor) => [...(await tensor.data())]

/** -log softmax at the label, in float64. */
function surprise(row: number[], label: number): number {
  const largest = Math.max(...row)
  return Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest - row[label]!
}

const small: ClassifierConfig = {
  height: 4,
  width: 6,
  in_channels: 2,
  block_out_channels: [4, 8],
  num_classes: 3,
  norm_num_groups: 2,
  activation: 'silu',
}

onEachBackend((backend) => {
  const logits = [
    [1, 2, -1],
    [1000, 0, -1000],
    [0.5, 0.5, 0.25],
    [3, 4, 5],
  ]
  const labels = Int32Array.of(1, 2, -1, 0)

  test('cross entropy and its gradient are exact, for large logits too, and pass over what has no label', async () => {
    const x = tf.tensor2d(logits)
    const { value, grad } = tf.valueAndGrad((x: Tensor) => crossEntropy(x as Tensor2D, labels))(x) as unknown as {
      value: Tensor
      grad: Tensor
    }
    const labelled = [0, 1, 3]
    const expected = labelled.reduce((sum, i) => sum + surprise(logits[i]!, labels[i]!), 0) / 3
    expect((await numbers(value))[0]! / expected).toBeCloseTo(1, 5)
    const gradient = await numbers(grad)
    logits.forEach((row, i) =>
      row.forEach((_, k) => {
        const probability = Math.exp(-surprise(row, k))
        const expected = labelled.includes(i) ? (probability - (k === labels[i] ? 1 : 0)) / 3 : 0
        expect(gradient[3 * i + k]).toBeCloseTo(expected, 5)
      }),
    )
    tf.dispose([x, value, grad])
  })

  test('accuracy is the share of right ones among those with a label', async () => {
    const share = tf.tidy(() => accuracy(tf.tensor2d(logits), labels))
    expect((await numbers(share))[0]).toBeCloseTo(1 / 3, 6)
    share.dispose()
  })

  test('gradients reach every weight of a classifier, and are those of finite differences', async () => {
    const model = classifier(small, randomOf(1))
    const x = tf.tensor4d(randomOf(2).normal(5 * 4 * 6 * 2), [5, 4, 6, 2])
    const truth = Int32Array.of(0, 1, 2, 2, 0)
    const names = Object.keys(model.weights)
    const weights = names.map((name) => model.weights[name]!)
    const lossOf = (values: Tensor[]) => {
      const changed = { ...model, weights: Object.fromEntries(names.map((name, i) => [name, values[i]!])) }
      return crossEntropy(classify(changed, x).logits, truth)
    }
    const gradients = tf.grads((...values: Tensor[]) => lossOf(values))(weights)
    for (const [i, name] of names.entries()) {
      // Along the gradient itself the loss changes most, so rounding matters least.
      const gradient = gradients[i]!
      const norm = Math.hypot(...(await numbers(gradient)))
      expect(norm, name).toBeGreaterThan(1e-4)
      const step = 1e-2
      const at = (sign: number) =>
        tf.tidy(() => lossOf(weights.map((weight, k) => (k === i ? weight.add(gradient.mul((sign * step) / norm)) : weight))))
      const [above, below] = [at(1), at(-1)]
      const slope = ((await numbers(above))[0]! - (await numbers(below))[0]!) / (2 * step)
      expect(slope / norm, name).toBeCloseTo(1, backend === 'webgpu' ? 1 : 2)
      tf.dispose([above, below])
    }
    tf.dispose([x, ...gradients, ...tensorsOf(model)])
  })
})
