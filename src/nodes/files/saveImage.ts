// SaveImage: writes samples as PNG files.
import type { GridLayout } from '../../engine/images/pixels.ts'
import { arrangeGrid, pictureAt, ranges, squareColumns } from '../../engine/images/pixels.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { Pictures } from '../../engine/base/view.ts'
import { encodePng } from '../../engine/images/png.ts'
import { defineNode, param, slot } from '../define.ts'
import { everyParam } from './every.ts'
import { readPictures } from '../observers/images.ts'
import { dataMessages } from '../../messages/data.ts'

/** Target width of an enlarged grid, in pixels. */
const WIDTH = 512
/** Limit on the size of an image: 64 million pixels. */
const MOST_PIXELS = 2 ** 26
const MOST_FILES = 1000

export const saveImage = defineNode({
  type: 'diffusion/SaveImage',
  category: 'files',
  summary:
    'Saves samples as a PNG that contains the workflow. Drop the file on the editor to open the workflow.',
  aliases: ['png', 'download image'],
  inputs: { images: slot.samples('Images to save') },
  outputs: {},
  params: {
    name: param.text('images', 'File name without .png'),
    separate: param.toggle(
      false,
      'One file per image instead of one grid; the first contains the workflow',
    ),
    columns: param.advanced(
      param.integer(0, { min: 0, max: 1024 }, 'Columns of the grid; 0: about square'),
    ),
    scale: param.advanced(
      param.integer(
        0,
        { min: 0, max: 64 },
        'Enlargement factor; 0: enlarges a grid to a width of about 512, and leaves separate images as they are',
      ),
    ),
    gap: param.advanced(
      param.integer(
        2,
        { min: 0, max: 64 },
        'Gap between images of the grid, in pixels of the file',
      ),
    ),
    range: param.advanced(
      param.choice(ranges, 'Mapping of values to brightness', {
        data: '-1 is black, 1 is white; values outside are clamped',
        auto: 'From the smallest to the largest value',
      }),
    ),
    every: everyParam,
  },
  files: async ({ images }, { name, separate, columns, scale, gap, range }) => {
    const { pictures } = await readPictures(images, 'images', Infinity, range)
    const stem = name || 'images'
    if (separate) return toSeparateFiles(pictures, stem, scale || 1)
    const wanted = columns || squareColumns(pictures.count, pictures)
    const layout = {
      columns: wanted,
      gap,
      scale: scale || imageScale(pictures, Math.min(wanted, pictures.count)),
    }
    return [pngFile(`${stem}.png`, pictures, layout)]
  },
})

const imageScale = ({ width }: Pictures, columns: number) =>
  Math.max(1, Math.floor(WIDTH / (Math.max(1, columns) * width)))

function toSeparateFiles(pictures: Pictures, stem: string, scale: number): OutputFile[] {
  const { count } = pictures
  if (count > MOST_FILES) {
    throw new NodeError({
      param: 'separate',
      message: dataMessages.tooManyImages({ most: MOST_FILES, count }),
      cure: dataMessages.saveGrid(),
    })
  }
  const digits = String(Math.max(0, count - 1)).length
  const layout = { columns: 1, gap: 0, scale }
  // The workflow may be much larger than an image; therefore only the first contains it.
  return Array.from({ length: count }, (_, i) => ({
    ...pngFile(`${stem}-${String(i).padStart(digits, '0')}.png`, pictureAt(pictures, i), layout),
    ...(i > 0 && { workflow: false }),
  }))
}

function pngFile(name: string, pictures: Pictures, layout: GridLayout): OutputFile {
  const { count, width, height } = pictures
  if (count === 0) {
    throw new NodeError({
      slot: 'images',
      message: dataMessages.noImages(),
      cure: dataMessages.connectBatch(),
    })
  }
  const pixels = count * (width * layout.scale + layout.gap) * (height * layout.scale + layout.gap)
  if (pixels > MOST_PIXELS) {
    throw new NodeError({
      param: 'scale',
      message: dataMessages.tooManyPixels({ most: MOST_PIXELS, pixels }),
      cure: dataMessages.lowerScale(),
    })
  }
  return { name, mime: 'image/png', bytes: encodePng(arrangeGrid(pictures, layout)) }
}
