// Attention between all pixels of an image: diffusers' Attention block.
import { activeBackend } from '../base/backend.ts'
import type { AttentionBlock, AttentionLayers, Parameters } from '../base/layerTypes.ts'
import type { Tensor2D, Tensor3D, Tensor4D } from '../base/tf.ts'
import { attention, linearAttention } from './attention.ts'
import { groupNorm } from './groupNorm.ts'
import { linear } from './linear.ts'

/** Linear layers, and the norm before them if there is one. */
export type PixelAttentionLayers = Omit<AttentionLayers, 'norm'> & {
  norm: Parameters | undefined
}

/** `groups` is undefined without a norm. */
export type PixelAttentionOptions = Omit<AttentionBlock['options'], 'groups'> & {
  groups?: number | undefined
}

const mixers = { attention, linear_attention: linearAttention }

/**
 * Attention of each pixel of `[b, h, w, c]` to all, with an optional norm before it and a skip
 * connection around it.
 */
export function pixelAttention(
  kind: keyof typeof mixers,
  x: Tensor4D,
  layers: PixelAttentionLayers,
  options: PixelAttentionOptions,
): Tensor4D {
  const fused = kind === 'attention' ? fusedAttention(x, layers, options) : undefined
  if (fused) return fused
  const { heads, groups, eps, output_scale } = options
  const [batch, height, width, channels] = x.shape
  const { norm, q, k, v, out } = layers
  const pixels = x.reshape([batch, height * width, channels]) as Tensor3D
  const input = norm && groups ? groupNorm(pixels, norm.weight, norm.bias, { groups, eps }) : pixels
  const project = (h: Tensor3D, { weight, bias }: Parameters<Tensor2D>) => linear(h, weight, bias)
  const [queries, keys, values] = [q, k, v].map((layer) => project(input, layer))
  const attended = project(mixers[kind](queries, keys, values, heads), out)
  const both = x.add(attended.reshape(x.shape)) as Tensor4D
  return output_scale === 1 ? both : both.div(output_scale)
}

function fusedAttention(
  x: Tensor4D,
  { norm, ...linears }: PixelAttentionLayers,
  { groups, ...options }: PixelAttentionOptions,
): Tensor4D | undefined {
  if (!groups || !norm) return undefined
  return activeBackend().attentionBlock?.({
    x,
    layers: { norm, ...linears },
    options: { ...options, groups },
  })
}
