// dx of a convolution, from dy and the filter: dx[i] = sum over k of dy[(i + pad - k) / stride] W[k]^T, as one implicit GEMM
// whose rows are the pixels of x, whose columns are the channels of x, and whose sum goes over pixels of the filter and
// channels of y. With stride 2 a pixel of x has met only the filter's pixels of one parity in each direction: there are four
// kinds of pixels, and each is a part of its own. Of an upsampled x each pixel was read as four, so that it has met the
// sums of neighbouring pixels of the filter: its gradient is that of stride 2 and a filter one larger.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, within, writer } from '../wgsl.ts'
import type { Pad } from './convInput.ts'
import type { Gemm, Tile } from './gemm.ts'
import { gemm, tileFor, tileName } from './gemm.ts'
import { suitsWinograd, winograd } from './winograd.ts'
import type { Image, Squares } from './winogradFused.ts'
import { fusedWinograd, squaresFor, squaresName } from './winogradFused.ts'

export interface ConvInputGradient {
  /** [b, h', w', cout]. */
  dy: TensorInfo
  /** [kh, kw, cin, cout]. */
  weight: TensorInfo
  /** [b, h, w, cin] of x, before it is upsampled. */
  inputShape: readonly number[]
  stride: 1 | 2
  pad: Pad
  /** Each pixel of x was read four times; only with stride 1. */
  upsample?: boolean
  /** Channels of the two tensors that x was read from: there are two gradients. */
  split?: readonly [number, number]
}

interface Shape {
  x: readonly number[]
  y: readonly number[]
  filter: readonly number[]
  stride: number
  pad: Pad
  upsample: boolean
  /** Of each output. */
  channels: readonly number[]
}

/** The gradient of what a convolution has read, or the two of two tensors. Reads dy and the filter, writes dx. */
export function convInputGradient(backend: Backend, conv: ConvInputGradient, tile?: Tile | Squares): TensorInfo[] {
  const { dy, weight, inputShape, stride, pad, upsample = false, split } = conv
  if (upsample && stride !== 1) throw new RangeError('The input of a convolution with stride 2 cannot be upsampled.')
  const channels = split ?? [inputShape[3]!]
  const shape = { x: inputShape, y: dy.shape, filter: weight.shape, stride, pad, upsample, channels }
  const chosen = tile ?? tileOf(backend.device, shape)
  // It is a convolution of dy with the filter turned by 180 degrees; only what is padded is another.
  const around = { top: 2 - pad.top, bottom: 2 - pad.bottom, left: 2 - pad.left, right: 2 - pad.right }
  const isPlain = chosen.shape === 'lanes' && !upsample && !split
  if (isPlain && suitsWinograd(backend, weight.shape, stride, around, extentsOf(shape).rows))
    return [winograd(backend, { x: dy, weight, turned: true, pad: around }, chosen)]
  const program = inputGradient(shape, chosen)
  const outputs = channels.map((c) => ({ shape: [...inputShape.slice(0, 3), c], dtype: 'float32' }) as const)
  return backend.dispatch(program, [dy, weight], outputs)
}

function tileOf(device: GPUDevice, shape: Shape): Tile | Squares {
  const [kh, kw, from, to] = shape.filter as [number, number, number, number]
  const squares =
    shape.stride === 1 && !shape.upsample ? squaresFor(device, 'input gradient', imageOf(shape), [kh, kw, to, from]) : undefined
  return squares ?? tileFor(device, extentsOf(shape), kh * kw === 1 ? 'product' : 'input gradient')
}

/** A pixel for each row, but for stride 2, where a part has every second one in each direction. */
function extentsOf({ x: [items, height, width, channels], stride }: Shape) {
  const [down, across] = [Math.ceil(height! / stride), Math.ceil(width! / stride)]
  return { rows: items! * down * across, columns: channels!, parts: stride * stride }
}

