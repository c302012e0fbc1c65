// Data sets of points in one to three dimensions, centred and scaled to a standard deviation of 1
// over all axes together, so that one noise schedule suits all. Hand-drawn points keep their
// positions.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Random } from '../base/random.ts'
import { getShape, type Point, type Shape, shapeNames, type ShapeName } from './shapes.ts'

export const distributions = [
  'moons',
  'swiss_roll',
  'eight_gaussians',
  'checkerboard',
  'spiral',
  'gaussian',
  'drawn',
  'circles',
  'pinwheel',
  'grid',
  'dino',
  'mixture_1d',
  'bimodal_1d',
  'laplace_1d',
  'uniform_1d',
  'swiss_roll_3d',
  'helix_3d',
  'sphere_3d',
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
  /** The coordinates of each point, `dim` numbers per point. */
  data: Float32Array
  dim: number
  labels?: Int32Array
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

const shapes: { [K in Exclude<Distribution, 'gaussian' | 'drawn' | ShapeName>]: Shape } = {
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

function spiralPoint(angle: number, sign: number): readonly [number, number] {
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

const standardise = ({ center, scale }: Shape, point: Point): Point =>
  point.map((value, axis) => (value - center[axis]) / scale)

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
  const { place, dim, classes } = createPlacement(distribution, points)
  const normal = random.normal(dim * count)
  const labels = Int32Array.from(w, (share) => Math.floor(share * (classes ?? 1)))
  const spread = distribution === 'gaussian' ? 1 : noise
  const data = new Float32Array(dim * count)
  for (let i = 0; i < count; i++) {
    const point = place(u[i], v[i], labels[i])
    for (let axis = 0; axis < dim; axis++) {
      const at = dim * i + axis
      data[at] = point[axis] + spread * normal[at]
    }
  }
  return { data, dim, ...(classes && { classes, labels }) }
}

function createPlacement(
  distribution: Distribution,
  points: PointsConfig['points'],
): { place: Shape['at']; dim: number; classes?: number } {
  if (distribution === 'gaussian') return { place: () => [0, 0], dim: 2 }
  if (distribution === 'drawn') {
    if (points.length === 0) {
      throw new EngineError(processMessages.nothingDrawn, { argument: 'points' })
    }
    return { place: (u) => points[Math.floor(u * points.length)], dim: 2 }
  }
  const shape = isShapeName(distribution) ? getShape(distribution) : shapes[distribution]
  return {
    dim: shape.center.length,
    place: (u, v, label) => standardise(shape, shape.at(u, v, label)),
    ...(shape.classes && { classes: shape.classes }),
  }
}

const isShapeName = (name: Distribution): name is ShapeName =>
  (shapeNames as readonly string[]).includes(name)
