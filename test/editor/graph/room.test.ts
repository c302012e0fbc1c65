// Room for placed nodes, snapping of dragged ones, and wires under a stroke.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { segmentsCross } from '../../../src/editor/canvas/cutStroke.ts'
import { alignBoxes } from '../../../src/editor/graph/layout.ts'
import { makeRoom } from '../../../src/editor/graph/room.ts'
import { snapRect } from '../../../src/editor/graph/snap.ts'

const TITLE = 30

const createBox = (id: number, x: number, y: number, width = 140, height = 80) => ({
  id,
  pos: [x, y] as const,
  size: [width, height] as const,
})

type Box = ReturnType<typeof createBox>

const covers = (a: Box, b: Box, tolerance = 3) =>
  a.pos[0] + tolerance < b.pos[0] + b.size[0] &&
  b.pos[0] + tolerance < a.pos[0] + a.size[0] &&
  a.pos[1] - TITLE + tolerance < b.pos[1] + b.size[1] &&
  b.pos[1] - TITLE + tolerance < a.pos[1] + a.size[1]

/** The boxes after room was made. */
const afterRoom = (boxes: readonly Box[], placed: ReadonlySet<number>): Box[] => {
  const positions = makeRoom(boxes, placed)
  return boxes.map((box) => ({ ...box, pos: positions.get(box.id) ?? box.pos }))
}

describe('room for a placed node', () => {
  test('a covered node moves the shortest way, with a gap', () => {
    const boxes = [createBox(1, 100, 100), createBox(2, 200, 110)]
    expect([...makeRoom(boxes, new Set([1]))]).toEqual([[2, [256, 110]]])
  })

  test('nodes that only touch do not move', () => {
    const boxes = [createBox(1, 0, 0), createBox(2, 140, 0), createBox(3, 0, 110)]
    expect(makeRoom(boxes, new Set([1])).size).toBe(0)
  })

  test('a pinned node does not move, and nobody moves onto it', () => {
    const boxes = [
      createBox(1, 0, 0),
      { ...createBox(2, 60, 0), pinned: true },
      createBox(3, 100, 0),
    ]
    const positions = makeRoom(boxes, new Set([1]))
    expect(positions.has(2)).toBe(false)
    const moved = { ...boxes[2], pos: positions.get(3)! }
    expect(covers(moved, boxes[0]) || covers(moved, boxes[1])).toBe(false)
  })

  test('a pushed node pushes the next one', () => {
    const row = [
      createBox(1, 0, -400, 140, 900),
      createBox(2, 120, 0, 140, 400),
      createBox(3, 270, 0, 140, 400),
    ]
    expect(afterRoom(row, new Set([1])).map(({ pos }) => pos)).toEqual([
      [0, -400],
      [156, 0],
      [312, 0],
    ])
  })

  test('placed nodes stay, and no node is left below them', () => {
    const box = fc
      .tuple(fc.nat(600), fc.nat(600), fc.integer({ min: 60, max: 260 }), fc.nat(300))
      .map(([x, y, width, height]) => [x, y, width, height + 20] as const)
    fc.assert(
      fc.property(fc.array(box, { minLength: 2, maxLength: 10 }), (shapes) => {
        const boxes = shapes.map((shape, id) => createBox(id, ...shape))
        const after = afterRoom(boxes, new Set([0]))
        expect(after[0].pos).toEqual(boxes[0].pos)
        for (const other of after.slice(1)) expect(covers(after[0], other)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})

describe('snapping', () => {
  const other = [100, 100, 240, 180] as const

  test('aligns the nearest edges within the distance, and returns their lines', () => {
    const { shift, lines } = snapRect([103, 300, 243, 380], [other], 5)
    expect(shift).toEqual([-3, 0])
    expect(lines).toContainEqual([100, 100, 100, 380])
    expect(lines).toContainEqual([240, 100, 240, 380])
  })

  test('aligns middles of nodes of different sizes', () => {
    // The middles are at 170 and 172.
    const { shift, lines } = snapRect([132, 300, 212, 380], [other], 5)
    expect(shift).toEqual([-2, 0])
    expect(lines).toEqual([[170, 100, 170, 380]])
  })

  test('does nothing beyond the distance', () => {
    expect(snapRect([110, 300, 260, 400], [other], 5)).toEqual({ shift: [0, 0], lines: [] })
  })
})

describe('alignment of middles', () => {
  const boxes = [createBox(1, 0, 0, 100, 70), createBox(2, 300, 200, 200, 20)]

  test('is around the middle of all nodes, title bars included', () => {
    const centres = [...alignBoxes(boxes, 'centre')].map(([, [x]]) => x)
    expect(centres).toEqual([200, 150])
    // From -30 to 220, so the middle is at 95.
    const middles = [...alignBoxes(boxes, 'middle')].map(([, [, y]]) => y)
    expect(middles).toEqual([75, 100])
  })
})

test('two segments cross, or do not', () => {
  expect(segmentsCross([0, 0], [10, 10], [0, 10], [10, 0])).toBe(true)
  expect(segmentsCross([0, 0], [10, 10], [0, 10], [4, 6])).toBe(false)
  expect(segmentsCross([0, 0], [10, 0], [0, 5], [10, 5])).toBe(false)
})
