// Geometry of zones, the areas of loops behind the nodes. Pure functions of boxes and wires.
import { enclosingLoops, findLoopMembership, sortBySources } from '../engine/plan/loopMembership.ts'
import type { Box } from '../painters/frame.ts'

/** Properties of a node that zones need. `box` includes its title bar. */
export interface ZoneNode {
  id: string
  box: Box
  /** Ids of the nodes wired to its inputs. */
  sources: readonly string[]
  /** Set for a Start with a loop wire. */
  loop?: { end: string; category: string; carries: Readonly<Record<string, string>> }
}

export interface Zone {
  start: string
  end: string
  /** Category of the Start: decides colour and texts. */
  category: string
  /** Names of *each* outputs by the *next* input that becomes their value. */
  carries: Readonly<Record<string, string>>
  /** Ids of the nodes that run in each iteration, without the two ends. */
  body: string[]
  box: Box
  startBox: Box
  endBox: Box
  /** Positions at which the return line leaves End and arrives at Start, free of other nodes. */
  returnX: readonly [from: number, to: number]
  /** Nesting depth, 0 for the outermost zone. */
  depth: number
}

interface PlacedLoop {
  start: ZoneNode
  end: ZoneNode
  category: string
  carries: Zone['carries']
  body: ZoneNode[]
  /** Ids of the Start nodes of the enclosing loops. */
  around: ReadonlySet<string>
}

/** Space between the edge of a zone and its nodes. */
const PAD = 22
const TOP = 30
const BOTTOM = 40

/** Returns the zones of a graph, outer zones first. */
export function findZones(nodes: readonly ZoneNode[]): Zone[] {
  const loops = findLoops(nodes)
  const box = createZoneBoxes(loops)
  const all = nodes.map((node) => node.box)
  return loops
    .map((loop): Zone => ({
      returnX: [
        freeColumn(loop.end.box, returnHeight(box(loop)), all),
        freeColumn(loop.start.box, returnHeight(box(loop)), all),
      ],
      start: loop.start.id,
      end: loop.end.id,
      category: loop.category,
      carries: loop.carries,
      body: loop.body.map(({ id }) => id),
      box: box(loop),
      startBox: loop.start.box,
      endBox: loop.end.box,
      depth: loop.around.size,
    }))
    .sort((a, b) => a.depth - b.depth)
}

/** Height of the horizontal part of the return line. */
export const returnHeight = ({ y, height }: Box): number => y + height - 18

/**
 * Returns an x below a node from which a vertical line down to `bottom` crosses no other node,
 * preferably its middle.
 */
function freeColumn(box: Box, bottom: number, all: readonly Box[]): number {
  const below = all.filter(
    (other) => other !== box && other.y < bottom && other.y + other.height > box.y + box.height,
  )
  const columns = [0.5, 0.25, 0.75, 0.08, 0.92].map((share) => box.x + share * box.width)
  const isFree = (x: number) =>
    below.every((other) => x < other.x - 6 || x > other.x + other.width + 6)
  return columns.find(isFree) ?? columns[0]
}

function findLoops(nodes: readonly ZoneNode[]): PlacedLoop[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const pairs = nodes.flatMap((start) => {
    const end = start.loop && byId.get(start.loop.end)
    return start.loop && end ? [{ start, end, loop: start.loop }] : []
  })
  const membership = findLoopMembership(
    sortBySources(nodes),
    pairs.map(({ start, end }) => ({ start: start.id, end: end.id })),
  )
  const members = new Map(pairs.map(({ start }) => [start.id, [] as ZoneNode[]]))
  for (const node of nodes)
    for (const loop of membership.get(node.id) ?? []) members.get(loop)?.push(node)
  return pairs.map(({ start, end, loop: { category, carries } }) => ({
    start,
    end,
    category,
    carries,
    body: (members.get(start.id) ?? []).filter((node) => node !== start && node !== end),
    around: enclosingLoops({ start: start.id, end: end.id }, membership),
  }))
}

/** Returns a function for the box of a zone, which contains its nodes and its inner zones. */
function createZoneBoxes(loops: readonly PlacedLoop[]) {
  const boxes = new Map<PlacedLoop, Box>()
  const innerLoops = new Map(loops.map(({ start }) => [start.id, [] as PlacedLoop[]]))
  for (const loop of loops) for (const outer of loop.around) innerLoops.get(outer)?.push(loop)
  const zoneBox = (loop: PlacedLoop, open: ReadonlySet<PlacedLoop> = new Set()): Box => {
    const known = boxes.get(loop)
    if (known) return known
    const within = new Set([...open, loop])
    const parts = [loop.start.box, loop.end.box, ...loop.body.map((node) => node.box)]
    // Two zones may wrongly contain each other. `within` prevents an infinite recursion.
    for (const inner of innerLoops.get(loop.start.id) ?? [])
      if (!within.has(inner)) parts.push(zoneBox(inner, within))
    const box = boundingBox(parts)
    boxes.set(loop, box)
    return box
  }
  return zoneBox
}

function boundingBox(all: readonly Box[]): Box {
  const boxes = all.filter(({ x }) => !Number.isNaN(x))
  const left = Math.min(...boxes.map(({ x }) => x)) - PAD
  const top = Math.min(...boxes.map(({ y }) => y)) - TOP
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + PAD
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + BOTTOM
  return { x: left, y: top, width: right - left, height: bottom - top }
}
