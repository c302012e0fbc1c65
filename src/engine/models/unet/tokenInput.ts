// What a UNet that attends to tokens makes of its condition.
import { oneHot } from '../../layers/embedding.ts'
import { linear } from '../../layers/linear.ts'
import type { Tensor1D, Tensor2D, Tensor3D } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Conditioning, Weights } from '../../values.ts'
import type { ConditionSpec } from '../condition.ts'
import type { UnetConfig } from './config.ts'
import type { TokenConfig } from './tokens.ts'

export const tokenSpec = ({
  cross_attention_dim,
  encoder_hid_dim,
  num_token_embeds: rows,
  num_tokens,
}: TokenConfig): ConditionSpec =>
  rows === null
    ? { kind: 'tokens', width: encoder_hid_dim ?? cross_attention_dim }
    : { kind: 'labels', classes: rows - 1, last: rows - 1, perItem: num_tokens }

/**
 * The tokens of a condition that was checked, `[b, n, cross_attention_dim]`, or `[1, n, cross_attention_dim]` where they are
 * alike; undefined for a UNet that attends to none. Without a condition: labels of "no label", or a token of zeros.
 */
export function tokensOf(config: UnetConfig, weights: Weights, condition: Conditioning | undefined): Tensor3D | undefined {
  const { cross_attention_dim: width } = config
  if (width === undefined) return undefined
  if (config.num_token_embeds) return lookedUp(config as UnetConfig & TokenConfig, weights, condition)
  const { encoder_hid_dim: from } = config
  const tokens = condition?.kind === 'tokens' ? condition.tokens : (tf.zeros([1, 1, from ?? width]) as Tensor3D)
  if (!from) return tokens
  return linear(tokens, weights['encoder_hid_proj.weight'] as Tensor2D, weights['encoder_hid_proj.bias'] as Tensor1D)
}

/** Rows of the table, plus what stands for the place of each label among those of its item. */
function lookedUp(
  { num_token_embeds: rows, num_tokens: count }: TokenConfig,
  weights: Weights,
  condition: Conditioning | undefined,
) {
  const labels = condition?.kind === 'labels' ? condition.labels : new Int32Array(count).fill(-1)
  const indices = labels.map((label) => (label < 0 ? rows! - 1 : label))
  const table = weights['token_embedding.weight'] as Tensor2D
  const tokens = tf.matMul(oneHot(indices, rows!), table).reshape([-1, count, table.shape[1]]) as Tensor3D
  return count > 1 ? (tokens.add(weights['token_positions.weight']!) as Tensor3D) : tokens
}

/** Told what each pixel of a feature map takes from each token, `[b, height width, n]`. */
export type WatchAt = (shares: Tensor3D, height: number, width: number) => void
