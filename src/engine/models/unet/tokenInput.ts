// Converts the condition of a UNet with cross-attention to tokens.
import { oneHot } from '../../layers/embedding.ts'
import { linear } from '../../layers/linear.ts'
import type { Tensor1D, Tensor2D, Tensor3D } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Conditioning, Weights } from '../../base/values.ts'
import type { ConditionSpec } from '../condition.ts'
import { findPart, labelsOrNone } from '../condition.ts'
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
 * Returns the tokens of a checked condition, `[b, n, cross_attention_dim]`, or `[1, n, ...]` if all
 * items are equal; undefined for a UNet without cross-attention. Without a condition: null labels,
 * or a token of zeros.
 */
export function conditionTokens(
  config: UnetConfig,
  weights: Weights,
  condition: Conditioning | undefined,
): Tensor3D | undefined {
  const { cross_attention_dim: width } = config
  if (width === undefined) return undefined
  if (config.num_token_embeds)
    return embedLabels(config as UnetConfig & TokenConfig, weights, condition)
  const { encoder_hid_dim: from } = config
  const tokens =
    findPart(condition, 'tokens')?.tokens ?? (tf.zeros([1, 1, from ?? width]) as Tensor3D)
  if (!from) return tokens
  return linear(
    tokens,
    weights['encoder_hid_proj.weight'] as Tensor2D,
    weights['encoder_hid_proj.bias'] as Tensor1D,
  )
}

/** Looks labels up and adds the embedding of their position within the item. */
function embedLabels(
  { num_token_embeds: rows, num_tokens: count }: TokenConfig,
  weights: Weights,
  condition: Conditioning | undefined,
) {
  const labels = labelsOrNone(condition) ?? new Int32Array(count).fill(-1)
  const indices = labels.map((label) => (label < 0 ? rows! - 1 : label))
  const table = weights['token_embedding.weight'] as Tensor2D
  const tokens = tf
    .matMul(oneHot(indices, rows!), table)
    .reshape([-1, count, table.shape[1]]) as Tensor3D
  return count > 1 ? (tokens.add(weights['token_positions.weight']) as Tensor3D) : tokens
}

/** Receives the attention weights of a feature map over the tokens, `[b, height width, n]`. */
export type WatchAt = (shares: Tensor3D, height: number, width: number) => void
