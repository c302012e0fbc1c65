// Places of the graph on the page. Brings them into view with the wheel, as users do.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { TITLE } from '../../src/editor/graph/nodeSize.ts'
import { onCanvas, painted, type Place } from './driver.ts'

/** Left, top, right and bottom, in units of the graph. */
export type Edges = readonly [left: number, top: number, right: number, bottom: number]

/** Space around a part of the graph that is brought into view, in CSS pixels. */
const MARGIN = 20

/** Maximal number of turns of the wheel. */
const MAX_TURNS = 60

/** The camera, and the edges of the canvas area that panels leave free, in CSS pixels. */
const readView = (page: Page) =>
  onCanvas(page, ({ ds }) => {
    const edge = (selector: string, side: 'left' | 'top' | 'bottom', otherwise: number) => {
      const box = document.querySelector(selector)?.getBoundingClientRect()
      return box?.height ? box[side] : otherwise
    }
    const bar = edge('.tab-bar', 'bottom', edge('.top', 'bottom', 0))
    const [top, bottom] = [edge('.crumbs', 'bottom', bar), edge('.status', 'top', innerHeight)]
    // The minimap may be in any corner.
    const isAbove = edge('.minimap', 'top', innerHeight) < innerHeight / 2
    const free: Edges = [
      0,
      isAbove ? edge('.minimap', 'bottom', top) : top,
      edge('.panel', 'left', innerWidth),
      isAbove ? bottom : edge('.minimap', 'top', bottom),
    ]
    return { scale: ds.scale, offset: [ds.offset[0], ds.offset[1]] as const, free }
  })

type View = Awaited<ReturnType<typeof readView>>

/** Zooms out and pans until a part of the graph is visible. */
export async function reveal(page: Page, edges: Edges) {
  for (let turns = 0; turns < MAX_TURNS; turns++) {
    const view = await readView(page)
    const turn = computeTurn(view, edges)
    if (!turn) return
    const [left, top, right, bottom] = view.free
    await page.mouse.move((left + right) / 2, (top + bottom) / 2)
    await page.mouse.wheel(...turn)
    await painted(page)
  }
  throw new Error(`${edges.join(', ')} of the graph cannot be brought into view`)
}

/**
 * Returns the next turn of the wheel, undefined if the part is visible. A vertical turn zooms, and
 * one that is horizontal too pans.
 */
function computeTurn(
  { scale, offset, free }: View,
  edges: Edges,
): [horizontal: number, vertical: number] | undefined {
  const [left, top, right, bottom] = edges.map(
    (edge, i) => (edge + offset[i % 2]) * scale + (i < 2 ? -MARGIN : MARGIN),
  )
  if (right - left > free[2] - free[0] || bottom - top > free[3] - free[1]) return [0, 60]
  const across = distanceOutside([left, right], [free[0], free[2]])
  const down = distanceOutside([top, bottom], [free[1], free[3]])
  return across === 0 && down === 0 ? undefined : [across || 1, down]
}

/** Distance by which a range exceeds another one, in whole pixels; negative before its start. */
function distanceOutside([from, to]: readonly number[], [least, most]: readonly number[]): number {
  if (from < least - 1) return Math.round(from - least)
  return to > most + 1 ? Math.round(to - most) : 0
}

/** The edges of nodes together, with their title bars. */
export const edgesOf = (page: Page, titles: readonly string[]): Promise<Edges> =>
  onCanvas(
    page,
    ({ graph }, [titles, titleBar]) => {
      const nodes = graph._nodes.filter((node) => titles.includes(node.getTitle()))
      const missing = titles.filter((title) => !nodes.some((node) => node.getTitle() === title))
      if (missing.length > 0) throw new Error(`There is no node ${missing.join(', ')}`)
      return [
        Math.min(...nodes.map(({ pos }) => pos[0])),
        Math.min(...nodes.map(({ pos }) => pos[1] - titleBar)),
        Math.max(...nodes.map(({ pos, size }) => pos[0] + size[0])),
        Math.max(...nodes.map(({ pos, size }) => pos[1] + size[1])),
      ]
    },
    [titles, TITLE] as const,
  )

/** Returns the place of a point of the graph. */
export async function placeOf(page: Page, [x, y]: readonly [number, number]): Promise<Place> {
  const { scale, offset } = await readView(page)
  return { x: (x + offset[0]) * scale, y: (y + offset[1]) * scale }
}

/** Waits until a press at a place would meet a node, or empty canvas without a title. */
export const expectUnder = (page: Page, place: Place, title = 'empty canvas') =>
  expect
    .poll(() => readUnder(page, place), { message: `at ${place.x}, ${place.y} of the page` })
    .toBe(title)

const readUnder = (page: Page, place: Place) =>
  onCanvas(
    page,
    ({ graph, ds, visible_nodes, canvas }, { x, y }) => {
      if (document.elementFromPoint(x, y) !== canvas) return 'another element'
      const at = [x / ds.scale - ds.offset[0], y / ds.scale - ds.offset[1]]
      return graph.getNodeOnPos(at[0], at[1], visible_nodes, 5)?.getTitle() ?? 'empty canvas'
    },
    place,
  )
