// Arguments of the writer of a layer, and the layout of features: ONNX has channels before pixels.
import type { FeatureShape } from '../../models/graph/layerOp.ts'
import type { Attrs, LayerOpName } from '../../models/graph/ops/table.ts'
import type { OnnxBuilder, Value } from '../builder.ts'

/** Values of the inputs of a network. Times and numbers are float64, which embeddings need. */
export interface NetworkSources {
  x: Value
  /** `[batch]`. */
  time(): Value
  /**
   * Labels as int64, `[batch]` or `[batch, perItem]`, below 0 for the null label; undefined if all
   * are null.
   */
  labels(perItem: number): Value | undefined
  /** `[batch]`. */
  values(): Value
  /** `[batch, width]`. */
  vectors(width: number): Value
  /** `[batch, n, width]`. */
  tokens(width: number): Value
  /** `[batch, channels, height, width]`, or `[batch, channels]` for coordinates. */
  channels(shape: readonly number[]): Value
}

/** A layer to write, without its attributes. */
export interface LayerPlace {
  b: OnnxBuilder
  /** Values of its inputs. Labels that are all null have the name ''. */
  inputs: readonly Value[]
  /** Shapes of an item of each input, in the engine's order. */
  shapes: readonly FeatureShape[]
  /** Shape of an item of its result, in the engine's order. */
  shape: FeatureShape
  /** A weight by its part; undefined if the layer has none. */
  weight(part: string): Value | undefined
  sources: NetworkSources
}

export interface WrittenLayer<K extends LayerOpName> extends LayerPlace {
  attrs: Attrs<K>
}

/** Functions that append the nodes of a layer and return its value, one for each operation. */
export type LayerWriters = {
  readonly [K in LayerOpName]: (layer: WrittenLayer<K>) => Value
}

/** True for `[height, width, channels]`. */
export const isImage = (shape: FeatureShape): boolean => shape.length === 3

/** The axis of channels in ONNX: that after the batch in images, the last of others. */
export const channelAxis = (shape: FeatureShape): number => (isImage(shape) ? 1 : shape.length)

/** Sizes of a value in ONNX, with names for those that vary. */
export function onnxShape(shape: FeatureShape, batch: number | string): (number | string)[] {
  const sizes = shape.map((size) => (size === 'n' ? 'tokens_count' : size))
  return isImage(shape) ? [batch, sizes[2], sizes[0], sizes[1]] : [batch, ...sizes]
}

/** Puts the channels of images last, as the engine has them. */
export const toChannelsLast = (b: OnnxBuilder, x: Value, shape: FeatureShape): Value =>
  isImage(shape) ? b.node('Transpose', [x], { perm: [0, 2, 3, 1] }) : x

/** The inverse of {@link toChannelsLast}. */
export const toChannelsFirst = (b: OnnxBuilder, x: Value, shape: FeatureShape): Value =>
  isImage(shape) ? b.node('Transpose', [x], { perm: [0, 3, 1, 2] }) : x

/** Adds axes so that a vector `[batch, c]` applies to every pixel or token of features. */
export function perChannel(b: OnnxBuilder, vector: Value, shape: FeatureShape): Value {
  if (shape.length === 1) return vector
  const axes = isImage(shape) ? b.ints(2, 3) : b.ints(1)
  return b.node('Unsqueeze', [vector, axes])
}

/** Adds axes so that a weight `[c]` applies to every pixel of an image. */
export const perChannelWeight = (b: OnnxBuilder, weight: Value, shape: FeatureShape): Value =>
  isImage(shape) ? b.node('Unsqueeze', [weight, b.ints(1, 2)]) : weight

/** Reshapes; 0 keeps the size of an axis, -1 takes what remains. */
export const reshape = (b: OnnxBuilder, x: Value, ...sizes: readonly number[]): Value =>
  b.node('Reshape', [x, b.ints(...sizes)])