/** The pixels of dx, as Winograd's way divides them; only with stride 1 and as many pixels as were read. */
const imageOf = ({ x: [items, height, width], pad: { top, left } }: Shape): Image => ({
  items: items!,
  height: height!,
  width: width!,
  top: 2 - top,
  left: 2 - left,
  turned: true,
})

function inputGradient(shape: Shape, tile: Tile | Squares): Program {
  const { x, y, filter, stride, pad, upsample, channels } = shape
  const key = [
    `conv${filter[0]}x${filter[1]} input gradient ${y.join('x')} > ${x.slice(0, 3).join('x')}x${channels.join('+')}`,
    `stride ${stride} pad ${pad.top} ${pad.left}${upsample ? ' upsampled' : ''}`,
    tile.shape === 'winograd' ? squaresName(tile) : tileName(tile),
  ].join(' ')
  return programOf(key, () => {
    const product = productOf(shape, tile.shape === 'lanes')
    return tile.shape === 'winograd' ? fusedWinograd(product, imageOf(shape), tile) : gemm(product, tile)
  })
}

function productOf(shape: Shape, acrossLanes: boolean): Gemm {
  const { y, filter, channels } = shape
  const to = filter[3]!
  const fours = channels.every((c) => c % 4 === 0) ? 4 : 1
  const outputs = channels.map((_, i) => bound(`dx${i}`, fours))
  const dy = bound('dy', to)
  const weight = bound('weight', acrossLanes ? 1 : to)
  const code = `${bindings(outputs, [dy, weight])}
${outputs.map(writer).join('\n')}
${reader(dy)}
/** The pixel of x. */
struct Row { item: u32, y: i32, x: i32 }
/** The pixel of dy that has seen it through a pixel of the filter. */
struct Place { pixel: u32, inside: bool }
${geometryCode(shape)}
fn place_at(item: u32, y: i32, x: i32) -> Place {
  let inside = u32(y) < ${y[1]}u && u32(x) < ${y[2]}u;
  return Place(select(0u, (item * ${y[1]}u + u32(y)) * ${y[2]}u + u32(x), inside), inside);
}
fn a_at(place: Place, c: u32) -> vec4f {
  let value = dy_at(place.pixel * ${to}u + c);
  return ${within('value', 'place.inside', 'c', to)};
}
${filterCode(shape, !acrossLanes)}
${acrossLanes ? '' : reader(weight)}
${putCode(shape)}`
  return { ...extentsOf(shape), depth: to, aAlong: 'k', bAlong: 'k', code }
}

/** Which pixels x has, which of dy and of the filter belong to them: `row_of`, `steps_of`, `place_of` and `tap_of`. */
function geometryCode({ x, filter, stride, pad, upsample }: Shape): string {
  const [height, width] = [Math.ceil(x[1]! / stride), Math.ceil(x[2]! / stride)]
  const [kh, kw] = filter as [number, number]
  const pixel = `let pixel = m % ${height * width}u;
  let y = i32(pixel / ${width}u);
  let x = i32(pixel % ${width}u);
  let item = m / ${height * width}u;`
  if (stride === 1) {
    // Upsampled, a step is a difference between a pixel of the filter and one of the four, from -1 on.
    const [scale, more] = upsample ? [2, 1] : [1, 0]
    return `fn row_of(m: u32, part: u32) -> Row { ${pixel} return Row(item, ${scale} * y, ${scale} * x); }
fn steps_of(part: u32) -> vec2u { return vec2u(0u, ${(kh + more) * (kw + more)}u); }
fn tap_of(step: u32, part: u32) -> vec2i { return vec2i(vec2u(step / ${kw + more}u, step % ${kw + more}u)) - ${more}; }
fn place_of(row: Row, step: u32, part: u32) -> Place {
  let tap = tap_of(step, part);
  return place_at(row.item, row.y + ${pad.top} - tap.x, row.x + ${pad.left} - tap.y);
}`
  }
  return `/** The first pixel of the filter, downwards and across, that has met this kind of pixels. */
fn first_of(part: u32) -> vec2u { return (vec2u(part >> 1u, part & 1u) + vec2u(${evenly(pad.top)}u, ${evenly(pad.left)}u)) & vec2u(1u); }
/** How many there are. */
fn taps_of(part: u32) -> vec2u { return (vec2u(${kh + 1}u, ${kw + 1}u) - first_of(part)) / 2u; }
fn row_of(m: u32, part: u32) -> Row { ${pixel} return Row(item, 2 * y + i32(part >> 1u), 2 * x + i32(part & 1u)); }
fn steps_of(part: u32) -> vec2u { let taps = taps_of(part); return vec2u(0u, taps.x * taps.y); }
fn tap_of(step: u32, part: u32) -> vec2i {
  let across = taps_of(part).y;
  return vec2i(first_of(part) + 2u * vec2u(step / across, step % across));
}
fn place_of(row: Row, step: u32, part: u32) -> Place {
  let tap = tap_of(step, part);
  // Even by the choice of the filter's pixels, below zero too.
  return place_at(row.item, (row.y + ${pad.top} - tap.x) >> 1u, (row.x + ${pad.left} - tap.y) >> 1u);
}`
}

