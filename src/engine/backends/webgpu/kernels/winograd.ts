// Winograd convolution F(2x2, 3x3) for 3x3 filters with stride 1 (Lavin & Gray, "Fast Algorithms
// for Convolutional Neural Networks", 2016, section 4.1): four pixels of y take 16 multiplications
// for each pair of channels instead of 36.
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A, with d a 4x4 tile of x and g the filter.
// The sums over channels are 16 matrix products. The transformed tiles and the products are
// tensors, four times as large as x and y. This variant is for software devices, where that costs
// less than it saves; on a GPU it would dominate (see winogradFused.ts).
import type { TensorInfo } from '../../../base/tf.ts'
import type { WebGPUBackend } from '../backend.ts'
import type { Program } from '../program.ts'
import {
  bindingsCode,
  cachedProgram,
  readerCode,
  tensorBinding,
  unroll,
  workgroupGrid,
  writerCode,
} from '../wgsl.ts'
import type { Pad } from './convInput.ts'
import { tileName } from './gemm.ts'
import { gemmProgram } from './gemmProgram.ts'
import type { Tile } from './tiles.ts'

export interface WinogradConv {
  /** [b, h, w, c]. */
  x: TensorInfo
  /**
   * [3, 3, c, n]; or, for the input gradient of a convolution, [3, 3, n, c], to be rotated by 180
   * degrees and transposed.
   */
  weight: TensorInfo
  rotated: boolean
  /** [n]. */
  bias?: TensorInfo
  /** Not negative. */
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

const COMPONENTS = 16

/** With fewer channels the transforms cost more than they save. */
const MIN_CHANNELS = 32

/**
 * Returns whether Winograd applies to a convolution of `pixels` in all, is faster, and its tensors
 * fit the device.
 */
export const suitsWinograd = (
  { device }: WebGPUBackend,
  [kh, kw, from, to]: readonly number[],
  stride: number,
  pad: Pad,
  pixels: number,
): boolean =>
  // A tile of 16 numbers for every 2x2 pixels, doubled for odd sides.
  8 * pixels * 4 * Math.max(from, to) <= device.limits.maxStorageBufferBindingSize &&
  kh === 3 &&
  kw === 3 &&
  stride === 1 &&
  Math.min(from, to) >= MIN_CHANNELS &&
  Math.min(pad.top, pad.bottom, pad.left, pad.right) >= 0

/** Returns y, [b, h + top + bottom - 2, w + left + right - 2, n]. */
export function winogradConv(
  backend: WebGPUBackend,
  { x, weight, rotated, bias, pad }: WinogradConv,
  tile: Tile,
): TensorInfo {
  const [items, height, width, channels] = x.shape as [number, number, number, number]
  const columns = weight.shape[rotated ? 2 : 3]
  const [high, wide] = [height + pad.top + pad.bottom - 2, width + pad.left + pad.right - 2]
  const shape = { items, height, width, channels, columns, high, wide, pad }
  const rows = tileTotal(shape)
  const run = (program: Program, inputs: TensorInfo[], outputShape: number[]) =>
    backend.dispatch(program, inputs, [{ shape: outputShape, dtype: 'float32' }])[0]
  const U = run(
    filterTransform(channels, columns, rotated),
    [weight],
    [COMPONENTS, channels, columns],
  )
  const V = run(inputTransform(shape), [x], [COMPONENTS, rows, channels])
  const M = run(componentProducts(shape, tile), [V, U], [COMPONENTS, rows, columns])
  const y = run(outputTransform(shape, bias !== undefined), bias ? [M, bias] : [M], [
    items,
    high,
    wide,
    columns,
  ])
  for (const { dataId } of [U, V, M]) backend.disposeData(dataId)
  return y
}

/** The number of tiles of 2x2 pixels of y. */
const tileTotal = ({ items, high, wide }: Shape) =>
  items * Math.ceil(high / 2) * Math.ceil(wide / 2)

const describeWinograd = ({ items, height, width, channels, columns, pad }: Shape) => {
  const { top, bottom, left, right } = pad
  const size = `${items}x${height}x${width}x${channels} > ${columns}`
  return `${size} pad ${top} ${bottom} ${left} ${right}`
}

/** Returns a program that runs `body` for each index `i` below `count`. */
function indexedProgram(count: number, declarations: string, body: string): Omit<Program, 'key'> {
  const grid = workgroupGrid(Math.ceil(count / 64))
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

const unrollMatrix = (rows: number, columns: number, line: (i: number, j: number) => string) =>
  unroll(rows, (i) => unroll(columns, (j) => line(i, j), ' '))

/** Declares a column `r0_<j>` ... with these values. */
const declareColumn = (values: readonly string[], j: number) =>
  values.map((value, i) => `let r${i}_${j} = ${value};`).join(' ')

/** U = G g G^T for every pair of channels. */
const filterTransform = (channels: number, columns: number, rotated: boolean): Program =>
  cachedProgram(`winograd filter ${channels}x${columns}${rotated ? ' turned' : ''}`, () => {
    const timesG = (a: string, b: string, c: string) => [
      a,
      `0.5 * (${a} + ${b} + ${c})`,
      `0.5 * (${a} - ${b} + ${c})`,
      c,
    ]
    const count = channels * columns
    const source = rotated ? `i % ${columns}u * ${channels}u + i / ${columns}u` : 'i'
    const tap = (i: number, j: number) => (rotated ? 8 - 3 * i - j : 3 * i + j)
    const body = `let pair = ${source};
  ${unrollMatrix(3, 3, (i, j) => `let g${i}_${j} = weight[${tap(i, j)}u * ${count}u + pair];`)}
  ${unroll(3, (j) => declareColumn(timesG(`g0_${j}`, `g1_${j}`, `g2_${j}`), j))}
  ${unroll(4, (i) =>
    timesG(`r${i}_0`, `r${i}_1`, `r${i}_2`)
      .map((value, j) => `U[${4 * i + j}u * ${count}u + i] = ${value};`)
      .join(' '),
  )}`
    return indexedProgram(
      count,
      bindingsCode([tensorBinding('U', 1)], [tensorBinding('weight', 1)]),
      body,
    )
  })

/** V = B^T d B of the 4x4 pixels around every tile, for every channel. */
const inputTransform = (shape: Shape): Program =>
  cachedProgram(`winograd input ${describeWinograd(shape)}`, () => {
    const { height, width, channels, pad } = shape
    const [down, across] = [Math.ceil(shape.high / 2), Math.ceil(shape.wide / 2)]
    const count = tileTotal(shape) * channels
    const timesB = (a: string, b: string, c: string, d: string) => [
      `${a} - ${c}`,
      `${b} + ${c}`,
      `${c} - ${b}`,
      `${b} - ${d}`,
    ]
    const index = `((item * ${height}u + u32(y)) * ${width}u + u32(x_)) * ${channels}u + c`
    const declarations = `${bindingsCode([tensorBinding('V', 1)], [tensorBinding('x', 1)])}
fn pixel(item: u32, y: i32, x_: i32, c: u32) -> f32 {
  let inside = u32(y) < ${height}u && u32(x_) < ${width}u;
  return select(0f, x[select(0u, ${index}, inside)], inside);
}`
    const body = `let c = i % ${channels}u;
  let tile = i / ${channels}u;
  let item = tile / ${down * across}u;
  let y = i32(tile / ${across}u % ${down}u) * 2 - ${pad.top};
  let x_ = i32(tile % ${across}u) * 2 - ${pad.left};
  ${unrollMatrix(4, 4, (r, s) => `let d${r}_${s} = pixel(item, y + ${r}, x_ + ${s}, c);`)}
  ${unroll(4, (s) => declareColumn(timesB(`d0_${s}`, `d1_${s}`, `d2_${s}`, `d3_${s}`), s))}
  ${unroll(4, (r) =>
    timesB(`r${r}_0`, `r${r}_1`, `r${r}_2`, `r${r}_3`)
      .map((value, s) => `V[${4 * r + s}u * ${count}u + i] = ${value};`)
      .join(' '),
  )}`
    return indexedProgram(count, declarations, body)
  })

/** M = V U for each of the 16 components. */
const componentProducts = (shape: Shape, tile: Tile): Program => {
  const { channels, columns } = shape
  const rows = tileTotal(shape)
  return cachedProgram(`winograd products ${rows}x${channels}x${columns} ${tileName(tile)}`, () => {
    const M = tensorBinding('M', columns)
    const [V, U] = [tensorBinding('V', channels), tensorBinding('U', 1)]
    const inside = `c + vec4u(0u, 1u, 2u, 3u) < vec4u(${channels}u)`
    const code = `${bindingsCode([M], [V, U])}
${writerCode(M)}
${readerCode(V)}
fn row_at(m: u32, part: u32) -> u32 {
  return (part * ${rows}u + min(m, ${rows - 1}u)) * ${channels}u;
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn source_at(row: u32, step: u32, part: u32) -> u32 { return row; }
fn a_at(row: u32, c: u32) -> vec4f {
  let value = V_at(row + c);
  return ${channels % 4 === 0 ? 'value' : `select(vec4f(), value, ${inside})`};
}
fn b_value(step: u32, c: u32, n: u32, part: u32) -> f32 {
  return U[(part * ${channels}u + c) * ${columns}u + n];
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n < ${columns}u) { M_put((part * ${rows}u + m) * ${columns}u + n, value, ${columns}u - n); }
}`
    return gemmProgram(
      { rows, columns, parts: COMPONENTS, depth: channels, aAlong: 'k', bAlong: 'columns', code },
      tile,
    )
  })
}

/** Y = A^T M A + bias. */
const outputTransform = (shape: Shape, bias: boolean): Program =>
  cachedProgram(`winograd output ${describeWinograd(shape)}${bias ? ' bias' : ''}`, () => {
    const { columns, high, wide } = shape
    const [down, across] = [Math.ceil(high / 2), Math.ceil(wide / 2)]
    const count = tileTotal(shape) * columns
    const timesA = (a: string, b: string, c: string, d: string) => [
      `${a} + ${b} + ${c}`,
      `${b} - ${c} - ${d}`,
    ]
    const store = (r: number, s: number, value: string) => {
      const row = `(item * ${high}u + y0 + ${r}u) * ${wide}u + x0 + ${s}u`
      return `if (y0 + ${r}u < ${high}u && x0 + ${s}u < ${wide}u) {
    y[(${row}) * ${columns}u + n] = start + ${value};
  }`
    }
    const body = `let n = i % ${columns}u;
  let tile = i / ${columns}u;
  let item = tile / ${down * across}u;
  let y0 = tile / ${across}u % ${down}u * 2u;
  let x0 = tile % ${across}u * 2u;
  ${unrollMatrix(4, 4, (r, s) => `let m${r}_${s} = M[${4 * r + s}u * ${count}u + i];`)}
  ${unroll(4, (s) => declareColumn(timesA(`m0_${s}`, `m1_${s}`, `m2_${s}`, `m3_${s}`), s))}
  let start = ${bias ? 'bias[n]' : '0f'};
  ${unroll(2, (r) =>
    timesA(`r${r}_0`, `r${r}_1`, `r${r}_2`, `r${r}_3`)
      .map((value, s) => store(r, s, value))
      .join('\n'),
  )}`
    const inputs = bias
      ? [tensorBinding('M', 1), tensorBinding('bias', 1)]
      : [tensorBinding('M', 1)]
    return indexedProgram(count, bindingsCode([tensorBinding('y', 1)], inputs), body)
  })
