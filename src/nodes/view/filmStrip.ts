// Sampling as a film.
import { evenly, picturesOf, ranges } from '../../engine/pictures.ts'
import type { FilmView, Pictures, ScatterView } from '../../engine/plan/view.ts'
import type { Tensor } from '../../engine/tf.ts'
import { tf } from '../../engine/tf.ts'
import type { Trajectory } from '../../engine/values.ts'
import { advanced, choice, defineNode, integer, trajectory } from '../define.ts'
import type { ImageShape } from './images.ts'
import { imageShape } from './images.ts'
import { reachOf, read } from './read.ts'

/** More frames could not be told apart with the scrubber. */
const MOST_FRAMES = 200
/** Of all frames together, as pixels: 160 frames of 64 grey images of 28 x 28. */
const MOST_BYTES = 8e6
const MOST_POINTS = 4000

export const filmStrip = defineNode({
  type: 'diffusion/FilmStrip',
  category: 'view',
  summary: 'Shows how images, or points of the plane, came out of the noise: drag over it to go through time.',
  room: { width: 320, height: 360 },
  inputs: { trajectory: trajectory('of images or points of the plane, from SamplingEnd or Sampler') },
  outputs: {},
  params: {
    count: integer(
      16,
      { min: 1, max: 1024 },
      'the first so many images, with very many of them fewer frames are shown; of points all are',
    ),
    columns: advanced(integer(0, { min: 0, max: 1024 }, '0: so that the images are as large as can be')),
    range: advanced(
      choice(
        ranges,
        'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest of all',
      ),
    ),
  },
  view: async ({ trajectory }, { count, columns, range }) => {
    const [first] = trajectory.frames
    if (!first) return { kind: 'film', frames: [], t: new Float64Array(), columns }
    if (first.rank === 2 && first.shape[1] === 2) return filmOfPoints(trajectory, first.shape[0]!)
    const [size, height, width, channels] = imageShape(first.shape, 'trajectory')
    const shape: ImageShape = [Math.min(size, count), height, width, channels]
    const { shown, t, numbers } = await framesOf(trajectory, shape)
    // All at once, so that `auto` means the same in each.
    const all = picturesOf(numbers, [shape[0] * shown, height, width, channels], range)
    const view: FilmView = {
      kind: 'film',
      frames: Array.from({ length: shown }, (_, i) => part(all, i, shape[0])),
      t,
      columns,
    }
    return view
  },
})

/** As many frames of the first items as are not too much, evenly spread, with their times; `shape` is that of a frame. */
async function framesOf({ frames, t }: Trajectory, shape: readonly number[]) {
  const bytes = shape.reduce((product, side) => product * side, 1)
  const shown = evenly(frames.length, Math.min(MOST_FRAMES, Math.floor(MOST_BYTES / bytes)))
  const numbers = await readFrames(
    shown.map((i) => frames[i]!),
    shape[0]!,
  )
  return { shown: shown.length, t: Float64Array.from(shown, (i) => t[i]!), numbers }
}

async function filmOfPoints(trajectory: Trajectory, size: number): Promise<ScatterView> {
  const count = Math.min(MOST_POINTS, size)
  const { shown, t, numbers } = await framesOf(trajectory, [count, 2])
  const moving = Array.from({ length: shown }, (_, i) => numbers.slice(2 * count * i, 2 * count * (i + 1)))
  // Where much noise is added points begin far outside of what they come to.
  const reach = Math.min(reachOf(moving), Math.max(3, 1.5 * reachOf(moving.slice(-1))))
  return { kind: 'scatter', clouds: [], paths: [], moving, t, extent: [-reach, reach, -reach, reach] }
}

/** The first `count` items of each frame, in one reading. */
async function readFrames(frames: readonly Tensor[], count: number): Promise<Float32Array> {
  const joined = tf.tidy(() => tf.concat(frames.map((frame) => frame.slice(0, count))))
  return read(joined).finally(() => joined.dispose())
}

function part(all: Pictures, index: number, count: number): Pictures {
  const bytes = count * all.width * all.height * all.channels
  return { ...all, count, pixels: all.pixels.subarray(index * bytes, (index + 1) * bytes) }
}
