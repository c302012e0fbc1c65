// Points in the plane, where they came from and where they are sent.
import { NodeError } from '../../engine/plan/fault.ts'
import type { ScatterView } from '../../engine/plan/view.ts'
import { tf } from '../../engine/tf.ts'
import type { Dataset, Noise, NumberValue, Prediction, Samples, Trajectory } from '../../engine/values.ts'
import { advanced, defineNode, many, oneOf, optional, real, samples, text, toggle, trajectory } from '../define.ts'
import { asPoints, reachOf, read, readFirst, wired } from './read.ts'

/** More are not seen, but take time. */
const MOST_POINTS = 4000
const MOST_PATHS = 200

export const scatter = defineNode({
  type: 'diffusion/Scatter',
  category: 'view',
  summary:
    'Draws points of the plane: clouds over each other, paths of a trajectory, arrows of a prediction, ellipses of a variance.',
  inputs: {
    samples: many(oneOf(['samples', 'noise', 'dataset', 'prediction'], 'a cloud; the first is drawn at the back')),
    trajectory: optional(trajectory('the way of each point: drag over the picture to go through its time')),
    field_at: optional(samples('where arrows begin, from Grid')),
    field: optional(oneOf(['prediction', 'samples', 'noise'], 'the arrows, of the same shape as field_at')),
    mean: optional(samples('centres of ellipses')),
    variance: optional(oneOf(['samples', 'noise', 'number'], 'of each coordinate: the ellipses are one standard deviation wide')),
  },
  outputs: {},
  params: {
    names: text('', 'of the clouds, with commas between'),
    extent: advanced(
      real(3, { min: 0, max: 1e6, step: 0.1 }, 'the picture reaches from -extent to extent; 0: as far as there are points'),
    ),
    field_scale: advanced(
      real(0, { min: 0, max: 1e6 }, 'what arrows are multiplied by; 0: so that the longest is as long as the grid is wide'),
    ),
    reverse_field: advanced(
      toggle(true, 'turn arrows of a prediction round, from the noise to the data: the direction of denoising'),
    ),
  },
  view: async (inputs, { names, extent, field_scale, reverse_field }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const clouds = await Promise.all(
      wired<Samples | Noise | Prediction | Dataset>(inputs, 'samples').map(async ([slot, value], i) => ({
        ...(await cloudOf(slot, value)),
        name: given[i] || value.type,
      })),
    )
    const paths = inputs.trajectory ? await pathsOf(inputs.trajectory) : []
    const reach = extent || reachOf([...clouds.map(({ points }) => points), ...paths])
    const field = await fieldOf(inputs.field_at, inputs.field, { scale: field_scale, reverse: reverse_field, reach })
    const ellipses = await ellipsesOf(inputs.mean, inputs.variance)
    return {
      kind: 'scatter',
      clouds,
      paths,
      ...(inputs.trajectory && { t: inputs.trajectory.t.slice() }),
      ...(field && { field }),
      ...(ellipses && { ellipses }),
      extent: [-reach, reach, -reach, reach],
      ...(label !== undefined && { caption: label }),
    }
  },
})

async function cloudOf(
  slot: string,
  value: Samples | Noise | Prediction | Dataset,
): Promise<Omit<ScatterView['clouds'][number], 'name'>> {
  if (value.type !== 'dataset') return { points: await readFirst(asPoints(value.tensor, slot), MOST_POINTS) }
  if (String(value.shape) !== '2') {
    throw new NodeError({
      slot,
      message: `Expected points in the plane, items of shape [2], got items of shape [${value.shape}].`,
      cure: 'Wire a data set of points.',
    })
  }
  return {
    points: value.data.slice(0, 2 * MOST_POINTS),
    ...(value.labels && { labels: value.labels.slice(0, MOST_POINTS) }),
  }
}

/** One path a point, through all frames. */
async function pathsOf({ frames }: Trajectory): Promise<Float32Array[]> {
  if (frames.length === 0) return []
  const count = Math.min(MOST_PATHS, asPoints(frames[0]!, 'trajectory').shape[0])
  const stacked = tf.tidy(() =>
    tf.stack(
      frames.map((frame) => frame.slice(0, count)),
      1,
    ),
  )
  const all = await read(stacked).finally(() => stacked.dispose())
  const length = 2 * frames.length
  return Array.from({ length: count }, (_, i) => all.slice(i * length, (i + 1) * length))
}

async function fieldOf(
  at: Samples | Noise | undefined,
  field: Prediction | Samples | Noise | undefined,
  { scale, reverse, reach }: { scale: number; reverse: boolean; reach: number },
): Promise<Float32Array | undefined> {
  if (!at && !field) return undefined
  if (!at || !field) {
    throw new NodeError({
      slot: at ? 'field' : 'field_at',
      message: 'Arrows take both: where they begin, and where they point.',
      cure: 'Wire the same points to field_at that the prediction was made for.',
    })
  }
  const [from, to] = [asPoints(at.tensor, 'field_at'), asPoints(field.tensor, 'field')]
  if (from.shape[0] !== to.shape[0]) {
    throw new NodeError({
      slot: 'field',
      message: `Expected the shape of field_at, [${from.shape}], got [${to.shape}].`,
      cure: 'Wire the same points to field_at that the prediction was made for.',
    })
  }
  const [starts, values] = await Promise.all([readFirst(from, MOST_POINTS), readFirst(to, MOST_POINTS)])
  const arrows = arrowsOf(starts, values, field, reverse)
  return scaled(starts, arrows, scale || automaticScale(arrows, (2 * reach) / Math.sqrt(starts.length / 2)))
}

/** Arrows away from the data, or turned round. A predicted x_0 is a place, not a direction: its arrow leads from there. */
function arrowsOf(
  starts: Float32Array,
  values: Float32Array,
  field: Prediction | Samples | Noise,
  reverse: boolean,
): Float32Array {
  if (field.type !== 'prediction') return values
  const sign = reverse ? -1 : 1
  return values.map((value, i) => sign * (field.predicts === 'sample' ? starts[i]! - value : value))
}

function automaticScale(arrows: Float32Array, longest: number): number {
  let largest = 0
  for (let i = 0; i < arrows.length; i += 2) {
    const length = Math.hypot(arrows[i]!, arrows[i + 1]!)
    if (Number.isFinite(length)) largest = Math.max(largest, length)
  }
  return largest ? longest / largest : 1
}

/** x, y, dx, dy of each arrow that is finite. */
function scaled(starts: Float32Array, arrows: Float32Array, scale: number): Float32Array {
  const out: number[] = []
  for (let i = 0; i < starts.length; i += 2) {
    const arrow = [starts[i]!, starts[i + 1]!, scale * arrows[i]!, scale * arrows[i + 1]!]
    if (arrow.every(Number.isFinite)) out.push(...arrow)
  }
  return Float32Array.from(out)
}

async function ellipsesOf(
  mean: Samples | Noise | undefined,
  variance: Samples | Noise | NumberValue | undefined,
): Promise<Float32Array | undefined> {
  if (!mean || !variance) return undefined
  const centers = await readFirst(asPoints(mean.tensor, 'mean'), MOST_PATHS)
  const variances = await readFirst(variance.tensor, MOST_PATHS)
  // One number for all, or one a coordinate.
  const radius = (i: number) => Math.sqrt(Math.max(0, variances[variances.length === 1 ? 0 : i]!))
  const out = new Float32Array(2 * centers.length)
  for (let i = 0; i < centers.length; i += 2) out.set([centers[i]!, centers[i + 1]!, radius(i), radius(i + 1)], 2 * i)
  return out
}
