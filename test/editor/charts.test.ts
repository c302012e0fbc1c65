// Charts that can be worked with: what is done to lines before they are drawn, and what stays of runs.
import { expect, test } from 'vitest'
import type { ChartView } from '../../src/engine/plan/view.ts'
import { createChartRuns } from '../../src/editor/charts/kept.ts'
import { ascending, nearest, stepped, thinned, together } from '../../src/editor/charts/lines.ts'
import { drawnOf, strokesOf } from '../../src/editor/charts/look.ts'
import { fingers } from '../../src/editor/charts/pointer.ts'
import { evenly } from '../../src/editor/charts/table.tsx'
import { marksOf, moved, placeText, readEnd, showing, zoomed } from '../../src/editor/charts/view.ts'
import { csvOf } from '../../src/nodes/views/csv.ts'
import { rangeOf, smoothed, usualSmoothing } from '../../src/nodes/views/lines.ts'
import { parseWorkflow } from '../../src/nodes/workflow.ts'

const line = (name: string, x: number[], y: number[], run?: string) => ({ name, x, y, ...(run && { run }) })

test('a smoothed line begins at its first value, and stays where all values are one', () => {
  expect([...smoothed([4, 0, 0], 0.5)]).toEqual([4, 4 / 3, 4 / 7])
  for (const value of smoothed(new Float64Array(50).fill(7), 0.99)) expect(value).toBeCloseTo(7, 12)
  expect([...smoothed([1, NaN, 3], 0.5)]).toEqual([1, NaN, (1 * 0.25 + 3 * 0.5) / 0.75])
  expect([...smoothed([1, 2, 3], 0)]).toEqual([1, 2, 3])
})

test('noisy lines are smoothed unless it is said, calm ones are not', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i)
  expect(usualSmoothing({ x, y: x.map((i) => Math.exp(-i / 100)) })).toBe(0)
  expect(usualSmoothing({ x, y: x.map((i) => (i * 7919) % 13) })).toBeCloseTo(1 - 1 / 20)
})

test('lines are put in the order of x, each x once, with the value that came last', () => {
  const { x, y } = ascending(line('', [3, 1, 2, 1, NaN], [30, 10, 20, 11, 50]))
  expect([[...x], [...y]]).toEqual([
    [1, 2, 3],
    [11, 20, 30],
  ])
})

test('the value at a cursor is the nearest one, of lines that go so far', () => {
  expect([0.9, 1, 1.4, 1.6, 3, 3.1].map((x) => nearest([1, 2, 3], x))).toEqual([undefined, 0, 0, 1, 2, undefined])
})

test('arrows go through the values of all lines', () => {
  const lines = [line('', [0, 10], []), line('', [5, 20], [])]
  const steps = [stepped(lines, undefined, 1), stepped(lines, 0, 1), stepped(lines, 5, 2), stepped(lines, 20, 1)]
  expect(steps).toEqual([0, 5, 20, 20])
  expect([stepped(lines, 10, -1), stepped(lines, 7, 1), stepped(lines, 7, -Infinity)]).toEqual([5, 10, 0])
  expect(stepped([], undefined, 1)).toBe(undefined)
})

