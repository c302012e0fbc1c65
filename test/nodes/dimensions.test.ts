// Views of points on the line and in space: histograms, projections, densities over time.
import { createCanvas } from '@napi-rs/canvas'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { barOutline, computeDensity, findRange } from '../../src/engine/base/histogram.ts'
import { projectPoints, unprojectPoints } from '../../src/engine/base/turntable.ts'
import type { ChartView, ScatterView, View } from '../../src/engine/base/view.ts'
import { viewBox } from '../../src/litegraph/body.ts'
import type { DiffusionNode } from '../../src/litegraph/diffusionNode.ts'
import { registerNodes } from '../../src/litegraph/register.ts'
import { isOnSpace, startTurning } from '../../src/litegraph/scrub.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import { scatter } from '../../src/nodes/index.ts'
import { darkTheme, type MakeSheet, paintView } from '../../src/painters/paint.ts'
import { turnAngles, turnView } from '../../src/painters/turn.ts'
import { onCpu } from '../backends.ts'
import { node } from './evaluate.ts'
import { lastView } from './shown.ts'
import { fullTest } from '../families.ts'

const makeSheet = createCanvas as unknown as MakeSheet

/** Counts the pixels of a painted view that differ from the background. */
function countPainted(view: View, region = { x: 0, y: 0, width: 300, height: 260 }): number {
  const canvas = createCanvas(300, 260)
  const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
  paintView(ctx, view, { x: 0, y: 0, width: 300, height: 260 }, darkTheme, { makeSheet })
  const { data } = ctx.getImageData(region.x, region.y, region.width, region.height)
  let count = 0
  for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] > 140) count++
  return count
}

describe('densities', () => {
  test('integrate to the share of numbers within the range', () => {
    const density = computeDensity([0, 0.1, 0.9, 1, 5, NaN], { bins: 4, min: 0, max: 1 })
    // Four of five finite numbers, in bins of width 1/4.
    expect([...density]).toEqual([1.6, 0, 0, 1.6])
    expect(density.reduce((sum, value) => sum + value / 4, 0)).toBeCloseTo(0.8)
    expect([...computeDensity([], { bins: 2, min: 0, max: 1 })]).toEqual([0, 0])
  })

  test('are outlined as bars that start and end at 0', () => {
    const { x, y } = barOutline(Float64Array.of(1, 3), 0, 2)
    expect([...x]).toEqual([0, 0, 1, 1, 2, 2])
    expect([...y]).toEqual([0, 1, 1, 3, 3, 0])
    expect(findRange([[NaN, 3], [-1]])).toEqual([-1, 3])
    expect(findRange([[2, 2]])).toEqual([1.5, 2.5])
    expect(findRange([])).toEqual([-0.5, 0.5])
  })
})

describe('projections', () => {
  const angle = fc.double({ min: -3, max: 3, noNaN: true })
  const coordinate = fc.double({ min: -10, max: 10, noNaN: true })

  test('are rotations, which are undone exactly and keep the vertical axis upright', () => {
    fc.assert(
      fc.property(
        angle,
        angle,
        fc.array(coordinate, { minLength: 3, maxLength: 3 }),
        (yaw, pitch, point) => {
          const projected = projectPoints(point, { yaw, pitch })
          const length = Math.hypot(...projected.points, ...projected.depth)
          expect(length).toBeCloseTo(Math.hypot(...point), 4)
          unprojectPoints(projected, { yaw, pitch }).forEach((value, i) =>
            expect(value).toBeCloseTo(point[i], 4),
          )
          expect(projectPoints([0, 0, 1], { yaw, pitch }).points[0]).toBeCloseTo(0)
        },
      ),
    )
  })

  test('from the front show x and z, from above x and y', () => {
    expect([...projectPoints([1, 2, 3], { yaw: 0, pitch: 0 }).points]).toEqual([1, 3])
    const above = projectPoints([1, 2, 3], { yaw: 0, pitch: Math.PI / 2 })
    expect([...above.points].map((value) => Math.round(value))).toEqual([1, 2])
    expect(above.depth[0]).toBeCloseTo(3)
  })
})

