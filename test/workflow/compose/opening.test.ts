// The part of a graph that is shown when it opens.
import { describe, expect, test } from 'vitest'
import {
  chooseOpening,
  findBestPart,
  fitScale,
  READABLE,
  type OpeningNode,
} from '../../../src/workflow/compose/opening.ts'

const WINDOW = [1100, 800] as const

const createNode = (x: number, y: number, isView = false): OpeningNode => ({
  edges: [x, y, x + 400, y + 300],
  isView,
})

/** True if an opening shows a node completely. */
function shows({ scale, centre }: ReturnType<typeof chooseOpening>, { edges }: OpeningNode) {
  const [halfWidth, halfHeight] = WINDOW.map((length) => length / scale / 2)
  return (
    edges[0] >= centre[0] - halfWidth &&
    edges[2] <= centre[0] + halfWidth &&
    edges[1] >= centre[1] - halfHeight &&
    edges[3] <= centre[1] + halfHeight
  )
}

describe('opening', () => {
  test('shows all of a graph that can be read then', () => {
    const nodes = [createNode(0, 0), createNode(900, 500, true)]
    const opening = chooseOpening(nodes, WINDOW)
    expect(opening.scale).toBeCloseTo(Math.min(1044 / 1300, 744 / 800))
    expect(opening.centre).toEqual([650, 400])
  })

  test('enlarges a small graph by at most a tenth', () =>
    expect(chooseOpening([createNode(0, 0)], WINDOW).scale).toBe(1.1))

  test('shows the results of a large graph at a readable zoom', () => {
    const nodes = [
      ...Array.from({ length: 10 }, (_, i) => createNode(450 * i, 0)),
      createNode(4500, 0, true),
      createNode(4500, 350, true),
      createNode(0, 3000, true),
    ]
    const opening = chooseOpening(nodes, WINDOW)
    expect(opening.scale).toBe(READABLE)
    expect(nodes.filter((node) => node.isView && shows(opening, node))).toEqual(nodes.slice(10, 12))
    // The rest of the window shows what leads to them.
    expect(shows(opening, nodes[9])).toBe(true)
  })

  test('shows the beginning of a large graph without results', () => {
    const nodes = Array.from({ length: 10 }, (_, i) => createNode(450 * i, 0))
    const opening = chooseOpening(nodes, WINDOW)
    expect(shows(opening, nodes[0])).toBe(true)
    expect(shows(opening, nodes[9])).toBe(false)
  })

  test('shows a node that is larger than the window', () => {
    const node: OpeningNode = { edges: [0, 0, 5000, 5000], isView: true }
    expect(chooseOpening([node], WINDOW)).toEqual({ scale: READABLE, centre: [2500, 2500] })
    expect(findBestPart([node], WINDOW)).toEqual([node])
  })

  test('fits with a margin', () => expect(fitScale([0, 0, 2088, 100], WINDOW)).toBe(0.5))
})
