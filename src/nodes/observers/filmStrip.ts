// Film of a sampling trajectory, to scrub through.
import { countElements } from '../../engine/base/shapes.ts'
import { evenIndices, ranges } from '../../engine/images/pixels.ts'
import type { FilmView, Pictures, ScatterView, TextsView } from '../../engine/base/view.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import { tokenTexts } from '../../engine/datasets/words.ts'
import type { Trajectory, Vocabulary } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { drawImages, layOutImages } from './images.ts'
import { largestCoordinate, readTensor } from './read.ts'

/** More frames could not be selected one by one with the scrubber. */
const MAX_FRAMES = 200
/** Size of all frames together, as pixels: 160 frames of 64 grey images of 28 x 28. */
const MAX_BYTES = 8e6
const MAX_POINTS = 4000

export const filmStrip = defineNode({
  type: 'diffusion/FilmStrip',
  category: 'view',
  summary:
    'Shows a trajectory of images, points or words, from noise to data. Drag over it to move through time.',
  aliases: ['trajectory', 'animation', 'gif', 'video'],
  room: { width: 320, height: 360 },
  inputs: {
    trajectory: slot.trajectory(
      'Images, points in the plane or tokens, from the end of a sampling loop or Sampler',
    ),
  },
  outputs: {},
  params: {
    count: param.integer(
      16,
      { min: 1, max: 1024 },
      'Number of images or words, from the first; very many reduce the number of frames. Points are always all shown',
    ),
    columns: param.advanced(
      param.integer(0, { min: 0, max: 1024 }, 'Columns; 0: largest possible images'),
    ),
    range: param.advanced(
      param.choice(ranges, 'Mapping of values to brightness', {
        data: '-1 is black, 1 is white; values outside are clamped',
        auto: 'From the smallest to the largest value of all frames',
      }),
    ),
  },
  view: async ({ trajectory }, { count, columns, range }) => {
    const [first] = trajectory.frames
    if (trajectory.vocabulary) return textFilm(trajectory, trajectory.vocabulary, count)
    if (!first) return { kind: 'film', frames: [], t: new Float64Array(), columns }
    if (first.rank === 2 && first.shape[1] === 2) return pointFilm(trajectory, first.shape[0])
    const layout = layOutImages(trajectory.space, first.shape, 'trajectory', count)
    const { items, each } = layout
    const { shown, t, numbers } = await selectFrames(trajectory, [items, ...first.shape.slice(1)])
    // Converted together, so that `auto` gives the same range in each frame.
    const all = drawImages(numbers, layout, range)
    const view: FilmView = {
      kind: 'film',
      frames: Array.from({ length: shown }, (_, i) => framePictures(all, i, items * each)),
      t,
      columns,
    }
    return view
  },
})

/**
 * Reads evenly spaced frames within the limits, with their times.
 * @param shape shape of a frame
 */
async function selectFrames({ frames, t }: Trajectory, shape: readonly number[]) {
  const bytes = countElements(shape)
  const shown = evenIndices(frames.length, Math.min(MAX_FRAMES, Math.floor(MAX_BYTES / bytes)))
  const numbers = await readFilmFrames(
    shown.map((i) => frames[i]),
    shape[0],
  )
  return { shown: shown.length, t: Float64Array.from(shown, (i) => t[i]), numbers }
}

/** Texts of tokens, which `vocabulary` spells. */
async function textFilm(
  trajectory: Trajectory,
  vocabulary: Vocabulary,
  count: number,
): Promise<TextsView> {
  const items = Math.min(count, trajectory.frames[0]?.shape[0] ?? 0)
  const { shown, t, numbers } = await selectFrames(trajectory, [items, vocabulary.length])
  const each = items * vocabulary.length
  return {
    kind: 'texts',
    frames: Array.from({ length: shown }, (_, i) =>
      tokenTexts(numbers.subarray(i * each, (i + 1) * each), vocabulary),
    ),
    t,
  }
}

async function pointFilm(trajectory: Trajectory, size: number): Promise<ScatterView> {
  const count = Math.min(MAX_POINTS, size)
  const { shown, t, numbers } = await selectFrames(trajectory, [count, 2])
  const moving = Array.from({ length: shown }, (_, i) =>
    numbers.slice(2 * count * i, 2 * count * (i + 1)),
  )
  // With much noise, points start far outside the range of the result.
  const reach = Math.min(
    largestCoordinate(moving),
    Math.max(3, 1.5 * largestCoordinate(moving.slice(-1))),
  )
  return {
    kind: 'scatter',
    clouds: [],
    paths: [],
    moving,
    t,
    extent: [-reach, reach, -reach, reach],
  }
}

/** The first `count` items of each frame, read back at once. */
async function readFilmFrames(frames: readonly Tensor[], count: number): Promise<Float32Array> {
  const joined = tf.tidy(() => tf.concat(frames.map((frame) => frame.slice(0, count))))
  return readTensor(joined).finally(() => joined.dispose())
}

function framePictures(all: Pictures, index: number, count: number): Pictures {
  const bytes = count * all.width * all.height * all.channels
  return { ...all, count, pixels: all.pixels.subarray(index * bytes, (index + 1) * bytes) }
}
