// The UNet in stock tfjs operations, for comparison. Uses nothing of src/engine/layers except the
// embedding of t, which is computed on the CPU.
import { timestepEmbedding } from '../../engine/layers/embedding.ts'
import type { UnetConfig } from '../../engine/models/kinds/unet/config.ts'
import type {
  AttentionBlock,
  Level,
  ResnetBlock,
} from '../../engine/models/kinds/unet/structure.ts'
import { unetStructure } from '../../engine/models/kinds/unet/structure.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Weights } from '../../engine/base/values.ts'

type Settings = Pick<UnetConfig, 'norm_num_groups' | 'norm_eps'>

/** Prediction for `[b, h, w, c]`; supports resampling by convolutions, no classes. */
export function stockUnet(
  config: UnetConfig,
  weights: Weights,
  x: Tensor4D,
  t: Float64Array,
): Tensor4D {
  const { down, middle, up, time } = unetStructure(config)
  const embedding = stockSiluLayer(timeEmbedding(timestepEmbedding(t, time.from, config), weights))
  const through = (h: Tensor4D, resnet: ResnetBlock, attention: AttentionBlock | undefined) => {
    const out = stockResidual(h, embedding, weights, resnet.name, config)
    return attention ? stockAttention(out, attention, weights, config) : out
  }
  let h = conv(x, weights, 'conv_in')
  const skips = [h]
  for (const level of down) {
    level.resnets.forEach((resnet, i) => skips.push((h = through(h, resnet, level.attentions[i]))))
    const name = resampleName(level)
    if (name) skips.push((h = conv(h, weights, name, 2)))
  }
  if (middle)
    h = through(through(h, middle.resnets[0], middle.attention), middle.resnets[1], undefined)
  for (const level of up) {
    level.resnets.forEach(
      (resnet, i) => (h = through(tf.concat([h, skips.pop()!], 3), resnet, level.attentions[i])),
    )
    const name = resampleName(level)
    if (name)
      h = conv(tf.image.resizeNearestNeighbor(h, [h.shape[1] * 2, h.shape[2] * 2]), weights, name)
  }
  return conv(stockSiluLayer(stockNorm(h, weights, 'conv_norm_out', config)), weights, 'conv_out')
}

const resampleName = ({ resample }: Level) =>
  resample?.kind === 'conv' ? resample.name : undefined

export const stockSiluLayer = <T extends Tensor>(x: T): T => x.mul(x.sigmoid())

export const stockLinearLayer = <T extends Tensor>(x: T, weights: Weights, name: string): T => {
  const rows = x.reshape([-1, x.shape.at(-1)!]) as Tensor2D
  const y = tf.matMul(rows, weights[`${name}.weight`] as Tensor2D).add(weights[`${name}.bias`])
  return y.reshape([...x.shape.slice(0, -1), -1])
}

const timeEmbedding = (sines: Tensor2D, weights: Weights) =>
  stockLinearLayer(
    stockSiluLayer(stockLinearLayer(sines, weights, 'time_embedding.linear_1')),
    weights,
    'time_embedding.linear_2',
  )

/** Convolution with padding (k - 1) / 2, as in PyTorch. */
export function conv(x: Tensor4D, weights: Weights, name: string, stride: 1 | 2 = 1): Tensor4D {
  const weight = weights[`${name}.weight`] as Tensor4D
  return tf
    .conv2d(x, weight, stride, (weight.shape[0] - 1) / 2)
    .add(weights[`${name}.bias`] as Tensor1D)
}

export function stockNorm(
  x: Tensor4D,
  weights: Weights,
  name: string,
  { norm_num_groups: groups, norm_eps }: Settings,
): Tensor4D {
  const [b, h, w, c] = x.shape
  const grouped = x.reshape([b, h * w, groups, c / groups])
  const { mean, variance } = tf.moments(grouped, [1, 3], true)
  const normal = grouped.sub(mean).div(variance.add(norm_eps).sqrt()).reshape(x.shape)
  return normal.mul(weights[`${name}.weight`]).add(weights[`${name}.bias`])
}

export function stockResidual(
  x: Tensor4D,
  embedding: Tensor2D,
  weights: Weights,
  name: string,
  settings: Settings,
): Tensor4D {
  const projected = stockLinearLayer(embedding, weights, `${name}.time_emb_proj`)
  const first = conv(
    stockSiluLayer(stockNorm(x, weights, `${name}.norm1`, settings)),
    weights,
    `${name}.conv1`,
  )
  const told = first.add(projected.reshape([-1, 1, 1, projected.shape[1]])) as Tensor4D
  const second = conv(
    stockSiluLayer(stockNorm(told, weights, `${name}.norm2`, settings)),
    weights,
    `${name}.conv2`,
  )
  return (
    `${name}.conv_shortcut.weight` in weights ? conv(x, weights, `${name}.conv_shortcut`) : x
  ).add(second)
}

export function stockAttention(
  x: Tensor4D,
  { name, heads, channels }: Pick<AttentionBlock, 'name' | 'heads' | 'channels'>,
  weights: Weights,
  settings: Settings,
): Tensor4D {
  const [b, h, w] = x.shape
  const input = stockNorm(x, weights, `${name}.group_norm`, settings).reshape([b, h * w, channels])
  const parts = ['to_q', 'to_k', 'to_v'].map((part) =>
    stockLinearLayer(input, weights, `${name}.${part}`),
  )
  const mixed = softmaxAttention(parts as [Tensor, Tensor, Tensor], heads)
  return x.add(stockLinearLayer(mixed, weights, `${name}.to_out.0`).reshape(x.shape))
}

/** softmax(q k^T / sqrt(d)) v for inputs [b, n, c]. */
export function softmaxAttention(parts: [q: Tensor, k: Tensor, v: Tensor], heads: number): Tensor {
  const [b, n, c] = parts[0].shape as [number, number, number]
  const [q, k, v] = parts.map((part) =>
    part.reshape([b, -1, heads, c / heads]).transpose([0, 2, 1, 3]),
  )
  const scores = tf.matMul(q, k, false, true).div(Math.sqrt(c / heads))
  return tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]).reshape([b, n, c])
}
