// Gradient of a convolution's input: dx[i] = sum over k of dy[(i + pad - k) / stride] W[k]^T, as
// one implicit GEMM. Its rows are the pixels of x, its columns are the channels of x, and the sum
// runs over the pixels of the filter and the channels of y.
// - With stride 2, a pixel of x only meets filter pixels of one parity in each direction. The four
//   kinds of pixels are separate parts of the product.
// - With upsampling, each pixel of x was read as four, so it meets sums of neighbouring filter
//   pixels: the gradient is that of stride 2 with a filter larger by one.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { HalfStorage, OutputSpec } from '../../halfStorage.ts'
import { gradientStorage, withStorage } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import {
  activationGradientCode,
  bindingsCode,
  cachedProgram,
  maskFour,
  readerCode,
  storedCode,
  tensorBinding,
  unroll,
  writerCode,
} from '../../wgsl.ts'
import type { Pad } from './convInput.ts'
import type { BoundProduct } from '../gemm/gemm.ts'
import { chooseTile, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import type { Tile, WinogradTile } from '../gemm/tiles.ts'
import { tapFilterCode } from './upsampledConv.ts'
import { summedFilter } from '../software/summedFilter.ts'
import { suitsWinograd, winogradConv } from '../software/winograd.ts'
import type { TilePixels } from '../../../winogradTransforms.ts'
import type { ConvImage } from './winogradFused.ts'
import { chooseWinogradTile, fusedWinograd, winogradTileName } from './winogradFused.ts'

export interface ConvInputGradient {
  /** [b, h', w', cout]. */
  dy: TensorInfo
  /** [kh, kw, cin, cout]. */
  weight: TensorInfo
  /** Shape of x, [b, h, w, cin], before upsampling. */
  inputShape: readonly number[]
  stride: 1 | 2
  pad: Pad
  /** x was upsampled as it was read. Only with stride 1. */
  upsample?: boolean
  /** Channels of the two tensors that x was concatenated from, each of which gets a gradient. */
  split?: readonly [number, number]
  /** The gradient of x so far, added to dx. Excludes `split`. */
  accumulated?: TensorInfo | undefined
  /** Pixels of a Winograd tile, on software devices. Default: with the fewest multiplications. */
  tilePixels?: TilePixels | undefined
  /** Stores dx in scaled half precision, where its channels allow it. */
  half?: boolean
}

interface Shape {
  x: readonly number[]
  y: readonly number[]
  filter: readonly number[]
  stride: number
  pad: Pad
  upsample: boolean
  /** Channels of each output. */
  channels: readonly number[]
  /** dx is added to the gradient so far. */
  accumulates: boolean
  /** Storage of dy, of the gradient so far, and of each output. */
  stored: { dy: HalfStorage; soFar: HalfStorage; dx: readonly HalfStorage[] }
}

/** Returns dx, or two gradients with `split`. Reads dy and the filter, writes dx. */
export function convInputGradient(
  backend: WebGPUBackend,
  conv: ConvInputGradient,
  tile?: Tile | WinogradTile,
): TensorInfo[] {
  const { dy, weight, stride, pad, upsample = false, split, accumulated, tilePixels } = conv
  const plan = planInputGradient(backend, conv, tile)
  const { shape, tile: chosen } = plan
  // The gradient is a convolution of dy with the filter rotated by 180 degrees, with this padding.
  const gradientPad = {
    top: 2 - pad.top,
    bottom: 2 - pad.bottom,
    left: 2 - pad.left,
    right: 2 - pad.right,
  }
  const isPlain = chosen.shape === 'lanes' && !upsample && !split && !accumulated
  const { rows } = inputGemmExtents(shape)
  if (isPlain && suitsWinograd(backend, weight.shape, stride, gradientPad, rows))
    return [winogradConv(backend, { x: dy, weight, rotated: true, pad: gradientPad, tilePixels })]
  const summed = chosen.shape === 'lanes' && hasTaps(shape)
  const filter = summed ? summedFilter(backend, weight) : weight
  const gradients = backend.dispatch(
    inputGradientProgram(plan),
    [withStorage(dy, shape.stored.dy), ...gradientInputs(plan, { ...conv, weight: filter })],
    gradientOutputs(plan),
  )
  if (summed) backend.disposeData(filter.dataId)
  return gradients
}

/** Returns whether the steps are the 16 taps of upsampledConv.ts. */
const hasTaps = ({ upsample, filter: [kh, kw] }: Shape) => upsample && kh === 3 && kw === 3

/** The shape and the tile of an input gradient. */
export interface InputPlan {
  shape: Shape
  tile: Tile | WinogradTile
  /** Also computes the sums of the gradient of a norm; see {@link TileSums}. */
  sums?: TileSums | undefined
}

/**
 * Sums of the gradient of a norm whose output was convolved, over the pixels of a tile: of dz and of
 * dz (x - mean), where dz is dx of the convolution, before the activation. The code needs
 * `x_values` and `affine_at` of the convolution's input ({@link inputCode}).
 */
export interface TileSums {
  groups: number
  silu: boolean
}

/** Describes the gradient and chooses its tile. */
export function planInputGradient(
  backend: WebGPUBackend,
  conv: ConvInputGradient,
  tile?: Tile | WinogradTile,
): InputPlan {
  const { dy, weight, inputShape, stride, pad, upsample = false, split, accumulated } = conv
  const channels = split ?? [inputShape[3]]
  const isVector = channels.every((c) => c % 4 === 0)
  if (upsample && stride !== 1)
    throw new RangeError('The input of a convolution with stride 2 cannot be upsampled.')
  const shape = {
    x: inputShape,
    y: dy.shape,
    filter: weight.shape,
    stride,
    pad,
    upsample,
    channels,
    accumulates: accumulated !== undefined,
    stored: {
      dy: backend.storedGradient(dy).half,
      soFar: accumulated ? backend.storedGradient(accumulated).half : false,
      dx: channels.map(() => gradientStorage([isVector ? 4 : 1], conv.half ?? false)),
    },
  }
  return { shape, tile: tile ?? chooseGradientTile(backend.device, shape) }
}

/** Returns the tensors to bind besides dy, in the order of {@link inputGradientProduct}. */
export const gradientInputs = (
  { shape: { stored } }: InputPlan,
  { weight, accumulated }: ConvInputGradient,
): TensorInfo[] => [weight, ...(accumulated ? [withStorage(accumulated, stored.soFar)] : [])]

export const gradientOutputs = ({ shape: { x, channels, stored } }: InputPlan): OutputSpec[] =>
  channels.map((c, i) => ({
    shape: [...x.slice(0, 3), c],
    dtype: 'float32',
    half: stored.dx[i],
  }))

function chooseGradientTile(device: GPUDevice, shape: Shape): Tile | WinogradTile {
  const [kh, kw, from, to] = shape.filter as [number, number, number, number]
  const winograd =
    shape.stride === 1 && !shape.upsample
      ? chooseWinogradTile(device, 'input gradient', gradientImage(shape), [kh, kw, to, from])
      : undefined
  const kind = kh * kw === 1 ? 'product' : 'input gradient'
  return winograd ?? chooseTile(device, inputGemmExtents(shape), kind)
}

/** One row for each pixel. With stride 2 a part has every second pixel in each direction. */
export function inputGemmExtents({ x: [items, height, width, channels], stride }: Shape) {
  const [down, across] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  return { rows: items * down * across, columns: channels, parts: stride * stride }
}

/** Returns the image of dx for Winograd. Only for stride 1 without upsampling. */
const gradientImage = ({ x: [items, height, width], pad: { top, left } }: Shape): ConvImage => ({
  items,
  height,
  width,
  top: 2 - top,
  left: 2 - left,
  rotated: true,
})

function inputGradientProgram(plan: InputPlan): Program {
  const { shape, tile } = plan
  const { filter } = shape
  const key = `conv${filter[0]}x${filter[1]} input gradient ${describeInputGradient(plan)}`
  return cachedProgram(key, () => {
    const { outputs, inputs, product: generate } = inputGradientProduct(plan)
    const plain = generate()
    const product = { ...plain, code: `${bindingsCode(outputs, inputs)}\n${plain.code}` }
    return tile.shape === 'winograd'
      ? fusedWinograd(product, gradientImage(shape), tile)
      : gemmProgram(product, tile)
  })
}

export function describeInputGradient({ shape, tile, sums }: InputPlan): string {
  const { x, y, stride, pad, upsample, channels, accumulates, stored } = shape
  const [from, to] = [y.join('x'), `${x.slice(0, 3).join('x')}x${channels.join('+')}`]
  return [
    `${from} > ${to}`,
    `stride ${stride} pad ${pad.top} ${pad.left}${upsample ? ' upsampled' : ''}${accumulates ? ' so far' : ''}`,
    ...(stored.dy || stored.soFar || stored.dx.some(Boolean)
      ? [
          `halves ${[stored.dy, stored.soFar, ...stored.dx].map((half) => Number(half !== false)).join('')}`,
        ]
      : []),
    ...(sums ? [`sums of ${sums.groups} groups${sums.silu ? ' silu' : ''}`] : []),
    tile.shape === 'winograd' ? winogradTileName(tile) : tileName(tile),
  ].join(' ')
}

/** The product of the gradient. */
export function inputGradientProduct({ shape, tile, sums }: InputPlan): BoundProduct {
  const lanes = tile.shape === 'lanes'
  const { y, filter, channels, accumulates, stored } = shape
  const to = filter[3]
  const vector = channels.every((c) => c % 4 === 0) ? 4 : 1
  const outputs = channels.map((_, i) => tensorBinding(`dx${i}`, vector, stored.dx[i]))
  const dy = tensorBinding('dy', to, stored.dy)
  const weight = tensorBinding('weight', lanes ? 1 : to)
  const soFar = tensorBinding('so_far', vector, stored.soFar)
  const code = () => `${outputs.map(writerCode).join('\n')}
${readerCode(dy)}
${accumulates ? readerCode(soFar) : ''}
/** A pixel of x. */
struct Row { item: u32, y: i32, x: i32 }
/** The pixel of dy that it contributed to through a pixel of the filter. */
struct Source { pixel: u32, inside: bool }
${geometryCode(shape)}
fn pixel_at(item: u32, y: i32, x: i32) -> Source {
  let inside = u32(y) < ${y[1]}u && u32(x) < ${y[2]}u;
  return Source(select(0u, (item * ${y[1]}u + u32(y)) * ${y[2]}u + u32(x), inside), inside);
}
fn a_at(source: Source, c: u32) -> vec4f {
  let value = dy_at(source.pixel * ${to}u + c);
  return ${maskFour('value', 'source.inside', 'c', to)};
}
${filterCode(shape, !lanes)}
${lanes ? '' : readerCode(weight)}
${sums ? sumGradientCode(shape, sums) : storeGradientCode(shape)}`
  return {
    outputs: sums ? [...outputs, tensorBinding('tile_sums', 4)] : outputs,
    inputs: [
      dy,
      weight,
      ...(accumulates ? [soFar] : []),
      ...(sums ? [{ name: 'moments', of: 'f32' } as const] : []),
    ],
    product: () => ({
      ...inputGemmExtents(shape),
      depth: to,
      aAlong: 'k',
      bAlong: 'k',
      tileSums: Boolean(sums),
      code: code(),
    }),
  }
}

/**
 * Functions of which pixels of x, dy and the filter belong together: `row_at`, `step_range`,
 * `tap_at` and `source_at`.
 */
function geometryCode(shape: Shape): string {
  const { x, stride } = shape
  const [height, width] = [Math.ceil(x[1] / stride), Math.ceil(x[2] / stride)]
  const pixelCode = `let pixel = m % ${height * width}u;
  let y = i32(pixel / ${width}u);
  let x = i32(pixel % ${width}u);
  let item = m / ${height * width}u;`
  return stride === 1 ? denseGeometryCode(shape, pixelCode) : stridedGeometryCode(shape, pixelCode)
}

function denseGeometryCode({ filter, pad, upsample }: Shape, pixelCode: string): string {
  const [kh, kw] = filter as [number, number]
  // Upsampled, a step is the difference between a pixel of the filter and one of the four; it
  // begins at -1.
  const [scale, more] = upsample ? [2, 1] : [1, 0]
  return `fn row_at(m: u32, part: u32) -> Row {
  ${pixelCode}
  return Row(item, ${scale} * y, ${scale} * x);
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, ${(kh + more) * (kw + more)}u); }
fn tap_at(step: u32, part: u32) -> vec2i {
  return vec2i(vec2u(step / ${kw + more}u, step % ${kw + more}u)) - ${more};
}
fn source_at(row: Row, step: u32, part: u32) -> Source {
  let tap = tap_at(step, part);
  return pixel_at(row.item, row.y + ${pad.top} - tap.x, row.x + ${pad.left} - tap.y);
}`
}

function stridedGeometryCode({ filter, pad }: Shape, pixelCode: string): string {
  const [kh, kw] = filter as [number, number]
  return `/** The first filter pixel, down and across, that meets this kind of pixels. */
fn first_tap(part: u32) -> vec2u {
  return (vec2u(part >> 1u, part & 1u)
    + vec2u(${parity(pad.top)}u, ${parity(pad.left)}u)) & vec2u(1u);
}
/** The number of taps in each direction. */
fn tap_count(part: u32) -> vec2u { return (vec2u(${kh + 1}u, ${kw + 1}u) - first_tap(part)) / 2u; }
fn row_at(m: u32, part: u32) -> Row {
  ${pixelCode}
  return Row(item, 2 * y + i32(part >> 1u), 2 * x + i32(part & 1u));
}
fn step_range(part: u32) -> vec2u { let taps = tap_count(part); return vec2u(0u, taps.x * taps.y); }
fn tap_at(step: u32, part: u32) -> vec2i {
  let across = tap_count(part).y;
  return vec2i(first_tap(part) + 2u * vec2u(step / across, step % across));
}
fn source_at(row: Row, step: u32, part: u32) -> Source {
  let tap = tap_at(step, part);
  // The differences are even, also below zero, by the choice of the taps.
  return pixel_at(
    row.item, (row.y + ${pad.top} - tap.x) >> 1u, (row.x + ${pad.left} - tap.y) >> 1u);
}`
}

const parity = (pad: number) => ((pad % 2) + 2) % 2

/**
 * `b_at` or `b_value`: the filter of a step, transposed; upsampled the sum of up to four pixels.
 */
function filterCode(shape: Shape, tiled: boolean): string {
  const { filter, upsample } = shape
  const [kh, kw, from, to] = filter as [number, number, number, number]
  const type = tiled ? 'vec4f' : 'f32'
  const index = (tap: string) => `((${tap}) * ${from}u + n) * ${to}u + c`
  const value = (tap: string) => (tiled ? `weight_at(${index(tap)})` : `weight[${index(tap)}]`)
  const name = tiled ? 'b_at' : 'b_value'
  if (hasTaps(shape)) {
    const tap = 'tap_at(step, part)'
    return tapFilterCode(name, { tap, index: `n * ${to}u + c`, pairs: from * to, summed: !tiled })
  }
  if (!upsample)
    return `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> ${type} {
  let tap = vec2u(tap_at(step, part));
  return ${value(`tap.x * ${kw}u + tap.y`)};
}`
  return `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> ${type} {
  let tap = tap_at(step, part);
  var sum = ${type}();
  for (var y = max(tap.x, 0); y <= min(tap.x + 1, ${kh - 1}); y++) {
    for (var x = max(tap.y, 0); x <= min(tap.y + 1, ${kw - 1}); x++) {
      sum += ${value(`u32(y * ${kw} + x)`)};
    }
  }
  return sum;
}`
}

/**
 * `put`: stores to the gradient that has the channels. With stride 2 and an odd side, some kinds
 * have fewer pixels, so the row may be none.
 */
function storeGradientCode({ x, stride, channels: [first, second], accumulates }: Shape): string {
  const [, height, width, channels] = x as [number, number, number, number]
  const pixelCode =
    stride === 1
      ? 'let pixel = m;'
      : `let row = row_at(m, part);
  if (row.y >= ${height} || row.x >= ${width}) { return; }
  let pixel = (row.item * ${height}u + u32(row.y)) * ${width}u + u32(row.x);`
  return `fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${channels}u) { return; }
  ${pixelCode}
  ${
    second === undefined
      ? `let at = pixel * ${first}u + n;
  dx0_put(at, value${accumulates ? ' + so_far_at(at)' : ''}, ${first}u - n);`
      : splitStoreCode(first, second)
  }
}`
}

/** `put` and `put_tile_sums`, for a gradient as one tensor of a convolution with stride 1. */
function sumGradientCode(
  { x, channels: [all], stored }: Shape,
  { groups, silu }: TileSums,
): string {
  const dx = tensorBinding('dx0', 4, stored.dx[0])
  const pixels = x[1] * x[2]
  const size = all / groups
  const means = unroll(4, (e) => `moments[2u * item * ${groups}u + (n + ${e}u) / ${size}u]`, ', ')
  return `${activationGradientCode(silu)}
${storedCode(dx)}
struct Terms { a: vec4f, b: vec4f }
fn put(m: u32, n: u32, value: vec4f, part: u32) -> Terms {
  if (n >= ${all}u) { return Terms(); }
  dx0_put(m * ${all}u + n, value, 4u);
  let item = m / ${pixels}u;
  let row = 2u * item * ${all}u + n;
  let x = x_values(m, n);
  let dz = activation_gradient(dx0_stored(value), fma(x, affine_at(row), affine_at(row + ${all}u)));
  return Terms(dz, dz * (x - vec4f(${means})));
}
${writerCode(tensorBinding('tile_sums', 4))}
fn put_tile_sums(tile: u32, n: u32, a: vec4f, b: vec4f) {
  if (n >= ${all}u) { return; }
  tile_sums_put(2u * tile * ${all}u + n, a, 4u);
  tile_sums_put((2u * tile + 1u) * ${all}u + n, b, 4u);
}`
}

const splitStoreCode = (first: number, second: number) =>
  first % 4 === 0
    ? `if (n < ${first}u) { dx0_put(pixel * ${first}u + n, value, 4u); }
  else { dx1_put(pixel * ${second}u + n - ${first}u, value, ${first + second}u - n); }`
    : `for (var e = 0u; e < min(4u, ${first + second}u - n); e++) {
    if (n + e < ${first}u) { dx0[pixel * ${first}u + n + e] = value[e]; }
    else { dx1[pixel * ${second}u + n + e - ${first}u] = value[e]; }
  }`
