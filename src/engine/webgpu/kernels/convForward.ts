// y = (x * W + bias + perItem + residual) outputScale, NHWC, as one implicit GEMM: rows are the pixels of all items, columns
// the channels of y, and the sum goes over the pixels of the filter and for each over the channels of x.
import type { TensorInfo } from '../../tf.ts'
import { tensorsOf } from '../activations.ts'
import type { Backend } from '../backend.ts'
import { asStored, canBeHalf } from '../half.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, workgroups, writer } from '../wgsl.ts'
import type { ConvInput, InputShape, Pad } from './convInput.ts'
import { channelsOf, inputBound, inputCode, inputName, inputShape, inputTensors, prepared, sizeOf } from './convInput.ts'
import type { Gemm, Tile } from './gemm.ts'
import { gemm, tileFor, tileName } from './gemm.ts'
import { suitsWinograd, winograd } from './winograd.ts'
import type { Image, Squares } from './winogradFused.ts'
import { fusedWinograd, squaresFor, squaresName } from './winogradFused.ts'

export interface ConvForward extends ConvInput {
  /** [kh, kw, cin, cout]. */
  weight: TensorInfo
  /** [cout]. */
  bias?: TensorInfo
  /** [b, cout], or one row for all items, added to every pixel of an item: the time embedding. */
  perItem?: TensorInfo
  /** [b, h, w, cout], added. */
  residual?: TensorInfo
  /** What all of the sum is multiplied with; 1 if left out. */
  outputScale?: number
  /** Whether y is to be stored as halves; cout has to be a multiple of four. */
  half?: boolean
  stride: 1 | 2
  pad: Pad
}

interface Shape {
  input: InputShape
  /** [kh, kw, cin, cout]. */
  filter: readonly [number, number, number, number]
  height: number
  width: number
  stride: number
  pad: Pad
  extras: readonly Extra[]
  /** `perItem` has one row for all items. */
  oneRow: boolean
  outputScale: number
  /** Whether y is written, and the residual read, as halves. */
  half: boolean
  residualHalf: boolean
}

type Extra = 'bias' | 'perItem' | 'residual'
const extras = ['bias', 'perItem', 'residual'] as const satisfies Extra[]

/**
 * A convolution of [b, h, w, cin] with [kh, kw, cin, cout], as PyTorch's Conv2d: [b, h', w', cout] with
 * h' = floor((h + top + bottom - kh) / stride) + 1. A 1x1 filter makes it a linear layer of every pixel. Reads x, the filter
 * and what is added once for each tile that needs it, writes y.
 */
export function convForward(backend: Backend, conv: ConvForward, tile?: Tile | Squares): TensorInfo {
  const { input, made } = prepared(backend, conv)
  const whole = shapeOf(backend, conv, inputShape(backend, input))
  const chosen = tile ?? tileOf(backend.device, whole)
  const isWinograd = chosen.shape === 'lanes' && isForWinograd(backend, whole)
  // Across lanes the bias is what the sums begin with; what else is added would be most of the code.
  const isLate =
    (isWinograd && whole.half) || (chosen.shape === 'lanes' && (conv.perItem || conv.residual || whole.outputScale !== 1))
  const shape = isLate ? { ...whole, extras: extrasOf({ bias: conv.bias }), outputScale: 1, half: false } : whole
  const output = { shape: [shape.input.items, shape.height, shape.width, shape.filter[3]], dtype: 'float32' } as const
  const extraTensors = ({ extras, residualHalf }: Shape) =>
    extras.map((extra) => asStored(conv[extra]!, extra === 'residual' && residualHalf))
  const y = isWinograd
    ? winograd(backend, { x: tensorsOf(input.x)[0]!, weight: conv.weight, turned: false, bias: conv.bias, pad: conv.pad }, chosen)
    : backend.dispatch(
        forward(shape, chosen),
        [...inputTensors(input, shape.input), conv.weight, ...extraTensors(shape)],
        [{ ...output, half: shape.half }],
      )[0]!
  if (made) backend.disposeData(made.dataId)
  if (!isLate) return y
  const late = { ...whole, extras: extrasOf({ ...conv, bias: undefined }) }
  const finished = backend.dispatch(finish(late), [y, ...extraTensors(late)], [{ ...output, half: late.half }])[0]!
  backend.disposeData(y.dataId)
  return finished
}

const isForWinograd = (backend: Backend, { input, filter, height, width, stride, pad }: Shape) =>
  input.channels.length === 1 && !input.upsample && suitsWinograd(backend, filter, stride, pad, input.items * height * width)

function tileOf(device: GPUDevice, shape: Shape): Tile | Squares {
  const { filter, stride } = shape
  const isPointwise = filter[0] * filter[1] === 1
  const squares = stride === 1 ? squaresFor(device, 'convolution', imageOf(shape), filter) : undefined
  return squares ?? tileFor(device, extentsOf(shape), isPointwise ? 'product' : 'convolution')
}

const extrasOf = (given: Partial<Record<Extra, TensorInfo>>) => extras.filter((extra) => given[extra])

function shapeOf(
  backend: Backend,
  { weight, stride, pad, outputScale = 1, half = false, ...conv }: ConvForward,
  input: InputShape,
): Shape {
  const filter = weight.shape as [number, number, number, number]
  const [high, wide] = sizeOf(input)
  return {
    input,
    filter,
    height: Math.floor((high + pad.top + pad.bottom - filter[0]) / stride) + 1,
    width: Math.floor((wide + pad.left + pad.right - filter[1]) / stride) + 1,
    stride,
    pad,
    extras: extrasOf(conv),
    oneRow: conv.perItem?.shape[0] === 1,
    outputScale,
    half,
    residualHalf: conv.residual !== undefined && canBeHalf(conv.residual.shape) && backend.stored(conv.residual).half,
  }
}

