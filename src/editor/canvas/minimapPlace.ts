// Chooses the corner of the canvas where the minimap covers least.

/** Left, top, right and bottom, in CSS pixels of the page. */
export type PageRect = readonly [number, number, number, number]

export type Corner = 'bottomLeft' | 'bottomRight' | 'topRight' | 'topLeft'

/** Corners in the order of preference. */
const corners: readonly Corner[] = ['bottomLeft', 'bottomRight', 'topRight', 'topLeft']

export interface MinimapSurroundings {
  /** The canvas area that panels leave free. */
  area: PageRect
  size: readonly [number, number]
  /** Rectangles that must not be covered: selected nodes, and nodes with a fault. */
  important: readonly PageRect[]
  /** All other nodes. */
  others(): readonly PageRect[]
}

/** Distance of the minimap from the edges of the area. */
const MARGIN = 12

export function cornerRect(
  corner: Corner,
  { area, size }: Pick<MinimapSurroundings, 'area' | 'size'>,
): PageRect {
  const [width, height] = size
  const left = corner.endsWith('Left') ? area[0] + MARGIN : area[2] - MARGIN - width
  const top = corner.startsWith('top') ? area[1] + MARGIN : area[3] - MARGIN - height
  return [left, top, left + width, top + height]
}

/**
 * Returns the corner for the minimap, undefined if each covers something important. It leaves its
 * corner only for one that covers nothing important, and for nothing else.
 */
export function chooseCorner(
  current: Corner | undefined,
  surroundings: MinimapSurroundings,
): Corner | undefined {
  const isFree = (corner: Corner) =>
    !surroundings.important.some((rect) => commonArea(rect, cornerRect(corner, surroundings)) > 0)
  if (current && isFree(current)) return current
  const free = corners.filter(isFree)
  const others = surroundings.others()
  const covered = (corner: Corner) =>
    others.reduce((sum, rect) => sum + commonArea(rect, cornerRect(corner, surroundings)), 0)
  return free.reduce<Corner | undefined>(
    (best, corner) => (best && covered(best) <= covered(corner) ? best : corner),
    undefined,
  )
}

/** Area that two rectangles have in common. */
const commonArea = (a: PageRect, b: PageRect): number =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
  Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]))
