// The plane of a plot of points, at equal scales of both axes.
import type { ScatterView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'

/** The visible part of the plane: its box, and where points are in it. */
export interface Plane extends Box {
  px(x: number): number
  py(y: number): number
  /** Pixels per unit of data. */
  unit: number
}

/** The plane that shows an extent in an area. */
export function fitPlane(
  { extent: [xMin, xMax, yMin, yMax] }: Pick<ScatterView, 'extent'>,
  area: Box,
): Plane {
  const unit = Math.min(
    area.width / Math.max(1e-9, xMax - xMin),
    area.height / Math.max(1e-9, yMax - yMin),
  )
  const [cx, cy] = [area.x + area.width / 2, area.y + area.height / 2]
  return {
    ...area,
    unit,
    px: (x) => cx + (x - (xMin + xMax) / 2) * unit,
    py: (y) => cy - (y - (yMin + yMax) / 2) * unit,
  }
}

/** The part of the plane in the box, which is more than the extent of the view. */
export function visibleExtent({ x, y, width, height, px, py, unit }: Plane) {
  const [left, bottom] = [(x - px(0)) / unit, (py(0) - y - height) / unit]
  return [left, left + width / unit, bottom, bottom + height / unit] as [
    number,
    number,
    number,
    number,
  ]
}
