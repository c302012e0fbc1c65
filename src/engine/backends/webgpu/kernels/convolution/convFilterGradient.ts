// Gradients of a convolution's filter and bias: dW[k] = sum over pixels i of z[stride i + k -
// pad]^T dy[i], over all items, where z is the input after its prologue, which is recomputed. As an
// implicit GEMM, the rows are the pixels and channels of the filter, the columns are the channels
// of y, and the sum runs over all pixels of the batch. Several groups of workgroups sum some rows
// of the images each (split-K); a second program adds their partial sums in a fixed order, at once
// or deferred (gradientArena.ts).
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import { deferredSumsFor } from '../../gradientArena.ts'
import type { HalfStorage } from '../../halfStorage.ts'
import { withStorage } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import { bindingsCode, cachedProgram, readerCode, tensorBinding } from '../../wgsl.ts'
import type { ConvInput, InputShape, Pad } from './convInput.ts'
import {
  describeInput,
  inputBindings,
  inputCode,
  inputShape,
  inputTensors,
  totalChannels,
} from './convInput.ts'
import { materializeInput } from '../software/materializeInput.ts'
import type { BoundProduct, Gemm } from '../gemm/gemm.ts'
import { chooseTile, tileCount, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import type { PartialSum } from '../elementwise/partialSums.ts'
import { sumPartials } from '../elementwise/partialSums.ts'
import type { Tile } from '../gemm/tiles.ts'
import { fourProductsCode, isFourProducts, PARITIES, tapLoop, TAPS } from './upsampledConv.ts'
import { suitsWinograd } from '../software/winograd.ts'
import { winogradFilterGradient } from '../software/winogradGradient.ts'
import type { TilePixels } from '../../../winogradTransforms.ts'

export interface ConvFilterGradient extends ConvInput {
  /** [b, h', w', cout]. */
  dy: TensorInfo
  /** [kh, kw, cin, cout]. */
  filterShape: readonly number[]
  stride: 1 | 2
  pad: Pad
  /** Also computes the gradient of the bias. */
  bias: boolean
  /** Pixels of a Winograd tile, on software devices. Default: with the fewest multiplications. */
  tilePixels?: TilePixels | undefined
  /** Tensors to write dW and db to; missing ones are created. */
  into?: readonly (TensorInfo | undefined)[]
}

interface Shape {
  input: InputShape
  y: readonly number[]
  filter: readonly number[]
  stride: number
  pad: Pad
  bias: boolean
  /** Four products of the image before it is upsampled (upsampledConv.ts). */
  fourProducts: boolean
  /** Storage of dy. */
  dyHalf: HalfStorage
}

/**
 * Returns dW, and db if `bias`. Reads x once for each tile of columns and dy once for each tile of
 * rows; with several splits, partial sums are written and read once. Sums into the gradient arena
 * are deferred.
 */
export function convFilterGradient(
  backend: WebGPUBackend,
  conv: ConvFilterGradient,
  tile?: Tile,
): TensorInfo[] {
  const { gradients, targets } = filterTargets(backend, conv)
  const { input, temporary } = materializeInput(backend, conv)
  if (tile === undefined && usesWinograd(backend, conv, input)) {
    const x = input.x as TensorInfo
    const [dweight, dbias] = gradients
    const { dy, pad, tilePixels } = conv
    winogradFilterGradient(backend, { x, dy, pad, tilePixels, into: [dweight, dbias] })
  } else {
    const materialized = { ...conv, ...input, affine: input.affine, silu: input.silu }
    sumFilterGradient(backend, materialized, targets, { tile, direct: gradients })
  }
  if (temporary) backend.disposeData(temporary.dataId)
  return gradients
}

/** Returns dW and db, which may be created, as targets of the sums. */
export function filterTargets(
  backend: WebGPUBackend,
  { filterShape, bias, into = [] }: ConvFilterGradient,
): { gradients: TensorInfo[]; targets: Target[] } {
  const columns = filterShape[3]
  const weights = tf.util.sizeFromShape(filterShape as number[])
  const shapes = bias ? [filterShape, [columns]] : [filterShape]
  const gradients = shapes.map((shape, i) => into[i] ?? backend.makeTensorInfo(shape, 'float32'))
  const ranges = [
    { from: 0, columns: weights, stride: weights },
    { from: weights, columns, stride: columns },
  ]
  return { gradients, targets: gradients.map((to, i) => ({ to, ...ranges[i] })) }
}

/** Returns whether the device is faster with Winograd, and the input is one plain tensor. */
function usesWinograd(
  backend: WebGPUBackend,
  { filterShape, stride, pad, dy }: ConvFilterGradient,
  { x, upsample, affine }: ConvInput,
): boolean {
  const isPlain = 'dataId' in x && !upsample && !affine && filterShape[2] % 4 === 0
  const pixels = dy.shape[0] * dy.shape[1] * dy.shape[2]
  return (
    isPlain &&
    !rulesFor(backend.device).sharesMemory &&
    suitsWinograd(backend, filterShape, stride, pad, pixels)
  )
}

/** Targets of the sums, which have the shape [kh kw cin (+ 1), cout]; the last row is the bias. */
export type Target = Pick<PartialSum, 'to' | 'from' | 'columns' | 'stride'>

/**
 * Runs both stages. `direct` are dW and db as tensors that the first stage can write to, where no
 * second stage is needed.
 */
export function sumFilterGradient(
  backend: WebGPUBackend,
  conv: Omit<ConvFilterGradient, 'into'>,
  targets: readonly Target[],
  { tile, direct }: { tile?: Tile | undefined; direct?: readonly TensorInfo[] } = {},
): void {
  const { input, temporary } = materializeInput(backend, conv)
  const plan = planFilterGradient(backend, conv, input, tile)
  runFilterGradient(backend, plan, targets, direct, (outputs, isDirect) =>
    backend.dispatch(splitProgram(plan, isDirect), filterInputs(plan, conv.dy, input), outputs),
  )
  if (temporary) backend.disposeData(temporary.dataId)
}

/** The shape, the tile and the number of partial sums of a filter gradient. */
export interface FilterPlan {
  shape: Shape
  splits: number
  tile: Tile
}

/** Chooses the tile and the splits for an input as the kernel reads it. */
export function planFilterGradient(
  backend: WebGPUBackend,
  { dy, filterShape, stride, pad, bias }: Omit<ConvFilterGradient, 'into'>,
  input: ConvInput,
  givenTile?: Tile,
): FilterPlan {
  const geometry = { filter: filterShape, stride, pad }
  const plain = reshapePointwise({
    ...geometry,
    input: inputShape(backend, input),
    y: dy.shape,
    bias,
    fourProducts:
      isFourProducts({ ...geometry, upsample: input.upsample ?? false }) &&
      fitsParities(backend, filterShape),
    dyHalf: false,
  })
  const tile =
    givenTile ??
    chooseTile(
      backend.device,
      { ...filterGemmExtents(plain), parts: plain.y[0] * plain.y[1] },
      'filter gradient',
    )
  const dyHalf = tile.shape === 'tiled' && backend.storedGradient(dy).half
  const shape = { ...plain, dyHalf }
  const { needsManyWorkgroups } = rulesFor(backend.device)
  const minWorkgroups = needsManyWorkgroups ? MIN_WORKGROUPS : FEW_WORKGROUPS
  return { shape, splits: countSplits(shape, tile, minWorkgroups), tile }
}

/** Runs both stages. `run` dispatches the first, into partial sums or directly into dW and db. */
export function runFilterGradient(
  backend: WebGPUBackend,
  { shape, splits }: FilterPlan,
  targets: readonly Target[],
  direct: readonly TensorInfo[] | undefined,
  run: (outputs: readonly TensorInfo[], isDirect: boolean) => void,
): void {
  if (direct && splits === 1) return run(direct, true)
  const columns = shape.filter[3]
  const splitStride = gradientRows(shape) * columns
  const sums = targets.map((target) => ({ ...target, splits, splitStride }))
  sumInTwoStages(backend, [splits, gradientRows(shape), columns], sums, (partials) =>
    run([partials], false),
  )
}

/** Returns the tensors to bind, in the order of {@link filterProduct}. */
export const filterInputs = ({ shape }: FilterPlan, dy: TensorInfo, input: ConvInput) => [
  ...inputTensors(input, shape.input),
  withStorage(dy, shape.dyHalf),
]

function sumInTwoStages(
  backend: WebGPUBackend,
  shape: readonly number[],
  sums: readonly PartialSum[],
  runFirst: (partials: TensorInfo) => void,
): void {
  const deferred = deferredSumsFor(sums.map(({ to }) => to))
  const reserved = deferred?.reserve(shape, sums.length)
  const partials = reserved ?? backend.makeTensorInfo(shape, 'float32')
  runFirst(partials)
  if (deferred && reserved) deferred.add(reserved, sums)
  else sumPartials(backend, partials, sums)
  backend.disposeData(partials.dataId)
}

/** Maximum number of pixels in a row. */
const MAX_ROW = 64

/**
 * Reshapes images for a filter of one pixel, which does not depend on their geometry: the pixels of
 * an item, or of all items, become rows that suit a tile. A matrix [n, in], passed as images of one
 * pixel, can then be split.
 */
function reshapePointwise(shape: Shape): Shape {
  const { input, y, filter, stride, pad } = shape
  const isPointwise =
    filter[0] * filter[1] * stride === 1 && pad.top + pad.bottom + pad.left + pad.right === 0
  if (!isPointwise || input.upsample) return shape
  const items = input.affine ? input.items : 1
  const pixels = (y[0] * y[1] * y[2]) / items
  let width = 1
  while (width < MAX_ROW && pixels % (2 * width) === 0) width *= 2
  const height = pixels / width
  return { ...shape, input: { ...input, items, height, width }, y: [items, height, width, y[3]] }
}

/**
 * The number of workgroups that keeps a device busy. More mean more partial sums to write and read.
 */
export const MIN_WORKGROUPS = 256
const FEW_WORKGROUPS = 8

const countSplits = (shape: Shape, tile: Tile, minWorkgroups: number): number =>
  roundSplits(shape, Math.ceil(minWorkgroups / tileCount(filterGemmExtents(shape), tile)))

/**
 * Returns as many partial sums as wanted, or fewer if some would be empty. As four products, each
 * parity of the pixels of y has as many of its own.
 */
export function roundSplits(shape: Shape, wanted: number): number {
  const parities = parityCount(shape)
  const steps = stepCount(shape)
  const splits = Math.min(steps, Math.ceil(wanted / parities))
  return parities * Math.ceil(steps / Math.ceil(steps / splits))
}

/** Returns whether the device can hold the partial sums of all parities. */
const fitsParities = ({ device }: WebGPUBackend, [kh, kw, from, to]: readonly number[]): boolean =>
  4 * PARITIES * (kh * kw * from + 1) * to <= device.limits.maxStorageBufferBindingSize

const parityCount = ({ fourProducts }: Shape) => (fourProducts ? PARITIES : 1)
/** Rows of pixels that are summed, of one parity or all. */
const stepCount = ({ y, fourProducts }: Shape) => (y[0] * y[1]) / (fourProducts ? 2 : 1)

const gradientRows = ({ filter, bias }: Shape) => filter[0] * filter[1] * filter[2] + Number(bias)

/** Rows of the product for one pixel of the filter: its channels, rounded up to fours. */
const channelRows = ({ input }: Shape) => 4 * Math.ceil(totalChannels(input) / 4)
export const filterGemmExtents = (shape: Shape) => ({
  rows: (shape.fourProducts ? TAPS : shape.filter[0] * shape.filter[1]) * channelRows(shape),
  columns: shape.filter[3],
})

function splitProgram(plan: FilterPlan, direct: boolean): Program {
  const { filter } = plan.shape
  const key = `conv${filter[0]}x${filter[1]} filter gradient ${describeFilterGradient(plan, direct)}`
  return cachedProgram(key, () => {
    const { outputs, inputs, product } = filterProduct(plan, direct)
    const gemm = product()
    const code = `${bindingsCode(outputs, inputs)}\n${gemm.code}`
    return gemmProgram({ ...gemm, code }, plan.tile)
  })
}

export const describeFilterGradient = (
  { shape: { input, y, stride, pad, bias, fourProducts, dyHalf }, splits, tile }: FilterPlan,
  direct: boolean,
): string =>
  [
    `${describeInput(input)} > ${y.slice(1).join('x')}`,
    `stride ${stride} pad ${pad.top} ${pad.left}${bias ? ' bias' : ''}${dyHalf ? ' half dy' : ''}`,
    ...(fourProducts ? ['four products'] : []),
    `splits ${splits}${direct ? ' direct' : ''}`,
    tileName(tile),
  ].join(' ')

/** The product of the first stage. */
export function filterProduct({ shape, splits, tile }: FilterPlan, direct: boolean): BoundProduct {
  const { bias, fourProducts } = shape
  const input = fourProducts ? { ...shape.input, upsample: false } : shape.input
  const width = fourProducts ? shape.y[2] / 2 : shape.y[2]
  const to = shape.y[3]
  const at = fourProducts
    ? `dy_pixel(step, x, part) * ${to}u + n`
    : `(step * ${width}u + x) * ${to}u + n`
  const dy = tensorBinding('dy', tile.shape === 'tiled' ? to : 1, shape.dyHalf)
  const outputs = [
    tensorBinding('partials', 1),
    ...(direct && bias ? [tensorBinding('db', 1)] : []),
  ]
  const product = (): Gemm => ({
    ...filterGemmExtents(shape),
    parts: splits,
    depth: width,
    aAlong: 'rows',
    bAlong: 'columns',
    columnSums: bias,
    code: `${inputCode(input)}
${fourProducts ? fourTapsCode(shape, splits) : filterTapsCode(shape, splits)}
${
  tile.shape === 'tiled'
    ? `${readerCode(dy)}
fn b_at(step: u32, x: u32, n: u32, part: u32) -> vec4f {
  let value = dy_at(${at});
  return ${maskRow('value', width)};
}`
    : `fn b_value(step: u32, x: u32, n: u32, part: u32) -> f32 {
  return dy[${at}];
}`
}
${fourProducts ? storeTapsCode(shape) : storePartialsCode(shape)}
${bias ? biasCode(shape, direct) : ''}`,
  })
  return { outputs, inputs: [...inputBindings(input), dy], product }
}

/** Zeros beyond the end of a row of pixels. */
const maskRow = (four: string, width: number) =>
  width % 4 === 0 ? four : `select(vec4f(), ${four}, x < ${width}u)`

/** Functions of the input: a row of the product is a pixel of the filter and four channels. */
function filterTapsCode(shape: Shape, splits: number): string {
  const { filter, y, stride, pad } = shape
  const [items, height, width] = y
  const kw = filter[1]
  const rows = channelRows(shape)
  const steps = Math.ceil((items * height) / splits)
  return `/** A pixel of the filter and the first of four channels. */
struct Tap { y: u32, x: u32, c: u32 }
/** The input pixel of a tap for the first pixel of a row of y. */
struct Row { item: u32, y: i32, x: i32, c: u32 }
fn row_at(m: u32, part: u32) -> Tap {
  let tap = m / ${rows}u;
  return Tap(tap / ${kw}u, tap % ${kw}u, m % ${rows}u);
}
fn step_range(part: u32) -> vec2u {
  return vec2u(part * ${steps}u, min((part + 1u) * ${steps}u, ${items * height}u));
}
fn source_at(tap: Tap, step: u32, part: u32) -> Row {
  return Row(
    step / ${height}u,
    i32(step % ${height}u * ${stride}u + tap.y) - ${pad.top},
    i32(tap.x) - ${pad.left}, tap.c);
}
fn a_at(row: Row, x: u32) -> vec4f {
  let z = z4(pixel_at(row.item, row.y, row.x + i32(x * ${stride}u)), row.c);
  return ${maskRow('z', width)};
}`
}

/**
 * The same for one parity of the pixels of y, a split of each in turns: a row is a tap and four
 * channels. `dy_pixel(step: u32, x: u32, part: u32) -> u32`: the x-th pixel of a row.
 */
function fourTapsCode(shape: Shape, splits: number): string {
  const { y, pad } = shape
  const [items, height, width] = [y[0], y[1] / 2, y[2] / 2]
  const rows = channelRows(shape)
  const steps = Math.ceil((items * height) / (splits / PARITIES))
  return `${fourProductsCode(pad)}
/** A tap, down and across, and the first of four channels. */
struct Tap { y: u32, x: u32, c: u32 }
/** The input pixel of a tap for the first pixel of a row. */
struct Row { item: u32, y: i32, x: i32, c: u32 }
fn row_at(m: u32, part: u32) -> Tap {
  let tap = m / ${rows}u;
  return Tap(tap >> 1u, tap & 1u, m % ${rows}u);
}
fn step_range(part: u32) -> vec2u {
  let split = part / ${PARITIES}u;
  return vec2u(split * ${steps}u, min((split + 1u) * ${steps}u, ${items * height}u));
}
fn source_at(tap: Tap, step: u32, part: u32) -> Row {
  let parity = part % ${PARITIES}u;
  return Row(
    step / ${height}u,
    first_row(i32(step % ${height}u + tap.y), parity), first_column(i32(tap.x), parity), tap.c);
}
fn a_at(row: Row, x: u32) -> vec4f {
  let z = z4(pixel_at(row.item, row.y, row.x + i32(x)), row.c);
  return ${maskRow('z', width)};
}
fn dy_pixel(step: u32, x: u32, part: u32) -> u32 {
  let parity = vec2u(parity_at(part % ${PARITIES}u));
  return (2u * step + parity.x) * ${2 * width}u + 2u * x + parity.y;
}`
}

/** Stores the sum of a tap as a term of each pixel of the filter that the tap sums. */
function storeTapsCode(shape: Shape): string {
  const [from, to, rows] = [totalChannels(shape.input), shape.y[3], channelRows(shape)]
  return `fn put(m: u32, n: u32, value: vec4f, part: u32) {
  let c = m % ${rows}u;
  if (c >= ${from}u) { return; }
  let tap = tap_of(m / ${rows}u, part % ${PARITIES}u);
  ${tapLoop(`let row = part * ${gradientRows(shape)}u + u32(y * 3 + x) * ${from}u + c;
    for (var e = 0u; e < 4u && n + e < ${to}u; e++) { partials[row * ${to}u + n + e] = value[e]; }`)}
}`
}

function storePartialsCode(shape: Shape): string {
  const [from, to, rows] = [totalChannels(shape.input), shape.y[3], channelRows(shape)]
  return `fn put(m: u32, n: u32, value: vec4f, part: u32) {
  let c = m % ${rows}u;
  if (c >= ${from}u) { return; }
  let row = part * ${gradientRows(shape)}u + m / ${rows}u * ${from}u + c;
  for (var e = 0u; e < 4u && n + e < ${to}u; e++) { partials[row * ${to}u + n + e] = value[e]; }
}`
}

function biasCode(shape: Shape, direct: boolean): string {
  const to = shape.y[3]
  const row = gradientRows(shape)
  const target = direct ? 'db[n]' : `partials[(part * ${row}u + ${row - 1}u) * ${to}u + n]`
  return `fn put_column_sum(n: u32, value: f32, part: u32) {
  if (n < ${to}u) { ${target} = value; }
}`
}
