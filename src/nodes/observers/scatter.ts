// Scatter plot of points in the plane or in space, with their paths, and arrows to where they move;
// histogram of points on the line.
import { NodeError } from '../../engine/messages/fault.ts'
import { barOutline, computeDensity, findRange } from '../../engine/base/histogram.ts'
import { projectPoints, type ViewAngles } from '../../engine/base/turntable.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { ChartView, ScatterView } from '../../engine/base/view.ts'
import { tf } from '../../engine/base/tf.ts'
import type {
  Noise,
  NumberValue,
  Prediction,
  Samples,
  Trajectory,
} from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { asPoints, largestCoordinate, readTensor, readFirst, wiredSlots } from './read.ts'
import { sharedDimension } from './vectors.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'
import { processMessages } from '../../engine/messages/process.ts'

/** More points would not be visible and would take time. */
const MOST_POINTS = 4000
const MOST_PATHS = 200
const DENSITY_BINS = 64
/** Angles at which no axis hides another. */
const FIRST_ANGLES: ViewAngles = { yaw: 0.6, pitch: 0.4 }

export const scatter = defineNode({
  type: 'diffusion/Scatter',
  category: 'view',
  summary:
    'Scatter plot of points in the plane: point clouds, paths of a trajectory, arrows of a vector field, and ellipses of a variance. Points in space are projected, and turned by dragging; of points on the line it shows histograms.',
  aliases: ['scatter plot', 'point plot', 'vector field', 'quiver'],
  inputs: {
    samples: slot.many(
      slot.oneOf(
        ['samples', 'noise', 'dataset', 'prediction'],
        'Point cloud; the first is drawn at the back',
      ),
    ),
    trajectory: slot.optional(
      slot.trajectory('Path of each point; drag over the plot to move through time'),
    ),
    field_at: slot.optional(slot.samples('Start points of the arrows, from Grid')),
    field: slot.optional(
      slot.oneOf(['prediction', 'samples', 'noise'], 'Arrows, with the shape of field_at'),
    ),
    mean: slot.optional(slot.samples('Centres of the ellipses')),
    variance: slot.optional(
      slot.oneOf(
        ['samples', 'noise', 'number'],
        'Variance of each coordinate, drawn as an ellipse of one standard deviation',
      ),
    ),
  },
  outputs: {},
  params: {
    names: param.text('', 'Names of the point clouds, separated by commas'),
    extent: param.advanced(
      param.real(
        3,
        { min: 0, max: 1e6, step: 0.1 },
        'The view spans from -extent to extent; 0: fits the points',
      ),
    ),
    field_scale: param.advanced(
      param.real(
        0,
        { min: 0, max: 1e6 },
        'Scale of the arrows; 0: the longest is as long as the grid is wide',
      ),
    ),
    reverse_field: param.advanced(
      param.toggle(
        true,
        'Reverses the arrows of a prediction to point from noise to data, the direction of denoising',
      ),
    ),
  },
  view: async (inputs, { names, extent, field_scale, reverse_field }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const wired = wiredSlots<Cloud>(inputs, 'samples')
    const { trajectory } = inputs
    const dim = sharedDimension([
      ...wired,
      ...(trajectory ? [['trajectory', trajectory] as const] : []),
    ])
    const clouds = await Promise.all(
      wired.map(async ([, value], i) => ({
        ...(await readCloud(value, dim)),
        name: given[i] || value.type,
      })),
    )
    const caption = label === undefined ? {} : { caption: label }
    if (dim === 1) {
      if (trajectory) throw pathsOnLineError()
      return { ...densityChart(clouds, extent), title: label ?? '' }
    }
    const paths = trajectory ? await readPaths(trajectory, dim) : []
    const reach = extent || largestCoordinate([...clouds.map(({ points }) => points), ...paths])
    const plot = {
      kind: 'scatter' as const,
      ...(trajectory && { t: trajectory.t.slice() }),
      extent: [-reach, reach, -reach, reach] satisfies ScatterView['extent'],
      ...caption,
    }
    if (dim === 3) return { ...plot, ...projectView(clouds, paths) }
    const field = await readField(inputs.field_at, inputs.field, {
      scale: field_scale,
      reverse: reverse_field,
      reach,
    })
    const ellipses = await readEllipses(inputs.mean, inputs.variance)
    return {
      ...plot,
      clouds,
      paths,
      ...(field && { field }),
      ...(ellipses && { ellipses }),
    }
  },
})

type Cloud = Samples | Noise | Prediction | Dataset
type ReadCloud = ScatterView['clouds'][number]

async function readCloud(value: Cloud, dim: number): Promise<Omit<ReadCloud, 'name'>> {
  if (value.type !== 'dataset') return { points: await readFirst(value.tensor, MOST_POINTS) }
  return {
    points: value.data.slice(0, dim * MOST_POINTS),
    ...(value.labels && { labels: value.labels.slice(0, MOST_POINTS) }),
  }
}

