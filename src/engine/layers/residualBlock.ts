// Residual blocks of a UNet: diffusers' ResnetBlock2D.
import { activeBackend } from '../base/backend.ts'
import type {
  ConvInput,
  Features,
  Parameters,
  ResidualLayers,
  ResidualOptions,
} from '../base/layerTypes.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../base/tf.ts'
import { activations, type Activation } from './activations.ts'
import { conv2d } from './conv.ts'
import { convInputTensor, joinFeatures } from './convInput.ts'
import { groupNorm } from './groupNorm.ts'
import { avgPool2, upsampleNearest2 } from './resample.ts'

export interface ResidualBlockOptions extends ResidualOptions {
  activation: Activation
  /** Changes the size before the first convolution. */
  resample?: 'down' | 'up'
  /** Dropout between the two convolutions, during training. */
  drop?: (x: Tensor4D) => Tensor4D
}

/**
 * Twice norm, activation, convolution, and a skip connection; the projected embedding is added in
 * between, or scales and shifts the second norm. Images are [b, h, w, c]; x may consist of two to
 * join by channel; `projected` is `[b, c]` or one row for all, and undefined for a block without an
 * embedding, as in autoencoders.
 */
export function residualBlock(
  x: Features,
  projected: Tensor2D | undefined,
  layers: ResidualLayers,
  { activation, resample, drop, ...options }: ResidualBlockOptions,
): Tensor4D {
  const isPlain = !resample && !drop && activation === 'silu'
  const { residualBlock: fusedBlock, readsPairs } = activeBackend()
  const fused = isPlain && projected ? fusedBlock?.({ x, projected, layers, options }) : undefined
  if (fused) return fused
  return composedBlock(readsPairs ? x : joinFeatures(x), projected, layers, {
    ...options,
    activation,
    ...(resample && { resample }),
    ...(drop && { drop }),
  })
}

/** The block from separate convolutions, for dropout, other activations and resampling. */
function composedBlock(
  x: Features,
  projected: Tensor2D | undefined,
  { norm1, conv1, norm2, conv2, shortcut }: ResidualLayers,
  { resample, half = false, ...options }: ResidualBlockOptions,
): Tensor4D {
  const isAdded = options.time_scale_shift === 'default' || !projected
  const first = normalInput(x, norm1, options)
  const resized =
    resample === 'down'
      ? avgPool2(convInputTensor(first))
      : { ...first, upsample: resample === 'up' }
  const h = conv2d(resized, conv1.weight, conv1.bias, {
    half,
    ...(isAdded && projected && { perItem: projected }),
  })
  const second = isAdded
    ? normalInput(h, norm2, options)
    : { x: applyScaleShift(h, projected, norm2, options) }
  const dropped = options.drop ? options.drop(convInputTensor(second)) : second
  const around =
    resample === 'down'
      ? avgPool2(joinFeatures(x))
      : resample === 'up'
        ? upsampleNearest2(joinFeatures(x))
        : x
  const residual = shortcut
    ? conv2d({ x: around }, shortcut.weight, shortcut.bias)
    : joinFeatures(around)
  return conv2d(dropped, conv2.weight, conv2.bias, {
    residual,
    outputScale: 1 / options.output_scale,
    half,
  })
}

type NormalOptions = Pick<ResidualBlockOptions, 'groups' | 'eps' | 'activation'>

/** Norm, scale and shift by the embedding, activation. */
function applyScaleShift(
  h: Tensor4D,
  projected: Tensor2D,
  { weight, bias }: Parameters,
  options: NormalOptions,
): Tensor4D {
  const [scale, shift] = projected.reshape([projected.shape[0], 1, 1, -1]).split(2, 3) as [
    Tensor,
    Tensor,
  ]
  const scaled = groupNorm(h, weight, bias, options).mul(scale.add(1)).add(shift)
  return activations[options.activation](scaled) as Tensor4D
}

/** Group norm and activation as a convolution input; the convolution can fuse SiLU. */
function normalInput(
  x: Features,
  parameters: Parameters,
  { groups, eps, activation }: NormalOptions,
): ConvInput {
  const norm = { ...parameters, groups, eps }
  if (activation === 'silu') return { x, norm: { ...norm, silu: true } }
  return { x: activations[activation](convInputTensor({ x, norm })) as Tensor4D }
}
