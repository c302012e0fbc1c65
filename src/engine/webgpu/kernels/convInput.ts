// What convolutions read: one tensor or two whose channels follow each other, its pixels as they are or each four times
// (nearest neighbour, twice as large), as they are or normalised and activated. None of it becomes a tensor of its own. Tensors
// that are stored as halves are read as such.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Activations } from '../activations.ts'
import { tensorsOf } from '../activations.ts'
import { isSoftware } from '../device.ts'
import type { Stored } from '../half.ts'
import { asStored } from '../half.ts'
import type { Bound } from '../wgsl.ts'
import { bindings, bound, programOf, reader, silu, within, workgroups, writer } from '../wgsl.ts'

/** Rows and columns of zeros around an image. */
export interface Pad {
  top: number
  bottom: number
  left: number
  right: number
}

export interface ConvInput {
  /** [b, h, w, c]. */
  x: Activations
  /** Each pixel of x is read four times, as if x were twice as high and wide. */
  upsample?: boolean
  /** [b, 2, c]: x becomes x * affine[:, 0] + affine[:, 1]. What is padded stays 0. */
  affine?: TensorInfo
  /** After the affine map, x becomes x / (1 + exp(-x)). */
  silu?: boolean
}

/** The input as a kernel is written for it. */
export interface InputShape {
  items: number
  /** As they lie in memory. */
  height: number
  width: number
  /** Of each tensor. */
  channels: readonly number[]
  /** Whether each tensor is read as halves. */
  halves: readonly boolean[]
  upsample: boolean
  affine: boolean
  silu: boolean
}

export function inputShape(backend: Backend, input: ConvInput): InputShape {
  const tensors = tensorsOf(input.x)
  const [items, height, width] = tensors[0]!.shape as [number, number, number]
  const channels = tensors.map(({ shape }) => shape[3]!)
  return {
    items,
    height,
    width,
    channels,
    halves: tensors.map((tensor) => inFours(channels) && backend.stored(tensor).half),
    upsample: input.upsample ?? false,
    affine: input.affine !== undefined,
    silu: input.silu ?? false,
  }
}

/** Whether all tensors can be read four channels at a time. */
const inFours = (channels: readonly number[]) => channels.every((each) => each % 4 === 0)

export const channelsOf = ({ channels }: InputShape) => channels.reduce((sum, each) => sum + each, 0)

/** As it looks to the filter. */
export const sizeOf = ({ height, width, upsample }: InputShape) =>
  (upsample ? [2 * height, 2 * width] : [height, width]) as [number, number]

export const inputName = ({ items, height, width, channels, halves, upsample, affine, silu }: InputShape) =>
  `${items}x${height}x${width}x${channels.map((each, i) => `${each}${halves[i] ? ' half' : ''}`).join('+')}${upsample ? ' upsampled' : ''}${affine ? ' affine' : ''}${silu ? ' silu' : ''}`

/** All that is bound for an input of this shape, in the order of `inputBound`. */
export const inputTensors = (input: ConvInput, { halves }: InputShape): (TensorInfo | Stored)[] => [
  ...tensorsOf(input.x).map((tensor, i) => asStored(tensor, halves[i]!)),
  ...(input.affine ? [input.affine] : []),
]

export function inputBound(shape: InputShape): Bound[] {
  const four = inFours(shape.channels) ? 4 : 1
  const tensors = shape.channels.map((_, i) => bound(`x${i}`, four, shape.halves[i]))
  return shape.affine ? [...tensors, bound('affine', four)] : tensors
}

/**
 * WGSL of `Place`, a pixel that a filter looks at, and
 * - `place_at(item: u32, y: i32, x: i32) -> Place`: outside of the image all its channels are 0;
 * - `z4(place: Place, c: u32) -> vec4f`: four channels of it, 0 beyond the last one.
 */
export function inputCode(shape: InputShape): string {
  const { width, upsample, channels } = shape
  const [high, wide] = sizeOf(shape)
  const all = channelsOf(shape)
  const half = upsample ? ' >> 1u' : ''
  const fours = inFours(channels)
  return `${inputBound(shape).map(reader).join('\n')}
${shape.silu ? silu : ''}
struct Place { item: u32, pixel: u32, inside: bool }
fn place_at(item: u32, y: i32, x: i32) -> Place {
  // Below zero they are beyond as unsigned numbers.
  let inside = u32(y) < ${high}u && u32(x) < ${wide}u;
  let pixel = (item * ${shape.height}u + (u32(y)${half})) * ${width}u + (u32(x)${half});
  return Place(item, select(0u, pixel, inside), inside);
}
${valuesCode(channels, fours)}
fn z4(place: Place, c: u32) -> vec4f {
  var z = x_values(place.pixel, c);
  ${shape.affine ? `let row = 2u * place.item * ${all}u + c; z = fma(z, affine_at(row), affine_at(row + ${all}u));` : ''}
  ${shape.silu ? 'z = silu(z);' : ''}
  return ${within('z', 'place.inside', 'c', all)};
}`
}

/** `x_values(pixel: u32, c: u32) -> vec4f`, from one tensor or from two. */
function valuesCode([first, second]: readonly number[], fours: boolean): string {
  if (second === undefined) return `fn x_values(pixel: u32, c: u32) -> vec4f { return x0_at(pixel * ${first}u + c); }`
  if (fours)
    return `fn x_values(pixel: u32, c: u32) -> vec4f {
  if (c < ${first}u) { return x0_at(pixel * ${first}u + c); }
  return x1_at(pixel * ${second}u + c - ${first}u);
}`
  return `fn x_value(pixel: u32, c: u32) -> f32 {
  if (c < ${first}u) { return x0[pixel * ${first}u + c]; }
  return x1[pixel * ${second}u + c - ${first}u];
}
fn x_values(pixel: u32, c: u32) -> vec4f {
  return vec4f(x_value(pixel, c), x_value(pixel, c + 1u), x_value(pixel, c + 2u), x_value(pixel, c + 3u));
}`
}

/**
 * The input as kernels across lanes like it: they read a number again for each few columns of C, and would normalise it every
 * time. Where there is something to compute it is computed once, [b, h, w, c], and `made` is to be disposed by the caller.
 */
export function prepared(backend: Backend, input: ConvInput): { input: ConvInput; made?: TensorInfo } {
  if (!isSoftware(backend.device) || (!input.affine && !input.silu)) return { input }
  const shape = { ...inputShape(backend, input), upsample: false }
  const { items, height, width } = shape
  const output = { shape: [items, height, width, channelsOf(shape)], dtype: 'float32' } as const
  const made = backend.dispatch(preparation(shape), inputTensors(input, shape), [output])[0]!
  return { input: { x: made, upsample: input.upsample }, made }
}

/** z for every pixel: 4 channels an invocation. Reads x and writes as much. */
const preparation = (shape: InputShape) =>
  programOf(`conv input ${inputName(shape)}`, () => {
    const { items, height, width } = shape
    const all = channelsOf(shape)
    const z = bound('z', all)
    const fours = Math.ceil(all / 4)
    const count = items * height * width * fours
    const grid = workgroups(Math.ceil(count / 64))
    const code = `${bindings([z], inputBound(shape))}
${writer(z)}
${inputCode(shape)}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * 64u + thread;
  if (i >= ${count}u) { return; }
  let c = 4u * (i % ${fours}u);
  let pixel = i / ${fours}u;
  z_put(pixel * ${all}u + c, z4(Place(pixel / ${height * width}u, pixel, true), c), ${all}u - c);
}`
    return { code, workgroups: grid.workgroups }
  })
