// Room for nodes that grow: nodes below move down, and only as far as needed.
import { describe, expect, test } from 'vitest'
import { makeRoomBelow, type PlacedNode } from '../../../src/editor/graph/makeRoom.ts'

const place = (
  id: number,
  [x, y, width, height]: [number, number, number, number],
  { kind = 'moons', pinned = false } = {},
): PlacedNode => ({
  id,
  pos: [x, y],
  size: [width, height],
  flags: pinned ? { pinned } : {},
  properties: { kind },
})

const before = [
  place(1, [0, 0, 200, 100]),
  place(2, [0, 150, 200, 80]),
  place(3, [0, 280, 200, 80]),
  place(4, [260, 150, 200, 80]),
]
const grown = (height: number, kind = 'drawn') => [
  place(1, [0, 0, 200, height], { kind }),
  ...before.slice(1),
]
const moves = (nodes: PlacedNode[]) => Object.fromEntries(makeRoomBelow(before, nodes))

describe('a node that became higher by a param', () => {
  test('moves the nodes below it, and those below them', () => {
    expect(moves(grown(300))).toEqual({ 2: 350, 3: 480 })
  })

  test('moves nothing that it does not cover', () => {
    expect(moves(grown(110))).toEqual({})
    expect(moves(grown(130))).toEqual({ 2: 180, 3: 310 })
  })

  test('moves nothing if the user resized it', () => {
    expect(moves(grown(300, 'moons'))).toEqual({})
  })

  test('leaves pinned nodes, and nodes that overlapped before', () => {
    const pinned = [...grown(300)]
    pinned[1] = place(2, [0, 150, 200, 80], { pinned: true })
    expect(moves(pinned)).toEqual({ 3: 350 })
    const inside = [place(1, [0, 0, 200, 200]), place(2, [0, 150, 200, 80])]
    const more = [place(1, [0, 0, 200, 300], { kind: 'drawn' }), inside[1]]
    expect(Object.fromEntries(makeRoomBelow(inside, more))).toEqual({})
  })
})
