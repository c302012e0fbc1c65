// Arranges a graph so that it can be read when it opens: each loop with what feeds it on the left and
// its results on the right, these units packed into the shape of the window, few wires behind nodes.
// Positions and sizes in, positions out.
import type { NodeBox, Positions } from '../nodeBox.ts'
import { arrangeColumns, type BlockWire, type ColumnOptions } from './columns.ts'
import {
  joinBlocks,
  nodeBlock,
  packBlocks,
  padBlock,
  type Block,
  type Id,
  type Margins,
  type Point,
} from './blocks.ts'
import { countCrossings, type PlacedWire } from './crossings.ts'
import { findBestPart, fitScale, READABLE, type Edges } from './opening.ts'
import { nestGroups, regionMembers, type Group, type Region } from './regions.ts'
import { findUnits } from './units.ts'

export type { Group } from './regions.ts'

/** Height of a node's title bar, in units of the graph. */
const TITLE = 30

export interface ComposedNode extends NodeBox {
  kind: 'node' | 'view' | 'note'
}

/** A wire with the heights of its slots below the positions of its nodes. */
export interface ComposedWire {
  readonly from: Id
  readonly to: Id
  readonly fromY: number
  readonly toY: number
}

/** The area for which graphs are composed: the window beside the panel at 1440 × 900. */
export const WINDOW = [1133, 826] as const

const [COLUMN_GAP, ROW_GAP, UNIT_GAP] = [64, 30, 56]

/** Space between a group's border and its nodes: of a zone as it is drawn, with some air. */
const groupMargins: Record<Group['kind'], Margins> = {
  loop: { left: 34, top: 40, right: 34, bottom: 50 },
  frame: { left: 24, top: 52, right: 24, bottom: 24 },
}

/** Heights at which columns are split, in graph units. */
const COLUMN_HEIGHTS = [420, 640, 900, 1300]
/** Ways to form columns: with a column for each layer, or with several layers in one. */
const COLUMN_SHAPES: readonly ColumnShape[] = COLUMN_HEIGHTS.flatMap((maxHeight) =>
  [false, true].map((merge) => ({ maxHeight, merge })),
)
/** Widths of the strip into which units are packed. */
const STRIP_WIDTHS = [1000, 1300, 1600, 1850, 2200, 2600, 3200, 4000, 5200]
/** Arrangements of a region that are tried inside the region around it. */
const MAX_VARIANTS = 6
/** Arrangements of the graph whose wires are compared. */
const FINALISTS = 40

type ColumnShape = Pick<ColumnOptions, 'maxHeight' | 'merge'>

interface Context {
  readonly nodes: ReadonlyMap<Id, ComposedNode>
  readonly wires: readonly ComposedWire[]
}

/**
 * Returns new positions for all nodes. The top left corner keeps its place.
 * @param wires without those between the two ends of a loop
 */
export function composeGraph(
  nodes: readonly ComposedNode[],
  wires: readonly ComposedWire[],
  groups: readonly Group[],
): Positions {
  if (!nodes.length) return new Map()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const known = wires.filter(({ from, to }) => byId.has(from) && byId.has(to) && from !== to)
  const context = { nodes: byId, wires: known }
  const region = nestGroups([...byId.keys()], groups)
  const all = arrangeUnits(region, context, Infinity)
  const largest = takeBest(all, ({ width, height }) => fitScale([0, 0, width, height], WINDOW), 80)
  const readable = takeBest(
    largest.map(({ item }) => item),
    (block) => scoreShape(block, context),
    limitBySize(FINALISTS, context),
  )
  const best = readable
    .map(({ item, score }) => ({ block: item, score: score - wireCost(item, context) }))
    .reduce((a, b) => (b.score > a.score ? b : a))
  return toPositions(best.block, nodes)
}

