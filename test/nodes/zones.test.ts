import type { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, test } from 'vitest'
import type { ZoneNode } from '../../src/nodes/litegraph/zones.ts'
import { registerNodes } from '../../src/nodes/litegraph/register.ts'
import { drawZones, installZones, zonesFrom, zonesOf, zoneTitle } from '../../src/nodes/litegraph/zones.ts'
import { toys } from './toys.ts'

const at = (id: string, x: number, y: number, sources: string[] = [], end?: string): ZoneNode => ({
  id,
  box: { x, y, width: 100, height: 80 },
  sources,
  ...(end && { loop: { end, category: 'sampling', carries: { x_prev: 'x_t' } } }),
})

describe('a zone', () => {
  test('holds what depends on its Start, and ends at its End', () => {
    const zones = zonesFrom([
      at('noise', 0, 0),
      at('start', 200, 0, ['noise'], 'end'),
      at('once', 400, 900),
      at('step', 400, 200, ['start', 'once']),
      at('watch', 400, 400, ['step']),
      at('end', 800, 0, ['start', 'step']),
      at('show', 1000, 0, ['end']),
    ])
    expect(zones).toHaveLength(1)
    expect(zones[0]!.body.sort()).toEqual(['step', 'watch'])
    expect(zones[0]!.box).toEqual({ x: 178, y: -30, width: 744, height: 550 })
  })

  test('in another (by its start, or by a node of its body) is drawn inside it', () => {
    const byStart = zonesFrom([
      at('A', 0, 0, [], 'B'),
      at('C', 200, 0, ['A'], 'D'),
      at('D', 400, 0, ['C']),
      at('B', 600, 0, ['A', 'D']),
    ])
    const byBody = zonesFrom([
      at('A', 0, 0, [], 'B'),
      at('C', 200, 0, [], 'D'),
      at('in', 300, 0, ['C', 'A']),
      at('D', 400, 0, ['C', 'in']),
      at('B', 600, 0, ['A', 'D']),
    ])
    for (const [outer, inner] of [byStart, byBody]) {
      expect([outer!.start, inner!.start, outer!.depth, inner!.depth]).toEqual(['A', 'C', 0, 1])
      expect(outer!.box.y).toBeLessThan(inner!.box.y)
      expect(outer!.box.y + outer!.box.height).toBeGreaterThan(inner!.box.y + inner!.box.height)
    }
  })

  test('after another is not in it; zones that claim each other come to an end', () => {
    const after = zonesFrom([at('A', 0, 0, [], 'B'), at('B', 200, 0, ['A']), at('C', 400, 0, ['B'], 'D'), at('D', 600, 0, ['C'])])
    expect(after.map(({ depth }) => depth)).toEqual([0, 0])
    const tangled = zonesFrom([
      at('A', 0, 0, [], 'B'),
      at('C', 0, 100, [], 'D'),
      at('both', 200, 0, ['A', 'C']),
      at('B', 400, 0, ['A', 'both']),
      at('D', 400, 100, ['C', 'both']),
    ])
    expect(tangled).toHaveLength(2)
  })

  test('says how far it is', () => {
    const [zone] = zonesFrom([at('A', 0, 0, [], 'B'), at('B', 200, 0, ['A'])])
    expect(zoneTitle(zone!)).toBe('each step')
    expect(zoneTitle(zone!, { index: 38, count: 50, label: 't = 412' })).toBe('each step   t = 412 · 38/50')
  })

  test('is found on a canvas', () => {
    const registration = registerNodes(LiteGraph, toys)
    const graph = new LGraph()
    const [start, toy, end] = ['LoopStart', 'Toy', 'LoopEnd'].map((type) => {
      const node = LiteGraph.createNode(`diffusion/${type}`)!
      graph.add(node)
      return node
    })
    start!.connect('loop', end!, 'loop')
    start!.connect('x_t', toy!, 'x')
    toy!.connect('y', end!, 'x_prev')
    expect(zonesOf(graph)).toMatchObject([
      { start: '1', end: '3', body: ['2'], category: 'sampling', carries: { x_prev: 'x_t' } },
    ])
    registration.unregister()
  })

  test('follows the nodes of a canvas that is drawn again', () => {
    const registration = registerNodes(LiteGraph, toys)
    const graph = new LGraph()
    const [start, end] = ['LoopStart', 'LoopEnd'].map((type, i) => {
      const node = LiteGraph.createNode(`diffusion/${type}`)!
      node.pos = [100 + 250 * i, 100]
      graph.add(node)
      return node
    })
    start!.connect('loop', end!, 'loop')
    const canvas = { graph, ds: { scale: 1 }, setDirty() {} } as unknown as LGraphCanvas
    installZones(canvas)
    const drawn = (area = [0, 0, 2000, 2000]) => {
      const ctx = createCanvas(1200, 600).getContext('2d') as unknown as CanvasRenderingContext2D
      canvas.onDrawBackground!(ctx, new Float32Array(area))
      return [110, 910].map((x) => ctx.getImageData(x, 80, 1, 1).data[3]! > 0)
    }
    expect(drawn()).toEqual([true, false])
    expect(drawn()).toEqual([true, false])
    start!.pos = [900, 100]
    end!.pos = [950, 100]
    expect(drawn()).toEqual([false, true])
    expect(drawn([0, 0, 500, 500])).toEqual([false, false])
    start!.disconnectOutput(start!.findOutputSlot('loop'))
    expect(drawn()).toEqual([false, false])
    registration.unregister()
  })

  test('is painted within its box, ends in any place', () => {
    const canvas = createCanvas(500, 300)
    const ctx = canvas.getContext('2d') as unknown as CanvasRenderingContext2D
    drawZones(ctx, zonesFrom([at('A', 300, 60, [], 'B'), at('B', 60, 100, ['A'])]), () => ({ index: 1, count: 2 }))
    const alpha = (x: number, y: number) => ctx.getImageData(x, y, 1, 1).data[3]!
    expect(alpha(200, 120)).toBeGreaterThan(0)
    expect(alpha(10, 10)).toBe(0)
    expect(alpha(60, 30)).toBeGreaterThan(200)
  })
})
