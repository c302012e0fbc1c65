// Evaluation of layers that change the pixels of images, and the form of features.
import type { Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { depthToSpace, spaceToDepth } from '../../../layers/patches.ts'
import { avgPool2, upsampleNearest2 } from '../../../layers/resample.ts'
import type { LayerRuns } from '../layer.ts'

export const runs = {
  upsample: ({ inputs: [x] }) => upsampleNearest2(x as Tensor4D),
  avg_pool({ inputs: [x], attrs: { size } }) {
    if (size === 1) return x
    if (size === 2) return avgPool2(x as Tensor4D)
    const patches = spaceToDepth(x, size)
    const [b, h, w, c] = patches.shape as [number, number, number, number]
    const pixels = patches.reshape([b * h * w, size * size, c / size ** 2])
    return pixels.mean(1).reshape([b, h, w, c / size ** 2])
  },
  mean_pixels: ({ inputs: [x] }) => meanOverPixels(x as Tensor4D),
  to_tokens: ({ inputs: [x] }) => x.reshape([x.shape[0], -1, x.shape[3]!]),
  to_image: ({ inputs: [x], attrs: { height, width } }) =>
    x.reshape([x.shape[0], height, width, x.shape[2]!]),
  patchify({ inputs: [x], attrs: { size } }) {
    const patches = spaceToDepth(x, size)
    return patches.reshape([patches.shape[0], -1, patches.shape[3]!])
  },
  unpatchify({ inputs: [x], attrs: { size, height, width } }) {
    const [rows, columns] = [height, width].map((side) => side / size)
    return depthToSpace(x.reshape([x.shape[0], rows, columns, x.shape[2]!]), size)
  },
  reshape: ({ inputs: [x], attrs: { shape } }) => x.reshape([x.shape[0], ...shape]),
} satisfies Partial<LayerRuns>

/** Mean over pixels. Sums are fast over the inner axis only. */
const meanOverPixels = (h: Tensor4D): Tensor2D =>
  h.reshape([h.shape[0], -1, h.shape[3]]).transpose([0, 2, 1]).mean(2)
