// Shows x_t beside the predicted x_0 while a loop runs.
import { assemblePatches } from '../data/depthToSpace.ts'
import { ranges } from '../../engine/images/pixels.ts'
import type { ImagesView, ScatterView } from '../../engine/base/view.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import type { Times } from '../../engine/process/schedule.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Space } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { readPictures } from './images.ts'
import { asPoints, readFirst, shortNumber } from './read.ts'

/** More points would not be visible and would take time. */
const MAX_POINTS = 4000
/** Lines from x_t to the predicted x_0. More would hide their ends. */
const MAX_LINES = 60

export const denoisingPreview = defineNode({
  type: 'diffusion/DenoisingPreview',
  category: 'view',
  summary:
    'Shows x_t next to the x_0 predicted from it while a loop samples or trains: grids of images, or points with lines to their predicted positions.',
  aliases: ['predicted x0', 'denoising process', 'x0 preview'],
  equation:
    '\\hat{x}_0 = \\frac{x_t - \\sqrt{1 - \\bar\\alpha_t} \\, \\hat\\epsilon}{\\sqrt{\\bar\\alpha_t}}',
  source: 'Ho et al. 2020, eq. 15',
  room: { width: 380, height: 270 },
  inputs: {
    x_t: slot.samples('Noisy data that the prediction was made for'),
    prediction: slot.prediction('Model prediction, of any type'),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule that defines the noise level at t'),
    x_0: slot.optional(slot.samples('Clean data that x_t was made from, if known, as in training')),
  },
  outputs: {},
  params: {
    count: param.integer(16, { min: 1, max: 1024 }, 'Number of images, from the first'),
    columns: param.advanced(
      param.integer(0, { min: 0, max: 1024 }, 'Columns of each grid; 0: largest possible images'),
    ),
    block_size: param.advanced(
      param.integer(
        1,
        { min: 1, max: 64 },
        'Block size of models that work on SpaceToDepth patches, in pixels',
      ),
    ),
    range: param.advanced(
      param.choice(ranges, 'Mapping of values to brightness', {
        data: '-1 is black, 1 is white; values outside are clamped',
        auto: 'From the smallest to the largest value',
      }),
    ),
    extent: param.advanced(
      param.real(
        3,
        { min: 0, max: 1e6, step: 0.1 },
        'For points: the view spans from -extent to extent; 0: fits the points',
      ),
    ),
  },
  view: async ({ x_t, prediction, t, schedule, x_0 }, params, { label }) => {
    // Cloned even without a conversion, so that it can always be disposed here.
    const predicted = tf.tidy(() =>
      convertPrediction(
        prediction.tensor,
        x_t.tensor,
        levelsAt(schedule.schedule, t),
        prediction.predicts,
        'sample',
      ).clone(),
    )
    try {
      const seen: PreviewedTensor[] = [
        ...(x_0 ? [{ slot: 'x_0', name: 'x_0', tensor: x_0.tensor }] : []),
        { slot: 'x_t', name: 'x_t', tensor: x_t.tensor },
        { slot: 'prediction', name: 'predicted x_0', tensor: predicted },
      ]
      const caption = label === undefined ? {} : { caption: label }
      if (x_t.tensor.rank === 2)
        return { ...(await previewPoints(seen, params.extent)), ...caption }
      const options = { ...params, space: x_t.space }
      return { ...(await previewImages(seen, options, timestepLabels(t))), ...caption }
    } finally {
      predicted.dispose()
    }
  },
})

interface PreviewedTensor {
  slot: string
  name: string
  tensor: Tensor
}

/** The t of each image if they differ, as during training. */
function timestepLabels({ t }: Times): readonly string[] | undefined {
  return new Set(t).size > 1 ? Array.from(t, (each) => `t = ${shortNumber(each)}`) : undefined
}

interface ImageParams {
  count: number
  columns: number
  block_size: number
  range: (typeof ranges)[number]
  space: Space
}

async function previewImages(
  seen: readonly PreviewedTensor[],
  { count, columns, block_size, range, space }: ImageParams,
  labels: readonly string[] | undefined,
): Promise<ImagesView> {
  const groups = await Promise.all(
    seen.map(async ({ slot, name, tensor }) => {
      const whole = tf.tidy(() =>
        block_size > 1 ? assemblePatches(tensor, block_size, slot) : tensor.clone(),
      )
      const { pictures, each } = await readPictures(
        { type: 'samples', tensor: whole, space: block_size > 1 ? 'image' : space },
        slot,
        count,
        range,
      ).finally(() => whole.dispose())
      const shown =
        labels && Array.from({ length: pictures.count }, (_, i) => labels[Math.floor(i / each)])
      return { ...pictures, name, ...(shown && { labels: shown }) }
    }),
  )
  return { kind: 'images', groups, columns }
}

async function previewPoints(
  seen: readonly PreviewedTensor[],
  wanted: number,
): Promise<ScatterView> {
  const clouds = await Promise.all(
    seen.map(async ({ slot, name, tensor }) => ({
      name,
      points: await readFirst(asPoints(tensor, slot), MAX_POINTS),
    })),
  )
  const [from, to] = clouds.slice(-2).map(({ points }) => points) as [Float32Array, Float32Array]
  const lines = Math.min(MAX_LINES, from.length / 2)
  const far = clouds.flatMap(({ points }) => [...points]).filter(Number.isFinite)
  const reach =
    wanted || 1.05 * far.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return {
    kind: 'scatter',
    clouds,
    paths: Array.from({ length: lines }, (_, i) =>
      Float32Array.from([...from.subarray(2 * i, 2 * i + 2), ...to.subarray(2 * i, 2 * i + 2)]),
    ),
    extent: [-reach, reach, -reach, reach],
  }
}
