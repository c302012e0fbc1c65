import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type {
  ChartLook,
  FilmView,
  ImagesView,
  Pictures,
  ScatterView,
  View,
} from '../../src/engine/base/view.ts'
import {
  countOutside,
  toggleCloud,
  toggleFit,
  withLook,
  type PlotControls,
  type PlotLook,
} from '../../src/painters/plotLook.ts'
import { logTicks, measureText, ticks, tickText } from '../../src/painters/ticks.ts'
import { frameAt, isTimed, scrubAt } from '../../src/painters/time.ts'
import type { MakeSheet } from '../../src/painters/paint.ts'
import { darkTheme, lightTheme, paintView } from '../../src/painters/paint.ts'

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

/** Images that each have a single value. */
const flat = (values: number[], width = 4, height = 4, channels: 1 | 3 = 1): Pictures => ({
  width,
  height,
  channels,
  count: values.length,
  pixels: Uint8ClampedArray.from(
    { length: values.length * width * height * channels },
    (_, i) => values[Math.floor(i / (width * height * channels))],
  ),
})
const images = (...groups: (Pictures & { labels?: string[] })[]): ImagesView => ({
  kind: 'images',
  groups: groups.map((group, i) => ({ ...group, name: `group ${i}` })),
  columns: 0,
})
const film = (...values: number[]): FilmView => ({
  kind: 'film',
  frames: values.map((value) => flat([value])),
  t: Float64Array.from(values, (_, i) => values.length - 2 - i),
  columns: 0,
})

const box = { x: 20, y: 30, width: 220, height: 200 }
const makeSheet = createCanvas as unknown as MakeSheet
const painted = (view: View, within = box, theme = darkTheme, scrub?: number, look?: ChartLook) => {
  const canvas = createCanvas(260, 260)
  const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
  paintView(ctx, view, within, theme, { makeSheet, scrub, look })
  const { data } = ctx.getImageData(0, 0, 260, 260)
  return (x: number, y: number) => [...data.subarray(4 * (260 * y + x), 4 * (260 * y + x) + 4)]
}
const rgb = (hex: string) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
const near = (pixel: number[], hex: string) =>
  rgb(hex).every((part, i) => Math.abs(part - pixel[i]) < 40)
const count = (pixel: ReturnType<typeof painted>, hex: string) => {
  let found = 0
  for (let x = 0; x < 260; x++) for (let y = 0; y < 260; y++) if (near(pixel(x, y), hex)) found++
  return found
}

