// Prologue of convolutions: the input is concatenated (one tensor, or two along the channels),
// upsampled (nearest neighbour, 2x), normalised and activated as it is read, and never written to
// memory. Half precision tensors are read as they are stored.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { StoredTensor } from '../../halfStorage.ts'
import { withStorage } from '../../halfStorage.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { maskFour, readerCode, siluCode, tensorBinding } from '../../wgsl.ts'

/** Rows and columns of zeros around an image. */
export interface Pad {
  top: number
  bottom: number
  left: number
  right: number
}

export const noPad: Pad = { top: 0, bottom: 0, left: 0, right: 0 }

export interface ConvInput {
  /** [b, h, w, c]. */
  x: Activations
  /** Repeats each pixel of x twice in each direction. */
  upsample?: boolean
  /** [b, 2, c]: x becomes x * affine[:, 0] + affine[:, 1]. Padding stays 0. */
  affine?: TensorInfo
  /** After the affine map, x becomes x / (1 + exp(-x)). */
  silu?: boolean
}

/** Everything about an input that its WGSL depends on. */
export interface InputShape {
  items: number
  /** Before upsampling. */
  height: number
  width: number
  /** Channels of each tensor. */
  channels: readonly number[]
  /** For each tensor, whether it is read in half precision. */
  halves: readonly boolean[]
  upsample: boolean
  affine: boolean
  silu: boolean
}

export function inputShape(backend: WebGPUBackend, input: ConvInput): InputShape {
  const tensors = activationTensors(input.x)
  const [items, height, width] = tensors[0].shape as [number, number, number]
  const channels = tensors.map(({ shape }) => shape[3])
  return {
    items,
    height,
    width,
    channels,
    halves: tensors.map((tensor) => canVectorize(channels) && backend.storedTensor(tensor).half),
    upsample: input.upsample ?? false,
    affine: input.affine !== undefined,
    silu: input.silu ?? false,
  }
}

/** Returns whether all tensors can be read four channels at a time. */
export const canVectorize = (channels: readonly number[]) =>
  channels.every((each) => each % 4 === 0)

export const totalChannels = ({ channels }: InputShape) =>
  channels.reduce((sum, each) => sum + each, 0)

/** Returns height and width as the filter sees them. */
export const upsampledSize = ({ height, width, upsample }: InputShape) =>
  (upsample ? [2 * height, 2 * width] : [height, width]) as [number, number]

export const describeInput = ({
  items,
  height,
  width,
  channels,
  halves,
  upsample,
  affine,
  silu,
}: InputShape) => {
  const parts = channels.map((each, i) => `${each}${halves[i] ? ' half' : ''}`).join('+')
  const size = `${items}x${height}x${width}x${parts}`
  return `${size}${upsample ? ' upsampled' : ''}${affine ? ' affine' : ''}${silu ? ' silu' : ''}`
}

/** Returns the tensors to bind, in the order of {@link inputBindings}. */
export const inputTensors = (
  input: ConvInput,
  { halves }: InputShape,
): (TensorInfo | StoredTensor)[] => [
  ...activationTensors(input.x).map((tensor, i) => withStorage(tensor, halves[i])),
  ...(input.affine ? [input.affine] : []),
]

export function inputBindings(shape: InputShape): BoundTensor[] {
  const vector = canVectorize(shape.channels) ? 4 : 1
  const tensors = shape.channels.map((_, i) => tensorBinding(`x${i}`, vector, shape.halves[i]))
  return shape.affine ? [...tensors, tensorBinding('affine', vector)] : tensors
}

/**
 * WGSL of `Source`, a pixel of the input, and
 * - `pixel_at(item: u32, y: i32, x: i32) -> Source`: outside of the image all its channels are 0;
 * - `z4(source: Source, c: u32) -> vec4f`: four channels of it, 0 beyond the last one.
 */
export function inputCode(shape: InputShape): string {
  const { width, upsample, channels } = shape
  const [high, wide] = upsampledSize(shape)
  const all = totalChannels(shape)
  const half = upsample ? ' >> 1u' : ''
  const applyAffine = `let row = 2u * source.item * ${all}u + c;
  z = fma(z, affine_at(row), affine_at(row + ${all}u));`
  return `${inputBindings(shape).map(readerCode).join('\n')}
${shape.silu ? siluCode : ''}
struct Source { item: u32, pixel: u32, inside: bool }
fn pixel_at(item: u32, y: i32, x: i32) -> Source {
  // Negative coordinates are beyond the end as unsigned numbers.
  let inside = u32(y) < ${high}u && u32(x) < ${wide}u;
  let pixel = (item * ${shape.height}u + (u32(y)${half})) * ${width}u + (u32(x)${half});
  return Source(item, select(0u, pixel, inside), inside);
}
${channelsCode('x', channels, canVectorize(channels))}
fn z4(source: Source, c: u32) -> vec4f {
  var z = x_values(source.pixel, c);
  ${shape.affine ? applyAffine : ''}
  ${shape.silu ? 'z = silu(z);' : ''}
  return ${maskFour('z', 'source.inside', 'c', all)};
}`
}

/**
 * `<name>_values(pixel: u32, c: u32) -> vec4f`: four channels from one tensor, `<name>0`, or two.
 */
export function channelsCode(
  name: string,
  [first, second]: readonly number[],
  vectorized: boolean,
): string {
  if (second === undefined)
    return `fn ${name}_values(pixel: u32, c: u32) -> vec4f {
  return ${name}0_at(pixel * ${first}u + c);
}`
  if (vectorized)
    return `fn ${name}_values(pixel: u32, c: u32) -> vec4f {
  if (c < ${first}u) { return ${name}0_at(pixel * ${first}u + c); }
  return ${name}1_at(pixel * ${second}u + c - ${first}u);
}`
  return `fn ${name}_value(pixel: u32, c: u32) -> f32 {
  if (c < ${first}u) { return ${name}0[pixel * ${first}u + c]; }
  return ${name}1[pixel * ${second}u + c - ${first}u];
}
fn ${name}_values(pixel: u32, c: u32) -> vec4f {
  return vec4f(
    ${[0, 1, 2, 3].map((e) => `${name}_value(pixel, c + ${e}u)`).join(', ')});
}`
}
