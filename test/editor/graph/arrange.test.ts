// Layout of nodes: by wires, aligned, and distributed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  alignBoxes,
  layOutGraph,
  distributeBoxes,
  type NodeBox,
} from '../../../src/editor/graph/layout.ts'

const createBox = (id: number, x: number, y: number, width = 140, height = 80): NodeBox => ({
  id,
  pos: [x, y],
  size: [width, height],
})

describe('layout by wires', () => {
  const graphs = fc.integer({ min: 2, max: 12 }).chain((count) =>
    fc.record({
      nodes: fc.tuple(
        ...Array.from({ length: count }, (_, id) =>
          fc
            .tuple(
              fc.nat(900),
              fc.nat(900),
              fc.integer({ min: 60, max: 300 }),
              fc.integer({ min: 20, max: 400 }),
            )
            .map(([x, y, width, height]) => createBox(id, x, y, width, height)),
        ),
      ),
      wires: fc.array(
        fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).filter(([from, to]) => from < to),
        { maxLength: 20 },
      ),
    }),
  )

  test('places each node to the right of its sources, without overlap', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, wires }) => {
        const places = layOutGraph(nodes, wires)
        const box = ({ id, size }: NodeBox) => ({
          x: places.get(id)![0],
          y: places.get(id)![1] - 30,
          w: size[0],
          h: size[1] + 30,
        })
        for (const [from, to] of wires) {
          const [a, b] = [box(nodes[from]), box(nodes[to])]
          expect(a.x + a.w).toBeLessThanOrEqual(b.x)
        }
        nodes.forEach((node, i) => {
          for (const other of nodes.slice(i + 1)) {
            const [a, b] = [box(node), box(other)]
            const apart =
              a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
            expect(apart, JSON.stringify([a, b])).toBe(true)
          }
        })
      }),
      { numRuns: 40 },
    )
  })

  test('places other nodes outside the box of a group', () => {
    const nodes = [0, 1, 2, 3].map((id) => createBox(id, 0, 0))
    const places = layOutGraph(
      nodes,
      [
        [0, 1],
        [1, 2],
        [0, 3],
      ],
      [{ members: [0, 1, 2] }],
    )
    const rows = [0, 1, 2].map((id) => places.get(id)![1])
    const outside = places.get(3)![1]
    expect(outside < Math.min(...rows) || outside > Math.max(...rows)).toBe(true)
  })

  test('keeps the top left corner', () => {
    const places = layOutGraph([createBox(1, 300, 100), createBox(2, 40, 500)], [[2, 1]])
    expect(Math.min(...[...places.values()].map(([x]) => x))).toBe(40)
    expect(Math.min(...[...places.values()].map(([, y]) => y))).toBe(100)
  })
})

describe('alignment', () => {
  const nodes = [createBox(1, 10, 50), createBox(2, 40, 200, 60), createBox(3, 25, 90, 100, 200)]

  test('aligns edges', () => {
    expect([...alignBoxes(nodes, 'left')].map(([, [x]]) => x)).toEqual([10, 10, 10])
    expect([...alignBoxes(nodes, 'right')].map(([, [x]]) => x)).toEqual([10, 90, 50])
    expect([...alignBoxes(nodes, 'top')].map(([, [, y]]) => y)).toEqual([50, 50, 50])
    expect([...alignBoxes(nodes, 'bottom')].map(([, [, y]]) => y)).toEqual([210, 210, 90])
  })

  test('makes gaps equal without moving the first and the last node', () => {
    const apart = [createBox(1, 0, 0, 100), createBox(2, 130, 0, 100), createBox(3, 500, 0, 100)]
    expect([...distributeBoxes(apart, 0)].map(([id, [x]]) => [id, x])).toEqual([
      [1, 0],
      [2, 250],
      [3, 500],
    ])
    expect(distributeBoxes(apart.slice(0, 2), 0).size).toBe(0)
  })
})
