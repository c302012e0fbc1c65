// Crop: a rectangle of images.
import { NodeError } from '../../engine/messages/fault.ts'
import { takeWindow } from '../../engine/images/transforms.ts'
import { defineNode, param } from '../define.ts'
import { imagesInput, imagesOutput, transformImages } from './image.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const crop = defineNode({
  type: 'diffusion/Crop',
  category: 'tools',
  summary: 'Cuts a rectangle out of images, or out of predictions for them.',
  aliases: ['center crop', 'ImageCrop'],
  inputs: imagesInput,
  outputs: imagesOutput,
  params: {
    top: param.integer(0, { max: 4096 }, 'First row'),
    left: param.integer(0, { max: 4096 }, 'First column'),
    height: param.integer(0, { max: 4096 }, 'Height in pixels; 0: to the bottom'),
    width: param.integer(0, { max: 4096 }, 'Width in pixels; 0: to the right edge'),
  },
  run: ({ images }, { top, left, height, width }) =>
    transformImages(images, (x) => {
      const [rows, columns] = [height || x.shape[1] - top, width || x.shape[2] - left]
      const inside = rows > 0 && columns > 0
      if (!inside || top + rows > x.shape[1] || left + columns > x.shape[2]) {
        throw new NodeError({
          param: top + Math.max(1, rows) > x.shape[1] ? 'top' : 'left',
          message: evaluateMessages.cropOutside({
            height: x.shape[1],
            width: x.shape[2],
            to: [top + Math.max(1, rows), left + Math.max(1, columns)],
          }),
          cure: evaluateMessages.cropInside(),
        })
      }
      const window = { top, left, height: rows, width: columns }
      return takeWindow(x, window, { mode: 'fill', fill: 0 })
    }),
})
