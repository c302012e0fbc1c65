// Convolutions with 3x3 filters and stride 1 by Winograd's F(2x2, 3x3) (Lavin & Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2016, section 4.1): four pixels of y by 16 multiplications for each pair of channels, where 36 are usual.
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A, with d a 4x4 piece of x and g the filter.
// The sums over channels are 16 products of matrices. The pieces and the products are tensors, four times as large as x and
// y: on a device made of software that costs less than it saves, on a GPU it would be the larger part of the time.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, unrolled, workgroups, writer } from '../wgsl.ts'
import type { Pad } from './convInput.ts'
import type { Tile } from './gemm.ts'
import { gemm, tileName } from './gemm.ts'

export interface Winograd {
  /** [b, h, w, c]. */
  x: TensorInfo
  /** [3, 3, c, n], or [3, 3, n, c] of a convolution whose input gradient this is: turned by 180 degrees and transposed. */
  weight: TensorInfo
  turned: boolean
  /** [n]. */
  bias?: TensorInfo
  /** Not below 0. */
  pad: Pad
}

interface Shape {
  items: number
  height: number
  width: number
  channels: number
  columns: number
  high: number
  wide: number
  pad: Pad
}

const PIECES = 16
const float = 'float32' as const

/** Fewer channels are not worth the way there and back. */
const FEWEST_CHANNELS = 32

/** Whether it is a convolution for it, of `pixels` in all, and quicker by it; and its tensors have a place. */
export const suitsWinograd = (
  { device }: Backend,
  [kh, kw, from, to]: readonly number[],
  stride: number,
  pad: Pad,
  pixels: number,
): boolean =>
  // A piece of 16 numbers for 2x2 pixels, and some for sides that are odd.
  8 * pixels * 4 * Math.max(from!, to!) <= device.limits.maxStorageBufferBindingSize &&
  kh === 3 &&
  kw === 3 &&
  stride === 1 &&
  Math.min(from!, to!) >= FEWEST_CHANNELS &&
  Math.min(pad.top, pad.bottom, pad.left, pad.right) >= 0

/** [b, h + top + bottom - 2, w + left + right - 2, n]. */
export function winograd(backend: Backend, { x, weight, turned, bias, pad }: Winograd, tile: Tile): TensorInfo {
  const [items, height, width, channels] = x.shape as [number, number, number, number]
  const columns = weight.shape[turned ? 2 : 3]!
  const [high, wide] = [height + pad.top + pad.bottom - 2, width + pad.left + pad.right - 2]
  const shape = { items, height, width, channels, columns, high, wide, pad }
  const rows = tilesOf(shape)
  const run = (program: Program, inputs: TensorInfo[], output: number[]) =>
    backend.dispatch(program, inputs, [{ shape: output, dtype: float }])[0]!
  const U = run(filterPieces(channels, columns, turned), [weight], [PIECES, channels, columns])
  const V = run(inputPieces(shape), [x], [PIECES, rows, channels])
  const M = run(products(shape, tile), [V, U], [PIECES, rows, columns])
  const y = run(outputs(shape, bias !== undefined), bias ? [M, bias] : [M], [items, high, wide, columns])
  for (const { dataId } of [U, V, M]) backend.disposeData(dataId)
  return y
}

/** Squares of 2x2 pixels of y. */
const tilesOf = ({ items, high, wide }: Shape) => items * Math.ceil(high / 2) * Math.ceil(wide / 2)

const name = ({ items, height, width, channels, columns, pad }: Shape) =>
  `${items}x${height}x${width}x${channels} > ${columns} pad ${pad.top} ${pad.bottom} ${pad.left} ${pad.right}`

/** A program of one invocation for each of `count`. */
function elementwise(count: number, declarations: string, body: string): Omit<Program, 'key'> {
  const grid = workgroups(Math.ceil(count / 64))
  const code = `${declarations}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = group * 64u + thread;
  if (i >= ${count}u) { return; }
  ${body}
}`
  return { code, workgroups: grid.workgroups }
}

const at = (i: number, j: number) => `${i}_${j}`
const each = (rows: number, columns: number, line: (i: number, j: number) => string) =>
  unrolled(rows, (i) => unrolled(columns, (j) => line(i, j), ' '))

/** U = G g G^T of every pair of channels. */
const filterPieces = (channels: number, columns: number, turned: boolean): Program =>
  programOf(`winograd filter ${channels}x${columns}${turned ? ' turned' : ''}`, () => {
    const half = (a: string, b: string, c: string) => [a, `0.5 * (${a} + ${b} + ${c})`, `0.5 * (${a} - ${b} + ${c})`, c]
    const count = channels * columns
    const place = turned ? `i % ${columns}u * ${channels}u + i / ${columns}u` : 'i'
    const body = `let pair = ${place};
  ${each(3, 3, (i, j) => `let g${at(i, j)} = weight[${turned ? 8 - 3 * i - j : 3 * i + j}u * ${count}u + pair];`)}
  ${unrolled(3, (j) =>
    half(`g0_${j}`, `g1_${j}`, `g2_${j}`)
      .map((value, i) => `let r${at(i, j)} = ${value};`)
      .join(' '),
  )}
  ${unrolled(4, (i) =>
    half(`r${i}_0`, `r${i}_1`, `r${i}_2`)
      .map((value, j) => `U[${4 * i + j}u * ${count}u + i] = ${value};`)
      .join(' '),
  )}`
    return elementwise(count, bindings([bound('U', 1)], [bound('weight', 1)]), body)
  })