function takeBest<T>(items: readonly T[], rate: (item: T) => number, count: number) {
  return items
    .map((item) => ({ item, score: rate(item) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
}

/** Fewer attempts for graphs of more than a hundred nodes, so that their time does not explode. */
const limitBySize = (count: number, { nodes }: Context): number =>
  Math.max(3, Math.min(count, Math.round((count * 100) / nodes.size)))

function toPositions({ places }: Block, nodes: readonly NodeBox[]): Positions {
  const left =
    leastOf(nodes.map(({ pos }) => pos[0])) - leastOf([...places.values()].map(([x]) => x))
  const top =
    leastOf(nodes.map(({ pos }) => pos[1])) - leastOf([...places.values()].map(([, y]) => y))
  return new Map(
    [...places].map(([id, [x, y]]) => [id, [Math.round(x + left), Math.round(y + top)]]),
  )
}

const leastOf = (values: readonly number[]) =>
  values.reduce((least, value) => Math.min(least, value), Infinity)

/** A part of a region, with its arrangements. */
interface Part {
  readonly members: readonly Id[]
  readonly region?: Region
  readonly kind: ComposedNode['kind'] | 'region'
  readonly variants: readonly Block[]
}

function createParts(region: Region, context: Context): Part[] {
  const inner = region.regions.map((child): Part => ({
    members: regionMembers(child),
    region: child,
    kind: 'region',
    variants: arrangeRegion(child, context),
  }))
  const single = region.nodes.flatMap((id): Part[] => {
    const node = context.nodes.get(id)
    if (!node) return []
    const block = nodeBlock(id, node.size[0], node.size[1] + TITLE)
    return [{ members: [id], kind: node.kind, variants: [block] }]
  })
  return [...inner, ...single]
}

/** Returns different arrangements of a loop or a frame, smallest first. */
function arrangeRegion(region: Region, context: Context): Block[] {
  if (region.kind === 'graph') return arrangeUnits(region, context, MAX_VARIANTS)
  const blocks =
    region.kind === 'loop'
      ? arrangeLoop(createParts(region, context), context)
      : arrangeUnits(region, context, MAX_VARIANTS)
  return blocks.map((block) => padBlock(block, groupMargins[region.kind as Group['kind']]))
}

function arrangeLoop(parts: readonly Part[], context: Context): Block[] {
  const all = COLUMN_SHAPES.flatMap((shape) =>
    variantNumbers(parts).map((number) => arrangeParts(parts, context, number, shape)),
  )
  return pickVariants(all)
}

const pick = ({ variants }: Part, number: number): Block =>
  variants[Math.min(number, variants.length - 1)]

const variantNumbers = (parts: readonly Part[]): number[] =>
  Array.from({ length: Math.max(1, ...parts.map(({ variants }) => variants.length)) }, (_, i) => i)

function arrangeParts(
  parts: readonly Part[],
  context: Context,
  variant: number,
  shape: ColumnShape,
): Block {
  const blocks = parts.map((part) => pick(part, variant))
  return arrangeColumns(blocks, liftWires(parts, blocks, context), {
    ...shape,
    columnGap: COLUMN_GAP,
    rowGap: ROW_GAP,
  })
}

/** The wires between parts, by index. */
function liftWires(
  parts: readonly Part[],
  blocks: readonly Block[],
  { wires }: Context,
): BlockWire[] {
  const part = new Map(parts.flatMap(({ members }, i) => members.map((id) => [id, i] as const)))
  return wires.flatMap(({ from, to, fromY, toY }): BlockWire[] => {
    const [a, b] = [part.get(from), part.get(to)]
    if (a === undefined || b === undefined || a === b) return []
    const top = (i: number, id: Id) => (blocks[i].places.get(id)?.[1] ?? 0) + TITLE
    return [{ from: a, to: b, fromY: top(a, from) + fromY, toY: top(b, to) + toY }]
  })
}

/** Keeps arrangements of different shapes: each of the smallest height for its width. */
function pickVariants(blocks: readonly Block[]): Block[] {
  const front = blocks.filter(
    (a) =>
      !blocks.some(
        (b) =>
          b !== a &&
          b.width <= a.width &&
          b.height <= a.height &&
          (b.width < a.width || b.height < a.height || blocks.indexOf(b) < blocks.indexOf(a)),
      ),
  )
  return front.sort((a, b) => a.width * a.height - b.width * b.height).slice(0, MAX_VARIANTS)
}

/** Arranges the units of the graph or of a frame in rows, in up to `count` ways. */
function arrangeUnits(region: Region, context: Context, count: number): Block[] {
  const parts = createParts(region, context)
  const notes = parts.filter(({ kind }) => kind === 'note')
  const others = parts.filter(({ kind }) => kind !== 'note')
  const units = createUnits(others, context)
  const withNotes = addNotes(units, notes, context)
  const combinations = combineVariants(
    withNotes.map(({ length }) => length),
    limitBySize(MAX_COMBINATIONS, context),
  )
  const all = combinations.flatMap((choice) =>
    STRIP_WIDTHS.map((width) =>
      packBlocks(
        withNotes.map((variants, i) => variants[choice[i]]),
        width,
        UNIT_GAP,
      ),
    ),
  )
  const distinct = [
    ...new Map(
      all.map((block) => [`${block.width} ${block.height} ${[...block.places].join()}`, block]),
    ).values(),
  ]
  return count === Infinity ? distinct : pickVariants(distinct).slice(0, count)
}

/** Returns the arrangements of each unit, in the order of their dependence. */
function createUnits(parts: readonly Part[], context: Context): Block[][] {
  const blocks = parts.map((part) => pick(part, 0))
  const wires = liftWires(parts, blocks, context)
  const unit = findUnits(
    parts.map(({ kind }) => ({ isRegion: kind === 'region' })),
    wires,
  )
  const order = sortUnits(unit, wires)
  return order.map((u) =>
    arrangeUnit(
      parts.filter((_, i) => unit[i] === u),
      context,
    ),
  )
}

function sortUnits(unit: readonly number[], wires: readonly BlockWire[]): number[] {
  const units = [...new Set(unit)]
  const depth = new Map(units.map((u) => [u, 0]))
  for (let pass = 0; pass < units.length; pass++)
    for (const { from, to } of wires) {
      const [a, b] = [depth.get(unit[from]) ?? 0, depth.get(unit[to]) ?? 0]
      if (unit[from] !== unit[to] && b <= a) depth.set(unit[to], a + 1)
    }
  return units.sort((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || a - b)
}

/** Arrangements of a unit: results on the right, or below. */
function arrangeUnit(parts: readonly Part[], context: Context): Block[] {
  const beside = COLUMN_SHAPES.flatMap((shape) =>
    variantNumbers(parts).map((number) => arrangeParts(parts, context, number, shape)),
  )
  const results = parts.filter((part) => part.kind === 'view' && isSink(part, parts, context))
  const rest = parts.filter((part) => !results.includes(part))
  if (!results.length || !rest.length) return pickVariants(beside)
  const below = variantNumbers(rest).flatMap((number) =>
    COLUMN_SHAPES.map((shape) => {
      const upper = arrangeParts(rest, context, number, shape)
      const row = packBlocks(
        results.map((part) => pick(part, 0)),
        Math.max(upper.width, 900),
        ROW_GAP,
      )
      return joinBlocks([
        { block: upper, x: 0, y: 0 },
        { block: row, x: Math.max(0, upper.width - row.width), y: upper.height + ROW_GAP },
      ])
    }),
  )
  return [...pickVariants(beside), ...pickVariants(below).slice(0, 3)]
}

function isSink(part: Part, parts: readonly Part[], { wires }: Context): boolean {
  const inside = new Set(parts.flatMap(({ members }) => members))
  return !wires.some(({ from, to }) => from === part.members[0] && inside.has(to))
}

/** Puts each note above the unit that it stood next to, or all in a unit of their own. */
function addNotes(
  units: readonly (readonly Block[])[],
  notes: readonly Part[],
  context: Context,
): Block[][] {
  if (!notes.length) return units.map((variants) => [...variants])
  const near = units.map(() => [] as Part[])
  for (const note of notes) {
    const distances = units.map(([block]) => distanceTo(note, [...block.places.keys()], context))
    if (distances.length) near[distances.indexOf(Math.min(...distances))].push(note)
  }
  if (!units.length) return notes.map(({ variants }) => [...variants])
  return units.map((variants, i) => {
    const blocks = near[i].map((note) => pick(note, 0))
    if (!blocks.length) return [...variants]
    return variants.flatMap((block) => [
      withNotesAbove(block, blocks),
      withNotesBeside(block, blocks),
    ])
  })
}

function withNotesAbove(block: Block, notes: readonly Block[]): Block {
  const row = packBlocks(notes, Math.max(block.width, 700), ROW_GAP)
  return joinBlocks([
    { block: row, x: 0, y: 0 },
    { block, x: 0, y: row.height + ROW_GAP },
  ])
}

function withNotesBeside(block: Block, notes: readonly Block[]): Block {
  const column = packBlocks(notes, Math.max(...notes.map(({ width }) => width)), ROW_GAP)
  return joinBlocks([
    { block: column, x: 0, y: 0 },
    { block, x: column.width + COLUMN_GAP, y: 0 },
  ])
}

/** Distance between a note and the nearest of some nodes, before the composition. */
function distanceTo(note: Part, ids: readonly Id[], { nodes }: Context): number {
  const box = nodes.get(note.members[0])
  if (!box) return Infinity
  const gap = (a: NodeBox, b: NodeBox, axis: 0 | 1) =>
    Math.max(0, b.pos[axis] - a.pos[axis] - a.size[axis], a.pos[axis] - b.pos[axis] - b.size[axis])
  return Math.min(
    ...ids.flatMap((id) => {
      const other = nodes.get(id)
      return other ? [Math.hypot(gap(box, other, 0), gap(box, other, 1))] : []
    }),
  )
}

/** Number of combinations that are tried; if there are more, units vary one at a time. */
const MAX_COMBINATIONS = 300

function combineVariants(counts: readonly number[], limit: number): number[][] {
  const total = counts.reduce((product, count) => product * count, 1)
  if (total <= limit) {
    let all: number[][] = [[]]
    for (const count of counts)
      all = all.flatMap((choice) => Array.from({ length: count }, (_, i) => [...choice, i]))
    return all
  }
  const most = Math.max(...counts)
  const equal = Array.from({ length: most }, (_, k) =>
    counts.map((count) => Math.min(k, count - 1)),
  )
  const result = equal.slice(0, limit)
  for (const base of equal)
    for (const [i, count] of counts.entries())
      for (let k = 0; k < count && result.length < limit; k++)
        if (k !== base[i]) result.push(base.map((value, j) => (j === i ? k : value)))
  return result
}

const toEdges = ([x, y]: Point, { size }: NodeBox): Edges => [
  x,
  y,
  x + size[0],
  y + size[1] + TITLE,
]

const placedNodes = ({ places }: Block, { nodes }: Context) =>
  [...places].flatMap(([id, place]) => {
    const node = nodes.get(id)
    return node ? [{ id, edges: toEdges(place, node), isView: node.kind === 'view' }] : []
  })

/**
 * Scores a shape: 2 and more if all is readable at once, or else by the results that are in the best
 * readable part and by the zoom that shows all.
 */
export function scoreOpening(
  nodes: readonly { edges: Edges; isView: boolean }[],
  all: Edges,
): number {
  const scale = fitScale(all, WINDOW)
  if (scale >= READABLE) return 2 + scale
  const views = nodes.filter(({ isView }) => isView).length
  const shown = findBestPart(nodes, WINDOW).filter(({ isView }) => isView).length
  return (views ? shown / views : 1) + 1.5 * scale
}

const scoreShape = (block: Block, context: Context) =>
  scoreOpening(placedNodes(block, context), [0, 0, block.width, block.height])

/** Cost of wires: those behind nodes, and the mean length. */
function wireCost(block: Block, context: Context): number {
  const wires = context.wires.map((wire): PlacedWire => {
    const [from, to] = [block.places.get(wire.from), block.places.get(wire.to)]
    const width = context.nodes.get(wire.from)?.size[0] ?? 0
    return {
      from: wire.from,
      to: wire.to,
      start: [(from?.[0] ?? 0) + width, (from?.[1] ?? 0) + TITLE + wire.fromY],
      end: [to?.[0] ?? 0, (to?.[1] ?? 0) + TITLE + wire.toY],
    }
  })
  const length = wires.reduce(
    (sum, { start, end }) => sum + Math.hypot(end[0] - start[0], end[1] - start[1]),
    0,
  )
  const count = Math.max(1, wires.length)
  return (0.5 * countCrossings(placedNodes(block, context), wires)) / count + length / count / 4000
}