onCpu(() => {
  describe('Scatter', () => {
    const shape = (distribution: string, count = 2000) =>
      node('points', 'Points', {}, { distribution, count, noise: 0 })

    test('shows points on the line as histograms with a common range', async () => {
      const graph = [
        shape('uniform_1d'),
        node('noise', 'GaussianNoise', {}, { batch_size: 2000, shape: '1' }),
        node(
          'plot',
          'Scatter',
          { samples_1: 'points.dataset', samples_2: 'noise.noise' },
          { names: 'data' },
        ),
      ]
      const { kind, lines, smoothing } = await lastView<ChartView>(graph, 'plot')
      expect({ kind, smoothing }).toEqual({ kind: 'chart', smoothing: 0 })
      expect(lines.map(({ name }) => name)).toEqual(['data', 'noise'])
      expect([lines[0].x[0], lines[0].x.at(-1)]).toEqual([-3, 3])
      // Uniform between -sqrt 3 and sqrt 3.
      expect(lines[0].y[lines[0].y.length / 2]).toBeCloseTo(1 / Math.sqrt(12), 1)
      const middle = lines[1].y.slice(57, 73)
      const mean = middle.reduce((sum, value) => sum + value, 0) / middle.length
      expect(mean).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 1)
    })

    test('projects points and paths in space, which can be turned', async () => {
      const graph = [
        shape('helix_3d', 300),
        node('schedule', 'FlowSchedule'),
        node(
          'model',
          'ExactModel',
          { schedule: 'schedule.schedule', dataset: 'points.dataset' },
          {
            std: 0.1,
            predicts: 'flow_prediction',
          },
        ),
        node('noise', 'GaussianNoise', { like: 'points.x_0' }),
        node(
          'sampler',
          'Sampler',
          { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
          { num_inference_steps: 4, sampler: 'euler' },
        ),
        node('plot', 'Scatter', { samples_1: 'points.dataset', trajectory: 'sampler.trajectory' }),
      ]
      const view = await lastView<ScatterView>(graph, 'plot')
      expect(view.clouds[0].points).toHaveLength(600)
      expect(view.clouds[0].labels).toHaveLength(300)
      expect(view.paths[0]).toHaveLength(10)
      expect(countPainted(view)).toBeGreaterThan(300)
      const angles = view.space?.angles ?? { yaw: 0, pitch: 0 }
      const turned = turnView(view, turnAngles(angles, 30, -20))
      expect(turned.space?.angles.yaw).toBeLessThan(angles.yaw)
      expect(turned.clouds[0].points).not.toEqual(view.clouds[0].points)
      const back = turnView(turned, angles)
      for (const [i, path] of view.paths.entries())
        path.forEach((value, k) => expect(back.paths[i][k]).toBeCloseTo(value, 4))
      expect(turnAngles(angles, 0, 1e4).pitch).toBe(Math.PI / 2)
      const plane: ScatterView = { kind: 'scatter', clouds: [], paths: [], extent: [-1, 1, -1, 1] }
      expect(turnView(plane, angles)).toBe(plane)
    })
  })

  describe('Histogram', () => {
    test('shows the density of all numbers of a batch', async () => {
      const graph = [
        node('noise', 'GaussianNoise', {}, { batch_size: 3000, shape: '2, 2, 1' }),
        node(
          'plot',
          'Histogram',
          { values_1: 'noise.noise' },
          { names: 'z', bins: 20, range_min: -2, range_max: 2 },
        ),
      ]
      const { lines } = await lastView<ChartView>(graph, 'plot')
      expect(lines[0].name).toBe('z')
      const middle = lines[0].y.length / 2
      expect(lines[0].y[middle]).toBeCloseTo(0.397, 1)
      expect(lines[0].x).toHaveLength(42)
    })

    test('collects a number over the iterations of a loop', async () => {
      const graph = [
        node('x', 'Grid', {}, { count: 2 }),
        node('start', 'RepeatStart', { value_1: 'x.x' }, { times: 10 }),
        node('end', 'RepeatEnd', { loop: 'start.loop', value_1: 'start.value_1' }),
        node('plot', 'Histogram', { numbers_1: 'start.index' }, { bins: 10 }),
      ]
      const { lines } = await lastView<ChartView>(graph, 'plot')
      expect(lines[0].name).toBe('numbers 1')
      // 0, 1, ..., 9: one number in each interval of width 0.9.
      lines[0].y.slice(1, -1).forEach((value) => expect(value).toBeCloseTo(1 / 9, 10))
    })
  })

  describe('DensityOverTime', () => {
    const graph = (params: Record<string, unknown> = {}, distribution = 'bimodal_1d') => [
      node('points', 'Points', {}, { distribution, count: 500, noise: 0 }),
      node('schedule', 'FlowSchedule'),
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule', dataset: 'points.dataset' },
        {
          std: 0.05,
          predicts: 'flow_prediction',
        },
      ),
      node('noise', 'GaussianNoise', { like: 'points.x_0' }),
      node(
        'sampler',
        'Sampler',
        { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
        { num_inference_steps: 20, sampler: 'euler' },
      ),
      node('plot', 'DensityOverTime', { trajectory: 'sampler.trajectory' }, params),
    ]
    /** Lightness of the picture at shares of its sides, from the top left. */
    const lightness = ({ heat }: ChartView, across: number, down: number) => {
      const { width = 0, height = 0, pixels = [] } = heat?.picture ?? {}
      const at = 3 * (Math.floor(down * (height - 1)) * width + Math.floor(across * (width - 1)))
      return pixels[at] + pixels[at + 1] + pixels[at + 2]
    }

    fullTest('has two ridges at the data and one at the noise', async () => {
      const view = await lastView<ChartView>(graph({ extent: 3, bins: 30, paths: 5 }), 'plot')
      expect(view.lines).toHaveLength(5)
      expect(view.heat?.x).toEqual([0, 1000])
      expect([...view.lines[0].x].at(-1)).toBe(1000)
      // x = 1 is at a third of the height, x = 0 in the middle.
      expect(lightness(view, 0, 1 / 3)).toBeGreaterThan(lightness(view, 0, 0.5) + 100)
      expect(lightness(view, 1, 0.5)).toBeGreaterThan(lightness(view, 1, 1 / 3))
      expect(countPainted(view)).toBeGreaterThan(5000)
      // Axes and picture do not depend on lines.
      const bare = await lastView<ChartView>(
        graph({ paths: 0, axis: 'step', brightness: 'all' }),
        'plot',
      )
      expect(bare.lines).toHaveLength(0)
      expect(bare.heat?.x).toEqual([0, 20])
      expect(countPainted(bare)).toBeGreaterThan(1000)
    })

    test('rejects points in the plane', async () => {
      await expect(lastView(graph({}, 'moons'), 'plot')).rejects.toThrow(
        'Expected a trajectory of points on the line, [n, 1], got frames of shape [500,2].',
      )
    })
  })
})

