// Parallel projection of points in space: the vertical axis stays vertical, as on a turntable.

/** Angles in radians: of the turntable, and of the camera above its plane. */
export interface ViewAngles {
  yaw: number
  pitch: number
}

/** Projected points: x, y, x, y, ... in the picture, and the distance of each towards the viewer. */
export interface Projected {
  points: Float32Array
  depth: Float32Array
}

/** Projects points x, y, z, x, y, z, ..., with z upwards. */
export function projectPoints(points: ArrayLike<number>, { yaw, pitch }: ViewAngles): Projected {
  const count = points.length / 3
  const [cosYaw, sinYaw] = [Math.cos(yaw), Math.sin(yaw)]
  const [cosPitch, sinPitch] = [Math.cos(pitch), Math.sin(pitch)]
  const out = { points: new Float32Array(2 * count), depth: new Float32Array(count) }
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [points[3 * i], points[3 * i + 1], points[3 * i + 2]]
    const away = x * sinYaw + y * cosYaw
    out.points[2 * i] = x * cosYaw - y * sinYaw
    out.points[2 * i + 1] = z * cosPitch + away * sinPitch
    out.depth[i] = z * sinPitch - away * cosPitch
  }
  return out
}

/** The inverse of {@link projectPoints}: x, y, z, x, y, z, ... */
export function unprojectPoints(
  { points, depth }: Projected,
  { yaw, pitch }: ViewAngles,
): Float32Array {
  const [cosYaw, sinYaw] = [Math.cos(yaw), Math.sin(yaw)]
  const [cosPitch, sinPitch] = [Math.cos(pitch), Math.sin(pitch)]
  const out = new Float32Array(3 * depth.length)
  for (let i = 0; i < depth.length; i++) {
    const [across, up, near] = [points[2 * i], points[2 * i + 1], depth[i]]
    const away = up * sinPitch - near * cosPitch
    out[3 * i] = across * cosYaw + away * sinYaw
    out[3 * i + 1] = away * cosYaw - across * sinYaw
    out[3 * i + 2] = up * cosPitch + near * sinPitch
  }
  return out
}
