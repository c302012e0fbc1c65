// Where a note about a part of the screen goes: beside it, where there is room.

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Between the note and what it is about, and around both. */
const GAP = 14

/** The left top corner of a note of this size: below, above, right or left of `about`; at the foot of `within` if nowhere fits. */
export function placeBeside(
  about: Box | undefined,
  { width, height }: Pick<Box, 'width' | 'height'>,
  within: Box,
): [number, number] {
  const [right, bottom] = [within.left + within.width, within.top + within.height]
  const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(value, high))
  const foot: [number, number] = [within.left + (within.width - width) / 2, bottom - height - GAP]
  if (!about) return foot
  const across = clamp(about.left + (about.width - width) / 2, within.left + GAP, right - width - GAP)
  const along = clamp(about.top + (about.height - height) / 2, within.top + GAP, bottom - height - GAP)
  const places: [number, number][] = [
    [across, about.top + about.height + GAP],
    [across, about.top - height - GAP],
    [about.left + about.width + GAP, along],
    [about.left - width - GAP, along],
  ]
  const fits = ([x, y]: [number, number]) => x >= within.left && y >= within.top && x + width <= right && y + height <= bottom
  return places.find(fits) ?? foot
}
