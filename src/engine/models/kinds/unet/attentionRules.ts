// Rules on the attention blocks of a UNet.

/** Attention blocks of a UNet. Each rule adds to the previous ones. */
export interface Attention {
  type: 'attention'
  rules: AttentionRule[]
}

export type AttentionRule = AttentionPlaces &
  ({ kind: 'self' | 'linear' } | ({ kind: 'cross' } & CrossAttention))

/** Tokens of cross-attention, and the blocks that attend to them. */
export interface CrossAttention {
  /** Width of the tokens in the blocks. */
  cross_attention_dim: number
  /** Number of consecutive transformer blocks in each place. */
  transformer_layers: number
  /**
   * Projections around the blocks are linear layers instead of 1 x 1 convolutions. Only the shape
   * of the weights in files differs.
   */
  use_linear_projection: boolean
  /**
   * `labels`: embeddings of `count` labels per item. `captions`: those of the words of captions, by
   * the vocabulary of the data set. `vectors`: input vectors, of `width` if that differs from
   * `cross_attention_dim`.
   */
  tokens:
    | { from: 'labels'; count: number }
    | { from: 'captions' }
    | { from: 'vectors'; width: number | undefined }
}

export interface AttentionPlaces {
  /** Number of heads at every level. Exactly one of `heads` and `head_dim` is set. */
  heads?: number
  /** Number of channels per head. */
  head_dim?: number
  /** Sides of the feature maps with attention: 8 for [b, 8, 8, c]. */
  resolutions: number[]
  /** Adds attention to the middle block. */
  mid_block: boolean
}
