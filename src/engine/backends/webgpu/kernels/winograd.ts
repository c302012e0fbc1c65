// Winograd convolutions F(2x2, 3x3) and F(4x4, 3x3) for 3x3 filters with stride 1 (Lavin & Gray,
// "Fast Algorithms for Convolutional Neural Networks", 2016, section 4): for each pair of channels,
// 2x2 pixels of y take 16 multiplications instead of 36, and 4x4 pixels 36 instead of 144.
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A, with d a tile of x and g the filter.
// The sums over channels are 16 or 36 matrix products. The transformed tiles and the products are
// tensors, larger than x and y by 4 or 2.25. This variant is for software devices, where that costs
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
import { chooseTile, tileName } from './gemm.ts'
import { gemmProgram } from './gemmProgram.ts'
import type { TilePixels } from './winogradTransforms.ts'
import { tileTransforms, transformSquare } from './winogradTransforms.ts'

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
  /** Default: with the fewest multiplications. */
  tilePixels?: TilePixels | undefined
}

/** The tiles of an image. */
export interface WinogradTiles {
  items: number
  height: number
  width: number
  pad: Pad
  /** Pixels of y. */
  high: number
  wide: number
  /** Pixels of y in a tile, along one axis. */
  pixels: TilePixels
}

interface Shape extends WinogradTiles {
  channels: number
  columns: number
}

/** Numbers of a tile along one axis, and the number of components of a transformed tile. */
export const tileSide = ({ pixels }: Pick<WinogradTiles, 'pixels'>) => pixels + 2
export const componentCount = (tiles: Pick<WinogradTiles, 'pixels'>) => tileSide(tiles) ** 2

/** With fewer channels the transforms cost more than they save. */
const MIN_CHANNELS = 16

/** Tiles of an item from which transforming the filter to 36 numbers pays. */
const MIN_LARGE_TILES = 4

/** Returns the tiles with the fewest multiplications for an image of y. */
function chooseTilePixels(high: number, wide: number): TilePixels {
  const tiles = (pixels: number) => Math.ceil(high / pixels) * Math.ceil(wide / pixels)
  return tiles(4) >= MIN_LARGE_TILES && 36 * tiles(4) <= 16 * tiles(2) ? 4 : 2
}

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
  // At most 16 numbers for every 2x2 pixels, doubled for odd sides.
  8 * pixels * 4 * Math.max(from, to) <= device.limits.maxStorageBufferBindingSize &&
  kh === 3 &&
  kw === 3 &&
  stride === 1 &&
  Math.min(from, to) >= MIN_CHANNELS &&
  Math.min(pad.top, pad.bottom, pad.left, pad.right) >= 0

/** Returns y, [b, h + top + bottom - 2, w + left + right - 2, n]. */
export function winogradConv(
  backend: WebGPUBackend,
  { x, weight, rotated, bias, pad, tilePixels }: WinogradConv,
): TensorInfo {
  const tiles = describeTiles(x.shape, pad, tilePixels)
  const channels = x.shape[3]
  const columns = weight.shape[rotated ? 2 : 3]
  const shape = { ...tiles, channels, columns }
  const U = runProgram(
    backend,
    filterTransform(shape, rotated),
    [weight],
    [componentCount(shape) * planeSize(channels * columns)],
  )
  const V = transformInput(backend, x, tiles)
  const M = runProgram(
    backend,
    componentProducts(backend, shape),
    [V, U],
    [componentCount(shape) * planeSize(tileTotal(shape) * columns)],
  )
  const y = runProgram(
    backend,
    outputTransform(shape, bias !== undefined),
    bias ? [M, bias] : [M],
    [tiles.items, tiles.high, tiles.wide, columns],
  )
  for (const { dataId } of [U, V, M]) backend.disposeData(dataId)
  return y
}

/** Returns the tiles of a convolution of x, [b, h, w, c]. */
export function describeTiles(
  [items, height, width]: readonly number[],
  pad: Pad,
  tilePixels?: TilePixels,
): WinogradTiles {
  const [high, wide] = [height + pad.top + pad.bottom - 2, width + pad.left + pad.right - 2]
  const pixels = tilePixels ?? chooseTilePixels(high, wide)
  return { items, height, width, pad, high, wide, pixels }
}

