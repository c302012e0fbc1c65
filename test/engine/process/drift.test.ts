// Drifting field: against its definition as a double sum, and its symmetry.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { driftField } from '../../../src/engine/process/drift.ts'
import { onCpu, onEachBackend } from '../../backends.ts'

type Points = readonly (readonly number[])[]

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - b[i]))

/** The double sum over data y and other samples z of weight(y) weight(z) (y - z), in float64. */
function drifts(x: Points, y: Points, temperature: number): number[][] {
  const neighbours = [...y, ...x]
  const kernel = x.map((a, i) =>
    neighbours.map((b, j) => (j === y.length + i ? 0 : Math.exp(-distance(a, b) / temperature))),
  )
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const byColumn = neighbours.map((_, j) => sum(kernel.map((row) => row[j])))
  const weights = kernel.map((row) =>
    row.map((value, j) => value / Math.sqrt(sum(row) * byColumn[j])),
  )
  return x.map((_, i) =>
    x[0].map((_, axis) =>
      sum(
        y.flatMap((near, j) =>
          x.map(
            (other, k) => weights[i][j] * weights[i][y.length + k] * (near[axis] - other[axis]),
          ),
        ),
      ),
    ),
  )
}

const points = (count: number) =>
  fc.array(fc.tuple(...[0, 1].map(() => fc.double({ min: -2, max: 2, noNaN: true }))), {
    minLength: count,
    maxLength: count,
  })

onEachBackend(() => {
  test('is the double sum of its definition', async () => {
    await fc.assert(
      fc.asyncProperty(points(4), points(3), fc.constantFrom(0.5, 2), async (x, y, temperature) => {
        const [a, b] = [tf.tensor2d(x), tf.tensor2d(y)]
        const drift = tf.tidy(() => driftField(a, b, temperature))
        const expected = drifts(x, y, temperature).flat()
        const found = [...(await drift.data())]
        tf.dispose([a, b, drift])
        for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 3)
      }),
      { numRuns: 20 },
    )
  })
})

onCpu(() => {
  test('vanishes for samples of the data, and leads others to it', async () => {
    const draw = (seed: number, shift: number) =>
      tf.tensor2d(createRandom(seed).normal(400), [200, 2]).add(shift) as never
    const meanDrift = async (shift: number) => {
      const mean = tf.tidy(() => driftField(draw(1, shift), draw(2, 0), 0.5).mean())
      const [value] = await mean.data()
      mean.dispose()
      return value
    }
    const here = await meanDrift(0)
    const [left, right] = [await meanDrift(-1), await meanDrift(1)]
    expect(Math.abs(here)).toBeLessThan(0.05)
    expect(left).toBeGreaterThan(0.1)
    expect(right).toBeLessThan(-0.1)
  })
})
