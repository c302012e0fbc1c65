// All operations of layers, by name.
import type { Layer, LayerOp } from '../layer.ts'
import { gelu, gelu_tanh, mish, relu, silu, softmax, tanh } from './activations.ts'
import {
  add,
  affine,
  channel_scale,
  concat,
  divide,
  dropout,
  fourier_features,
  modulate,
  multiply,
  quotient,
  split,
} from './arithmetic.ts'
import { attention, linear_attention } from './attention.ts'
import {
  fourier_time_embedding,
  grid_embedding,
  label_embedding,
  position_embedding,
  rotary_embedding,
  time_table,
  time_value,
  timestep_embedding,
  token_embedding,
} from './embeddings.ts'
import { conv, conv_transpose, linear } from './linear.ts'
import { group_norm, layer_norm, rms_norm } from './norms.ts'
import { channels, labels, time, tokens, values, vectors, x } from './sources.ts'
import {
  avg_pool,
  mean_pixels,
  patchify,
  reshape,
  to_image,
  to_tokens,
  unpatchify,
  upsample,
} from './spatial.ts'

const table = {
  x,
  time,
  labels,
  values,
  vectors,
  tokens,
  channels,
  linear,
  conv,
  conv_transpose,
  group_norm,
  layer_norm,
  rms_norm,
  silu,
  gelu,
  gelu_tanh,
  relu,
  tanh,
  mish,
  softmax,
  add,
  multiply,
  divide,
  quotient,
  affine,
  channel_scale,
  modulate,
  concat,
  split,
  dropout,
  fourier_features,
  upsample,
  avg_pool,
  mean_pixels,
  to_tokens,
  to_image,
  patchify,
  unpatchify,
  reshape,
  timestep_embedding,
  fourier_time_embedding,
  time_table,
  time_value,
  label_embedding,
  token_embedding,
  position_embedding,
  grid_embedding,
  rotary_embedding,
  attention,
  linear_attention,
} satisfies Record<string, LayerOp>

/** Names of all operations. */
export type LayerOpName = keyof typeof table

const ops = new Map<string, LayerOp>(Object.entries(table))

/** The operation of this name, or undefined. */
export const findLayerOp = (name: string): LayerOp | undefined => ops.get(name)

/** The operation of a layer. Throws Error for an unknown one. */
export function layerOp({ op }: Pick<Layer, 'op'>): LayerOp {
  const found = findLayerOp(op)
  if (!found) throw new Error(`Unknown layer: ${op}.`)
  return found
}