/** Runs a program with one float32 output. */
export const runProgram = (
  backend: WebGPUBackend,
  program: Program,
  inputs: TensorInfo[],
  shape: readonly number[],
): TensorInfo => backend.dispatch(program, inputs, [{ shape, dtype: 'float32' }])[0]

/** Returns V = B^T d B of every tile and channel of x, `componentCount` planes of [tiles, c]. */
export const transformInput = (
  backend: WebGPUBackend,
  x: TensorInfo,
  tiles: WinogradTiles,
): TensorInfo => {
  const channels = x.shape[3]
  return runProgram(
    backend,
    inputTransform(tiles, channels),
    [x],
    [componentCount(tiles) * planeSize(tileTotal(tiles) * channels)],
  )
}

/** The number of tiles. */
export const tileTotal = ({ items, high, wide, pixels }: WinogradTiles) =>
  items * Math.ceil(high / pixels) * Math.ceil(wide / pixels)

/**
 * Returns the numbers from a plane of `count` numbers to the next: a line of the cache more, as
 * distances that are powers of two would put all planes into the same few lines.
 */
export const planeSize = (count: number) => 4 * Math.ceil(count / 4) + 16

export const describeWinograd = ({ items, height, width, pad, pixels }: WinogradTiles) => {
  const { top, bottom, left, right } = pad
  return `${items}x${height}x${width} by ${pixels} pad ${top} ${bottom} ${left} ${right}`
}