const extentsOf = ({ input, height, width, filter }: Shape) => ({
  rows: input.items * height * width,
  columns: filter[3],
  parts: 1,
})

/** The pixels of y, as Winograd's way divides them; only with stride 1. */
const imageOf = ({ input: { items }, height, width, pad: { top, left } }: Shape): Image => ({
  items,
  height,
  width,
  top,
  left,
  turned: false,
})

function forward(shape: Shape, tile: Tile | Squares): Program {
  const { input, filter, height, width, stride, pad, outputScale } = shape
  const key = [
    `conv${filter[0]}x${filter[1]} forward ${inputName(input)} > ${height}x${width}x${filter[3]}`,
    `stride ${stride} pad ${pad.top} ${pad.left}`,
    extrasName(shape),
    `scale ${outputScale}`,
    tile.shape === 'winograd' ? squaresName(tile) : tileName(tile),
  ].join(' ')
  return programOf(key, () => {
    const product = productOf(shape, tile.shape === 'lanes')
    return tile.shape === 'winograd' ? fusedWinograd(product, imageOf(shape), tile) : gemm(product, tile)
  })
}

const extrasName = ({ extras, oneRow, half, residualHalf }: Shape) => {
  const names = { bias: 'bias', perItem: oneRow ? 'one row' : 'perItem', residual: residualHalf ? 'residual half' : 'residual' }
  return [...extras.map((extra) => names[extra]), ...(half ? ['to half'] : [])].join(' ')
}

function productOf(shape: Shape, acrossLanes: boolean): Gemm {
  const { input, filter, height, width, stride, pad } = shape
  const [kh, kw, , to] = filter
  const from = channelsOf(input)
  const weight = bound('weight', acrossLanes ? 1 : to)
  const y = bound('y', to, shape.half)
  const startsWithBias = acrossLanes && shape.extras.length > 0
  const added = shape.extras.map((extra) => bound(extra, startsWithBias ? 1 : to, extra === 'residual' && shape.residualHalf))
  const code = `${bindings([y], [...inputBound(input), weight, ...added])}
${writer(y)}
${acrossLanes ? '' : added.map(reader).join('\n')}
${inputCode(input)}
/** The pixel of x under the corner of the filter. */
struct Row { item: u32, y: i32, x: i32 }
fn row_of(m: u32, part: u32) -> Row {
  let pixel = m % ${height * width}u;
  let y = i32(pixel / ${width}u) * ${stride} - ${pad.top};
  let x = i32(pixel % ${width}u) * ${stride} - ${pad.left};
  return Row(m / ${height * width}u, y, x);
}
fn steps_of(part: u32) -> vec2u { return vec2u(0u, ${kh * kw}u); }
fn place_of(row: Row, step: u32, part: u32) -> Place {
  return place_at(row.item, row.y + i32(step / ${kw}u), row.x + i32(step % ${kw}u));
}
fn a_at(place: Place, c: u32) -> vec4f { return z4(place, c); }
${
  acrossLanes
    ? `fn b_value(step: u32, c: u32, n: u32, part: u32) -> f32 { return weight[(step * ${from}u + c) * ${to}u + n]; }
${startsWithBias ? 'fn start_of(n: u32, part: u32) -> f32 { return bias[n]; }' : ''}`
    : `${reader(weight)}
fn b_at(step: u32, c: u32, n: u32, part: u32) -> vec4f { return weight_at((step * ${from}u + c) * ${to}u + n); }`
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${to}u) { return; }
  let sum = ${startsWithBias ? 'value' : sumCode(shape)};
  y_put(m * ${to}u + n, sum, ${to}u - n);
}`
  return { ...extentsOf(shape), depth: from, aAlong: 'k', bAlong: 'columns', columnStart: startsWithBias, code }
}

/** What becomes of `value`, the sum over the filter for the pixel `m` and the channels from `n` on. */
function sumCode({ extras, oneRow, height, width, filter: [, , , to], outputScale }: Shape): string {
  const at: { [E in Extra]: string } = {
    bias: 'bias_at(n)',
    perItem: oneRow ? 'perItem_at(n)' : `perItem_at(m / ${height * width}u * ${to}u + n)`,
    residual: `residual_at(m * ${to}u + n)`,
  }
  const sum = ['value', ...extras.map((extra) => at[extra])].join(' + ')
  return outputScale === 1 ? sum : `(${sum}) * f32(${outputScale})`
}

/** What is added and multiplied, on its own. */
const finish = (shape: Shape): Program => {
  const { input, height, width, filter, extras, outputScale } = shape
  const to = filter[3]
  return programOf(`conv finish ${[input.items, height, width, to].join('x')} ${extrasName(shape)} scale ${outputScale}`, () => {
    const y = bound('y', to, shape.half)
    const inputs = ['raw', ...extras].map((name) => bound(name, to, name === 'residual' && shape.residualHalf))
    const fours = Math.ceil(to / 4)
    const count = input.items * height * width * fours
    const grid = workgroups(Math.ceil(count / 64))
    const code = `${bindings([y], inputs)}
${writer(y)}
${inputs.map(reader).join('\n')}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * 64u + thread;
  if (i >= ${count}u) { return; }
  let m = i / ${fours}u;
  let n = 4u * (i % ${fours}u);
  let value = raw_at(m * ${to}u + n);
  y_put(m * ${to}u + n, ${sumCode(shape)}, ${to}u - n);
}`
    return { code, workgroups: grid.workgroups }
  })
}
