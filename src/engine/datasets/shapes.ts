// Curves, surfaces and mixtures from which synthetic points are drawn, in one to three dimensions.
import { normalQuantile } from '../process/densities.ts'

/** Coordinates of a point; their number is the dimension of its shape. */
export type Point = readonly number[]

/** A curve, area or mixture, parametrised by u and v, uniform in [0, 1), and the class. */
export interface Shape {
  at(u: number, v: number, label: number): Point
  /** Centre and divisor of the normalisation. */
  center: Point
  scale: number
  classes?: number
}

/** Grid on which moments are computed, per class: fine along u, as curves do not depend on v. */
const MOMENT_GRID = { u: 1000, v: 20 }

/** A shape normalised to mean 0 and standard deviation 1 over all axes together, numerically. */
function normaliseShape(at: Shape['at'], classes?: number): Shape {
  const points: Point[] = []
  for (let label = 0; label < (classes ?? 1); label++)
    for (let i = 0; i < MOMENT_GRID.u; i++)
      for (let j = 0; j < MOMENT_GRID.v; j++)
        points.push(at((i + 0.5) / MOMENT_GRID.u, (j + 0.5) / MOMENT_GRID.v, label))
  const center = points[0].map((_, axis) => mean(points, (point) => point[axis]))
  const variance = mean(
    points,
    (point) => mean(point, (value) => value ** 2) - mean(center, (value) => value ** 2),
  )
  return { at, center, scale: Math.sqrt(variance), ...(classes && { classes }) }
}

const mean = <T>(items: readonly T[], value: (item: T) => number) =>
  items.reduce((sum, item) => sum + value(item), 0) / items.length

const FULL = 2 * Math.PI

/** Two circles, one with half the radius of the other, each with half of the points. */
const circles: Shape['at'] = (u, _, label) => {
  const radius = label === 0 ? 1 : 0.5
  return [radius * Math.cos(FULL * u), radius * Math.sin(FULL * u)]
}

/** Blades of a pinwheel: Gaussians along five arms, which rotate with the radius (Johnson et al.
 * 2016, section 5). */
const pinwheel: Shape['at'] = (u, v, label) => {
  const [along, across] = [1 + 0.3 * boundedQuantile(u), 0.05 * boundedQuantile(v)]
  const angle = (FULL * label) / 5 + 0.25 * Math.exp(along)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [along * cos - across * sin, along * sin + across * cos]
}

/** Normal quantile of a uniform number, finite at 0. */
const boundedQuantile = (u: number) => normalQuantile(Math.min(Math.max(u, 2 ** -25), 1 - 2 ** -25))

/** The middles of a 5 x 5 grid. */
const grid: Shape['at'] = (u, v) => [Math.floor(5 * u) - 2, Math.floor(5 * v) - 2]

/** Outline of a long-necked dinosaur, clockwise from the nose. */
const DINO: readonly Point[] = [
  [9.2, 6.6],
  [9.0, 7.2],
  [8.3, 7.6],
  [7.6, 7.5],
  [7.1, 7.0],
  [6.8, 6.2],
  [6.6, 5.2],
  [6.3, 4.3],
  [5.7, 3.7],
  [4.8, 3.6],
  [3.6, 3.9],
  [2.4, 4.0],
  [1.2, 3.8],
  [0.1, 3.3],
  [-0.9, 2.6],
  [-2.0, 1.9],
  [-3.2, 1.3],
  [-4.5, 0.9],
  [-5.8, 0.8],
  [-4.5, 0.5],
  [-3.2, 0.6],
  [-2.0, 0.9],
  [-0.9, 1.2],
  [-0.3, 1.1],
  [-0.3, 0.1],
  [-0.2, -0.9],
  [0.8, -0.9],
  [1.0, 0.2],
  [1.3, 0.9],
  [2.6, 0.8],
  [3.8, 0.9],
  [4.2, 0.1],
  [4.2, -0.9],
  [5.2, -0.9],
  [5.3, 0.3],
  [5.6, 1.3],
  [6.3, 2.0],
  [7.0, 2.9],
  [7.4, 4.0],
  [7.6, 5.1],
  [7.9, 5.9],
  [8.6, 6.2],
  [9.2, 6.6],
]