/** Returns a program that runs `body` for each index `i` below `count`. */
export function indexedProgram(
  count: number,
  declarations: string,
  body: string,
): Omit<Program, 'key'> {
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

export const unrollMatrix = (
  rows: number,
  columns: number,
  line: (i: number, j: number) => string,
) => unroll(rows, (i) => unroll(columns, (j) => line(i, j), ' '))

/** Stores component (i, j) of element `i` of a plane of `count` numbers. */
export const storeComponent =
  (to: string, side: number, count: number) => (i: number, j: number, value: string) =>
    `${to}[${(side * i + j) * planeSize(count)}u + i] = ${value};`

/** U = G g G^T for every pair of channels. */
const filterTransform = ({ channels, columns, pixels }: Shape, rotated: boolean): Program =>
  cachedProgram(
    `winograd filter ${channels}x${columns} by ${pixels}${rotated ? ' turned' : ''}`,
    () => {
      const count = channels * columns
      const source = rotated ? `i % ${columns}u * ${channels}u + i / ${columns}u` : 'i'
      const tap = (i: number, j: number) => (rotated ? 8 - 3 * i - j : 3 * i + j)
      const body = `let pair = ${source};
  ${unrollMatrix(3, 3, (i, j) => `let g${i}_${j} = weight[${tap(i, j)}u * ${count}u + pair];`)}
  ${transformSquare(tileTransforms[pixels].timesG, 'g', 3, storeComponent('U', pixels + 2, count))}`
      return indexedProgram(
        count,
        bindingsCode([tensorBinding('U', 1)], [tensorBinding('weight', 1)]),
        body,
      )
    },
  )

/** Defines the `item` of a tile, and its first pixel of y, `y0` and `x0`. */
export function tilePlaceCode({ high, wide, pixels }: WinogradTiles): string {
  const [down, across] = [Math.ceil(high / pixels), Math.ceil(wide / pixels)]
  return `let item = tile / ${down * across}u;
  let y0 = tile / ${across}u % ${down}u * ${pixels}u;
  let x0 = tile % ${across}u * ${pixels}u;`
}

/** V = B^T d B of the pixels around every tile, for every channel. */
const inputTransform = (tiles: WinogradTiles, channels: number): Program =>
  cachedProgram(`winograd input ${describeWinograd(tiles)} x ${channels}`, () => {
    const { height, width, pad, pixels } = tiles
    const side = tileSide(tiles)
    const count = tileTotal(tiles) * channels
    const index = `((item * ${height}u + u32(y)) * ${width}u + u32(x_)) * ${channels}u + c`
    const declarations = `${bindingsCode([tensorBinding('V', 1)], [tensorBinding('x', 1)])}
fn pixel(item: u32, y: i32, x_: i32, c: u32) -> f32 {
  let inside = u32(y) < ${height}u && u32(x_) < ${width}u;
  return select(0f, x[select(0u, ${index}, inside)], inside);
}`
    const body = `let c = i % ${channels}u;
  let tile = i / ${channels}u;
  ${tilePlaceCode(tiles)}
  let y = i32(y0) - ${pad.top};
  let x_ = i32(x0) - ${pad.left};
  ${unrollMatrix(side, side, (r, s) => `let d${r}_${s} = pixel(item, y + ${r}, x_ + ${s}, c);`)}
  ${transformSquare(tileTransforms[pixels].timesB, 'd', side, storeComponent('V', side, count))}`
    return indexedProgram(count, declarations, body)
  })

/** M = V U for each component. */
const componentProducts = ({ device }: WebGPUBackend, shape: Shape): Program => {
  const { channels, columns } = shape
  const rows = tileTotal(shape)
  const parts = componentCount(shape)
  const tile = chooseTile(device, { rows, columns, parts })
  const name = `winograd products ${parts} of ${rows}x${channels}x${columns} ${tileName(tile)}`
  return cachedProgram(name, () => {
    const M = tensorBinding('M', columns)
    const [V, U] = [tensorBinding('V', channels), tensorBinding('U', 1)]
    const inside = `c + vec4u(0u, 1u, 2u, 3u) < vec4u(${channels}u)`
    const code = `${bindingsCode([M], [V, U])}
${writerCode(M)}
${readerCode(V)}
fn row_at(m: u32, part: u32) -> u32 {
  return part * ${planeSize(rows * channels)}u + min(m, ${rows - 1}u) * ${channels}u;
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn source_at(row: u32, step: u32, part: u32) -> u32 { return row; }
fn a_at(row: u32, c: u32) -> vec4f {
  let value = V_at(row + c);
  return ${channels % 4 === 0 ? 'value' : `select(vec4f(), value, ${inside})`};
}
fn b_value(step: u32, c: u32, n: u32, part: u32) -> f32 {
  return U[part * ${planeSize(channels * columns)}u + c * ${columns}u + n];
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${columns}u) { return; }
  M_put(part * ${planeSize(rows * columns)}u + m * ${columns}u + n, value, ${columns}u - n);
}`
    return gemmProgram(
      { rows, columns, parts, depth: channels, aAlong: 'k', bAlong: 'columns', code },
      tile,
    )
  })
}

/** Y = A^T M A + bias. */
const outputTransform = (shape: Shape, bias: boolean): Program => {
  const { columns, high, wide, pixels } = shape
  const name = `winograd output ${describeWinograd(shape)} x ${columns}${bias ? ' bias' : ''}`
  return cachedProgram(name, () => {
    const side = tileSide(shape)
    const count = tileTotal(shape) * columns
    const isWhole = high % pixels === 0 && wide % pixels === 0
    const store = (r: number, s: number, value: string) => {
      const row = `(item * ${high}u + y0 + ${r}u) * ${wide}u + x0 + ${s}u`
      const line = `y[(${row}) * ${columns}u + n] = start + ${value};`
      return isWhole ? line : `if (y0 + ${r}u < ${high}u && x0 + ${s}u < ${wide}u) { ${line} }`
    }
    const component = (r: number, s: number) =>
      `let m${r}_${s} = M[${(side * r + s) * planeSize(count)}u + i];`
    const body = `let n = i % ${columns}u;
  let tile = i / ${columns}u;
  ${tilePlaceCode(shape)}
  ${unrollMatrix(side, side, component)}
  let start = ${bias ? 'bias[n]' : '0f'};
  ${transformSquare(tileTransforms[pixels].timesA, 'm', side, store)}`
    const inputs = bias
      ? [tensorBinding('M', 1), tensorBinding('bias', 1)]
      : [tensorBinding('M', 1)]
    return indexedProgram(count, bindingsCode([tensorBinding('y', 1)], inputs), body)
  })
}
