// Recorded views of a training: as of each step, within bounded memory.
import { describe, expect, test } from 'vitest'
import type { ChartView, ScatterView, View } from '../../../src/engine/base/view.ts'
import { createFrames, cutChart } from '../../../src/editor/running/frames.ts'
import {
  beginFrames,
  forgetFrames,
  shownFrames,
} from '../../../src/editor/running/trainingFrames.ts'
import { shownTab } from '../../../src/editor/workspace/state.ts'

const at = (index: number, node = '1') => ({ node, index, count: 1000 })

const scatter = (value: number, count = 2): ScatterView => ({
  kind: 'scatter',
  clouds: [{ name: 'samples', points: new Float32Array(count).fill(value) }],
  paths: [],
  extent: [-1, 1, -1, 1],
})

const chart = (ends: number, scale = 1): ChartView => ({
  kind: 'chart',
  title: 'Loss',
  xLabel: 'step',
  yLabel: 'loss',
  yLog: false,
  lines: [
    {
      name: 'loss',
      x: Float64Array.from({ length: ends }, (_, i) => i + 1),
      y: Float64Array.from({ length: ends }, (_, i) => scale / (i + 1)),
    },
  ],
})

const value = (view: View | undefined) =>
  view?.kind === 'scatter' ? view.clouds[0].points[0] : undefined
const lineEnd = (view: View | undefined) =>
  view?.kind === 'chart' ? view.lines[0]?.x.at(-1) : undefined
const indices = (frames: ReturnType<typeof createFrames>) =>
  frames.steps().map(({ index }) => index)

describe('frames of a training', () => {
  test('have the latest view of each node as of a step', () => {
    const frames = createFrames()
    frames.add(at(100), 'samples', scatter(100))
    frames.add(at(200), 'loss', chart(200))
    frames.add(at(300), 'samples', scatter(300))
    expect(indices(frames)).toEqual([100, 200, 300])
    expect([0, 1, 2].map((i) => value(frames.viewsAt(i).get('samples')))).toEqual([100, 100, 300])
    expect(frames.viewsAt(0).has('loss')).toBe(false)
    expect([...frames.nodes()]).toEqual(['samples', 'loss'])
  })

  test('replace the view of a node within one step', () => {
    const frames = createFrames()
    frames.add(at(100), 'samples', scatter(1))
    frames.add(at(100), 'samples', scatter(2))
    expect(indices(frames)).toEqual([100])
    expect(value(frames.viewsAt(0).get('samples'))).toBe(2)
  })

  test('cut a growing chart at the step, and store its points once', () => {
    const frames = createFrames()
    for (let step = 10; step <= 1000; step += 10) frames.add(at(step), 'loss', chart(step))
    expect(lineEnd(frames.viewsAt(0).get('loss'))).toBe(10)
    expect(lineEnd(frames.viewsAt(49).get('loss'))).toBe(500)
    expect(lineEnd(frames.viewsAt(99).get('loss'))).toBe(1000)
    // The last chart takes 16 kB, all of them together would take 800 kB.
    expect(frames.bytes()).toBeLessThan(40_000)
  })

  test('keep a chart that begins again', () => {
    const frames = createFrames()
    frames.add(at(100), 'loss', chart(100))
    frames.add(at(200), 'loss', chart(5, 3))
    expect(lineEnd(frames.viewsAt(0).get('loss'))).toBe(100)
    expect(lineEnd(frames.viewsAt(1).get('loss'))).toBe(5)
  })

  test('continue after a restart from an earlier step', () => {
    const frames = createFrames()
    for (const step of [100, 200, 300]) frames.add(at(step), 'samples', scatter(step))
    frames.restart()
    frames.add(at(200), 'samples', scatter(-200))
    expect(indices(frames)).toEqual([100, 200])
    expect(value(frames.viewsAt(1).get('samples'))).toBe(-200)
  })

  test('keep all rounds of a loop that trains again, each with its own place', () => {
    const frames = createFrames()
    for (const round of [1, 2])
      for (const step of [100, 200]) frames.add(at(step), 'samples', scatter(round * step))
    expect(indices(frames)).toEqual([100, 200, 100, 200])
    const [, , third] = frames.steps()
    expect(frames.find(third)).toBe(2)
    expect(value(frames.viewsAt(2).get('samples'))).toBe(200)
  })
})

describe('bounded memory', () => {
  test('frames are merged evenly, and the first and the last one stay', () => {
    const frames = createFrames(64e6, 40)
    for (let step = 1; step <= 1000; step++) {
      frames.add(at(step), 'samples', scatter(step))
      expect(frames.steps().length).toBeLessThanOrEqual(40)
    }
    const steps = indices(frames)
    expect(steps.at(-1)).toBe(1000)
    expect(steps[0]).toBe(1)
    expect(steps.length).toBeGreaterThan(12)
    const gaps = steps.slice(2).map((step, i) => step - steps[i + 1])
    expect(Math.max(...gaps)).toBeLessThanOrEqual(8 * Math.max(1, Math.min(...gaps)))
    steps.forEach((step, i) => {
      const shown = value(frames.viewsAt(i).get('samples')) ?? Infinity
      expect(shown, `at step ${step}`).toBeLessThanOrEqual(step)
    })
    expect(value(frames.viewsAt(steps.length - 1).get('samples'))).toBe(1000)
  })

  test('large views are merged until they fit', () => {
    const frames = createFrames(1e6)
    for (let step = 1; step <= 200; step++) {
      frames.add(at(step), 'samples', scatter(step, 25_000))
      expect(frames.bytes()).toBeLessThanOrEqual(1e6)
    }
    expect(frames.steps().length).toBeGreaterThan(2)
    expect(value(frames.viewsAt(frames.steps().length - 1).get('samples'))).toBe(200)
  })

  test('a single view beyond the limit is kept, as it is on the screen', () => {
    const frames = createFrames(1000)
    frames.add(at(1), 'samples', scatter(1, 1000))
    frames.add(at(2), 'samples', scatter(2, 1000))
    expect(indices(frames)).toEqual([2])
  })

  test('a shown step is found after frames were merged', () => {
    const frames = createFrames(64e6, 20)
    for (let step = 1; step <= 19; step++) frames.add(at(step), 'samples', scatter(step))
    const shown = frames.steps()[9]
    for (let step = 20; step <= 400; step++) frames.add(at(step), 'samples', scatter(step))
    const found = frames.steps()[frames.find(shown)]
    expect(found.index).toBeLessThanOrEqual(400)
    expect(found.serial).toBeLessThanOrEqual(shown.serial)
  })
})

test('a cut chart keeps the lines of earlier runs', () => {
  const view = chart(10)
  view.lines.unshift({ ...chart(20).lines[0], kept: true })
  const { lines } = cutChart(view, [4])
  expect(lines.map(({ x }) => x.length)).toEqual([20, 4])
  expect(cutChart(view, [undefined]).lines.map(({ kept }) => kept)).toEqual([true])
})

test('the recorder of a closed tab is deleted with it', () => {
  const show = (tab: number) => {
    shownTab.value = tab
    return shownFrames.value
  }
  const [first, second] = [show(101), show(102)]
  beginFrames(102, { id: 1, key: 'graph' })
  expect(show(101)).toBe(first)
  forgetFrames(102)
  expect(show(102)).not.toBe(second)
  expect(show(101)).toBe(first)
})
