// Snapping of dragged nodes to the edges and middles of others, with the lines to draw.

/** Left, top, right and bottom. */
export type Rect = readonly [number, number, number, number]

/** A line between two points of the graph. */
export type SnapLine = readonly [x1: number, y1: number, x2: number, y2: number]

export interface Snap {
  /** Shift that aligns the dragged nodes. */
  shift: [number, number]
  lines: SnapLine[]
}

/** Start, middle and end of a rectangle along an axis. */
const marks = (rect: Rect, axis: 0 | 1) => [
  rect[axis],
  (rect[axis] + rect[axis + 2]) / 2,
  rect[axis + 2],
]

/**
 * Aligns a rectangle with the nearest edges or middles of others within a distance, on each axis by
 * itself. Edges align with equal edges, and middles with middles.
 */
export function snapRect(moving: Rect, others: readonly Rect[], distance: number): Snap {
  const shift = ([0, 1] as const).map((axis) => nearestShift(moving, others, axis, distance))
  const [dx, dy] = shift.map((each) => each ?? 0)
  const there: Rect = [moving[0] + dx, moving[1] + dy, moving[2] + dx, moving[3] + dy]
  const lines = ([0, 1] as const).flatMap((axis) =>
    shift[axis] === undefined ? [] : alignedLines(there, others, axis),
  )
  return { shift: [dx, dy], lines }
}

function nearestShift(
  moving: Rect,
  others: readonly Rect[],
  axis: 0 | 1,
  distance: number,
): number | undefined {
  const own = marks(moving, axis)
  let best: number | undefined
  for (const other of others)
    for (const [i, mark] of marks(other, axis).entries()) {
      const shift = mark - own[i]
      if (Math.abs(shift) <= distance && Math.abs(shift) < Math.abs(best ?? Infinity)) best = shift
    }
  return best
}

/** One line through each aligned mark, as long as all rectangles that have it. */
function alignedLines(rect: Rect, others: readonly Rect[], axis: 0 | 1): SnapLine[] {
  const across = axis === 0 ? 1 : 0
  return marks(rect, axis).flatMap((mark, i): SnapLine[] => {
    const aligned = others.filter((other) => Math.abs(marks(other, axis)[i] - mark) < 0.5)
    if (!aligned.length) return []
    const from = Math.min(rect[across], ...aligned.map((other) => other[across]))
    const to = Math.max(rect[across + 2], ...aligned.map((other) => other[across + 2]))
    return [axis === 0 ? [mark, from, mark, to] : [from, mark, to, mark]]
  })
}
