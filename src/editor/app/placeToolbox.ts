// Places the selection toolbar above the selected nodes, or below them.

/** Left, top, right and bottom, in CSS pixels of the page. */
type Rect = readonly [number, number, number, number]

/** Gap between the toolbar and the nodes, and between the toolbar and the edges of the area. */
const [GAP, MARGIN] = [10, 8]

/**
 * Returns the left top corner of the toolbar. Undefined if no selected node is in view, or if there
 * is no room for the toolbar in the area.
 */
export function placeToolbox(
  nodes: readonly Rect[],
  [width, height]: readonly [number, number],
  area: Rect,
): [number, number] | undefined {
  const shown = nodes.filter(
    (rect) => rect[0] < area[2] && rect[2] > area[0] && rect[1] < area[3] && rect[3] > area[1],
  )
  if (!shown.length || area[2] - area[0] < width + 2 * MARGIN) return undefined
  const left = Math.max(area[0], Math.min(...shown.map((rect) => rect[0])))
  const right = Math.min(area[2], Math.max(...shown.map((rect) => rect[2])))
  const top = Math.min(...shown.map((rect) => rect[1]))
  const bottom = Math.max(...shown.map((rect) => rect[3]))
  const x = clamp((left + right - width) / 2, area[0] + MARGIN, area[2] - MARGIN - width)
  const above = top - GAP - height
  if (above >= area[1] + MARGIN) return [x, above]
  const below = bottom + GAP
  if (below + height <= area[3] - MARGIN) return [x, below]
  return [x, area[1] + MARGIN]
}

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))
