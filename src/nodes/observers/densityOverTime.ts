// DensityOverTime: heat map of points on the line over the times of a trajectory.
import { computeDensity, findRange } from '../../engine/base/histogram.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { ChartView, Heat } from '../../engine/base/view.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Trajectory } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor } from './read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

/** Limits on what is read back: more would not be visible. */
const MOST_POINTS = 20_000
const MOST_FRAMES = 200
/** Columns of the picture. */
const COLUMNS = 200

export const densityOverTime = defineNode({
  type: 'diffusion/DensityOverTime',
  category: 'view',
  summary:
    'Heat map of the density of points on the line over time, from noise to data, with the paths of single points.',
  aliases: ['fokker-planck', 'probability path'],
  source: 'Song et al. 2021, figure 2',
  room: { width: 380, height: 260 },
  inputs: {
    trajectory: slot.trajectory('Trajectory of points [n, 1], from SamplingEnd or Sampler'),
  },
  outputs: {},
  params: {
    paths: param.integer(12, { min: 0, max: 200 }, 'Number of paths to draw'),
    bins: param.advanced(param.integer(96, { min: 4, max: 512 }, 'Number of intervals along x')),
    extent: param.advanced(
      param.real(
        0,
        { min: 0, max: 1e6, step: 0.1 },
        'The density is measured from -extent to extent; 0: fits the points',
      ),
    ),
    axis: param.choice(['t', 'step'], 'Horizontal axis', {
      t: 'The timestep: data on the left, noise on the right',
      step: 'The number of the stored step: noise on the left, data on the right',
    }),
    brightness: param.advanced(
      param.choice(['each', 'all'], 'What is brightest', {
        each: 'The highest density of each time',
        all: 'The highest density of all times',
      }),
    ),
  },
  view: async ({ trajectory }, { paths, bins, extent, axis, brightness }) => {
    const { frames, x } = await readFrames(trajectory, axis)
    const [min, max] = extent ? [-extent, extent] : findRange(frames)
    const densities = frames.map((frame) => computeDensity(frame, { bins, min, max }))
    const count = Math.min(paths, frames[0]?.length ?? 0)
    const view: ChartView = {
      kind: 'chart',
      title: '',
      xLabel: axis,
      yLabel: 'x',
      yLog: false,
      smoothing: 0,
      yRange: [min, max],
      lines: Array.from({ length: count }, (_, i) => ({
        name: '',
        x: Float64Array.from(x),
        y: Float64Array.from(frames, (frame) => frame[i]),
      })),
      ...(frames.length > 0 && { heat: heatMap(densities, x, { y: [min, max], brightness }) }),
    }
    return view
  },
})

/** Evenly spaced frames and their positions along the axis, in ascending order. */
async function readFrames(
  { frames, t }: Trajectory,
  axis: 't' | 'step',
): Promise<{ frames: Float32Array[]; x: number[] }> {
  const [first] = frames
  if (!first) return { frames: [], x: [] }
  if (first.rank !== 2 || first.shape[1] !== 1) {
    throw new NodeError({
      slot: 'trajectory',
      message: evaluateMessages.trajectoryOnLine({ shape: first.shape }),
      cure: evaluateMessages.usePlot(),
    })
  }
  const size = Math.min(MOST_POINTS, first.shape[0])
  const stride = Math.ceil(frames.length / MOST_FRAMES)
  const chosen = frames.flatMap((_, i) => ((frames.length - 1 - i) % stride === 0 ? [i] : []))
  const joined = tf.tidy(() => tf.concat(chosen.map((i) => frames[i].slice(0, size))))
  const all = await readTensor(joined).finally(() => joined.dispose())
  const read = chosen.map((index, i) => ({
    // Clean data is at the end of the axis, not beyond it.
    x: axis === 'step' ? index : Math.max(0, t[index]),
    frame: all.slice(i * size, (i + 1) * size),
  }))
  const ascending = read.toSorted((a, b) => a.x - b.x)
  return { frames: ascending.map(({ frame }) => frame), x: ascending.map((each) => each.x) }
}

/** A picture whose columns are the densities at evenly spaced positions, each of the nearest frame. */
function heatMap(
  densities: readonly Float64Array[],
  x: readonly number[],
  { y, brightness }: { y: [number, number]; brightness: 'each' | 'all' },
): Heat {
  const [from, to] = [x[0], x.at(-1) ?? x[0]]
  const peak = (values: Float64Array) => values.reduce((most, value) => Math.max(most, value), 0)
  const highest = Math.max(...densities.map(peak))
  const bins = densities[0].length
  const pixels = new Uint8ClampedArray(3 * COLUMNS * bins)
  for (let column = 0; column < COLUMNS; column++) {
    const density = densities[findNearestIndex(x, from + ((column + 0.5) / COLUMNS) * (to - from))]
    const top = (brightness === 'each' ? peak(density) : highest) || 1
    density.forEach((value, bin) =>
      pixels.set(heatColour(value / top), 3 * ((bins - 1 - bin) * COLUMNS + column)),
    )
  }
  return {
    picture: { width: COLUMNS, height: bins, channels: 3, pixels, count: 1 },
    x: from === to ? [from - 0.5, to + 0.5] : [from, to],
    y,
  }
}

function findNearestIndex(ascending: readonly number[], value: number): number {
  let nearest = 0
  ascending.forEach((each, i) => {
    if (Math.abs(each - value) < Math.abs(ascending[nearest] - value)) nearest = i
  })
  return nearest
}

/** Colours of rising lightness, for any colour vision. */
const COLOURS = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const

/** Interpolates the colour of a share from 0 to 1. */
function heatColour(share: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, share)) * (COLOURS.length - 1)
  const below = Math.min(COLOURS.length - 2, Math.floor(at))
  const [a, b] = [COLOURS[below], COLOURS[below + 1]]
  const mix = (i: 0 | 1 | 2) => a[i] + (at - below) * (b[i] - a[i])
  return [mix(0), mix(1), mix(2)]
}
