// Evaluation of layers that change the pixels of images, and the form of features.
import type { Tensor, Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { depthToSpace, spaceToDepth } from '../../../layers/patches.ts'
import { avgPool2, upsampleNearest2 } from '../../../layers/resample.ts'
import type { LayerRuns } from '../layer.ts'

export const runs = {
  upsample: ({ inputs: [x] }) => upsampleNearest2(x as Tensor4D),
  avg_pool({ inputs: [x], attrs }) {
    const size = attrs.size as number
    if (size === 1) return x as Tensor
    if (size === 2) return avgPool2(x as Tensor4D)
    const patches = spaceToDepth(x as Tensor, size)
    const [b, h, w, c] = patches.shape as [number, number, number, number]
    const pixels = patches.reshape([b * h * w, size * size, c / size ** 2])
    return pixels.mean(1).reshape([b, h, w, c / size ** 2])
  },
  mean_pixels: ({ inputs: [x] }) => meanOverPixels(x as Tensor4D),
  to_tokens: ({ inputs: [input] }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], -1, x.shape[3]!])
  },
  to_image: ({ inputs: [input], attrs: { height, width } }) => {
    const x = input as Tensor
    return x.reshape([x.shape[0], height as number, width as number, x.shape[2]!])
  },
  patchify({ inputs: [x], attrs }) {
    const patches = spaceToDepth(x as Tensor, attrs.size as number)
    return patches.reshape([patches.shape[0], -1, patches.shape[3]!])
  },
  unpatchify({ inputs: [input], attrs: { size, height, width } }) {
    const x = input as Tensor
    const [rows, columns] = [height, width].map((side) => (side as number) / (size as number))
    return depthToSpace(x.reshape([x.shape[0], rows, columns, x.shape[2]!]), size as number)
  },
  reshape({ inputs: [input], shape }) {
    const x = input as Tensor
    return x.reshape([x.shape[0], ...(shape as number[])])
  },
} satisfies LayerRuns

/** Mean over pixels. Sums are fast over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D =>
  h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)
