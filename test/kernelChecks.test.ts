// The self-test by kernel family: backends agree with plain JavaScript, and wrong numbers fail.
import { expect, test } from 'vitest'
import { computeKernels, largestDeviation } from '../src/hosts/bench/kernelChecks.ts'
import { TOLERANCE } from '../src/hosts/bench/protocol.ts'
import { onEachBackend } from './backends.ts'

let right: Awaited<ReturnType<typeof computeKernels>> | undefined

onEachBackend((name) => {
  test(
    'all kernel families have the numbers of plain JavaScript',
    { timeout: 300_000 },
    async () => {
      const actual = await computeKernels()
      if (name === 'cpu') right = actual
      expect(actual.size).toBe(17)
      for (const [family, numbers] of actual) {
        expect(numbers.length, family).toBeGreaterThan(0)
        expect(
          numbers[0].some((value) => value !== 0),
          family,
        ).toBe(true)
        const deviation = largestDeviation(numbers, right!.get(family)!)
        expect(deviation, family).toBeLessThan(TOLERANCE / 4)
      }
    },
  )
})

test('a wrong, missing or undefined number does not pass', () => {
  const numbers = [Float32Array.of(1, -2, 4), Float32Array.of(0.5)]
  const changed = (i: number, value: number) => {
    const copy = numbers.map((each) => each.slice())
    copy[0][i] = value
    return copy
  }
  expect(largestDeviation(numbers, numbers)).toBe(0)
  expect(largestDeviation(changed(0, 1.01), numbers)).toBeCloseTo(0.01 / 4, 6)
  expect(largestDeviation(changed(2, NaN), numbers)).toBe(Infinity)
  expect(largestDeviation([numbers[0]], numbers)).toBe(Infinity)
  expect(largestDeviation([numbers[0], new Float32Array(0)], numbers)).toBe(Infinity)
  expect(largestDeviation([], numbers)).toBeGreaterThan(TOLERANCE)
})
