// Compact layered arrangement of blocks (after Sugiyama): columns from sources to targets, each
// block as near as possible to the height of its neighbours.
import { joinBlocks, type Block, type Placed } from './blocks.ts'

/** A wire between two blocks, by index, with the heights of its slots within the blocks. */
export interface BlockWire {
  readonly from: number
  readonly to: number
  readonly fromY: number
  readonly toY: number
}

export interface ColumnOptions {
  /** Columns that would be higher are split. */
  readonly maxHeight: number
  /** Puts two successive layers into one column up to {@link maxHeight}, but not the first and last. */
  readonly merge?: boolean
  readonly columnGap: number
  readonly rowGap: number
}

export function arrangeColumns(
  blocks: readonly Block[],
  wires: readonly BlockWire[],
  options: ColumnOptions,
): Block {
  const neighbours = findNeighbours(blocks.length, withoutCycles(blocks.length, wires))
  const layers = groupByLayer(findLayers(neighbours))
  const columns = options.merge
    ? mergeLayers(layers, blocks, options)
    : splitColumns(layers, blocks, options)
  orderColumns(columns, neighbours, blocks, options.rowGap)
  const y = placeRows(columns, neighbours, blocks, options.rowGap)
  const placed: Placed[] = []
  let x = 0
  for (const column of columns) {
    const width = Math.max(...column.map((i) => blocks[i].width))
    // Sources stand at the right of their column, next to what they feed.
    for (const i of column) {
      const feeds = !neighbours.incoming[i].length
      placed.push({ block: blocks[i], x: feeds ? x + width - blocks[i].width : x, y: y[i] })
    }
    x += width + options.columnGap
  }
  return joinBlocks(placed)
}

/** The wires of each block on both sides. */
interface Neighbours {
  readonly incoming: readonly BlockWire[][]
  readonly outgoing: readonly BlockWire[][]
}

function findNeighbours(count: number, wires: readonly BlockWire[]): Neighbours {
  const [incoming, outgoing] = [0, 1].map(() =>
    Array.from({ length: count }, () => [] as BlockWire[]),
  )
  for (const wire of wires) {
    incoming[wire.to].push(wire)
    outgoing[wire.from].push(wire)
  }
  return { incoming, outgoing }
}

/** Drops the wires that close a cycle. Iterative, since a chain may be long. */
function withoutCycles(count: number, wires: readonly BlockWire[]): BlockWire[] {
  const { incoming, outgoing } = findNeighbours(count, wires)
  const [OPEN, DONE] = [1, 2]
  const state = new Int8Array(count)
  const result: BlockWire[] = []
  const visit = (first: number) => {
    const stack = [{ block: first, next: 0 }]
    state[first] = OPEN
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const wire = outgoing[top.block][top.next++]
      if (!wire) {
        state[top.block] = DONE
        stack.pop()
      } else if (state[wire.to] !== OPEN) {
        result.push(wire)
        if (state[wire.to] !== DONE) {
          state[wire.to] = OPEN
          stack.push({ block: wire.to, next: 0 })
        }
      }
    }
  }
  for (let i = 0; i < count; i++) if (!state[i] && !incoming[i].length) visit(i)
  for (let i = 0; i < count; i++) if (!state[i]) visit(i)
  return result
}

/** Longest path from a source; sources move next to their first target. */
function findLayers({ incoming, outgoing }: Neighbours): number[] {
  const layers = incoming.map(() => 0)
  const waiting = incoming.map(({ length }) => length)
  const ready = waiting.flatMap((count, i) => (count ? [] : [i]))
  // Grows while it is read.
  for (const i of ready)
    for (const { to } of outgoing[i]) {
      layers[to] = Math.max(layers[to], layers[i] + 1)
      if (--waiting[to] === 0) ready.push(to)
    }
  return layers.map((layer, i) => {
    if (incoming[i].length || !outgoing[i].length) return layer
    return Math.min(...outgoing[i].map(({ to }) => layers[to])) - 1
  })
}

function groupByLayer(layers: readonly number[]): number[][] {
  const columns = new Map<number, number[]>()
  layers.forEach((layer, i) => columns.set(layer, [...(columns.get(layer) ?? []), i]))
  return [...columns].sort(([a], [b]) => a - b).map(([, column]) => column)
}

