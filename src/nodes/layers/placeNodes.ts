// Places of the nodes of a network on a grid: a UNet as a U, others as a chain.
import { sortTopologically } from '../../engine/base/sortTopologically.ts'
import type { ExpandedNode } from '../../engine/plan/graph.ts'
import { levelId } from './levels.ts'

type Place = readonly [column: number, row: number]

/** A chain of more columns continues in another line. */
const MOST_COLUMNS = 6

/** Columns from one level of a U to the next, and between the nodes after it. */
const [STEP, END_STEP] = [0.5, 0.25]

/**
 * Places the nodes of a network. The levels of a UNet form a U: the encoder goes down, the decoder
 * up, and levels of equal size are in one row. Other networks are a chain.
 */
export function placeNodes(nodes: readonly ExpandedNode[]): ExpandedNode[] {
  const grid = new Grid()
  const sorted = sortBySources(nodes)
  const depths = findDepths(sorted)
  const levels = findUnetLevels(nodes)
  if (levels) placeUnet(sorted, levels, depths, grid)
  else placeChain(sorted, depths, grid)
  const places = levels ? grid.places : fold(grid.places)
  return nodes.map((node) => ({ ...node, at: places.get(node.id) ?? [0, 0] }))
}

function sortBySources(nodes: readonly ExpandedNode[]): ExpandedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sourcesOf = (id: string) =>
    Object.values(byId.get(id)?.inputs ?? {}).flatMap(({ node }) => (byId.has(node) ? [node] : []))
  return sortTopologically(byId.keys(), sourcesOf).order.flatMap((id) => byId.get(id) ?? [])
}

/** Nodes by column, which may be a fraction, and row. */
class Grid {
  readonly places = new Map<string, Place>()

  /** Adds a node at the first free row of a column from `row` on. */
  add(id: string, column: number, row: number) {
    const taken = [...this.places.values()].filter(([other]) => Math.abs(other - column) < 1)
    const rows = new Set(taken.map(([, other]) => other))
    let free = row
    while (rows.has(free)) free++
    this.places.set(id, [column, free])
  }
}

function placeChain(
  nodes: readonly ExpandedNode[],
  depths: ReadonlyMap<string, number>,
  grid: Grid,
) {
  const path = new Set(findPath(nodes))
  const others = nodes.filter((node) => !path.has(node))
  for (const { id } of [...path, ...others]) grid.add(id, depths.get(id) ?? 0, 0)
}

/** Nodes of the levels of a UNet, in their order. */
interface UnetLevels {
  down: string[]
  middle: string | undefined
  up: string[]
}

function findUnetLevels(nodes: readonly ExpandedNode[]): UnetLevels | undefined {
  const idsOf = (part: RegExp) =>
    nodes.flatMap(({ id, inside }) => (inside && part.test(id) ? [id] : []))
  const [down, up] = [idsOf(/\bdown_blocks\.\d+$/), idsOf(/\bup_blocks\.\d+$/)]
  const middle = nodes.find(({ id }) => id === levelId('mid_block'))?.id
  return down.length > 0 && up.length > 0 ? { down, middle, up } : undefined
}

function placeUnet(
  nodes: readonly ExpandedNode[],
  { down, middle, up }: UnetLevels,
  depths: ReadonlyMap<string, number>,
  grid: Grid,
) {
  const after = findAfter(nodes, new Set([...down, ...(middle ? [middle] : []), ...up]))
  const before = nodes.filter(({ id }) => !after.has(id))
  const path = findPath(before)
  const depthOf = (id: string) => depths.get(id) ?? 0
  const first = 1 + path.reduce((most, { id }) => Math.max(most, depthOf(id)), 0)
  const bottom = down.length
  down.forEach((id, i) => grid.add(id, first + i * STEP, i))
  if (middle) grid.add(middle, first + bottom * STEP, bottom)
  // Without a middle, both halves have their lowest levels in one row.
  const rise = first + bottom * STEP + (middle ? STEP : 1 - STEP)
  up.forEach((id, i) => grid.add(id, rise + i * STEP, Math.max(0, up.length - 1 - i)))
  for (const { id } of path) grid.add(id, depthOf(id), 0)
  for (const node of before) if (!path.includes(node)) grid.add(node.id, depthOf(node.id), 1)
  const levels = new Set([...down, middle, ...up])
  const ends = nodes.filter(({ id }) => after.has(id) && !levels.has(id))
  const end = rise + (up.length - 1) * STEP + 1
  ends.forEach(({ id }, i) => grid.add(id, end + i * END_STEP, i))
}

/** Outputs that do not depend on x. */
const OTHER_OUTPUTS = ['t', 'embedding']

/** The nodes that depend on x, among `nodes`. */
function findPath(nodes: readonly ExpandedNode[]): ExpandedNode[] {
  const found = new Set<string>()
  return nodes.filter(({ id, op, inputs }) => {
    const isInput = op === 'diffusion/ModelInput'
    const reads = Object.values(inputs).some(
      (from) => found.has(from.node) && !OTHER_OUTPUTS.includes(from.slot),
    )
    if (isInput || reads) found.add(id)
    return isInput || reads
  })
}

/** Ids of some nodes and those that depend on them. */
function findAfter(nodes: readonly ExpandedNode[], some: ReadonlySet<string>): Set<string> {
  const after = new Set(some)
  for (const { id, inputs } of nodes)
    if (Object.values(inputs).some((from) => after.has(from.node))) after.add(id)
  return after
}

/** Length of the longest path to each node. Sources come before their readers. */
function findDepths(nodes: readonly ExpandedNode[]): Map<string, number> {
  const depths = new Map<string, number>()
  for (const { id, inputs } of nodes) {
    const sources = Object.values(inputs).flatMap((from) => depths.get(from.node) ?? [])
    depths.set(id, sources.length ? 1 + Math.max(...sources) : 0)
  }
  return depths
}

/** Breaks a long chain into lines of equal length. */
function fold(places: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> {
  const all = [...places.values()]
  const columns = 1 + all.reduce((most, [column]) => Math.max(most, column), 0)
  const rows = 1 + all.reduce((most, [, row]) => Math.max(most, row), 0)
  const length = Math.ceil(columns / Math.ceil(columns / MOST_COLUMNS))
  return new Map(
    [...places].map(([id, [column, row]]): [string, Place] => [
      id,
      [column % length, Math.floor(column / length) * rows + row],
    ]),
  )
}