const evenly = (pad: number) => ((pad % 2) + 2) % 2

/** `b_at` or `b_value`: the filter's pixel of a step, transposed, or the sum of those that a pixel was seen through. */
function filterCode({ filter, upsample }: Shape, tiled: boolean): string {
  const [kh, kw, from, to] = filter as [number, number, number, number]
  const of = tiled ? 'vec4f' : 'f32'
  const at = (tap: string) => `((${tap}) * ${from}u + n) * ${to}u + c`
  const value = (tap: string) => (tiled ? `weight_at(${at(tap)})` : `weight[${at(tap)}]`)
  const name = tiled ? 'b_at' : 'b_value'
  if (!upsample)
    return `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> ${of} {
  let tap = vec2u(tap_of(step, part));
  return ${value(`tap.x * ${kw}u + tap.y`)};
}`
  return `fn ${name}(step: u32, c: u32, n: u32, part: u32) -> ${of} {
  let tap = tap_of(step, part);
  var sum = ${of}();
  for (var y = max(tap.x, 0); y <= min(tap.x + 1, ${kh - 1}); y++) {
    for (var x = max(tap.y, 0); x <= min(tap.y + 1, ${kw - 1}); x++) { sum += ${value(`u32(y * ${kw} + x)`)}; }
  }
  return sum;
}`
}

/** `put`: into the gradient that has the channels, if the pixel is one: an odd side has fewer of one kind. */
function putCode({ x, stride, channels: [first, second] }: Shape): string {
  const [, height, width, channels] = x as [number, number, number, number]
  return `fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${channels}u) { return; }
  ${
    stride === 1
      ? 'let pixel = m;'
      : `let row = row_of(m, part);
  if (row.y >= ${height} || row.x >= ${width}) { return; }
  let pixel = (row.item * ${height}u + u32(row.y)) * ${width}u + u32(row.x);`
  }
  ${second === undefined ? `dx0_put(pixel * ${first}u + n, value, ${first}u - n);` : splitCode(first!, second)}
}`
}

const splitCode = (first: number, second: number) =>
  first % 4 === 0
    ? `if (n < ${first}u) { dx0_put(pixel * ${first}u + n, value, 4u); }
  else { dx1_put(pixel * ${second}u + n - ${first}u, value, ${first + second}u - n); }`
    : `for (var e = 0u; e < min(4u, ${first + second}u - n); e++) {
    if (n + e < ${first}u) { dx0[pixel * ${first}u + n + e] = value[e]; }
    else { dx1[pixel * ${second}u + n + e - ${first}u] = value[e]; }
  }`
