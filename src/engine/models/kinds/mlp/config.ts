// Config of an MLP for points.
import type { Activation } from '../../../layers/activations.ts'

export interface MlpConfig {
  /** Coordinates of a point. */
  dim: number
  /** Output width: twice `dim` with a learned variance in the second half; undefined otherwise. */
  out_dim?: number
  /** Width. */
  hidden: number
  /** Residual layers between the first and the last linear layer. */
  layers: number
  /** Width of the sinusoidal embedding of t; even. */
  time_embedding_dim: number
  /** Number of classes; 0 for an unconditional model. */
  num_classes: number
  activation: Activation
  /** Number of Fourier features per coordinate, at frequencies 1, 2, 4, ...; 0 for none. */
  fourier_features: number
  /** Takes a number per item that is embedded like t, such as a second time; undefined: no. */
  second_time?: boolean
  /** Width of the vector that the model is conditioned on; undefined or 0: none. */
  vector_dim?: number
  /** Coordinates that the model takes beside those of x_t; undefined or 0: none. */
  extra_dim?: number
}