test('dragging turns a plot of points in space, and plots that arrive later', async () => {
  const registration = registerNodes(LiteGraph, [toDeclaration(scatter)])
  const plot = LiteGraph.createNode('diffusion/Scatter') as unknown as DiffusionNode
  new LGraph().add(plot)
  const projected = projectPoints([1, 0, 0], { yaw: 0, pitch: 0 })
  const view: ScatterView = {
    kind: 'scatter',
    clouds: [{ name: '', ...projected }],
    paths: [],
    extent: [-1, 1, -1, 1],
    space: { angles: { yaw: 0, pitch: 0 }, pathDepths: [] },
  }
  plot.diffusion.view = view
  const box = viewBox(plot)
  const inside = [box.x + 50, box.y + box.height - 5] as const
  expect(isOnSpace(plot, inside)).toBe(true)
  expect(isOnSpace(plot, [box.x + 50, box.y - 5])).toBe(false)
  // Over the track of time a drag scrubs.
  plot.diffusion.view = { ...view, t: Float64Array.of(1, 0) }
  expect(isOnSpace(plot, inside)).toBe(false)
  plot.diffusion.view = view
  await startTurning(plot, inside)([inside[0] - 100, inside[1]])
  // A hundred units are a quarter turn, after which x points away from the viewer.
  const turned = plot.diffusion.view as ScatterView
  expect(turned.space?.angles.yaw).toBeCloseTo(Math.PI / 2)
  expect(turned.clouds[0].points[0]).toBeCloseTo(0)
  expect(turned.clouds[0].depth?.[0]).toBeCloseTo(-1)
  expect(plot.diffusion.turn?.(view)).toMatchObject({ space: turned.space })
  registration.unregister()
})
