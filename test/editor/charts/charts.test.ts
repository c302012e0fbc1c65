// Interactive charts: preparation of lines for drawing, and storage of earlier runs.
import { LineLog, MAX_POINTS } from '../../../src/engine/plan/lineLog.ts'
import { expect, test } from 'vitest'
import type { ChartView } from '../../../src/engine/base/view.ts'
import { createChartRuns } from '../../../src/editor/charts/earlierRuns.ts'
import {
  sortByX,
  nearestIndex,
  stepCursor,
  downsampleLine,
  alignLines,
} from '../../../src/editor/charts/lines.ts'
import { styleLines, lineStrokes } from '../../../src/editor/charts/lineStyles.ts'
import { panAndPinch } from '../../../src/editor/charts/pointer.ts'
import { sampleEvenly } from '../../../src/editor/charts/table.tsx'
import {
  axisTicks,
  panAxis,
  xText,
  parseAxisEnd,
  panToShow,
  zoomAxis,
} from '../../../src/editor/charts/axes.ts'
import { toCsv } from '../../../src/painters/csv.ts'
import { chartRange, exponentialMean, automaticSmoothing } from '../../../src/painters/lines.ts'
import { parseWorkflow } from '../../../src/workflow/index.ts'

const line = (name: string, x: number[], y: number[], run?: string) => ({
  name,
  x,
  y,
  ...(run && { run }),
})

test('a smoothed line starts at its first value, and constant lines stay constant', () => {
  expect([...exponentialMean([4, 0, 0], 0.5)]).toEqual([4, 4 / 3, 4 / 7])
  for (const value of exponentialMean(new Float64Array(50).fill(7), 0.99))
    expect(value).toBeCloseTo(7, 12)
  expect([...exponentialMean([1, NaN, 3], 0.5)]).toEqual([1, NaN, (1 * 0.25 + 3 * 0.5) / 0.75])
  expect([...exponentialMean([1, 2, 3], 0)]).toEqual([1, 2, 3])
})

test('noisy lines are smoothed by default, smooth ones are not', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i)
  expect(automaticSmoothing({ x, y: x.map((i) => Math.exp(-i / 100)) })).toBe(0)
  expect(automaticSmoothing({ x, y: x.map((i) => (i * 7919) % 13) })).toBeCloseTo(1 - 1 / 20)
})

test('lines are sorted by x, keeping the last value of each x', () => {
  const { x, y } = sortByX(line('', [3, 1, 2, 1, NaN], [30, 10, 20, 11, 50]))
  expect([[...x], [...y]]).toEqual([
    [1, 2, 3],
    [11, 20, 30],
  ])
})

test('the value at the cursor is the nearest one within the line', () => {
  expect([0.9, 1, 1.4, 1.6, 3, 3.1].map((x) => nearestIndex([1, 2, 3], x))).toEqual([
    undefined,
    0,
    0,
    1,
    2,
    undefined,
  ])
})

test('arrow keys step through the values of all lines', () => {
  const lines = [line('', [0, 10], []), line('', [5, 20], [])]
  const steps = [
    stepCursor(lines, undefined, 1),
    stepCursor(lines, 0, 1),
    stepCursor(lines, 5, 2),
    stepCursor(lines, 20, 1),
  ]
  expect(steps).toEqual([0, 5, 20, 20])
  expect([
    stepCursor(lines, 10, -1),
    stepCursor(lines, 7, 1),
    stepCursor(lines, 7, -Infinity),
  ]).toEqual([5, 10, 0])
  expect(stepCursor([], undefined, 1)).toBe(undefined)
})

