import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type { ZoneNode } from '../../src/litegraph/zones.ts'
import { registerNodes } from '../../src/litegraph/register.ts'
import { drawZones, zoneTitle } from '../../src/litegraph/zoneDrawing.ts'
import { installZones, graphZones } from '../../src/litegraph/canvasZones.ts'
import { findZones } from '../../src/litegraph/zones.ts'
import { toys } from '../nodes/toys.ts'

const zoneNode = (
  id: string,
  x: number,
  y: number,
  sources: string[] = [],
  end?: string,
): ZoneNode => ({
  id,
  box: { x, y, width: 100, height: 80 },
  sources,
  ...(end && { loop: { end, category: 'sampling', carries: { x_prev: 'x_t' } } }),
})

describe('a zone', () => {
  test('contains the nodes that depend on its Start, except those after its End', () => {
    const zones = findZones([
      zoneNode('noise', 0, 0),
      zoneNode('start', 200, 0, ['noise'], 'end'),
      zoneNode('once', 400, 900),
      zoneNode('step', 400, 200, ['start', 'once']),
      zoneNode('watch', 400, 400, ['step']),
      zoneNode('end', 800, 0, ['start', 'step']),
      zoneNode('show', 1000, 0, ['end']),
    ])
    expect(zones).toHaveLength(1)
    expect(zones[0].body.sort()).toEqual(['step', 'watch'])
    expect(zones[0].box).toEqual({ x: 178, y: -30, width: 744, height: 550 })
  })

  test('is drawn inside another zone that its Start or a node of its body depends on', () => {
    const byStart = findZones([
      zoneNode('A', 0, 0, [], 'B'),
      zoneNode('C', 200, 0, ['A'], 'D'),
      zoneNode('D', 400, 0, ['C']),
      zoneNode('B', 600, 0, ['A', 'D']),
    ])
    const byBody = findZones([
      zoneNode('A', 0, 0, [], 'B'),
      zoneNode('C', 200, 0, [], 'D'),
      zoneNode('in', 300, 0, ['C', 'A']),
      zoneNode('D', 400, 0, ['C', 'in']),
      zoneNode('B', 600, 0, ['A', 'D']),
    ])
    for (const [outer, inner] of [byStart, byBody]) {
      expect([outer.start, inner.start, outer.depth, inner.depth]).toEqual(['A', 'C', 0, 1])
      expect(outer.box.y).toBeLessThan(inner.box.y)
      expect(outer.box.y + outer.box.height).toBeGreaterThan(inner.box.y + inner.box.height)
    }
  })

  test('is not inside a zone before it; two zones may wrongly contain each other', () => {
    const after = findZones([
      zoneNode('A', 0, 0, [], 'B'),
      zoneNode('B', 200, 0, ['A']),
      zoneNode('C', 400, 0, ['B'], 'D'),
      zoneNode('D', 600, 0, ['C']),
    ])
    expect(after.map(({ depth }) => depth)).toEqual([0, 0])
    const tangled = findZones([
      zoneNode('A', 0, 0, [], 'B'),
      zoneNode('C', 0, 100, [], 'D'),
      zoneNode('both', 200, 0, ['A', 'C']),
      zoneNode('B', 400, 0, ['A', 'both']),
      zoneNode('D', 400, 100, ['C', 'both']),
    ])
    expect(tangled).toHaveLength(2)
  })

  test('shows its progress in the title', () => {
    const [zone] = findZones([zoneNode('A', 0, 0, [], 'B'), zoneNode('B', 200, 0, ['A'])])
    expect(zoneTitle(zone)).toBe('each step')
    expect(zoneTitle(zone, { index: 38, count: 50, label: 't = 412' })).toBe(
      'each step   t = 412 · 38/50',
    )
  })

  test('is found in a graph on a canvas', () => {
    const registration = registerNodes(LiteGraph, toys)
    const graph = new LGraph()
    const [start, toy, end] = ['LoopStart', 'Toy', 'LoopEnd'].map((type) => {
      const node = LiteGraph.createNode(`diffusion/${type}`)!
      graph.add(node)
      return node
    })
    start.connect('loop', end, 'loop')
    start.connect('x_t', toy, 'x')
    toy.connect('y', end, 'x_prev')
    expect(graphZones(graph)).toMatchObject([
      { start: '1', end: '3', body: ['2'], category: 'sampling', carries: { x_prev: 'x_t' } },
    ])
    registration.unregister()
  })

  test('follows its nodes when they move', () => {
    const registration = registerNodes(LiteGraph, toys)
    const graph = new LGraph()
    const [start, end] = ['LoopStart', 'LoopEnd'].map((type, i) => {
      const node = LiteGraph.createNode(`diffusion/${type}`)!
      node.pos = [100 + 250 * i, 100]
      graph.add(node)
      return node
    })
    start.connect('loop', end, 'loop')
    const canvas = { graph, ds: { scale: 1 }, setDirty() {} } as unknown as LGraphCanvas
    installZones(canvas)
    const drawsAt = (area = [0, 0, 2000, 2000]) => {
      const ctx = createCanvas(1200, 600).getContext('2d') as unknown as CanvasRenderingContext2D
      canvas.onDrawBackground!(ctx, new Float32Array(area))
      return [110, 910].map((x) => ctx.getImageData(x, 80, 1, 1).data[3] > 0)
    }
    expect(drawsAt()).toEqual([true, false])
    expect(drawsAt()).toEqual([true, false])
    start.pos = [900, 100]
    end.pos = [950, 100]
    expect(drawsAt()).toEqual([false, true])
    expect(drawsAt([0, 0, 500, 500])).toEqual([false, false])
    start.disconnectOutput(start.findOutputSlot('loop'))
    expect(drawsAt()).toEqual([false, false])
    registration.unregister()
  })

  test('is painted inside its box for any position of its ends', () => {
    const canvas = createCanvas(500, 300)
    const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
    drawZones(
      ctx,
      findZones([zoneNode('A', 300, 60, [], 'B'), zoneNode('B', 60, 100, ['A'])]),
      () => ({
        index: 1,
        count: 2,
      }),
    )
    const alpha = (x: number, y: number) => ctx.getImageData(x, y, 1, 1).data[3]
    expect(alpha(200, 120)).toBeGreaterThan(0)
    expect(alpha(10, 10)).toBe(0)
    expect(alpha(60, 30)).toBeGreaterThan(200)
  })
})
