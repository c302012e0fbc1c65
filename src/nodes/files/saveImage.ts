// Samples as pictures.
import type { GridLayout } from '../../engine/pictures.ts'
import { gridOf, pictureAt, ranges, squareColumns } from '../../engine/pictures.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { Pictures } from '../../engine/plan/view.ts'
import { encodePng } from '../../engine/png.ts'
import { advanced, choice, defineNode, integer, samples, text, toggle } from '../define.ts'
import { readImages } from '../view/images.ts'

/** What a grid is enlarged to, in pixels. */
const WIDTH = 512
/** Larger pictures are not made: 64 million pixels. */
const MOST_PIXELS = 2 ** 26
const MOST_FILES = 1000

export const saveImage = defineNode({
  type: 'diffusion/SaveImage',
  category: 'files',
  summary: 'Saves samples as a PNG that holds the workflow they were made with: dropped on the editor, it opens.',
  inputs: { images: samples('what to save') },
  outputs: {},
  params: {
    name: text('images', 'of the file, without .png'),
    separate: toggle(false, 'a file for each image in place of one grid of all'),
    columns: advanced(integer(0, { min: 0, max: 1024 }, 'of the grid; 0: about as high as wide')),
    scale: advanced(
      integer(
        0,
        { min: 0, max: 64 },
        'how many times each pixel is enlarged; 0: a grid until it is about 512 wide, separate images not at all',
      ),
    ),
    gap: advanced(integer(2, { min: 0, max: 64 }, 'between images of the grid, in pixels of the file')),
    range: advanced(
      choice(ranges, 'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest'),
    ),
  },
  files: async ({ images }, { name, separate, columns, scale, gap, range }) => {
    const { pictures } = await readImages(images, 'images', Infinity, range)
    const stem = name || 'images'
    if (separate) return eachOf(pictures, stem, scale || 1)
    const wanted = columns || squareColumns(pictures.count, pictures)
    const layout = { columns: wanted, gap, scale: scale || automaticScale(pictures, Math.min(wanted, pictures.count)) }
    return [fileOf(`${stem}.png`, pictures, layout)]
  },
})

const automaticScale = ({ width }: Pictures, columns: number) => Math.max(1, Math.floor(WIDTH / (Math.max(1, columns) * width)))

function eachOf(pictures: Pictures, stem: string, scale: number): OutputFile[] {
  const { count } = pictures
  if (count > MOST_FILES) {
    throw new NodeError({
      param: 'separate',
      message: `Expected at most ${MOST_FILES} separate images, got ${count}.`,
      cure: 'Save a grid, or fewer images.',
    })
  }
  const digits = String(Math.max(0, count - 1)).length
  return Array.from({ length: count }, (_, i) =>
    fileOf(`${stem}-${String(i).padStart(digits, '0')}.png`, pictureAt(pictures, i), { columns: 1, gap: 0, scale }),
  )
}

function fileOf(name: string, pictures: Pictures, layout: GridLayout): OutputFile {
  const { count, width, height } = pictures
  if (count === 0) {
    throw new NodeError({ slot: 'images', message: 'Expected images, got none.', cure: 'Wire a batch of at least one.' })
  }
  const pixels = count * (width * layout.scale + layout.gap) * (height * layout.scale + layout.gap)
  if (pixels > MOST_PIXELS) {
    throw new NodeError({
      param: 'scale',
      message: `Expected a picture of at most ${MOST_PIXELS} pixels, it would have ${pixels}.`,
      cure: 'Lower scale, or save fewer images.',
    })
  }
  return { name, mime: 'image/png', bytes: encodePng(gridOf(pictures, layout)) }
}
