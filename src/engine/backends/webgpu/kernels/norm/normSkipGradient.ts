// Gradient of a norm beside a skip connection that is a 1x1 convolution: dx = dz scale + x u + v +
// dy W^T. As one implicit GEMM, the skip's gradient is added without becoming a tensor.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import type { HalfStorage } from '../../halfStorage.ts'
import { describeHalves, withStorage } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import {
  activationGradientCode,
  bindingsCode,
  cachedProgram,
  maskFour,
  readerCode,
  tensorBinding,
  writerCode,
} from '../../wgsl.ts'
import { noPad } from '../convolution/convInput.ts'
import { convInputGradient } from '../convolution/convInputGradient.ts'
import type { Gemm } from '../gemm/gemm.ts'
import { chooseTile, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import type { Extents, InputForm } from './normInput.ts'
import {
  activationExtents,
  describeForm,
  inputForm,
  isVectorizable,
  normInputBindings,
  normInputCode,
  normInputTensors,
} from './normInput.ts'
import { float32Output } from '../elementwise/sizedKernel.ts'
import type { Tile } from '../gemm/tiles.ts'

/** Inputs of the gradient of a norm, except for the sums. */
export interface NormGradientInputs {
  x: Activations
  /** Gradient of the output, after SiLU if there is one, [b, ..., c]. */
  dy: TensorInfo
  /** Result of `normStatistics`. */
  affine: TensorInfo
  silu?: boolean
  /** The gradient of x so far, if x is one tensor; it is added to dx. */
  accumulated?: TensorInfo | undefined
  /** Stores dx in scaled half precision. */
  half?: boolean
}

/** A skip connection with a 1x1 convolution. */
export interface SkipConv {
  /** Gradient of its output, [b, ..., d]. */
  dy: TensorInfo
  /** [1, 1, c, d]. */
  weight: TensorInfo
}

interface Shape {
  extents: Extents
  form: InputForm
  silu: boolean
  /** dx is added to the gradient so far. */
  accumulates: boolean
  /** Output channels of the skip convolution. */
  depth: number
  /** Storage of gradients, by their names. */
  stored: Record<'dy' | 'outer' | 'so_far' | 'dx', HalfStorage>
}

const outputChannels = ({ dy: { shape } }: SkipConv) => shape[shape.length - 1]

/**
 * Returns dx for each tensor of x, from the `sums` of the norm's gradient. Reads dy of the skip
 * once for each tile of columns, everything else once, writes dx. Returns undefined if the device
 * has too few bindings or is a software device, or if the channels are not multiples of four.
 */
export function fusedSkipGradients(
  backend: WebGPUBackend,
  norm: NormGradientInputs,
  skipConv: SkipConv,
  sums: TensorInfo,
  tile?: Tile,
): TensorInfo[] | undefined {
  const { x, dy, affine, silu = false, accumulated } = norm
  const extents = activationExtents(x)
  const tensors = activationTensors(x)
  const hasBindings =
    2 * tensors.length + (accumulated ? 6 : 5) <=
    backend.device.limits.maxStorageBuffersPerShaderStage
  if (
    (!tile && !rulesFor(backend.device).fusesGradients) ||
    !isVectorizable(extents) ||
    !hasBindings
  )
    return undefined
  const shape = {
    extents,
    form: inputForm(backend, x, true),
    silu,
    accumulates: accumulated !== undefined,
    depth: outputChannels(skipConv),
    stored: {
      dy: backend.storedGradient(dy).half,
      outer: backend.storedGradient(skipConv.dy).half,
      so_far: accumulated ? backend.storedGradient(accumulated).half : false,
      dx: norm.half === true && ('scaled' as const),
    },
  }
  const { stored } = shape
  const rows = extents.items * extents.pixels
  const chosen = tile ?? chooseTile(backend.device, { rows, columns: extents.all, parts: 1 })
  const inputs = normInputTensors(x, shape.form)
  return backend.dispatch(
    skipGradientProgram(shape, chosen),
    [
      ...inputs,
      withStorage(dy, stored.dy),
      affine,
      sums,
      ...(accumulated ? [withStorage(accumulated, stored.so_far)] : []),
      withStorage(skipConv.dy, stored.outer),
      skipConv.weight,
    ],
    tensors.map((tensor) => ({ ...float32Output(tensor.shape), half: stored.dx })),
  )
}

/** Returns the skip's gradient as a tensor. */
export function skipInputGradient(
  backend: WebGPUBackend,
  x: Activations,
  skipConv: SkipConv,
): TensorInfo {
  const { items, pixels, all } = activationExtents(x)
  const { dataId, dtype } = skipConv.dy
  return convInputGradient(backend, {
    dy: { dataId, dtype, shape: [items, 1, pixels, outputChannels(skipConv)] },
    weight: skipConv.weight,
    inputShape: [items, 1, pixels, all],
    stride: 1,
    pad: noPad,
  })[0]
}

function skipGradientProgram(shape: Shape, tile: Tile): Program {
  const { extents, form, silu, accumulates, depth, stored } = shape
  const { items, pixels, channels } = extents
  const sizes = `${items}x${pixels}x${channels.join('+')} < ${depth}`
  const input = `${describeForm(form)}${silu ? ' silu' : ''}${accumulates ? ' so far' : ''}${describeHalves(stored)}`
  const key = `norm gradient of ${input} around ${sizes} ${tileName(tile)}`
  return cachedProgram(key, () => gemmProgram(skipGradientGemm(shape, tile), tile))
}

/** The product is dy W^T of the skip; `put` adds the gradient of the norm. */
function skipGradientGemm(shape: Shape, tile: Tile): Gemm {
  const { extents, form, silu, accumulates, depth, stored } = shape
  const { items, pixels, channels, all } = extents
  const first = channels[0]
  const rows = items * pixels
  const tiled = tile.shape === 'tiled'
  const outputs = channels.map((_, i) => tensorBinding(`dx${i}`, 4, stored.dx))
  const read = [
    tensorBinding('dy', 4, stored.dy),
    ...['affine', 'sums'].map((name) => tensorBinding(name, 4)),
    ...(accumulates ? [tensorBinding('so_far', 4, stored.so_far)] : []),
  ]
  const skip = tensorBinding('outer', depth, stored.outer)
  const weight = tensorBinding('weight', tiled ? depth : 1)
  const code = `${bindingsCode(outputs, [...normInputBindings(form), ...read, skip, weight])}
struct Sizes { all: u32, first: u32 }
const sizes = Sizes(${all}u, ${first}u);
${normInputCode(form)}
${[...read, skip].map(readerCode).join('\n')}
${tiled ? readerCode(weight) : ''}
${outputs.map(writerCode).join('\n')}
${activationGradientCode(silu)}
struct Source { at: u32, inside: bool }
fn row_at(m: u32, part: u32) -> Source { return Source(m * ${depth}u, m < ${rows}u); }
fn step_range(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn source_at(row: Source, step: u32, part: u32) -> Source { return row; }
fn a_at(source: Source, k: u32) -> vec4f {
  let value = outer_at(source.at + k);
  return ${maskFour('value', 'source.inside', 'k', depth)};
}
${
  tiled
    ? `fn b_at(step: u32, k: u32, n: u32, part: u32) -> vec4f {
  return weight_at(n * ${depth}u + k);
}`
    : `fn b_value(step: u32, k: u32, n: u32, part: u32) -> f32 {
  return weight[n * ${depth}u + k];
}`
}
${storeSkipGradientCode(extents, accumulates)}`
  return { rows, columns: all, parts: 1, depth, aAlong: 'k', bAlong: 'k', code }
}

function storeSkipGradientCode(
  { pixels, channels: [first, second], all }: Extents,
  accumulates: boolean,
): string {
  const store =
    second === undefined
      ? `dx0_put(m * ${all}u + n, dx, 4u);`
      : `if (n < ${first}u) { dx0_put(m * ${first}u + n, dx, 4u); }
  else { dx1_put(m * ${second}u + n - ${first}u, dx, 4u); }`
  return `fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${all}u) { return; }
  let item = m / ${pixels}u;
  let row = 2u * item * ${all}u + n;
  let uv = (4u * item + 2u) * ${all}u + n;
  let x = x_at(m, n);
  let scale = affine_at(row);
  let dz = activation_gradient(dy_at(m * ${all}u + n), fma(x, scale, affine_at(row + ${all}u)));
  let dx = fma(dz, scale, fma(x, sums_at(uv), sums_at(uv + ${all}u))) + value
    ${accumulates ? `+ so_far_at(m * ${all}u + n)` : ''};
  ${store}
}`
}