describe('painting', () => {
  test('draws marks of a chart as vertical lines', () => {
    const plain = painted(chart([line([1, 2, 3])]))
    const marked = painted({ ...chart([line([1, 2, 3])]), marks: [1] } as View)
    const changed = (y: number) => {
      let columns = 0
      for (let x = 0; x < 260; x++) if (plain(x, y).join() !== marked(x, y).join()) columns++
      return columns
    }
    for (const y of [90, 120, 150]) expect(changed(y)).toBeGreaterThan(0)
    for (const y of [90, 120, 150]) expect(changed(y)).toBeLessThanOrEqual(2)
  })

  const views: Record<string, View> = {
    scatter: scatter({
      clouds: [
        {
          name: 'a',
          points: Float32Array.from([0, 0, 9, 9, NaN, 0]),
          labels: Int32Array.from([0, 1, 2]),
        },
      ],
      paths: [Float32Array.from([0, 0, 1, 1]), new Float32Array(0)],
      field: Float32Array.from([0, 0, 1, 0, 1, 1, 0, 0]),
      ellipses: Float32Array.from([0, 0, 1, 0.5]),
      caption: 'a caption that is much too long for a picture as narrow as this one is',
    } as Partial<View>),
    'points over time': scatter({
      paths: [Float32Array.of(0, 0, 1, 1)],
      t: Float64Array.of(1, 0),
      caption: 'c',
    } as Partial<View>),
    empty: scatter(),
    chart: chart([
      line([1, 2, NaN, 3]),
      line([2, 1], 'b'),
      line([5], 'one'),
      line([9, 9], 'loss', true),
    ]),
    nothing: chart([]),
    log: chart([line([1e-5, 0, -1, 10])], true),
    flat: chart([line([3, 3, 3])]),
    statistics,
    images: {
      ...images(flat([0, 9, 200]), { ...flat([1], 9, 3, 3), labels: ['one'] }),
      caption: 't = 1',
    },
    'no images': images(),
    film: film(0, 100, 200),
    'no film': film(),
    numbers: {
      kind: 'numbers',
      rows: [
        'a',
        'a name that is much too long',
        'c',
        'd',
        'e',
        'f',
        'g',
        'h',
        'i',
        'j',
        'k',
        'l',
        'm',
        'n',
      ].map((name, i) => ({
        name,
        value: i ? 10 ** i / 3 : NaN,
        ...(i % 2 && { note: 'lower is better' }),
      })),
    },
    'no numbers': { kind: 'numbers', rows: [] },
    broken: {
      ...statistics,
      mean: NaN,
      std: NaN,
      min: NaN,
      max: NaN,
      nan: 16,
      histogram: new Float64Array(0),
    } as View,
  }
  test.each(Object.keys(views))(
    '%s fills its box and paints nothing outside, at any size',
    (name) => {
      for (const theme of [darkTheme, lightTheme]) {
        const pixel = painted(views[name], box, theme)
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
        painted(views[name], small)
    },
  )

  test('uses one scale for both axes of a scatter, with y upwards', () => {
    const cross = painted(
      scatter({ clouds: [{ name: 'a', points: Float32Array.from([0, 1]) }] } as Partial<View>),
    )
    // The centre of the plot is (130, 130); its height of 188 pixels is four units.
    expect(near(cross(130, 83), darkTheme.series[0])).toBe(true)
    expect(near(cross(130, 177), darkTheme.series[0])).toBe(false)
  })

  test('draws the first of several clouds as the reference, and earlier runs at the back', () => {
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
    expect(count(two, darkTheme.series[0])).toBeGreaterThan(10)
    const kept = painted(chart([line([1, 2, 3]), line([3, 2, 1], 'loss', true)]))
    expect(count(kept, darkTheme.series[0])).toBeGreaterThan(100)
  })

  test('draws the line of the latest earlier run solid, and those before it dashed', () => {
    const flat = (y: number, kept?: true) => line(Array(50).fill(y), 'loss', kept)
    const look: ChartLook = { y: [0, 4] }
    const draw = (lines: ReturnType<typeof line>[]) =>
      painted(chart(lines), box, darkTheme, undefined, look)
    const both = draw([flat(3, true), flat(1, true), flat(2)])
    // The same legend and axes, with the earlier runs below the visible range.
    const none = draw([flat(-9, true), flat(-9, true), flat(2)])
    const change = (x: number, y: number) =>
      both(x, y).reduce((sum, part, i) => sum + Math.abs(part - none(x, y)[i]), 0)
    const rows = Array.from({ length: 200 }, (_, y) =>
      Array.from({ length: 150 }, (_, x) => change(70 + x, 30 + y)),
    ).filter((row) => row.some((each) => each > 0))
    const total = (row: number[]) => row.reduce((sum, each) => sum + each, 0)
    /** Share of the fullest row that is inked, without soft ends of dashes. */
    const ink = (of: number[][]) => {
      const fullest = of.reduce((best, row) => (total(row) > total(best) ? row : best))
      const most = Math.max(...fullest)
      return fullest.filter((each) => each > 0.8 * most).length / fullest.length
    }
    // The line at 3 is above the one at 1.
    const half = rows.length / 2
    const [before, latest] = [ink(rows.slice(0, half)), ink(rows.slice(half))]
    expect(latest).toBeGreaterThan(0.95)
    expect(before).toBeGreaterThan(0.3)
    expect(before).toBeLessThan(0.8)
  })

  test('shows both of two coinciding lines of a chart', () => {
    const rising = Array.from({ length: 50 }, (_, i) => i)
    const both = painted(chart([line(rising, 'below'), line(rising, 'above')]))
    const [below, above] = [count(both, darkTheme.series[0]), count(both, darkTheme.series[1])]
    expect(Math.min(below, above)).toBeGreaterThan(50)
    const apart = painted(chart([line(rising, 'below'), line(rising.toReversed(), 'above')]))
    expect(count(apart, darkTheme.series[1])).toBeGreaterThan(1.4 * above)
  })

  test('applies axis limits, logarithmic axes and smoothing to a chart', () => {
    const steep = line(Array.from({ length: 200 }, (_, i) => Math.exp(i / 20)))
    const blue = (look: ChartLook, { x, y }: typeof steep) => {
      const pixel = painted(chart([{ ...steep, x, y }]), box, darkTheme, undefined, look)
      const rows: number[] = []
      for (let at = 0; at < 260; at++) {
        for (let row = 0; row < 260; row++)
          if (near(pixel(at, row), darkTheme.series[0])) rows.push(row)
      }
      return { row: rows.reduce((sum, row) => sum + row, 0) / rows.length, found: rows.length }
    }
    // An exponential curve is mostly near the bottom. With a logarithmic axis it is straight, with
    // a short y range most of it is cut off, and its last part alone is higher on average.
    const plain = blue({}, steep).row
    expect(blue({ yLog: true }, steep).row).toBeLessThan(plain - 20)
    expect(blue({ y: [0, 20] }, steep).found).toBeLessThan(0.7 * blue({}, steep).found)
    expect(blue({ x: [150, 200] }, steep).row).toBeLessThan(plain - 20)
    const restless = line(Array.from({ length: 200 }, (_, i) => i % 2))
    expect(blue({ smoothing: 0 }, restless).found).toBeGreaterThan(
      3 * blue({ smoothing: 0.99 }, restless).found,
    )
  })
})

/** Returns the bounding box of the pixels of each grey value, and whether they fill it. */
function rectangles(pixel: ReturnType<typeof painted>, values: number[]) {
  const found = values.map((value) => ({
    value,
    left: 260,
    right: -1,
    top: 260,
    bottom: -1,
    count: 0,
  }))
  for (let y = 0; y < 260; y++) {
    for (let x = 0; x < 260; x++) {
      const [r, g, b, a] = pixel(x, y) as [number, number, number, number]
      const one = found.find(({ value }) => r === value && g === value && b === value && a === 255)
      if (!one) continue
      one.count++
      one.left = Math.min(one.left, x)
      one.right = Math.max(one.right, x)
      one.top = Math.min(one.top, y)
      one.bottom = Math.max(one.bottom, y)
    }
  }
  return found.map(({ left, right, top, bottom, count }) => ({
    left,
    top,
    width: right - left + 1,
    height: bottom - top + 1,
    full: count === (right - left + 1) * (bottom - top + 1),
  }))
}

describe('images', () => {
  test('are enlarged by integers without smoothing', () => {
    // Two images of 4 x 4: stripes, which smoothing would blend, and a single value.
    const stripes = flat([0, 90])
    for (let i = 0; i < 16; i++) stripes.pixels[i] = i % 2 ? 240 : 3
    const pixel = painted(images(stripes))
    const [dark, light, other] = rectangles(pixel, [3, 240, 90])
    // The largest multiple of 4 for which two images and a gap of 3 fit into 204 pixels is 100.
    expect(other).toMatchObject({ width: 100, height: 100, full: true })
    expect(light.left - dark.left).toBe(25)
    expect(dark.width + 25).toBe(100)
    expect(other.left).toBeGreaterThan(light.left + light.width)
    const colours = new Set(Array.from({ length: 99 }, (_, i) => pixel(dark.left + i, 130)[0]))
    expect([...colours].sort()).toEqual([240, 3])
  })

  test('are averaged when reduced', () => {
    // A checkerboard of single pixels becomes uniform grey.
    const board = flat([0], 420, 420)
    for (let i = 0; i < board.pixels.length; i++)
      board.pixels[i] = (i + Math.floor(i / 420)) % 2 ? 200 : 100
    const pixel = painted(images(board))
    for (let x = 60; x < 200; x += 7) expect(Math.abs(pixel(x, 130)[0] - 150)).toBeLessThan(12)
  })

  test('have the colours of their pixels', () => {
    const red = flat([0], 2, 2, 3)
    red.pixels.set([250, 20, 60, 250, 20, 60, 250, 20, 60, 250, 20, 60])
    expect(painted(images(red))(130, 130)).toEqual([250, 20, 60, 255])
  })

  test('are arranged side by side in a wide box, and below each other in a tall box', () => {
    const two = images(flat([50]), flat([80]))
    const wide = rectangles(painted(two, { x: 0, y: 0, width: 260, height: 140 }), [50, 80])
    expect(wide[0].top).toBe(wide[1].top)
    expect(wide[1].left).toBeGreaterThan(wide[0].left + wide[0].width)
    const high = rectangles(painted(two, { x: 0, y: 0, width: 140, height: 260 }), [50, 80])
    expect(high[0].left).toBe(high[1].left)
    expect(high[1].top).toBeGreaterThan(high[0].top + high[0].height)
  })

  test('have columns that fit the box, or the given number of columns', () => {
    const values = [40, 80, 120, 160]
    const tops = (view: ImagesView, within: typeof box) =>
      new Set(rectangles(painted(view, within), values).map(({ top }) => top)).size
    expect(tops(images(flat(values)), { x: 0, y: 0, width: 200, height: 200 })).toBe(2)
    expect(tops(images(flat(values)), { x: 0, y: 0, width: 260, height: 70 })).toBe(1)
    expect(
      tops({ ...images(flat(values)), columns: 1 }, { x: 0, y: 0, width: 200, height: 200 }),
    ).toBe(4)
  })
})

test('a film shows the frame at the scrubber position', () => {
  const view = film(50, 120, 200)
  const middle = (scrub?: number) => painted(view, box, darkTheme, scrub)(130, 90)[0]
  expect([middle(0), middle(0.5), middle(1), middle()]).toEqual([50, 120, 200, 200])
  expect([-1, 0, 0.24, 0.26, 0.74, 0.76, 2].map((at) => frameAt(view, at))).toEqual([
    0, 0, 0, 1, 1, 2, 2,
  ])
  expect([scrubAt(box, 0), scrubAt(box, 130), scrubAt(box, 999)]).toEqual([0, 0.5, 1])
})

test('the scrubber moves the ends of paths and moving points, but nothing without times', () => {
  const t = Float64Array.of(2, 1, -1)
  const paths = [Float32Array.of(-1.5, 0, 0, 0, 1.5, 0)]
  const [blue, orange] = darkTheme.series as [string, string]
  /** Returns the x coordinate of the rightmost blue pixel above the scrubber. */
  const reach = (view: View, scrub?: number) => {
    const pixel = painted(view, box, darkTheme, scrub)
    return Math.max(
      ...Array.from({ length: 260 * 190 }, (_, i) =>
        near(pixel(i % 260, Math.floor(i / 260)), blue) ? i % 260 : 0,
      ),
    )
  }
  const timed = scatter({ paths, t } as Partial<View>)
  const reaches = [0, 0.5, 1].map((scrub) => reach(timed, scrub))
  expect(reaches[0]).toBeLessThan(reaches[1] - 40)
  expect(reaches[1]).toBeLessThan(reaches[2] - 40)
  expect(reach(timed)).toBe(reaches[2])
  expect(reach(scatter({ paths } as Partial<View>), 0)).toBeGreaterThan(reaches[1] + 40)

  const still = { name: 'data', points: Float32Array.of(0, 1) }
  const moving = [Float32Array.of(-1, 0), Float32Array.of(0, 0), Float32Array.of(1, 0)]
  const places = [0, 1].map((scrub) =>
    reach(scatter({ clouds: [still], moving, t } as Partial<View>), scrub),
  )
  expect(places[1] - places[0]).toBeGreaterThan(60)
  expect(count(painted(scatter({ clouds: [still], moving, t } as Partial<View>)), orange)).toBe(0)
  expect(
    [
      timed,
      scatter({ paths } as Partial<View>),
      scatter({ paths, t: t.slice(0, 1) } as Partial<View>),
      film(1),
      film(1, 2),
    ].map(isTimed),
  ).toEqual([true, false, false, false, true])
})

test('ticks are round numbers within the range', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect(ticks(-3, 999, 3)).toEqual([0, 500])
  expect(ticks(5, 5, 3)).toEqual([5])
  expect(logTicks(1e-4, 1)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1])
  expect(logTicks(0.2, 1.4)).toEqual([0.2, 0.5, 1])
  expect(logTicks(0.62, 1.1)).toEqual([0.7, 0.8, 0.9, 1, 1.1])
})

