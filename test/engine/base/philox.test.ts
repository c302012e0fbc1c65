// Random numbers: the generator against its published test vectors, and properties of the draws.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { philox4x32 } from '../../../src/engine/base/philox.ts'
import { createRandom } from '../../../src/engine/base/random.ts'

const hex = (words: readonly number[]) =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ')

/** Random123, tests/kat_vectors, "philox4x32 10". The third consists of digits of pi. */
test.each([
  [
    '00000000 00000000 00000000 00000000',
    '00000000 00000000',
    '6627e8d5 e169c58d bc57ac4c 9b00dbd8',
  ],
  [
    'ffffffff ffffffff ffffffff ffffffff',
    'ffffffff ffffffff',
    '408f276d 41c83b0e a20bc7c6 6d5451fd',
  ],
  [
    '243f6a88 85a308d3 13198a2e 03707344',
    'a4093822 299f31d0',
    'd16cfe09 94fdcceb 5001e420 24126ea1',
  ],
])('philox4x32-10 of %s, key %s', (counter, key, expected) => {
  const words = (text: string) => text.split(' ').map((word) => parseInt(word, 16))
  expect(hex(philox4x32(words(counter), words(key)))).toBe(expected)
})

/** The same rounds in exact integers: doubles could be wrong in the 32-bit halves of products. */
function philoxByBigInt(counter: number[], key: number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  const mask = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [0xd2511f53n * c0, 0xcd9e8d57n * c2]
    ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
    ;[k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask]
  }
  return [c0, c1, c2, c3].map(Number)
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
test('philox4x32-10 equals a computation with exact integers', () => {
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
      expect(philox4x32(counter, key)).toEqual(philoxByBigInt(counter, key))
    }),
  )
})

const seed = word
const path = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 3 })

test('a shorter draw is a prefix of a longer one', () => {
  fc.assert(
    fc.property(
      seed,
      path,
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      (seed, path, n, more) => {
        const [short, long] = [createRandom(seed, path), createRandom(seed, path)]
        expect(long.normal(n + more).slice(0, n)).toEqual(short.normal(n))
        expect(long.uniform(n + more).slice(0, n)).toEqual(short.uniform(n))
        expect(long.integers(n + more, 1000).slice(0, n)).toEqual(short.integers(n, 1000))
      },
    ),
  )
})

test('seed, path and draw number each change the numbers', () => {
  const streams = [
    createRandom(1),
    createRandom(2),
    createRandom(1, [0]),
    createRandom(1, [1]),
    createRandom(1, [0, 0]),
    createRandom(1, [0, 1]),
  ]
  const draws = streams
    .flatMap((random) => [random.normal(4), random.normal(4)])
    .map((draw) => draw.join())
  expect(new Set(draws).size).toBe(draws.length)
})

/** Mean of x^power. */
const moment = (values: ArrayLike<number>, power: number) =>
  Array.from(values).reduce((sum, value) => sum + value ** power, 0) / values.length

test('normal numbers have moments 0, 1, 0, 3 and uncorrelated neighbours', () => {
  const n = 200_000
  const x = createRandom(7).normal(n)
  // Four standard errors each: var x^k / n = (E x^2k - (E x^k)²) / n
  const within = (power: number, expected: number, variance: number) =>
    expect(Math.abs(moment(x, power) - expected)).toBeLessThan(4 * Math.sqrt(variance / n))
  within(1, 0, 1)
  within(2, 1, 2)
  within(3, 0, 15)
  within(4, 3, 96)
  for (const lag of [1, 2, 4]) {
    const products = x.slice(lag).map((value, i) => value * x[i])
    expect(Math.abs(moment(products, 1))).toBeLessThan(4 / Math.sqrt(n))
  }
})

test('uniform numbers and integers are evenly distributed', () => {
  const n = 100_000
  const u = createRandom(8).uniform(n)
  expect(u.every((value) => value >= 0 && value < 1)).toBe(true)
  expect(Math.abs(moment(u, 1) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / n))
  expect(Math.abs(moment(u, 2) - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n))
  const counts = new Array<number>(10).fill(0)
  for (const k of createRandom(9).integers(n, 10)) counts[k]++
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0)
  expect(chiSquare).toBeLessThan(27.9) // chi-squared with 9 degrees of freedom, at the level 0.001
})

test('a permutation contains each index once', () => {
  fc.assert(
    fc.property(seed, fc.integer({ min: 0, max: 200 }), (seed, n) => {
      expect([...createRandom(seed).permutation(n)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: n }, (_, i) => i),
      )
    }),
  )
})
