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
 * of `within` if it fits nowhere.
 */
export function placeBeside(
  target: Box | undefined,
  { width, height }: Pick<Box, 'width' | 'height'>,
  within: Box,
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
  return candidates.find(fits) ?? fallback
}
