// Convolution y = (x * W + bias + perItem + residual) outputScale, NHWC, as one implicit GEMM: the
// rows are the pixels of all items, the columns are the channels of y, and the sum runs over the
// pixels of the filter and the channels of x. The additions and the scale are an epilogue.
import type { TensorInfo } from '../../../../base/tf.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { canStoreAsHalf, withStorage } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import {
  bindingsCode,
  cachedProgram,
  readerCode,
  storedCode,
  tensorBinding,
  writerCode,
} from '../../wgsl.ts'
import type { Epilogue } from './convEpilogue.ts'
import {
  describeExtras,
  epilogueExpression,
  epilogueProgram,
  presentExtras,
} from './convEpilogue.ts'
import type { ConvInput, InputShape, Pad } from './convInput.ts'
import {
  canVectorize,
  describeInput,
  inputBindings,
  inputCode,
  inputShape,
  inputTensors,
  noPad,
  totalChannels,
  upsampledSize,
} from './convInput.ts'
import { materializeInput } from '../software/materializeInput.ts'
import { momentsBinding, momentsShape, putMomentsCode } from './convMoments.ts'
import type { Shortcut, ShortcutShape } from './convShortcut.ts'
import {
  describeShortcut,
  shortcutBindings,
  shortcutShape,
  shortcutStepsCode,
  shortcutTensors,
} from './convShortcut.ts'
import type { Gemm } from '../gemm/gemm.ts'
import { chooseTile, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import { float32Output } from '../elementwise/sizedKernel.ts'
import type { Tile, WinogradTile } from '../gemm/tiles.ts'
import { fourProductsCode, isFourProducts, PARITIES, tapFilterCode, TAPS } from './upsampledConv.ts'
import { summedFilter } from '../software/summedFilter.ts'
import { suitsWinograd, winogradConv } from '../software/winograd.ts'
import type { TilePixels } from '../../../winogradTransforms.ts'
import type { ConvImage } from './winogradFused.ts'
import { chooseWinogradTile, fusedWinograd, winogradTileName } from './winogradFused.ts'

export interface ConvForward extends ConvInput {
  /** [kh, kw, cin, cout]. */
  weight: TensorInfo
  /** [cout]. */
  bias?: TensorInfo
  /** [b, cout], or one row for all items, added to every pixel of an item: the time embedding. */
  perItem?: TensorInfo
  /** [b, h, w, cout], added. */
  residual?: TensorInfo
  /** A 1x1 convolution, whose output is added. Excludes `residual`. */
  shortcut?: Shortcut | undefined
  /** Factor of the entire sum; default 1. */
  outputScale?: number
  /** Stores y in half precision; cout has to be a multiple of four. */
  half?: boolean
  /**
   * Attaches the moments of y in tiles of pixels ({@link momentsShape}), for a norm that reads y, if
   * they can be computed.
   */
  moments?: boolean
  stride: 1 | 2
  pad: Pad
  /** Pixels of a Winograd tile, on software devices. Default: with the fewest multiplications. */
  tilePixels?: TilePixels | undefined
}

interface Shape extends Epilogue {
  input: InputShape
  stride: number
  pad: Pad
  /** The shortcut, if it is a part of the product. */
  shortcut?: ShortcutShape
  /** Four products of the image before it is upsampled (upsampledConv.ts). */
  fourProducts: boolean
  /** The moments of y are written, in this shape. */
  moments?: readonly number[] | undefined
}

/**
 * Convolves [b, h, w, cin] with [kh, kw, cin, cout] as PyTorch's Conv2d: [b, h', w', cout] with
 * h' = floor((h + top + bottom - kh) / stride) + 1. With a 1x1 filter it is a linear layer of every
 * pixel. Reads x, the filter and the added tensors once for each tile that needs them, writes y.
 */
export function convByGemm(
  backend: WebGPUBackend,
  conv: ConvForward,
  tile?: Tile | WinogradTile,
): TensorInfo {
  const shortcut = planShortcut(backend, conv, tile)
  if (conv.shortcut && !shortcut) return convBesideShortcut(backend, conv, conv.shortcut, tile)
  const { input, temporary } = materializeInput(backend, conv)
  const described = describeConv(backend, conv, inputShape(backend, input))
  const chosen = tile ?? chooseConvTile(backend.device, described)
  const own = chosen.shape === 'winograd' ? { ...described, fourProducts: false } : described
  const joined = shortcut ? { ...own, shortcut } : own
  const shape = conv.moments
    ? { ...joined, moments: momentsShape(backend, describeProduct(joined), chosen) }
    : joined
  const useWinograd = chosen.shape === 'lanes' && isForWinograd(backend, shape)
  const separate = needsSeparateEpilogue(conv, shape, chosen, useWinograd)
  const main = separate
    ? { ...shape, extras: presentExtras({ bias: conv.bias }), outputScale: 1, half: false }
    : shape
  const summed = own.fourProducts && chosen.shape === 'lanes'
  const weight = summed ? summedFilter(backend, conv.weight) : conv.weight
  const [y, moments] = useWinograd
    ? [
        winogradConv(backend, {
          x: activationTensors(input.x)[0],
          weight: conv.weight,
          rotated: false,
          bias: conv.bias,
          pad: conv.pad,
          tilePixels: conv.tilePixels,
        }),
      ]
    : backend.dispatch(
        forwardProgram(main, chosen),
        [
          ...inputTensors(input, main.input),
          weight,
          ...extraTensors(conv, main),
          ...(conv.shortcut && main.shortcut ? shortcutTensors(conv.shortcut, main.shortcut) : []),
        ],
        [outputSpec(main), ...(main.moments ? [float32Output(main.moments)] : [])],
      )
  if (moments) backend.setMoments(y, moments)
  if (temporary) backend.disposeData(temporary.dataId)
  if (summed) backend.disposeData(weight.dataId)
  return separate ? applyEpilogue(backend, conv, shape, y) : y
}

/** Returns the shortcut as a part of the product, if the tile and the device allow it. */
function planShortcut(
  backend: WebGPUBackend,
  conv: ConvForward,
  tile: Tile | WinogradTile | undefined,
): ShortcutShape | undefined {
  if (!conv.shortcut) return undefined
  const shape = describeConv(backend, conv, inputShape(backend, conv))
  const { input, filter, stride, extras } = shape
  const chosen = tile ?? chooseConvTile(backend.device, shape)
  if (chosen.shape !== 'tiled' || input.upsample || stride !== 1) return undefined
  if (!canVectorize(input.channels)) return undefined
  const bindings = 2 + inputBindings(input).length + extras.length
  return shortcutShape(backend, conv.shortcut, { from: filter[2], to: filter[3], bindings })
}

/** Adds the output of a shortcut that is a convolution of its own. */
function convBesideShortcut(
  backend: WebGPUBackend,
  conv: ConvForward,
  shortcut: Shortcut,
  tile: Tile | WinogradTile | undefined,
): TensorInfo {
  const residual = convByGemm(backend, { ...shortcut, stride: 1, pad: noPad })
  const y = convByGemm(backend, { ...conv, residual, shortcut: undefined }, tile)
  backend.disposeData(residual.dataId)
  return y
}

/**
 * Returns whether additions and the scale need a dispatch of their own. With lanes only the bias is
 * fused, as the initial value of the sums; code for the others would be longer than the product's.
 */
const needsSeparateEpilogue = (
  conv: ConvForward,
  { half, outputScale }: Shape,
  { shape }: Tile | WinogradTile,
  useWinograd: boolean,
) =>
  (useWinograd && half) ||
  (shape === 'lanes' && (conv.perItem || conv.residual || outputScale !== 1))

/** Runs the epilogue, without the bias, and disposes `raw`. */
function applyEpilogue(
  backend: WebGPUBackend,
  conv: ConvForward,
  shape: Shape,
  raw: TensorInfo,
): TensorInfo {
  const epilogue = { ...shape, extras: presentExtras({ ...conv, bias: undefined }) }
  const [y] = backend.dispatch(
    epilogueProgram(epilogue, shape.input.items),
    [raw, ...extraTensors(conv, epilogue)],
    [outputSpec(epilogue)],
  )
  backend.disposeData(raw.dataId)
  return y
}

const outputSpec = ({ input, height, width, filter, half }: Shape) =>
  ({ shape: [input.items, height, width, filter[3]], dtype: 'float32', half }) as const

const extraTensors = (conv: ConvForward, { extras, residualHalf }: Shape) =>
  extras.flatMap((extra) => {
    const tensor = conv[extra]
    return tensor ? [withStorage(tensor, extra === 'residual' && residualHalf)] : []
  })

const isForWinograd = (
  backend: WebGPUBackend,
  { input, filter, height, width, stride, pad }: Shape,
) =>
  input.channels.length === 1 &&
  !input.upsample &&
  suitsWinograd(backend, filter, stride, pad, input.items * height * width)

function chooseConvTile(device: GPUDevice, shape: Shape): Tile | WinogradTile {
  const { filter, stride, fourProducts } = shape
  const isPointwise = filter[0] * filter[1] === 1
  const winograd =
    stride === 1 && !fourProducts
      ? chooseWinogradTile(device, 'convolution', convImage(shape), filter)
      : undefined
  return (
    winograd ?? chooseTile(device, convGemmExtents(shape), isPointwise ? 'product' : 'convolution')
  )
}

function describeConv(
  backend: WebGPUBackend,
  { weight, stride, pad, outputScale = 1, half = false, ...conv }: ConvForward,
  input: InputShape,
): Shape {
  const filter = weight.shape as [number, number, number, number]
  const [high, wide] = upsampledSize(input)
  return {
    input,
    filter,
    height: Math.floor((high + pad.top + pad.bottom - filter[0]) / stride) + 1,
    width: Math.floor((wide + pad.left + pad.right - filter[1]) / stride) + 1,
    stride,
    pad,
    fourProducts: isFourProducts({ upsample: input.upsample, filter, stride, pad }),
    extras: presentExtras(conv),
    oneRow: conv.perItem?.shape[0] === 1,
    outputScale,
    half,
    residualHalf:
      conv.residual !== undefined &&
      canStoreAsHalf(conv.residual.shape) &&
      backend.storedTensor(conv.residual).half,
  }
}

const convGemmExtents = ({ input, height, width, filter, fourProducts }: Shape) => {
  const parts = fourProducts ? PARITIES : 1
  return { rows: (input.items * height * width) / parts, columns: filter[3], parts }
}

/** Returns the output image for Winograd. Only for stride 1. */
const convImage = ({ input: { items }, height, width, pad: { top, left } }: Shape): ConvImage => ({
  items,
  height,
  width,
  top,
  left,
  rotated: false,
})

/** Describes the product for {@link momentsShape}. */
function describeProduct(shape: Shape) {
  const { input, extras, shortcut } = shape
  const extents = convGemmExtents(shape)
  const added = extras.length + (shortcut ? shortcutBindings(shortcut).length : 0)
  return {
    ...extents,
    depth: productDepth(shape),
    pixels: extents.rows / input.items,
    bindings: 2 + inputBindings(input).length + added,
  }
}

const productDepth = ({ input, shortcut }: Shape) => shortcut?.depth ?? totalChannels(input)

// ---- programs

function forwardProgram(shape: Shape, tile: Tile | WinogradTile): Program {
  const { input, filter, height, width, stride, pad, outputScale } = shape
  const key = [
    `conv${filter[0]}x${filter[1]} forward`,
    `${describeInput(input)} > ${height}x${width}x${filter[3]}`,
    `stride ${stride} pad ${pad.top} ${pad.left}`,
    describeExtras(shape),
    ...(shape.shortcut ? [describeShortcut(shape.shortcut)] : []),
    ...(shape.fourProducts ? ['four products'] : []),
    `scale ${outputScale}`,
    ...(shape.moments ? ['moments'] : []),
    tile.shape === 'winograd' ? winogradTileName(tile) : tileName(tile),
  ].join(' ')
  return cachedProgram(key, () => {
    const product = forwardGemm(shape, tile.shape === 'lanes')
    return tile.shape === 'winograd'
      ? fusedWinograd(product, convImage(shape), tile)
      : gemmProgram(product, tile)
  })
}

function forwardGemm(shape: Shape, lanes: boolean): Gemm {
  const { filter, shortcut, fourProducts } = shape
  const input = fourProducts ? { ...shape.input, upsample: false } : shape.input
  const to = filter[3]
  const weight = tensorBinding('weight', lanes ? 1 : to)
  const y = tensorBinding('y', to, shape.half)
  const startsWithBias = lanes && shape.extras.length > 0
  const added = shape.extras.map((extra) =>
    tensorBinding(extra, startsWithBias ? 1 : to, extra === 'residual' && shape.residualHalf),
  )
  const outer = shortcut ? shortcutBindings(shortcut) : []
  const outputs = shape.moments ? [y, momentsBinding] : [y]
  const code = `${bindingsCode(outputs, [...inputBindings(input), weight, ...added, ...outer])}
${outputs.map(writerCode).join('\n')}
${shape.moments ? `${storedCode(y)}\n${putMomentsCode(shape.moments, convGemmExtents(shape).parts)}` : ''}
${lanes ? '' : [weight, ...added].map(readerCode).join('\n')}
${inputCode(input)}
${fourProducts ? fourRowsCode(shape, lanes) : rowsCode(shape)}
${fourProducts ? '' : shortcut ? shortcutStepsCode(shortcut, shape) : stepsCode(shape, lanes)}
${startsWithBias ? 'fn initial_sum(n: u32, part: u32) -> f32 { return bias[n]; }' : ''}
fn put(m: u32, n: u32, value: vec4f, part: u32)${shape.moments ? ' -> vec4f' : ''} {
  if (n >= ${to}u) { return${shape.moments ? ' vec4f()' : ''}; }
  let pixel = ${fourProducts ? 'pixel_of(m, part)' : 'm'};
  let sum = ${startsWithBias ? 'value' : epilogueExpression(shape)};
  y_put(pixel * ${to}u + n, sum, ${to}u - n);
  ${shape.moments ? 'return y_stored(sum);' : ''}
}`
  return {
    ...convGemmExtents(shape),
    depth: productDepth(shape),
    aAlong: 'k',
    bAlong: 'columns',
    columnMoments: shape.moments !== undefined,
    columnStart: startsWithBias,
    code,
  }
}

/** `row_at` of a product whose rows are the pixels of y. */
const rowsCode = ({
  height,
  width,
  stride,
  pad,
}: Shape) => `/** The pixel of x under the corner of the filter. */
struct Row { item: u32, y: i32, x: i32 }
fn row_at(m: u32, part: u32) -> Row {
  let pixel = m % ${height * width}u;
  let y = i32(pixel / ${width}u) * ${stride} - ${pad.top};
  let x = i32(pixel % ${width}u) * ${stride} - ${pad.left};
  return Row(m / ${height * width}u, y, x);
}`

/**
 * The same, and `pixel_of(m: u32, part: u32) -> u32`, for a product whose parts are the parities of
 * the pixels of y, with functions of the input and the filter for a step of each tap.
 */
function fourRowsCode(shape: Shape, lanes: boolean): string {
  const { input, filter, height, width, pad } = shape
  const [high, wide] = [height / 2, width / 2]
  const [from, to] = [totalChannels(input), filter[3]]
  return `${fourProductsCode(pad)}
/** The pixel of x under the first tap. */
struct Row { item: u32, y: i32, x: i32 }
fn row_at(m: u32, part: u32) -> Row {
  let pixel = m % ${high * wide}u;
  let y = first_row(i32(pixel / ${wide}u), part);
  return Row(m / ${high * wide}u, y, first_column(i32(pixel % ${wide}u), part));
}
fn pixel_of(m: u32, part: u32) -> u32 {
  let parity = vec2u(parity_at(part));
  return (2u * (m / ${wide}u) + parity.x) * ${width}u + 2u * (m % ${wide}u) + parity.y;
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, ${TAPS}u); }
fn source_at(row: Row, step: u32, part: u32) -> Source {
  return pixel_at(row.item, row.y + i32(step >> 1u), row.x + i32(step & 1u));
}
fn a_at(source: Source, c: u32) -> vec4f { return z4(source, c); }
${tapFilterCode(lanes ? 'b_value' : 'b_at', {
  tap: 'tap_of(step, part)',
  index: `c * ${to}u + n`,
  pairs: from * to,
  summed: lanes,
})}`
}

/** Functions of the input and the filter, with a step for each pixel of the filter. */
function stepsCode({ input, filter: [kh, kw, , to] }: Shape, lanes: boolean): string {
  const weightIndex = `(step * ${totalChannels(input)}u + c) * ${to}u + n`
  return `fn step_range(part: u32) -> vec2u { return vec2u(0u, ${kh * kw}u); }
fn source_at(row: Row, step: u32, part: u32) -> Source {
  return pixel_at(row.item, row.y + i32(step / ${kw}u), row.x + i32(step % ${kw}u));
}
fn a_at(source: Source, c: u32) -> vec4f { return z4(source, c); }
${
  lanes
    ? `fn b_value(step: u32, c: u32, n: u32, part: u32) -> f32 { return weight[${weightIndex}]; }`
    : `fn b_at(step: u32, c: u32, n: u32, part: u32) -> vec4f { return weight_at(${weightIndex}); }`
}`
}
