// All operations of layers, by name.
import type { LayerOp } from '../layerOp.ts'
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
}

type Table = typeof table

/** Names of all operations. */
export type LayerOpName = keyof Table

type AttrsByName = {
  [K in LayerOpName]: Table[K] extends LayerOp<infer A> ? A : never
}

/** Attributes of an operation. */
export type Attrs<K extends LayerOpName> = AttrsByName[K]

/** Kind of the inputs of an operation. */
export type InputKind<K extends LayerOpName> = {
  [Op in LayerOpName]: NonNullable<Table[Op]['takes']>
}[K]

/** Names of the inputs of an operation; none if it takes any number. */
export type InputName<K extends LayerOpName> = {
  [Op in LayerOpName]: Table[Op]['inputs'] extends readonly (infer Name extends string)[]
    ? Name
    : never
}[K]

/** Inputs of a network. */
export type SourceName = {
  [K in LayerOpName]: Table[K]['inputs'] extends readonly [] ? K : never
}[LayerOpName]

/** Operations that compute features. */
export type ComputedOpName = Exclude<LayerOpName, SourceName>

/** All operations. */
export const layerOps: { readonly [K in LayerOpName]: LayerOp<AttrsByName[K]> } = table

export const isLayerOpName = (name: unknown): name is LayerOpName =>
  typeof name === 'string' && Object.hasOwn(layerOps, name)
