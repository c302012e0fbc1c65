// Layers that change the pixels of images.
import type { Tensor, Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { avgPool2, upsampleNearest2 } from '../../../layers/resample.ts'
import type { LayerOp } from '../layer.ts'

const resized = (shape: readonly (number | 'n')[], factor: number) => {
  const [height, width, channels] = shape as number[]
  return [height * factor, width * factor, channels]
}

/** Nearest-neighbour upsampling by 2. */
export const upsample: LayerOp = {
  shape: ([x]) => resized(x, 2),
  run: ({ inputs: [x] }) => upsampleNearest2(x as Tensor4D),
}

/** Means of 2 x 2 pixels. */
export const avg_pool: LayerOp = {
  shape: ([x]) => resized(x, 1 / 2),
  run: ({ inputs: [x] }) => avgPool2(x as Tensor4D),
}

/** Mean over the pixels: `[h, w, c]` to `[c]`. */
export const mean_pixels: LayerOp = {
  shape: ([x]) => [x[2]],
  run: ({ inputs: [x] }) => meanOverPixels(x as Tensor4D),
}

/** Sums are fast over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D =>
  h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)

/** The pixels of an image as tokens: `[h, w, c]` to `[h w, c]`. */
export const to_tokens: LayerOp = {
  shape: ([x]) => [(x[0] as number) * (x[1] as number), x[2]],
  run: ({ inputs: [input] }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], -1, x.shape[3]!])
  },
}

/** Tokens as the pixels of an image of `height` and `width`: `[h w, c]` to `[h, w, c]`. */
export const to_image: LayerOp = {
  shape: ([x], { height, width }) => [height as number, width as number, x[1]],
  run: ({ inputs: [input], attrs: { height, width } }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], height as number, width as number, x.shape[2]!])
  },
}
