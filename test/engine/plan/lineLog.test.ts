// Lines of charts, which are bounded while a loop runs.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineLog, MAX_POINTS } from '../../../src/engine/plan/lineLog.ts'

const value = (i: number) => Math.sin(i / 97) + ((i * 7919) % 1000) / 1000

function log(count: number, y = value) {
  const line = new LineLog()
  for (let i = 1; i <= count; i++) line.append(i, y(i))
  return line.series()
}

describe('a line', () => {
  test('stores all points up to the limit', () => {
    const { x, y } = log(MAX_POINTS)
    expect([...x]).toEqual(Array.from({ length: MAX_POINTS }, (_, i) => i + 1))
    expect(y[123]).toBe(value(124))
  })

  test.for([MAX_POINTS + 1, 9_999, 100_000])(
    'of %i points keeps its extremes and ends',
    (count) => {
      const peak = (i: number) => (i === 1021 ? 99 : i === 77 ? -99 : value(i))
      const { x, y } = log(count, peak)
      expect(x.length).toBeLessThanOrEqual(MAX_POINTS + 1)
      expect(x.length).toBeGreaterThan(MAX_POINTS / 4)
      expect([x[0], x.at(-1), y.at(-1)]).toEqual([1, count, peak(count)])
      expect([...y].filter((each) => Math.abs(each) === 99)).toEqual([-99, 99])
      expect(x.every((at, i) => y[i] === peak(at) && (i === 0 || at > x[i - 1]))).toBe(true)
    },
  )

  test('keeps a value that is not a number', () => {
    const { x, y } = log(50_000, (i) => (i === 31_234 ? Number.NaN : value(i)))
    expect(y[x.indexOf(31_234)]).toBeNaN()
  })

  test('is continued at an earlier position', () => {
    const line = new LineLog()
    for (let i = 1; i <= 20_000; i++) line.append(i, value(i))
    for (let i = 9_000; i <= 9_500; i++) line.append(i, -5)
    const { x, y } = line.series()
    expect(x.at(-1)).toBe(9_500)
    expect(x.every((at, i) => y[i] === (at < 9_000 ? value(at) : -5))).toBe(true)
  })

  test('has no other points than its shorter versions in their range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 15_000 }),
        fc.integer({ min: 1, max: 15_000 }),
        (count, more) => {
          const [short, long] = [log(count), log(count + more)]
          const known = new Set(short.x)
          return [...long.x].filter((x) => x <= count).every((x) => known.has(x))
        },
      ),
      { numRuns: 25 },
    )
  })

  test('of decreasing x is replaced from an earlier x on', () => {
    const line = new LineLog()
    for (const x of [9, 8, 7, 6, 8, 7]) line.append(x, x)
    expect([...line.series().x]).toEqual([9, 8, 7])
  })
})
