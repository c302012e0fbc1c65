// Spectra of images of any size, on the CPU and on the device.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BandLimits } from '../../../src/engine/images/bandPower.ts'
import { bandPower } from '../../../src/engine/images/bandPower.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { frequencies, powerSpectrum, radialSpectrum } from '../../../src/engine/images/spectrum.ts'
import type { Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'

const sum = (values: ArrayLike<number>) =>
  Array.prototype.reduce.call(values, (total, value) => total + value, 0) as number

/** A wave with `down` cycles vertically and `along` cycles horizontally. */
const wave = (height: number, width: number, down: number, along: number) =>
  Float32Array.from({ length: height * width }, (_, i) =>
    Math.cos(
      2 * Math.PI * ((down * Math.floor(i / width)) / height + (along * (i % width)) / width),
    ),
  )

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(),
})

describe('the spectrum', () => {
  test('matches the definition for any size', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), ({ height, width, seed }, a, b) => {
        const picture = createRandom(seed).normal(height * width)
        const [v, u] = [a % height, b % width]
        let [re, im] = [0, 0]
        picture.forEach((value, i) => {
          const angle =
            -2 * Math.PI * ((v * Math.floor(i / width)) / height + (u * (i % width)) / width)
          re += value * Math.cos(angle)
          im += value * Math.sin(angle)
        })
        expect(powerSpectrum(picture, height, width)[v * width + u]).toBeCloseTo(
          re ** 2 + im ** 2,
          8,
        )
      }),
      { numRuns: 50 },
    )
  })

  test('preserves the power of the image', () => {
    fc.assert(
      fc.property(sizes, ({ height, width, seed }) => {
        const picture = createRandom(seed).normal(height * width)
        const power = sum(powerSpectrum(picture, height, width)) / (height * width)
        expect(power / sum(picture.map((value) => value ** 2))).toBeCloseTo(1, 6)
      }),
      { numRuns: 50 },
    )
  })

  test.each([8, 28, 30])('of a wave across %i pixels is confined to its ring', (side) => {
    const { radius, power } = radialSpectrum(wave(side, side, 0, 3), side, side)
    expect(radius).toHaveLength(side / 2)
    for (const [ring, value] of power.entries()) {
      if (radius[ring] === 3) expect(value).toBeGreaterThan(1)
      else expect(value).toBeLessThan(1e-12)
    }
  })

  test('counts cycles across the longer side', () => {
    const { radius, power } = radialSpectrum(wave(6, 18, 1, 0), 6, 18)
    // One cycle in 6 pixels is three in 18.
    expect(radius[power.indexOf(Math.max(...power))]).toBe(3)
    expect(Math.max(...frequencies(6, 18))).toBeCloseTo(Math.hypot(9, 9), 12)
  })

  test('of white noise is flat and equals its variance', () => {
    const [side, count] = [28, 200]
    const noise = createRandom(5).normal(count * side * side)
    const spectra = Array.from(
      { length: count },
      (_, i) =>
        radialSpectrum(noise.subarray(i * side * side, (i + 1) * side * side), side, side).power,
    )
    for (let ring = 0; ring < side / 2; ring++) {
      // The mean of at least some hundred exponential variables: four standard deviations.
      expect(Math.abs(sum(spectra.map((power) => power[ring])) / count - 1)).toBeLessThan(0.15)
    }
  })
})

onEachBackend(() => {
  const limits: BandLimits = { low_to: 0.33, high_from: 0.67 }

  async function powers(
    numbers: Float32Array,
    shape: [number, number, number, number],
    at = limits,
  ): Promise<number[]> {
    const { low, mid, high } = tf.tidy(
      () => bandPower(tf.tensor4d(numbers, shape) as Tensor4D, at) as never,
    ) as ReturnType<typeof bandPower>
    const values = await Promise.all([low, mid, high].map(async (band) => (await band.data())[0]))
    tf.dispose([low, mid, high])
    return values
  }

  test('bands contain the waves in their range', async () => {
    for (const [band, cycles] of [1, 5, 9].entries()) {
      const values = await powers(wave(20, 20, cycles, 0), [1, 20, 20, 1])
      expect(values.map((value) => value > 1e-3)).toEqual([0, 1, 2].map((own) => own === band))
    }
  })

  test('bands are means over frequencies, images and channels that add up to the variance', async () => {
    const [b, height, width, c] = [3, 7, 12, 2]
    const numbers = createRandom(6).normal(b * height * width * c)
    const expected = [0, 0, 0]
    const counts = [0, 0, 0]
    const bands = frequencies(height, width).map((f) =>
      f === 0 ? -1 : f <= 0.33 * 6 ? 0 : f < 0.67 * 6 ? 1 : 2,
    )
    let variance = 0
    for (let plane = 0; plane < b * c; plane++) {
      const [item, channel] = [Math.floor(plane / c), plane % c]
      const picture = Float64Array.from(
        { length: height * width },
        (_, i) => numbers[(item * height * width + i) * c + channel],
      )
      const mean = sum(picture) / picture.length
      variance += sum(picture.map((value) => (value - mean) ** 2)) / picture.length / (b * c)
      for (const [i, power] of powerSpectrum(picture, height, width).entries()) {
        if (bands[i] < 0) continue
        expected[bands[i]] += power / picture.length
        counts[bands[i]]++
      }
    }
    const found = await powers(numbers, [b, height, width, c])
    for (const band of [0, 1, 2])
      expect(found[band] / (expected[band] / counts[band])).toBeCloseTo(1, 4)
    const shares = counts.map((count) => count / (b * c) / (height * width))
    expect(sum(found.map((value, band) => value * shares[band])) / variance).toBeCloseTo(1, 4)
  })

  test('excludes the mean brightness from all bands', async () => {
    const values = await powers(new Float32Array(64).fill(-0.7), [1, 8, 8, 1])
    for (const value of values) expect(value).toBeLessThan(1e-8)
  })

  test('rejects a band without frequencies', () => {
    const x = tf.zeros([1, 2, 2, 1]) as Tensor4D
    expect(() => tf.tidy(() => bandPower(x, limits).low)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected frequencies in every band, got none in the low band of 2 x 2 images.]`,
    )
    x.dispose()
  })
})