test('a downsampled line keeps ends, extremes, gaps and one value beyond the visible range', () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i)
  const y = x.map((i) => (i === 5432 ? 9 : i === 6543 ? -9 : i === 7000 ? NaN : (i % 17) / 17))
  const kept = downsampleLine({ x, y }, [0, 9999], 100)
  expect(kept.length).toBeLessThan(520)
  for (const i of [0, 5432, 6543, 7000, 9999]) expect(kept).toContain(i)
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
  expect(downsampleLine({ x, y }, [100.5, 110.5], 100)).toEqual([
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
  ])
  const log = downsampleLine({ x, y }, [1, 9999], 100, true)
  expect(log.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('lines with different x are aligned: undefined without a value, null in gaps', () => {
  const { x, columns } = alignLines([line('', [1, 3], [10, NaN]), line('', [2, 3], [20, 30])])
  expect([...x]).toEqual([1, 2, 3])
  expect(columns).toEqual([
    [10, undefined, null],
    [undefined, 20, 30],
  ])
})

test('CSV contains numbers in full precision, and no names that act as formulas', () => {
  const third = 1 / 3
  const text = toCsv('step', [
    line('loss', [0, 1], [third, NaN]),
    line('Run 1, 10:00: =a,"b"', [1, 2], [1e-300, 5]),
  ])
  expect(text.split('\r\n')).toEqual([
    'step,loss,"Run 1, 10:00: =a,""b"""',
    `0,${third},`,
    '1,NaN,1e-300',
    '2,,5',
    '',
  ])
  expect(toCsv('x', [line('=1+2', [], [])])).toBe("x,'=1+2\r\n")
})

test('axes fit the lines; fixed ends remain, except where a log axis cannot show them', () => {
  const lines = [line('', [0, 10, 100], [1, 5, 50])]
  expect(chartRange(lines, {})).toEqual({ x: [0, 100], y: [0, 52.45] })
  expect(chartRange(lines, { x: [0, 10] })!.y).toEqual([0, 5.2])
  expect(chartRange(lines, { y: [null, 9], x: [5, null] })).toEqual({ x: [5, 100], y: [0, 9] })
  expect(chartRange(lines, { xLog: true, x: [-3, 50] })!.x).toEqual([10, 50])
  expect(chartRange(lines, { x: [200, null] })!.x).toEqual([200, 201])
  expect(chartRange(lines, { y: [null, -5] })!.y).toEqual([-6, -5])
  expect(chartRange([line('', [0, 1], [-1, 0])], { yLog: true })).toBe(undefined)
})

test('zooming keeps the point under the pointer, and stops at the precision of numbers', () => {
  expect(zoomAxis([0, 100], 0.25, 2, false)).toEqual([12.5, 62.5])
  const [from, to] = zoomAxis([1, 10_000], 0.5, 2, true)
  expect([from, to].map((value) => Number(value.toPrecision(12)))).toEqual([10, 1000])
  expect(panAxis([0, 10], 0.5, false)).toEqual([5, 15])
  expect(panAxis([1, 10], 1, true)).toEqual([10, 100])
  expect(panToShow([0, 10], 12, false)).toEqual([2, 12])
  expect(panToShow([0, 10], 4, false)).toEqual([0, 10])
  let ends: [number, number] = [1, 2]
  for (let i = 0; i < 200; i++) ends = zoomAxis(ends, 0.3, 4, false)
  expect(ends[1] - ends[0]).toBeGreaterThan(1e-9)
})

test('axes have the same ticks as on the node, and typed ends are parsed', () => {
  expect(axisTicks([0, 100], 300, 60, false)).toEqual([0, 20, 40, 60, 80, 100])
  expect(axisTicks([0.1, 1000], 300, 60, true)).toEqual([0.1, 1, 10, 100, 1000])
  expect(axisTicks([2, 3], 300, 60, true)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3])
  expect(['', '1e-3', '−2', '0,5', 'x', '1e999'].map((text) => parseAxisEnd(text, false))).toEqual([
    null,
    0.001,
    -2,
    0.5,
    undefined,
    undefined,
  ])
  expect(['0', '-1', '3'].map((text) => parseAxisEnd(text, true))).toEqual([
    undefined,
    undefined,
    3,
  ])
  expect(xText(12_345)).toBe('12345')
  expect(sampleEvenly([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6])
})

test('runs differ by colour, or by dashes if names do; faint and raw lines are drawn first', () => {
  const series = ['a', 'b', 'c']
  const of = (...lines: ReturnType<typeof line>[]) =>
    styleLines(lines, series, new Set(['Run 1\nloss']), 0.5)
  const single = of(
    line('loss', [1], [1]),
    line('loss', [1], [1], 'Run 1'),
    line('loss', [1], [1], 'Run 2'),
  )
  expect(single.map(({ ink, dash, hidden }) => [ink, dash.length, hidden])).toEqual([
    ['a', 0, false],
    ['b', 0, true],
    ['c', 0, false],
  ])
  const both = of(line('l', [1], [1]), line('m', [1], [1]), line('m', [1], [1], 'Run 2'))
  expect(both.map(({ ink, dash }) => [ink, dash.length > 0])).toEqual([
    ['a', false],
    ['b', false],
    ['b', true],
  ])
  const strokes = lineStrokes(
    styleLines(
      [line('loss', [1], [1]), { ...line('old', [1], [1]), faint: true }],
      series,
      new Set(),
      0.5,
    ),
  )
  expect(strokes.map(({ ink, hasMarker: read }) => [ink, read])).toEqual([
    ['b', false],
    ['b', true],
    ['a', false],
    ['a', true],
  ])
})

test('one finger pans, and two fingers zoom around their midpoint', () => {
  const calls: unknown[] = []
  const events = {
    pan: (...args: number[]) => calls.push(['pan', ...args]),
    zoom: (...args: unknown[]) => calls.push(['zoom', ...args]),
  }
  const over = { getBoundingClientRect: () => ({ left: 100, width: 200 }) }
  const by = (...args: [[number, number][], [number, number][]]) =>
    panAndPinch({ over } as never, ...args, events as never)
  by([[150, 0]], [[170, 5]])
  by(
    [
      [150, 0],
      [250, 0],
    ],
    [
      [130, 0],
      [270, 9],
    ],
  )
  expect(calls).toEqual([
    ['pan', -0.1, 0],
    ['pan', -0, 0],
    ['zoom', 'x', 0.5, 1.4],
  ])
})

const view = (...y: number[]): ChartView => ({
  kind: 'chart',
  title: '',
  xLabel: 'step',
  yLabel: 'loss',
  yLog: false,
  lines: [
    { name: 'loss', x: Float64Array.of(9), y: Float64Array.of(9), kept: true },
    { name: 'loss', x: Float64Array.from(y.keys()), y: Float64Array.from(y) },
  ],
})

test('lines of a run remain after another run starts, until they are dropped', () => {
  const runs = createChartRuns()
  const stored = () => runs.earlier('1').map(({ number, lines }) => [number, ...lines[0].y])
  runs.beginRun(false, 1)
  runs.showView('1', view(3, 2))
  runs.beginRun(false, 2)
  expect(stored()).toEqual([])
  runs.showView('1', view(5))
  runs.showView('1', view(5, 4))
  expect(stored()).toEqual([[1, 3, 2]])
  runs.beginRun(false, 3)
  runs.showView('1', view(6))
  expect(stored()).toEqual([
    [2, 5, 4],
    [1, 3, 2],
  ])
  runs.drop('1', 2)
  expect(stored()).toEqual([[1, 3, 2]])
})

test('a run that continues an earlier one replaces it', () => {
  const runs = createChartRuns()
  runs.beginRun(false)
  runs.showView('1', view(3, 2))
  runs.beginRun(false)
  runs.showView('1', view(3))
  expect(runs.earlier('1').length).toBe(1)
  runs.showView('1', view(3, 2, 1))
  expect(runs.earlier('1').length).toBe(0)
})

test('a continued run of many steps, whose line leaves out points, replaces the earlier one', () => {
  const line = new LineLog()
  const run = (to: number) => {
    for (let step = line.series().x.length ? line.series().x.at(-1)! + 1 : 1; step <= to; step++)
      line.append(step, ((step * 7919) % 1000) / step)
    return { ...view(), lines: [{ name: 'loss', ...line.series() }] }
  }
  const runs = createChartRuns()
  for (const to of [MAX_POINTS + 10, 3 * MAX_POINTS]) {
    runs.beginRun(false)
    runs.showView('1', run(to))
  }
  expect(runs.earlier('1').length).toBe(0)
  runs.beginRun(false)
  runs.showView('1', view(1, 2, 3))
  expect(runs.earlier('1').length).toBe(1)
})

test('automatic runs are not stored, and pinned runs are never dropped', () => {
  const runs = createChartRuns()
  runs.beginRun(false)
  runs.showView('1', view(100))
  for (let i = 0; i < 20; i++) {
    runs.beginRun(i % 2 === 0)
    runs.showView('1', view(i))
    if (i === 1) runs.pin('1', 1, true)
  }
  const stored = runs.earlier('1')
  expect(stored.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 1])
  expect(stored.at(-1)?.pinned).toBe(true)
})

test('axes and smoothing are read from a file, ignoring invalid values', () => {
  const flags = (chart: unknown) =>
    parseWorkflow(
      JSON.stringify({ nodes: [{ id: 1, type: 'x', flags: { pinned: true, chart } }], links: [] }),
      new Map(),
    ).workflow.nodes[0].flags
  expect(flags({ yLog: true, x: [null, 5], y: [1, 'a'], smoothing: 0.5, other: 1 })).toEqual({
    pinned: true,
    chart: { yLog: true, x: [null, 5], smoothing: 0.5 },
  })
  expect(flags({ smoothing: 1, x: [1], yLog: 'yes' })).toEqual({ pinned: true })
})
