// Batches with a factor for each item, added, and its gradients: against the definition.
import { expect, test } from 'vitest'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { weightedSum } from '../../src/engine/weightedSum.ts'
import { onEachBackend } from '../backends.ts'

onEachBackend(() => {
  test.each([
    ['a factor for each item, numbers that are no fours', [3, 5, 1], [[0.5, -2, 0.25], [1]]],
    ['a factor for each item', [2, 2, 4], [[0.5, -2]]],
    ['one for all', [3, 7], [[0.5], [2], [-1]]],
  ])('%s', async (_, shape, factors) => {
    const size = tf.util.sizeFromShape(shape)
    const data = factors.map((_, i) => randomOf(i).normal(size))
    const xs = data.map((values) => tf.tensor(values, shape))
    const dy = randomOf(9).normal(size)
    const [y, ...gradients] = tf.tidy(() => {
      const sum = (...all: Tensor[]) => weightedSum(all.map((x, i) => [x, factors[i]!] as const))
      return [sum(...xs), ...tf.grads(sum)(xs, tf.tensor(dy, shape))]
    })
    const factorAt = (term: number, i: number) => {
      const own = factors[term]!
      return own[Math.floor((i * own.length) / size)]!
    }
    const got = await y!.data()
    got.forEach((value, i) =>
      expect(value).toBeCloseTo(
        data.reduce((sum, x, term) => sum + factorAt(term, i) * x[i]!, 0),
        5,
      ),
    )
    for (const [term, gradient] of gradients.entries()) {
      const values = await gradient.data()
      values.forEach((value, i) => expect(value).toBeCloseTo(factorAt(term, i) * dy[i]!, 5))
    }
    tf.dispose([...xs, y!, ...gradients])
  })
})
