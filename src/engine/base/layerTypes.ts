// Argument types of layers, shared by the composed layers (layers/) and the fused ones of backends.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from './tf.ts'

/** Images `[b, h, w, c]`, or two to concatenate by channel: features and a skip connection. */
export type Features = Tensor4D | readonly [Tensor4D, Tensor4D]

/** Weight and bias of a convolution, a linear layer or a norm. */
export interface Parameters<Weight = Tensor1D> {
  weight: Weight
  bias: Tensor1D
}

export interface NormOptions {
  groups: number
  /** Added to the variance. */
  eps: number
  /** Applies SiLU to the result. */
  silu?: boolean
}

export interface Norm extends Parameters, NormOptions {}

/** Rows and columns of zeros around an image, in pixels. */
export interface Pad {
  top: number
  bottom: number
  left: number
  right: number
}

export interface ConvGeometry {
  stride: 1 | 2
  pad: Pad
}

/** The input of a convolution, with the operations in front of it. */
export interface ConvInput {
  x: Features
  /** Normalises x before the convolution. */
  norm?: Norm
  /** Doubles the size after the norm (nearest neighbour). */
  upsample?: boolean
}

export interface ConvOptions extends ConvGeometry {
  /** Added to every pixel; `[b, out]`, or one row for all items. */
  perItem?: Tensor2D
  /** Added to the output; has its shape. */
  residual?: Tensor4D
  /** Multiplies the sum. */
  outputScale?: number
  /** Stores the output as float16, if the backend and the number of channels allow it. */
  half?: boolean
}

/** A convolution with the operations before and after it. */
export interface ConvLayer extends ConvInput, ConvOptions {
  weight: Tensor4D
  bias: Tensor1D
}

export interface ResidualLayers {
  norm1: Parameters
  /** 3 x 3. */
  conv1: Parameters<Tensor4D>
  norm2: Parameters
  /** 3 x 3. */
  conv2: Parameters<Tensor4D>
  /** 1 x 1, if the number of channels changes. */
  shortcut: Parameters<Tensor4D> | undefined
}

export interface ResidualOptions {
  groups: number
  eps: number
  time_scale_shift: 'default' | 'scale_shift'
  /** Divides the sum of the block and its skip connection. */
  output_scale: number
  /** Stores the outputs of conv1 and of the block as float16. */
  half?: boolean
}

/**
 * (x + conv2(silu(norm2(conv1(silu(norm1(x))) + projected)))) / output_scale, with `shortcut`
 * applied to the first x if present. With `scale_shift`, `projected` is scale and shift of norm2.
 */
export interface ResidualBlock {
  x: Features
  /**
   * The embedding after its linear layer, `[b, c]` or one row for all items. Twice as wide if it is
   * scale and shift.
   */
  projected: Tensor2D
  layers: ResidualLayers
  options: ResidualOptions
}

export interface AttentionLayers {
  norm: Parameters
  /** Linear layers. */
  q: Parameters<Tensor2D>
  k: Parameters<Tensor2D>
  v: Parameters<Tensor2D>
  out: Parameters<Tensor2D>
}

/** (x + out(attention(q(n), k(n), v(n)))) / output_scale with n = norm(x). */
export interface AttentionBlock {
  /** `[b, h, w, c]`; every pixel attends to all. */
  x: Tensor4D
  layers: AttentionLayers
  options: {
    heads: number
    groups: number
    eps: number
    /** Divides the sum of attention and its skip connection. */
    output_scale: number
    /** Stores q, k and v, the attention output, and the block output as float16. */
    half?: boolean
  }
}

/** A batch and its factors: one per item, or one for all items. */
export type WeightedTerm = readonly [x: Tensor, factors: Float64Array | readonly number[]]
