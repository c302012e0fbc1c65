// Blocks of networks from weights with diffusers' names.
import type { Features } from '../src/engine/base/layerTypes.ts'
import type { Tensor2D, Tensor4D } from '../src/engine/base/tf.ts'
import type { Weights } from '../src/engine/base/values.ts'
import { projectAll } from '../src/engine/layers/projections.ts'
import { pixelAttention, type PixelAttentionOptions } from '../src/engine/layers/pixelAttention.ts'
import { residualBlock, type ResidualBlockOptions } from '../src/engine/layers/residualBlock.ts'
import { parametersOf } from '../src/engine/models/graph/step.ts'

/** ResnetBlock2D without the linear layer of its embedding. */
export const resnetBlock = (
  x: Features,
  projected: Tensor2D,
  weights: Weights,
  name: string,
  options: ResidualBlockOptions,
): Tensor4D =>
  residualBlock(
    x,
    projected,
    {
      norm1: parametersOf(weights, `${name}.norm1`),
      conv1: parametersOf<Tensor4D>(weights, `${name}.conv1`),
      norm2: parametersOf(weights, `${name}.norm2`),
      conv2: parametersOf<Tensor4D>(weights, `${name}.conv2`),
      shortcut:
        `${name}.conv_shortcut.weight` in weights
          ? parametersOf<Tensor4D>(weights, `${name}.conv_shortcut`)
          : undefined,
    },
    options,
  )

/** The embedding after the linear layer of a block. */
export const projectEmbedding = (embedding: Tensor2D, weights: Weights, name: string): Tensor2D =>
  projectAll(embedding, [parametersOf<Tensor2D>(weights, `${name}.time_emb_proj`)])[0]

const attentionBlock =
  (kind: 'attention' | 'linear_attention') =>
  (x: Tensor4D, weights: Weights, name: string, options: PixelAttentionOptions): Tensor4D => {
    const [q, k, v, out] = ['to_q', 'to_k', 'to_v', 'to_out.0'].map((part) =>
      parametersOf<Tensor2D>(weights, `${name}.${part}`),
    )
    const norm = options.groups ? parametersOf(weights, `${name}.group_norm`) : undefined
    return pixelAttention(kind, x, { norm, q, k, v, out }, options)
  }

export const selfAttentionBlock = attentionBlock('attention')
export const linearAttentionBlock = attentionBlock('linear_attention')
