// What a model is asked about beside what it makes of it, while a loop runs.
import { fromPatchesOf } from '../data/depthToSpace.ts'
import { ranges } from '../../engine/pictures.ts'
import type { ImagesView, ScatterView } from '../../engine/plan/view.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import type { Times } from '../../engine/schedule.ts'
import { levelsAt } from '../../engine/schedule.ts'
import type { Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import { advanced, choice, defineNode, integer, optional, prediction, real, samples, schedule, timestep } from '../define.ts'
import { readImages } from './images.ts'
import { asPoints, readFirst, shown } from './read.ts'

/** More are not seen, but take time. */
const MOST_POINTS = 4000
/** Lines from x_t to where it is sent: more would hide what they lead to. */
const MOST_LINES = 60

export const denoisingPreview = defineNode({
  type: 'diffusion/DenoisingPreview',
  category: 'view',
  summary:
    'Shows x_t beside the x_0 that is predicted from it, while a loop samples or trains: images in grids of one scale, points with lines to where they are sent.',
  equation: '\\hat{x}_0 = \\frac{x_t - \\sqrt{1 - \\bar\\alpha_t} \\, \\hat\\epsilon}{\\sqrt{\\bar\\alpha_t}}',
  source: 'Ho et al. 2020, eq. 15',
  room: { width: 380, height: 270 },
  inputs: {
    x_t: samples('what the model was asked about'),
    prediction: prediction('what it said, of any kind'),
    t: timestep('of x_t'),
    schedule: schedule('how much noise t means'),
    x_0: optional(samples('the clean data that x_t came from, where a training knows it')),
  },
  outputs: {},
  params: {
    count: integer(16, { min: 1, max: 1024 }, 'so many images, the first'),
    columns: advanced(integer(0, { min: 0, max: 1024 }, 'of each grid; 0: so that the images are as large as can be')),
    block_size: advanced(
      integer(
        1,
        { min: 1, max: 64 },
        'of a model that works on patches, as SpaceToDepth makes them: the side of a square, in pixels',
      ),
    ),
    range: advanced(
      choice(ranges, 'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest'),
    ),
    extent: advanced(
      real(
        3,
        { min: 0, max: 1e6, step: 0.1 },
        'of points: the picture reaches from -extent to extent; 0: as far as there are points',
      ),
    ),
  },
  view: async ({ x_t, prediction, t, schedule, x_0 }, params, { label }) => {
    // A copy also where nothing had to be converted, so that it is always ours to give back.
    const predicted = tf.tidy(() =>
      convertPrediction(prediction.tensor, x_t.tensor, levelsAt(schedule.schedule, t), prediction.predicts, 'sample').clone(),
    )
    try {
      const seen: Seen[] = [
        ...(x_0 ? [{ slot: 'x_0', name: 'x_0', tensor: x_0.tensor }] : []),
        { slot: 'x_t', name: 'x_t', tensor: x_t.tensor },
        { slot: 'prediction', name: 'predicted x_0', tensor: predicted },
      ]
      const caption = label === undefined ? {} : { caption: label }
      if (x_t.tensor.rank === 2) return { ...(await pointsOf(seen, params.extent)), ...caption }
      return { ...(await imagesOf(seen, params, labelsOf(t))), ...caption }
    } finally {
      predicted.dispose()
    }
  },
})

interface Seen {
  slot: string
  name: string
  tensor: Tensor
}

/** Each image's own t, where they differ: in a training. */
function labelsOf({ t }: Times): readonly string[] | undefined {
  return new Set(t).size > 1 ? Array.from(t, (each) => `t = ${shown(each)}`) : undefined
}

interface ImageParams {
  count: number
  columns: number
  block_size: number
  range: (typeof ranges)[number]
}

async function imagesOf(
  seen: readonly Seen[],
  { count, columns, block_size, range }: ImageParams,
  labels: readonly string[] | undefined,
): Promise<ImagesView> {
  const groups = await Promise.all(
    seen.map(async ({ slot, name, tensor }) => {
      const whole = tf.tidy(() => (block_size > 1 ? fromPatchesOf(tensor, block_size, slot) : tensor.clone()))
      const { pictures } = await readImages({ type: 'samples', tensor: whole, space: 'image' }, slot, count, range).finally(() =>
        whole.dispose(),
      )
      return { ...pictures, name, ...(labels && { labels: labels.slice(0, pictures.count) }) }
    }),
  )
  return { kind: 'images', groups, columns }
}

async function pointsOf(seen: readonly Seen[], wanted: number): Promise<ScatterView> {
  const clouds = await Promise.all(
    seen.map(async ({ slot, name, tensor }) => ({ name, points: await readFirst(asPoints(tensor, slot), MOST_POINTS) })),
  )
  const [from, to] = clouds.slice(-2).map(({ points }) => points) as [Float32Array, Float32Array]
  const lines = Math.min(MOST_LINES, from.length / 2)
  const far = clouds.flatMap(({ points }) => [...points]).filter(Number.isFinite)
  const reach = wanted || 1.05 * far.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return {
    kind: 'scatter',
    clouds,
    paths: Array.from({ length: lines }, (_, i) =>
      Float32Array.from([...from.subarray(2 * i, 2 * i + 2), ...to.subarray(2 * i, 2 * i + 2)]),
    ),
    extent: [-reach, reach, -reach, reach],
  }
}