/** One path per point, through all frames. */
async function readPaths({ frames }: Trajectory, dim: number): Promise<Float32Array[]> {
  if (frames.length === 0) return []
  const count = Math.min(MOST_PATHS, frames[0].shape[0] ?? 0)
  const stacked = tf.tidy(() =>
    tf.stack(
      frames.map((frame) => frame.slice(0, count)),
      1,
    ),
  )
  const all = await readTensor(stacked).finally(() => stacked.dispose())
  const length = dim * frames.length
  return Array.from({ length: count }, (_, i) => all.slice(i * length, (i + 1) * length))
}

const pathsOnLineError = () =>
  new NodeError({
    slot: 'trajectory',
    message: evaluateMessages.pathsOnLine(),
    cure: evaluateMessages.useDensityOverTime(),
  })

/** Histograms of points on the line, from -extent to extent or over all points. */
function densityChart(clouds: readonly ReadCloud[], extent: number): ChartView {
  const [min, max] = extent ? [-extent, extent] : findRange(clouds.map(({ points }) => points))
  return {
    kind: 'chart',
    title: '',
    xLabel: 'x',
    yLabel: viewText('density'),
    yLog: false,
    smoothing: 0,
    lines: clouds.map(({ name, points }) => ({
      name,
      ...barOutline(computeDensity(points, { bins: DENSITY_BINS, min, max }), min, max),
    })),
  }
}

/** Points and paths in space, from a fixed angle that the user can change. */
function projectView(
  clouds: readonly ReadCloud[],
  paths: readonly Float32Array[],
): Pick<ScatterView, 'clouds' | 'paths' | 'space'> {
  const projected = paths.map((path) => projectPoints(path, FIRST_ANGLES))
  return {
    clouds: clouds.map((cloud) => ({ ...cloud, ...projectPoints(cloud.points, FIRST_ANGLES) })),
    paths: projected.map(({ points }) => points),
    space: { angles: FIRST_ANGLES, pathDepths: projected.map(({ depth }) => depth) },
  }
}

async function readField(
  at: Samples | Noise | undefined,
  field: Prediction | Samples | Noise | undefined,
  { scale, reverse, reach }: { scale: number; reverse: boolean; reach: number },
): Promise<Float32Array | undefined> {
  if (!at && !field) return undefined
  if (!at || !field) {
    throw new NodeError({
      slot: at ? 'field' : 'field_at',
      message: evaluateMessages.arrows(),
      cure: evaluateMessages.connectField(),
    })
  }
  const [from, to] = [asPoints(at.tensor, 'field_at'), asPoints(field.tensor, 'field')]
  if (from.shape[0] !== to.shape[0]) {
    throw new NodeError({
      slot: 'field',
      message: processMessages.shape({ like: 'field_at', expected: from.shape, shape: to.shape }),
      cure: evaluateMessages.connectField(),
    })
  }
  const [starts, values] = await Promise.all([
    readFirst(from, MOST_POINTS),
    readFirst(to, MOST_POINTS),
  ])
  const arrows = fieldArrows(starts, values, field, reverse)
  return scaleArrows(
    starts,
    arrows,
    scale || automaticScale(arrows, (2 * reach) / Math.sqrt(starts.length / 2)),
  )
}

/**
 * Arrows away from the data, or reversed. A predicted x_0 is a position, not a direction, so its
 * arrow starts there.
 */
function fieldArrows(
  starts: Float32Array,
  values: Float32Array,
  field: Prediction | Samples | Noise,
  reverse: boolean,
): Float32Array {
  if (field.type !== 'prediction') return values
  const sign = reverse ? -1 : 1
  return values.map((value, i) => sign * (field.predicts === 'sample' ? starts[i] - value : value))
}

function automaticScale(arrows: Float32Array, longest: number): number {
  let largest = 0
  for (let i = 0; i < arrows.length; i += 2) {
    const length = Math.hypot(arrows[i], arrows[i + 1])
    if (Number.isFinite(length)) largest = Math.max(largest, length)
  }
  return largest ? longest / largest : 1
}

/** x, y, dx and dy of each finite arrow. */
function scaleArrows(starts: Float32Array, arrows: Float32Array, scale: number): Float32Array {
  const out: number[] = []
  for (let i = 0; i < starts.length; i += 2) {
    const arrow = [starts[i], starts[i + 1], scale * arrows[i], scale * arrows[i + 1]]
    if (arrow.every(Number.isFinite)) out.push(...arrow)
  }
  return Float32Array.from(out)
}

async function readEllipses(
  mean: Samples | Noise | undefined,
  variance: Samples | Noise | NumberValue | undefined,
): Promise<Float32Array | undefined> {
  if (!mean || !variance) return undefined
  const centers = await readFirst(asPoints(mean.tensor, 'mean'), MOST_PATHS)
  const variances = await readFirst(variance.tensor, MOST_PATHS)
  // One variance for all, or one per coordinate.
  const radius = (i: number) => Math.sqrt(Math.max(0, variances[variances.length === 1 ? 0 : i]))
  const out = new Float32Array(2 * centers.length)
  for (let i = 0; i < centers.length; i += 2)
    out.set([centers[i], centers[i + 1], radius(i), radius(i + 1)], 2 * i)
  return out
}
