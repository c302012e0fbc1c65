// Turning of a scatter plot in space by the pointer. Loaded when a plot is first dragged.
import { projectPoints, unprojectPoints, type ViewAngles } from '../engine/base/turntable.ts'
import type { ScatterView } from '../engine/base/view.ts'

/** Radians per unit of movement: 200 units are half a turn. */
const SPEED = Math.PI / 200

/** The angles after a movement of the pointer. The camera stays above or below the plane. */
export const turnAngles = ({ yaw, pitch }: ViewAngles, dx: number, dy: number): ViewAngles => ({
  yaw: yaw - dx * SPEED,
  pitch: Math.min(Math.PI / 2, Math.max(-Math.PI / 2, pitch + dy * SPEED)),
})

/** The same points, seen from other angles. Returns a view that is not in space unchanged. */
export function turnView(view: ScatterView, to: ViewAngles): ScatterView {
  const { space } = view
  if (!space) return view
  const turn = (points: Float32Array, depth: Float32Array) =>
    projectPoints(unprojectPoints({ points, depth }, space.angles), to)
  const paths = view.paths.map((path, i) => turn(path, space.pathDepths[i]))
  return {
    ...view,
    clouds: view.clouds.map((cloud) =>
      cloud.depth ? { ...cloud, ...turn(cloud.points, cloud.depth) } : cloud,
    ),
    paths: paths.map(({ points }) => points),
    space: { angles: to, pathDepths: paths.map(({ depth }) => depth) },
  }
}
