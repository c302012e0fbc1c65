// Rectangular blocks of placed nodes: joining, padding and packing. Coordinates are graph units;
// a node's rectangle includes its title bar.

export type Id = number | string
export type Point = readonly [x: number, y: number]

/** Nodes with their top left corners relative to the block, which starts at [0, 0]. */
export interface Block {
  readonly width: number
  readonly height: number
  readonly places: ReadonlyMap<Id, Point>
}

export interface Placed {
  readonly block: Block
  readonly x: number
  readonly y: number
}

/** A block with a single node. */
export const nodeBlock = (id: Id, width: number, height: number): Block => ({
  width,
  height,
  places: new Map([[id, [0, 0]]]),
})

/** Joins placed blocks to one, whose top left corner is that of their bounding box. */
export function joinBlocks(parts: readonly Placed[]): Block {
  if (!parts.length) return { width: 0, height: 0, places: new Map() }
  const left = Math.min(...parts.map(({ x }) => x))
  const top = Math.min(...parts.map(({ y }) => y))
  const places = new Map<Id, Point>()
  for (const { block, x, y } of parts)
    for (const [id, [dx, dy]] of block.places) places.set(id, [x - left + dx, y - top + dy])
  return {
    width: Math.max(...parts.map(({ block, x }) => x + block.width)) - left,
    height: Math.max(...parts.map(({ block, y }) => y + block.height)) - top,
    places,
  }
}

export interface Margins {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Adds empty space around a block. */
export const padBlock = (block: Block, { left, top, right, bottom }: Margins): Block => ({
  width: block.width + left + right,
  height: block.height + top + bottom,
  places: new Map([...block.places].map(([id, [x, y]]) => [id, [x + left, y + top]])),
})

/**
 * Packs blocks in their order into a strip of a given width, each as high and then as far left as it
 * fits above the skyline of those before (bottom-left heuristic).
 */
export function packBlocks(blocks: readonly Block[], stripWidth: number, gap: number): Block {
  /** Upper border of the free space: height `y` from `x` to the next entry. */
  let skyline = [{ x: 0, y: 0 }]
  const placed: Placed[] = []
  for (const block of blocks) {
    const heightAt = (x: number) =>
      Math.max(
        ...skyline
          .filter(
            (step, i) => step.x < x + block.width + gap && (skyline[i + 1]?.x ?? Infinity) > x,
          )
          .map(({ y }) => y),
      )
    const fitting = skyline.filter(({ x }) => x + block.width <= stripWidth)
    const best = (fitting.length ? fitting : [{ x: 0, y: 0 }])
      .map(({ x }) => ({ x, y: heightAt(x) }))
      .reduce((a, b) => (b.y < a.y - 1 ? b : a))
    placed.push({ block, ...best })
    skyline = raiseSkyline(skyline, best.x, best.x + block.width + gap, best.y + block.height + gap)
  }
  return joinBlocks(placed)
}

interface Step {
  x: number
  y: number
}

function raiseSkyline(skyline: readonly Step[], from: number, to: number, y: number): Step[] {
  const heightAtEnd = skyline.findLast(({ x }) => x <= to)?.y ?? 0
  const before = skyline.filter(({ x }) => x < from)
  const after = skyline.filter(({ x }) => x > to)
  return [...before, { x: from, y }, { x: to, y: heightAtEnd }, ...after]
}
