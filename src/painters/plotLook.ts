// What the user chooses to see of a plot of points: clouds can be hidden, and the view fitted to
// all points. Lasts until the node is gone, and is not part of the file.
import type { ScatterView } from '../engine/base/view.ts'
import type { Box } from './frame.ts'

export interface PlotLook {
  /** Indices of the hidden clouds. */
  readonly hidden: ReadonlySet<number>
  /** Shows all points instead of the part of the plane that the node sets. */
  readonly fits: boolean
}

/** Places that change the look when they are clicked, relative to the box of the plot. */
export interface PlotControls {
  /** Of the clouds in the legend, by their indices. */
  clouds: readonly Box[]
  /** The note about points outside. */
  note?: Box
}

const initialLook: PlotLook = { hidden: new Set(), fits: false }

export function toggleCloud(look: PlotLook = initialLook, cloud: number): PlotLook {
  const hidden = new Set(look.hidden)
  if (!hidden.delete(cloud)) hidden.add(cloud)
  return { ...look, hidden }
}

export const toggleFit = (look: PlotLook = initialLook): PlotLook => ({ ...look, fits: !look.fits })

const seen = new WeakMap<ScatterView, { look: PlotLook; view: ScatterView }>()

/** Returns the view as the user chose to see it; the same object for the same arguments. */
export function withLook(view: ScatterView, look: PlotLook | undefined): ScatterView {
  if (!look || (!look.fits && !look.hidden.size)) return view
  const known = seen.get(view)
  if (known?.look === look) return known.view
  const clouds = view.clouds.map((cloud, i) => (look.hidden.has(i) ? withoutPoints(cloud) : cloud))
  const shown = { ...view, clouds }
  const result = look.fits ? { ...shown, extent: fitExtent(shown) } : shown
  seen.set(view, { look, view: result })
  return result
}

/** Colours of the other clouds stay, as they follow the positions in the list. */
const withoutPoints = ({ name }: ScatterView['clouds'][number]) => ({
  name,
  points: new Float32Array(0),
})

/** Space around the outermost point, as a factor. */
const AIR = 1.05

/** A square around the origin with all points; the extent of the view if there are none. */
function fitExtent(view: ScatterView): ScatterView['extent'] {
  const all = [...view.clouds.map(({ points }) => points), ...view.paths, ...(view.moving ?? [])]
  let reach = 0
  for (const points of all)
    for (const value of points) if (Number.isFinite(value)) reach = Math.max(reach, Math.abs(value))
  reach *= AIR
  return reach ? [-reach, reach, -reach, reach] : view.extent
}

/** The number of points, and of those outside of a part of the plane or not finite. */
export function countOutside(
  clouds: readonly { points: Float32Array }[],
  [xMin, xMax, yMin, yMax]: ScatterView['extent'],
): { all: number; outside: number } {
  let [all, inside] = [0, 0]
  for (const { points } of clouds) {
    all += points.length / 2
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]]
      if (x >= xMin && x <= xMax && y >= yMin && y <= yMax) inside++
    }
  }
  return { all, outside: all - inside }
}