function mergeLayers(
  layers: readonly number[][],
  blocks: readonly Block[],
  { maxHeight, rowGap }: ColumnOptions,
): number[][] {
  const height = (column: readonly number[]) =>
    column.reduce((sum, i) => sum + blocks[i].height + rowGap, -rowGap)
  const columns: number[][] = []
  let single: number[] | undefined
  layers.forEach((layer, k) => {
    const last = columns.at(-1)
    const isInner = k > 1 && k < layers.length - 1
    if (last && isInner && last === single && height([...last, ...layer]) <= maxHeight) {
      last.push(...layer)
      single = undefined
    } else columns.push((single = [...layer]))
  })
  return columns
}

function splitColumns(
  columns: readonly number[][],
  blocks: readonly Block[],
  { maxHeight, rowGap }: ColumnOptions,
): number[][] {
  return columns.flatMap((column) => {
    const total = column.reduce((sum, i) => sum + blocks[i].height + rowGap, -rowGap)
    const parts = Math.ceil(total / Math.max(maxHeight, 1))
    if (parts < 2) return [column]
    const result: number[][] = []
    let height = Infinity
    for (const i of column) {
      if (height + blocks[i].height > total / parts + rowGap && result.length < parts) {
        result.push([])
        height = 0
      }
      result[result.length - 1].push(i)
      height += blocks[i].height + rowGap
    }
    return result
  })
}

/** Orders columns by the mean height of the neighbours on the one and the other side, in turns. */
function orderColumns(
  columns: number[][],
  neighbours: Neighbours,
  blocks: readonly Block[],
  gap: number,
) {
  const y: number[] = []
  const stack = (column: readonly number[]) => {
    let at = 0
    for (const i of column) {
      y[i] = at
      at += blocks[i].height + gap
    }
    for (const i of column) y[i] -= at / 2
  }
  columns.forEach(stack)
  for (let sweep = 0; sweep < 6; sweep++) {
    const back = sweep % 2 === 1
    for (const column of back ? columns.toReversed() : columns) {
      const wanted = new Map(column.map((i) => [i, desiredY(i, neighbours, y, back) ?? y[i]]))
      column.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
      stack(column)
    }
  }
}

/** Mean y at which the wires of a block on one side would be horizontal. */
function desiredY(
  i: number,
  { incoming, outgoing }: Neighbours,
  y: readonly number[],
  toRight: boolean,
): number | undefined {
  const wanted = toRight
    ? outgoing[i].map(({ to, fromY, toY }) => y[to] + toY - fromY)
    : incoming[i].map(({ from, fromY, toY }) => y[from] + fromY - toY)
  return wanted.length ? wanted.reduce((a, b) => a + b, 0) / wanted.length : undefined
}

function placeRows(
  columns: readonly number[][],
  neighbours: Neighbours,
  blocks: readonly Block[],
  gap: number,
): number[] {
  const y: number[] = blocks.map(() => 0)
  for (let sweep = 0; sweep < 4; sweep++) {
    const back = sweep % 2 === 1
    for (const column of back ? columns.toReversed() : columns) {
      const wanted = column.map((i) => {
        const [left, right] = [desiredY(i, neighbours, y, false), desiredY(i, neighbours, y, true)]
        if (!sweep || left === undefined || right === undefined) return left ?? right ?? y[i]
        return (left + right) / 2
      })
      spread(
        column.map((i) => blocks[i].height + gap),
        wanted,
      ).forEach((at, k) => {
        y[column[k]] = at
      })
    }
  }
  return y
}

/**
 * Positions without overlaps, in the same order, with the least squares of their distances to those
 * wanted (pool adjacent violators).
 */
export function spread(heights: readonly number[], wanted: readonly number[]): number[] {
  const pools: { start: number; count: number; height: number; members: number }[] = []
  heights.forEach((height, i) => {
    let pool = { start: wanted[i], count: 1, height, members: i }
    for (
      let last = pools.at(-1);
      last && last.start + last.height > pool.start;
      last = pools.at(-1)
    ) {
      pools.pop()
      const count = last.count + pool.count
      pool = {
        start: (last.start * last.count + (pool.start - last.height) * pool.count) / count,
        count,
        height: last.height + pool.height,
        members: last.members,
      }
    }
    pools.push(pool)
  })
  return pools.flatMap(({ start, count, members }) => {
    let at = start
    return heights.slice(members, members + count).map((height) => {
      const y = at
      at += height
      return y
    })
  })
}
