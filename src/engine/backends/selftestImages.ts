// Self-test for images: a small training step through the layers of a UNet.
import { attention } from '../layers/attention.ts'
import { conv2d } from '../layers/conv.ts'
import { groupNorm } from '../layers/groupNorm.ts'
import { linear } from '../layers/linear.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Quantity, WaveTensor } from './selftestData.ts'
import { waveTensor, withGradients } from './selftestData.ts'

/**
 * Sizes of the network: a convolution, one with stride 2, group norm with SiLU, attention between
 * pixels. Only one size is a multiple of 4.
 */
export interface ImageSizes {
  batch: number
  /** Even. */
  height: number
  width: number
  channels: number
  wide: number
  wider: number
  groups: number
  heads: number
  eps: number
  /** Factor of filters and projections; wide layers need a smaller one. */
  gain: number
  /** With 1 the waves are like noise, so that long sums do not cancel; default 0. */
  chirp?: number
}

export const imageSizes: ImageSizes = {
  batch: 2,
  height: 6,
  width: 4,
  channels: 3,
  wide: 5,
  wider: 6,
  groups: 3,
  heads: 2,
  eps: 1e-5,
  gain: 1,
}

/** The tensors of a network; their values are `amplitude` sin(phase + 0.7 k). */
const imageTensors = ({ batch, height, width, channels, wide, wider, gain }: ImageSizes) => ({
  weights: [
    { shape: [3, 3, channels, wide], phase: 11, amplitude: 0.5 * gain },
    { shape: [3, 3, wide, wider], phase: 12, amplitude: 0.5 * gain },
    { shape: [wider], phase: 13, amplitude: 1 },
    { shape: [wider, wider], phase: 14, amplitude: 0.4 * gain },
    { shape: [wider, wider], phase: 15, amplitude: 0.4 * gain },
    { shape: [wider, wider], phase: 16, amplitude: 0.4 * gain },
  ],
  input: { shape: [batch, height, width, channels], phase: 17, amplitude: 1 },
  target: { shape: [batch, (height * width) / 4, wider], phase: 18, amplitude: 1 },
})

/** The weights in order, the input and the target. */
export const {
  weights: imageWeights,
  input: imageInput,
  target: imageTarget,
} = imageTensors(imageSizes)

/**
 * Ten times the sum of squared errors, and the fingerprints of its gradients. The recipe is in
 * test/engine/backends/backends.test.ts.
 */
export const expectedOfImages: readonly Quantity[] = [
  { name: 'imageLoss', value: 360.94622497273485 },
  { name: 'convolution', value: 153.07181642990975 },
  { name: 'stridedConvolution', value: -18.37433784205681 },
  { name: 'normScales', value: -0.6497807346998266 },
  { name: 'queries', value: -1.1112435475505813 },
  { name: 'keys', value: -1.4251505658554224 },
  { name: 'values', value: 7.140512362724393 },
]

/** The loss and its gradients, in the order of {@link expectedOfImages}. */
export function imageLossAndGradients(sizes: ImageSizes = imageSizes): Tensor[] {
  const { wide, wider, groups, heads, eps } = sizes
  const described = imageTensors(sizes)
  const create = (tensor: WaveTensor) => waveTensor({ ...tensor, chirp: sizes.chirp ?? 0 })
  const [x, target] = [create(described.input), create(described.target)]
  const zeros = (size: number) => tf.zeros([size]) as Tensor1D
  const loss = (...weights: Tensor[]): Scalar => {
    const [w1, w2, scale, ...projections] = weights
    const first = conv2d(x as Tensor4D, w1 as Tensor4D, zeros(wide))
    const second = conv2d(first, w2 as Tensor4D, zeros(wider), {
      stride: 2,
      pad: { top: 1, bottom: 1, left: 1, right: 1 },
    })
    const normal = groupNorm(second, scale as Tensor1D, zeros(wider), { groups, eps, silu: true })
    const pixels = normal.reshape(described.target.shape) as Tensor3D
    const [q, k, v] = projections.map((weight) =>
      linear(pixels, weight as Tensor2D, zeros(wider)),
    ) as [Tensor3D, Tensor3D, Tensor3D]
    return attention(q, k, v, heads).sub(target).square().sum().mul(10)
  }
  const weights = described.weights.map(create)
  return withGradients(() => loss(...weights), weights)
}