test('numbers are formatted briefly, with a minus sign instead of a hyphen', () => {
  expect([0, -1.5, 12345, 1e-5, 2.5e7].map(tickText)).toEqual([
    '0',
    '−1.5',
    '12.35k',
    '1e−5',
    '2.5e7',
  ])
  expect([0, 0.5, -123456, NaN].map(measureText)).toEqual(['0', '0.5000', '−1.23e5', 'NaN'])
})

describe('a plot of points', () => {
  const [near0, far] = [Float32Array.of(0, 0, 1, 1), Float32Array.of(0, 1, 90, 0, 0, 50)]
  const view = scatter({
    clouds: [
      { name: 'data', points: near0 },
      { name: 'samples', points: far },
    ],
  } as Partial<View>) as ScatterView
  /** Paints the plot and returns its controls, and the colours in it. */
  const plot = (look?: PlotLook) => {
    const canvas = createCanvas(260, 260)
    const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
    let controls: PlotControls | undefined
    const onControls = (found: PlotControls) => (controls = found)
    paintView(ctx, view, box, darkTheme, { makeSheet, plot: look, onControls })
    const { data } = ctx.getImageData(0, 0, 260, 260)
    const pixel = (x: number, y: number) => [
      ...data.subarray(4 * (260 * y + x), 4 * (260 * y + x) + 4),
    ]
    return { controls: controls!, count: (hex: string) => count(pixel, hex) }
  }

  test('counts the points outside, and those that are not finite', () => {
    expect(countOutside(view.clouds, view.extent)).toEqual({ all: 5, outside: 2 })
    expect(countOutside([{ points: Float32Array.of(NaN, 0) }], view.extent)).toEqual({
      all: 1,
      outside: 1,
    })
  })

  test('has a note about them, which fits the view, and is then undone', () => {
    expect(plot().controls.note).toBeDefined()
    const fitted = toggleFit()
    const [, reach] = withLook(view, fitted).extent
    expect(reach).toBeGreaterThan(90)
    expect(reach).toBeLessThan(100)
    expect(countOutside(view.clouds, withLook(view, fitted).extent).outside).toBe(0)
    expect(plot(fitted).controls.note).toBeDefined()
    expect(withLook(view, toggleFit(fitted))).toBe(view)
  })

  test('has no note if all points are in view', () => {
    const all = scatter({ clouds: [{ name: '', points: near0 }] } as Partial<View>)
    let controls: PlotControls | undefined
    const ctx = createCanvas(260, 260).getContext('2d') as unknown as CanvasRenderingContext2D
    paintView(ctx, all, box, darkTheme, { onControls: (found) => (controls = found) })
    expect(controls).toEqual({ clouds: [] })
  })

  test('leaves out a cloud that is hidden in the legend, and keeps the colours of the others', () => {
    const { controls, count: before } = plot()
    expect(controls.clouds).toHaveLength(2)
    expect(controls.clouds[1].x).toBeGreaterThan(controls.clouds[0].x)
    const without = plot(toggleCloud(undefined, 0)).count
    expect(before(darkTheme.reference)).toBeGreaterThan(without(darkTheme.reference) + 10)
    expect(without(darkTheme.series[0])).toBeGreaterThan(10)
    const both = toggleCloud(toggleCloud(undefined, 0), 0)
    expect(withLook(view, both)).toBe(view)
  })

  test('has the same object for the same look, so that it is painted once', () => {
    const look = toggleFit()
    expect(withLook(view, look)).toBe(withLook(view, look))
  })
})