test('a thinned line keeps its ends, its highest and its lowest value and its gaps, and one value beyond what is seen', () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i)
  const y = x.map((i) => (i === 5432 ? 9 : i === 6543 ? -9 : i === 7000 ? NaN : (i % 17) / 17))
  const kept = thinned({ x, y }, [0, 9999], 100)
  expect(kept.length).toBeLessThan(520)
  for (const i of [0, 5432, 6543, 7000, 9999]) expect(kept).toContain(i)
  expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
  expect(thinned({ x, y }, [100.5, 110.5], 100)).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111])
  const log = thinned({ x, y }, [1, 9999], 100, true)
  expect(log.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('lines with other x stand in one table: undefined where there is nothing, null in gaps', () => {
  const { x, columns } = together([line('', [1, 3], [10, NaN]), line('', [2, 3], [20, 30])])
  expect([...x]).toEqual([1, 2, 3])
  expect(columns).toEqual([
    [10, undefined, null],
    [undefined, 20, 30],
  ])
})

test('CSV holds whole numbers, and names that are no formulas', () => {
  const third = 1 / 3
  const text = csvOf('step', [line('loss', [0, 1], [third, NaN]), line('Run 1, 10:00: =a,"b"', [1, 2], [1e-300, 5])])
  expect(text.split('\r\n')).toEqual(['step,loss,"Run 1, 10:00: =a,""b"""', `0,${third},`, '1,NaN,1e-300', '2,,5', ''])
  expect(csvOf('x', [line('=1+2', [], [])])).toBe("x,'=1+2\r\n")
})

test('axes fit the lines; ends that are given stay, and those that a logarithm has no place for do not count', () => {
  const lines = [line('', [0, 10, 100], [1, 5, 50])]
  expect(rangeOf(lines, {})).toEqual({ x: [0, 100], y: [0, 52.45] })
  expect(rangeOf(lines, { x: [0, 10] })!.y).toEqual([0, 5.2])
  expect(rangeOf(lines, { y: [null, 9], x: [5, null] })).toEqual({ x: [5, 100], y: [0, 9] })
  expect(rangeOf(lines, { xLog: true, x: [-3, 50] })!.x).toEqual([10, 50])
  expect(rangeOf(lines, { x: [200, null] })!.x).toEqual([200, 201])
  expect(rangeOf(lines, { y: [null, -5] })!.y).toEqual([-6, -5])
  expect(rangeOf([line('', [0, 1], [-1, 0])], { yLog: true })).toBe(undefined)
})

test('zoom holds the place under the pointer, along logarithms too, and ends where numbers do', () => {
  expect(zoomed([0, 100], 0.25, 2, false)).toEqual([12.5, 62.5])
  const [from, to] = zoomed([1, 10_000], 0.5, 2, true)
  expect([from, to].map((value) => Number(value.toPrecision(12)))).toEqual([10, 1000])
  expect(moved([0, 10], 0.5, false)).toEqual([5, 15])
  expect(moved([1, 10], 1, true)).toEqual([10, 100])
  expect(showing([0, 10], 12, false)).toEqual([2, 12])
  expect(showing([0, 10], 4, false)).toEqual([0, 10])
  let ends: [number, number] = [1, 2]
  for (let i = 0; i < 200; i++) ends = zoomed(ends, 0.3, 4, false)
  expect(ends[1] - ends[0]).toBeGreaterThan(1e-9)
})

test('axes are marked as on the node, and numbers are read as they are typed', () => {
  expect(marksOf([0, 100], 300, 60, false)).toEqual([0, 20, 40, 60, 80, 100])
  expect(marksOf([0.1, 1000], 300, 60, true)).toEqual([0.1, 1, 10, 100, 1000])
  expect(marksOf([2, 3], 300, 60, true)).toEqual([2, 2.2, 2.4, 2.6, 2.8, 3])
  expect(['', '1e-3', '−2', '0,5', 'x', '1e999'].map((text) => readEnd(text, false))).toEqual([
    null,
    0.001,
    -2,
    0.5,
    undefined,
    undefined,
  ])
  expect(['0', '-1', '3'].map((text) => readEnd(text, true))).toEqual([undefined, undefined, 3])
  expect(placeText(12_345)).toBe('12345')
  expect(evenly([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6])
})

test('runs differ in colour, and in dashes where names do; faint ones lie behind, raw values under their mean', () => {
  const series = ['a', 'b', 'c']
  const of = (...lines: ReturnType<typeof line>[]) => drawnOf(lines, series, new Set(['Run 1\nloss']), 0.5)
  const single = of(line('loss', [1], [1]), line('loss', [1], [1], 'Run 1'), line('loss', [1], [1], 'Run 2'))
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
  const strokes = strokesOf(drawnOf([line('loss', [1], [1]), { ...line('old', [1], [1]), faint: true }], series, new Set(), 0.5))
  expect(strokes.map(({ ink, read }) => [ink, read])).toEqual([
    ['b', false],
    ['b', true],
    ['a', false],
    ['a', true],
  ])
})

test('a finger moves what is seen, two draw it out around the middle of them', () => {
  const told: unknown[] = []
  const events = {
    moved: (...args: number[]) => told.push(['moved', ...args]),
    zoomed: (...args: unknown[]) => told.push(['zoomed', ...args]),
  }
  const over = { getBoundingClientRect: () => ({ left: 100, width: 200 }) }
  const by = (...args: [[number, number][], [number, number][]]) => fingers({ over } as never, ...args, events as never)
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
  expect(told).toEqual([
    ['moved', -0.1, 0],
    ['moved', -0, 0],
    ['zoomed', 'x', 0.5, 1.4],
  ])
})

// ---- runs

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

test('what a chart showed stays when another run begins, until it is dropped', () => {
  const runs = createChartRuns()
  const kept = () => runs.of('1').map(({ number, lines }) => [number, ...lines[0]!.y])
  runs.began(false, 1)
  runs.shown('1', view(3, 2))
  runs.began(false, 2)
  expect(kept()).toEqual([])
  runs.shown('1', view(5))
  runs.shown('1', view(5, 4))
  expect(kept()).toEqual([[1, 3, 2]])
  runs.began(false, 3)
  runs.shown('1', view(6))
  expect(kept()).toEqual([
    [2, 5, 4],
    [1, 3, 2],
  ])
  runs.drop('1', 2)
  expect(kept()).toEqual([[1, 3, 2]])
})

test('a run that goes on from an earlier one takes its place', () => {
  const runs = createChartRuns()
  runs.began(false)
  runs.shown('1', view(3, 2))
  runs.began(false)
  runs.shown('1', view(3))
  expect(runs.of('1').length).toBe(1)
  runs.shown('1', view(3, 2, 1))
  expect(runs.of('1').length).toBe(0)
})

test('runs that begin by themselves leave nothing; those that are pinned stay however many come', () => {
  const runs = createChartRuns()
  runs.began(false)
  runs.shown('1', view(100))
  for (let i = 0; i < 20; i++) {
    runs.began(i % 2 === 0)
    runs.shown('1', view(i))
    if (i === 1) runs.pin('1', 1, true)
  }
  const kept = runs.of('1')
  expect(kept.map(({ number }) => number)).toEqual([10, 9, 8, 7, 6, 5, 1])
  expect(kept.at(-1)!.pinned).toBe(true)
})

test('how a chart is looked at is read from a file, but for what makes no sense', () => {
  const flags = (chart: unknown) =>
    parseWorkflow(JSON.stringify({ nodes: [{ id: 1, type: 'x', flags: { pinned: true, chart } }], links: [] }), new Map())
      .workflow.nodes[0]!.flags
  expect(flags({ yLog: true, x: [null, 5], y: [1, 'a'], smoothing: 0.5, other: 1 })).toEqual({
    pinned: true,
    chart: { yLog: true, x: [null, 5], smoothing: 0.5 },
  })
  expect(flags({ smoothing: 1, x: [1], yLog: 'yes' })).toEqual({ pinned: true })
})
