// Two-dimensional data sets, centred and scaled to a standard deviation of 1 over both axes
// together, so that one noise schedule suits all. Hand-drawn points keep their positions.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Random } from '../base/random.ts'

export const distributions = [
  'moons',
  'swiss_roll',
  'eight_gaussians',
  'checkerboard',
  'spiral',
  'gaussian',
  'drawn',
] as const
export type Distribution = (typeof distributions)[number]

export interface PointsConfig {
  count: number
  /** Standard deviation of Gaussian noise on every point, in units of the scaled set. */
  noise: number
  /** For `drawn`: the points to draw from. */
  points: readonly (readonly [number, number])[]
}

export interface PointSet {
  /** x, y, x, y, ... */
  data: Float32Array
  labels?: Int32Array
  classes?: number
}

type Point = readonly [number, number]

/** A curve or area with its class, parametrised by u and v, uniform in [0, 1). */
interface Shape {
  at(u: number, v: number, label: number): Point
  /** Centre and divisor of the normalisation. */
  center: Point
  scale: number
  classes?: number
}

const radii = 2
const onCircle = (label: number): Point => [
  radii * Math.cos((label * Math.PI) / 4),
  radii * Math.sin((label * Math.PI) / 4),
]

/** The centres of `eight_gaussians`, scaled like the points. */
export const eightCenters = (): Float32Array =>
  Float32Array.from(
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => standardise(shapes.eight_gaussians, onCircle(i))),
  )

const shapes: { [K in Exclude<Distribution, 'gaussian' | 'drawn'>]: Shape } = {
  moons: {
    at: (u, _, label) => {
      const [x, y] = [Math.cos(Math.PI * u), Math.sin(Math.PI * u)]
      return label === 0 ? [x, y] : [1 - x, 0.5 - y]
    },
    center: [0.5, 0.25],
    scale: Math.sqrt((0.75 + (0.5 - (2 / Math.PI) ** 2 + (2 / Math.PI - 0.25) ** 2)) / 2),
    classes: 2,
  },
  swiss_roll: {
    at: (u) => spiralPoint(1.5 * Math.PI * (1 + 2 * u), 1),
    ...curveMoments((u) => spiralPoint(1.5 * Math.PI * (1 + 2 * u), 1)),
  },
  eight_gaussians: {
    at: (_, __, label) => onCircle(label),
    center: [0, 0],
    scale: radii / Math.SQRT2,
    classes: 8,
  },
  // Squares of a 4 x 4 board: u selects the column, v one of its two rows and the position inside.
  checkerboard: {
    at: (u, v) => {
      const column = Math.floor(4 * u)
      const row = 2 * Math.floor(2 * v) + (column % 2)
      return [4 * u - 2, row + ((2 * v) % 1) - 2]
    },
    center: [0, 0],
    scale: Math.sqrt(4 / 3),
  },
  // The square root distributes the points evenly along the arms.
  spiral: {
    at: (u, _, label) => spiralPoint(3 * Math.PI * Math.sqrt(u), label === 0 ? 1 : -1),
    center: [0, 0],
    scale: Math.sqrt((9 * Math.PI ** 2) / 4),
    classes: 2,
  },
}

function spiralPoint(angle: number, sign: number): Point {
  return [sign * angle * Math.cos(angle), sign * angle * Math.sin(angle)]
}

/** Centre and scale of a curve, by the midpoint rule. */
function curveMoments(curve: (u: number) => Point): { center: Point; scale: number } {
  const count = 10_000
  const points = Array.from({ length: count }, (_, i) => curve((i + 0.5) / count))
  const mean = (value: (point: Point) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / count
  const center: Point = [mean(([x]) => x), mean(([, y]) => y)]
  return {
    center,
    scale: Math.sqrt(mean(([x, y]) => (x - center[0]) ** 2 + (y - center[1]) ** 2) / 2),
  }
}

const standardise = ({ center, scale }: Shape, [x, y]: Point): Point => [
  (x - center[0]) / scale,
  (y - center[1]) / scale,
]

/**
 * Draws `count` independent points; a smaller set is a prefix of a larger one. Throws EngineError
 * if `drawn` has no points.
 */
export function pointSet(
  distribution: Distribution,
  { count, noise, points }: PointsConfig,
  random: Random,
): PointSet {
  const [u, v, w] = [random.uniform(count), random.uniform(count), random.uniform(count)]
  const normal = random.normal(2 * count)
  const { place, classes } = createPlacement(distribution, points)
  const labels = Int32Array.from(w, (share) => Math.floor(share * (classes ?? 1)))
  const spread = distribution === 'gaussian' ? 1 : noise
  const data = new Float32Array(2 * count)
  for (let i = 0; i < count; i++) {
    const [x, y] = place(u[i], v[i], labels[i])
    data[2 * i] = x + spread * normal[2 * i]
    data[2 * i + 1] = y + spread * normal[2 * i + 1]
  }
  return { data, ...(classes && { classes, labels }) }
}

function createPlacement(
  distribution: Distribution,
  points: PointsConfig['points'],
): { place: Shape['at']; classes?: number } {
  if (distribution === 'gaussian') return { place: () => [0, 0] }
  if (distribution === 'drawn') {
    if (points.length === 0) {
      throw new EngineError(processMessages.nothingDrawn, { argument: 'points' })
    }
    return { place: (u) => points[Math.floor(u * points.length)] }
  }
  const shape = shapes[distribution]
  return {
    place: (u, v, label) => standardise(shape, shape.at(u, v, label)),
    ...(shape.classes && { classes: shape.classes }),
  }
}