/** Distance along the outline at each of its corners. */
const DINO_LENGTHS = DINO.reduce<number[]>((lengths, point, i) => {
  const previous = DINO[Math.max(0, i - 1)]
  const length = Math.hypot(point[0] - previous[0], point[1] - previous[1])
  return [...lengths, (lengths.at(-1) ?? 0) + length]
}, [])

/** The outline, with equal density along it. */
const dino: Shape['at'] = (u) => {
  const along = u * (DINO_LENGTHS.at(-1) ?? 0)
  const end = Math.max(
    1,
    DINO_LENGTHS.findIndex((length) => length > along),
  )
  const share = (along - DINO_LENGTHS[end - 1]) / (DINO_LENGTHS[end] - DINO_LENGTHS[end - 1])
  return DINO[end].map((value, axis) => share * value + (1 - share) * DINO[end - 1][axis])
}

/** Three Gaussians of different weights and widths. */
const mixture: Shape['at'] = (u, v) => {
  const [weight, from, center, std] =
    u < 0.5 ? [0.5, 0, -2, 0.4] : u < 0.8 ? [0.3, 0.5, 0.5, 0.25] : [0.2, 0.8, 2.5, 0.6]
  // u selects the Gaussian, and v the quantile in it, so that both may be drawn independently.
  return [center + std * boundedQuantile((v + (u - from) / weight) % 1)]
}

/** Two narrow Gaussians of equal weight, one per class. */
const bimodal: Shape['at'] = (u, _, label) => [(label === 0 ? -1 : 1) + 0.2 * boundedQuantile(u)]

/** The quantile function of the Laplace distribution, whose density is exp(-|x|) / 2. */
const laplace: Shape['at'] = (u) => {
  const centred = Math.max(u, 2 ** -25) - 0.5
  return [-Math.sign(centred) * Math.log(1 - 2 * Math.abs(centred))]
}

/** A rolled-up strip: the curve of the two-dimensional roll, with v as height. */
const swissRoll: Shape['at'] = (u, v) => {
  const angle = 1.5 * Math.PI * (1 + 2 * u)
  return [angle * Math.cos(angle), angle * Math.sin(angle), 21 * (v - 0.5)]
}

/** Two strands that wind around the vertical axis twice. */
const helix: Shape['at'] = (u, _, label) => {
  const angle = 2 * FULL * u + Math.PI * label
  return [Math.cos(angle), Math.sin(angle), 4 * (u - 0.5)]
}

/** The unit sphere, with equal density (Archimedes: height is uniform). */
const sphere: Shape['at'] = (u, v) => {
  const height = 2 * v - 1
  const radius = Math.sqrt(1 - height ** 2)
  return [radius * Math.cos(FULL * u), radius * Math.sin(FULL * u), height]
}

const makers = {
  circles: () => normaliseShape(circles, 2),
  pinwheel: () => normaliseShape(pinwheel, 5),
  grid: () => normaliseShape(grid),
  dino: () => normaliseShape(dino),
  mixture_1d: () => normaliseShape(mixture),
  bimodal_1d: () => normaliseShape(bimodal, 2),
  laplace_1d: () => normaliseShape(laplace),
  uniform_1d: () => normaliseShape((u) => [u]),
  swiss_roll_3d: () => normaliseShape(swissRoll),
  helix_3d: () => normaliseShape(helix, 2),
  sphere_3d: () => normaliseShape(sphere),
}

export type ShapeName = keyof typeof makers

const normalised = new Map<ShapeName, Shape>()

/** A shape by its name, normalised when it is first used. */
export function getShape(name: ShapeName): Shape {
  const shape = normalised.get(name) ?? makers[name]()
  normalised.set(name, shape)
  return shape
}

export const shapeNames = Object.keys(makers) as ShapeName[]
