// Placement of a note beside its target.

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Distance of the note from its target and from the borders. */
const GAP = 14

/**
 * Returns the top left corner of a note: below, above, right or left of `target`, or at the bottom
 * of `within` if it fits nowhere. Of the places that fit, and the lower corners, the one that covers
 * least of the boxes `around` is chosen.
 */
export function placeBeside(
  target: Box | undefined,
  { width, height }: Pick<Box, 'width' | 'height'>,
  within: Box,
  around: readonly Box[] = [],
): [number, number] {
  const [right, bottom] = [within.left + within.width, within.top + within.height]
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high))
  const fallback: [number, number] = [
    within.left + (within.width - width) / 2,
    bottom - height - GAP,
  ]
  if (!target) return fallback
  const x = clamp(target.left + (target.width - width) / 2, within.left + GAP, right - width - GAP)
  const y = clamp(
    target.top + (target.height - height) / 2,
    within.top + GAP,
    bottom - height - GAP,
  )
  const candidates: [number, number][] = [
    [x, target.top + target.height + GAP],
    [x, target.top - height - GAP],
    [target.left + target.width + GAP, y],
    [target.left - width - GAP, y],
  ]
  const fits = ([x, y]: [number, number]) =>
    x >= within.left && y >= within.top && x + width <= right && y + height <= bottom
  const beside = candidates.filter(fits)
  const places = beside.length > 0 ? beside : [fallback]
  if (around.length === 0) return places[0]
  const low = bottom - height - GAP
  const corners: [number, number][] = [
    [within.left + GAP, low],
    [right - width - GAP, low],
  ]
  const covered = ([left, top]: [number, number]) =>
    [...around, target].reduce((sum, box) => sum + sharedArea({ left, top, width, height }, box), 0)
  // Strictly less: of equal places, the one nearest to the target stays.
  return [...places, ...corners].reduce((best, place) =>
    covered(place) < covered(best) ? place : best,
  )
}

/** Area that two boxes share. */
function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top)
  return width > 0 && height > 0 ? width * height : 0
}
