// Layout of a plot of points: which points are shown, and where.
import type { PointTable } from '../../engine/datasets/pointTable.ts'

/** Number of points in a plot. */
const MAX_SHOWN = 5000
/** Margin as a share of the side. */
const MARGIN = 0.06

/** Returns the indices of the points of a class, or of all; of many, some at even distances. */
export function choosePoints({ data, dim, labels }: PointTable, shownClass?: number): number[] {
  const all = Array.from({ length: data.length / dim }, (_, i) => i)
  const chosen =
    shownClass === undefined || !labels ? all : all.filter((i) => labels[i] === shownClass)
  const step = Math.max(1, Math.ceil(chosen.length / MAX_SHOWN))
  return chosen.filter((_, i) => i % step === 0)
}

/**
 * Returns the position of a point in a square of this side: the first two coordinates on one scale,
 * x to the right and y up. Points on a line are spread vertically by their order.
 */
export function fitPoints(
  { data, dim }: PointTable,
  side: number,
): (index: number) => [x: number, y: number] {
  const count = data.length / dim
  const axis = (offset: number) => {
    let [least, greatest] = [Infinity, -Infinity]
    for (let i = offset; i < data.length; i += dim) {
      least = Math.min(least, data[i])
      greatest = Math.max(greatest, data[i])
    }
    return { middle: least / 2 + greatest / 2, extent: greatest - least }
  }
  const x = axis(0)
  const y = dim > 1 ? axis(1) : undefined
  const extent = Math.max(x.extent, y?.extent ?? 0) || 1
  const inner = side * (1 - 2 * MARGIN)
  return (index) => [
    side / 2 + ((data[index * dim] - x.middle) / extent) * inner,
    y
      ? side / 2 - ((data[index * dim + 1] - y.middle) / extent) * inner
      : side * MARGIN + ((index + 0.5) / count) * inner,
  ]
}
