// Config of a classifier of images.
import type { Activation } from '../../../layers/activations.ts'

export interface ClassifierConfig {
  /** Image height in pixels. */
  height: number
  width: number
  in_channels: number
  /**
   * Channels of each level, each at half the resolution of the previous one. The last is the number
   * of features.
   */
  block_out_channels: number[]
  num_classes: number
  /** Groups of the group norms. */
  norm_num_groups: number
  activation: Activation
  /** Width of the sinusoidal embedding of t (even), for noised images; 0 for clean images only. */
  time_embedding_dim: number
}
