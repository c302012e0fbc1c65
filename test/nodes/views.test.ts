import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type { View } from '../../src/engine/plan/view.ts'
import { logTicks, measureText, ticks, tickText } from '../../src/nodes/views/canvas.ts'
import { darkTheme, lightTheme, paintView } from '../../src/nodes/views/paint.ts'

const line = (y: number[], name = 'loss', kept?: true) => ({
  name,
  x: Float64Array.from(y, (_, i) => i),
  y: Float64Array.from(y),
  ...(kept && { kept }),
})
const chart = (lines: ReturnType<typeof line>[], yLog = false): View => ({
  kind: 'chart',
  title: 'T',
  xLabel: 'x',
  yLabel: 'y',
  yLog,
  lines,
})
const scatter = (parts: Partial<View> = {}): View =>
  ({ kind: 'scatter', clouds: [], paths: [], extent: [-2, 2, -2, 2], ...parts }) as View
const statistics: View = {
  kind: 'statistics',
  type: 'samples',
  shape: [8, 2],
  mean: 0,
  std: 1,
  min: -2,
  max: 2,
  nan: 0,
  histogram: Float64Array.from([1, 5, 1]),
  notes: [['space', 'point']],
}

const box = { x: 20, y: 30, width: 220, height: 200 }
const painted = (view: View, within = box, theme = darkTheme) => {
  const canvas = createCanvas(260, 260)
  const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
  paintView(ctx, view, within, theme)
  return (x: number, y: number) => [...ctx.getImageData(x, y, 1, 1).data]
}
const rgb = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
const near = (pixel: number[], hex: string) => rgb(hex).every((part, i) => Math.abs(part - pixel[i]!) < 40)
const count = (pixel: ReturnType<typeof painted>, hex: string) => {
  let found = 0
  for (let x = 0; x < 260; x++) for (let y = 0; y < 260; y++) if (near(pixel(x, y), hex)) found++
  return found
}

describe('painting', () => {
  const views: Record<string, View> = {
    scatter: scatter({
      clouds: [{ name: 'a', points: Float32Array.from([0, 0, 9, 9, NaN, 0]), labels: Int32Array.from([0, 1, 2]) }],
      paths: [Float32Array.from([0, 0, 1, 1]), new Float32Array(0)],
      field: Float32Array.from([0, 0, 1, 0, 1, 1, 0, 0]),
      ellipses: Float32Array.from([0, 0, 1, 0.5]),
      caption: 'a caption that is much too long for a picture as narrow as this one is',
    } as Partial<View>),
    empty: scatter(),
    chart: chart([line([1, 2, NaN, 3]), line([2, 1], 'b'), line([5], 'one'), line([9, 9], 'loss', true)]),
    nothing: chart([]),
    log: chart([line([1e-5, 0, -1, 10])], true),
    flat: chart([line([3, 3, 3])]),
    statistics,
    broken: { ...statistics, mean: NaN, std: NaN, min: NaN, max: NaN, nan: 16, histogram: new Float64Array(0) } as View,
  }
  test.each(Object.keys(views))('%s fills its box and leaves the rest alone, at any size', (name) => {
    for (const theme of [darkTheme, lightTheme]) {
      const pixel = painted(views[name]!, box, theme)
      expect(near(pixel(24, 34), theme.ground)).toBe(true)
      for (const [x, y] of [
        [10, 100],
        [250, 100],
        [100, 20],
        [100, 240],
      ] as const)
        expect(pixel(x, y)[3]).toBe(0)
    }
    for (const small of [
      { ...box, width: 30, height: 30 },
      { ...box, height: 60 },
      { ...box, width: 60 },
    ])
      painted(views[name]!, small)
  })

  test('one unit is as long in both directions; up is up', () => {
    const cross = painted(scatter({ clouds: [{ name: 'a', points: Float32Array.from([0, 1]) }] } as Partial<View>))
    // The middle of the plane is (130, 130); four units are as high as the plane, 188.
    expect(near(cross(130, 83), darkTheme.series[0]!)).toBe(true)
    expect(near(cross(130, 177), darkTheme.series[0]!)).toBe(false)
  })

  test('the first of several clouds is the reference; earlier runs stay behind', () => {
    const points = Float32Array.from([0, 0])
    const two = painted(
      scatter({
        clouds: [
          { name: 'data', points },
          { name: 'samples', points: Float32Array.from([1, 1]) },
        ],
      } as Partial<View>),
    )
    expect(count(two, darkTheme.reference)).toBeGreaterThan(10)
    expect(count(two, darkTheme.series[0]!)).toBeGreaterThan(10)
    const kept = painted(chart([line([1, 2, 3]), line([3, 2, 1], 'loss', true)]))
    expect(count(kept, darkTheme.series[0]!)).toBeGreaterThan(100)
  })
})

test('ticks are round and within the range', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticks(-3, 999, 3)).toEqual([0, 500])
  expect(ticks(5, 5, 3)).toEqual([5])
  expect(logTicks(1e-4, 1)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1])
  expect(logTicks(0.2, 1.4)).toEqual([0.2, 0.5, 1])
})

test('numbers are short, with a true minus sign', () => {
  expect([0, -1.5, 12345, 1e-5, 2.5e7].map(tickText)).toEqual(['0', '−1.5', '12.35k', '1e−5', '2.5e7'])
  expect([0, 0.5, -123456, NaN].map(measureText)).toEqual(['0', '0.5000', '−1.23e5', 'NaN'])
})