/** V = B^T d B of the 4x4 pixels around every square, for every channel. */
const inputPieces = (shape: Shape): Program =>
  programOf(`winograd input ${name(shape)}`, () => {
    const { height, width, channels, pad } = shape
    const [down, across] = [Math.ceil(shape.high / 2), Math.ceil(shape.wide / 2)]
    const count = tilesOf(shape) * channels
    const difference = (a: string, b: string, c: string, d: string) => [
      `${a} - ${c}`,
      `${b} + ${c}`,
      `${c} - ${b}`,
      `${b} - ${d}`,
    ]
    const declarations = `${bindings([bound('V', 1)], [bound('x', 1)])}
fn pixel(item: u32, y: i32, x_: i32, c: u32) -> f32 {
  let inside = u32(y) < ${height}u && u32(x_) < ${width}u;
  return select(0f, x[select(0u, ((item * ${height}u + u32(y)) * ${width}u + u32(x_)) * ${channels}u + c, inside)], inside);
}`
    const body = `let c = i % ${channels}u;
  let tile = i / ${channels}u;
  let item = tile / ${down * across}u;
  let y = i32(tile / ${across}u % ${down}u) * 2 - ${pad.top};
  let x_ = i32(tile % ${across}u) * 2 - ${pad.left};
  ${each(4, 4, (r, s) => `let d${at(r, s)} = pixel(item, y + ${r}, x_ + ${s}, c);`)}
  ${unrolled(4, (s) =>
    difference(`d0_${s}`, `d1_${s}`, `d2_${s}`, `d3_${s}`)
      .map((value, r) => `let r${at(r, s)} = ${value};`)
      .join(' '),
  )}
  ${unrolled(4, (r) =>
    difference(`r${r}_0`, `r${r}_1`, `r${r}_2`, `r${r}_3`)
      .map((value, s) => `V[${4 * r + s}u * ${count}u + i] = ${value};`)
      .join(' '),
  )}`
    return elementwise(count, declarations, body)
  })

/** M = V U, for each of the 16. */
const products = (shape: Shape, tile: Tile): Program =>
  programOf(`winograd products ${tilesOf(shape)}x${shape.channels}x${shape.columns} ${tileName(tile)}`, () => {
    const { channels, columns } = shape
    const rows = tilesOf(shape)
    const [M, V, U] = [bound('M', columns), bound('V', channels), bound('U', 1)]
    const code = `${bindings([M], [V, U])}
${writer(M)}
${reader(V)}
fn row_of(m: u32, part: u32) -> u32 { return (part * ${rows}u + min(m, ${rows - 1}u)) * ${channels}u; }
fn steps_of(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn place_of(row: u32, step: u32, part: u32) -> u32 { return row; }
fn a_at(row: u32, c: u32) -> vec4f {
  let value = V_at(row + c);
  return ${channels % 4 === 0 ? 'value' : `select(vec4f(), value, c + vec4u(0u, 1u, 2u, 3u) < vec4u(${channels}u))`};
}
fn b_value(step: u32, c: u32, n: u32, part: u32) -> f32 { return U[(part * ${channels}u + c) * ${columns}u + n]; }
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n < ${columns}u) { M_put((part * ${rows}u + m) * ${columns}u + n, value, ${columns}u - n); }
}`
    return gemm({ rows, columns, parts: PIECES, depth: channels, aAlong: 'k', bAlong: 'columns', code }, tile)
  })

/** Y = A^T M A, and the bias. */
const outputs = (shape: Shape, bias: boolean): Program =>
  programOf(`winograd output ${name(shape)}${bias ? ' bias' : ''}`, () => {
    const { columns, high, wide } = shape
    const [down, across] = [Math.ceil(high / 2), Math.ceil(wide / 2)]
    const count = tilesOf(shape) * columns
    const sums = (a: string, b: string, c: string, d: string) => [`${a} + ${b} + ${c}`, `${b} - ${c} - ${d}`]
    const body = `let n = i % ${columns}u;
  let tile = i / ${columns}u;
  let item = tile / ${down * across}u;
  let y0 = tile / ${across}u % ${down}u * 2u;
  let x0 = tile % ${across}u * 2u;
  ${each(4, 4, (r, s) => `let m${at(r, s)} = M[${4 * r + s}u * ${count}u + i];`)}
  ${unrolled(4, (s) =>
    sums(`m0_${s}`, `m1_${s}`, `m2_${s}`, `m3_${s}`)
      .map((value, r) => `let r${at(r, s)} = ${value};`)
      .join(' '),
  )}
  let start = ${bias ? 'bias[n]' : '0f'};
  ${unrolled(2, (r) =>
    sums(`r${r}_0`, `r${r}_1`, `r${r}_2`, `r${r}_3`)
      .map(
        (value, s) => `if (y0 + ${r}u < ${high}u && x0 + ${s}u < ${wide}u) {
    y[((item * ${high}u + y0 + ${r}u) * ${wide}u + x0 + ${s}u) * ${columns}u + n] = start + ${value};
  }`,
      )
      .join('\n'),
  )}`
    const inputs = bias ? [bound('M', 1), bound('bias', 1)] : [bound('M', 1)]
    return elementwise(count, bindings([bound('y', 1)], inputs), body)
  })
