// Winograd convolutions F(2x2, 3x3) and F(4x4, 3x3) for 3x3 filters with stride 1 (Lavin & Gray,
// "Fast Algorithms for Convolutional Neural Networks", 2016, section 4): for each pair of channels,
// 2x2 pixels of y take 16 multiplications instead of 36, and 4x4 pixels 36 instead of 144.
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A, with d a tile of x and g the filter.
// The sums over channels are 16 or 36 matrix products. The transformed tiles and the products are
// tensors, larger than x and y by 4 or 2.25. This variant is for software devices, where that costs
// less than it saves; on a GPU it would dominate (see winogradFused.ts).
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { OutputSpec } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import {
  bindingsCode,
  cachedProgram,
  readerCode,
  tensorBinding,
  unroll,
  writerCode,
} from '../../wgsl.ts'
import type { Pad } from '../convolution/convInput.ts'
import { chooseTile, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import { dispatchSized, float32Output, mainCode } from '../elementwise/sizedKernel.ts'
import type { TilePixels } from '../../../winogradTransforms.ts'
import { tileTransforms, transformSquare } from './winogradSquare.ts'

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

/** The most components of a transformed tile. */
const LARGEST_TILE = componentCount({ pixels: 4 })

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
  // At most 36 numbers for every filter.
  4 * LARGEST_TILE * planeSize(from * to) <= device.limits.maxStorageBufferBindingSize &&
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
  const U = transformFilter(backend, weight, shape, rotated)
  const V = transformInput(backend, x, tiles)
  const M = backend.dispatch(
    componentProducts(backend, shape),
    [V, U],
    [float32Output(planes(shape, tileTotal(shape) * columns))],
  )[0]
  const y = transformOutput(backend, M, shape, bias)
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

/** The number of tiles. */
export const tileTotal = ({ items, high, wide, pixels }: WinogradTiles): number =>
  items * Math.ceil(high / pixels) * Math.ceil(wide / pixels)

/**
 * Returns the numbers from a plane of `count` numbers to the next: a line of the cache more, as
 * distances that are powers of two would put all planes into the same few lines.
 */
export const planeSize = (count: number): number => 4 * Math.ceil(count / 4) + 16

/** The shape of a tensor with a plane of `count` numbers for each component. */
export const planes = (tiles: Pick<WinogradTiles, 'pixels'>, count: number): number[] => [
  componentCount(tiles) * planeSize(count),
]

// ---- transforms: the sizes are uniforms, so that all layers share the programs, whose unrolled code
// takes software devices long to compile

const THREADS = 64

interface TransformKernel {
  name: string
  input: TensorInfo
  /** Added to each result. */
  bias?: TensorInfo | undefined
  output: TensorInfo | OutputSpec
  /** Elements of a plane of the transformed tensor, each of which is an invocation. */
  total: number
  /** Other sizes that the body reads. */
  sizes: Record<string, number>
  /** Functions, and the code of element `i`, which reads `input` and writes `output`. */
  functions?: string
  body: string
}

/** Runs a transform of every element of a plane. */
export function runTransform(
  backend: WebGPUBackend,
  { name, input, bias, output, total, sizes, functions = '', body }: TransformKernel,
): TensorInfo {
  const read = [tensorBinding('input', 1), ...(bias ? [tensorBinding('bias', 1)] : [])]
  return dispatchSized(backend, {
    name: `winograd ${name}`,
    sizes: { count: Math.ceil(total / THREADS), total, plane: planeSize(total), ...sizes },
    bindings: [[tensorBinding('output', 1)], read],
    inputs: [input, ...(bias ? [bias] : [])],
    outputs: [output],
    code: () => `${functions}
${mainCode(
  THREADS,
  `let i = group * ${THREADS}u + thread;
  if (i >= sizes.total) { return; }
  ${body}`,
)}`,
  })[0]
}

export const unrollMatrix = (
  rows: number,
  columns: number,
  line: (i: number, j: number) => string,
): string => unroll(rows, (i) => unroll(columns, (j) => line(i, j), ' '))

/** Stores component (i, j) of an element. */
export const storeComponent =
  (side: number) =>
  (i: number, j: number, value: string): string =>
    `output[${side * i + j}u * sizes.plane + i] = ${value};`

/** Loads the components of an element as `m<i>_<j>`. */
export const loadComponents = (side: number): string =>
  unrollMatrix(side, side, (i, j) => `let m${i}_${j} = input[${side * i + j}u * sizes.plane + i];`)

/** The sizes of {@link tilePlaceCode}. */
export const tilePlaceSizes = ({ high, wide, pixels }: WinogradTiles) => ({
  down: Math.ceil(high / pixels),
  across: Math.ceil(wide / pixels),
})

/** Defines channel `c` of an element, the `item` of its tile, and the first pixel, `y0` and `x0`. */
export const tilePlaceCode = (pixels: TilePixels): string => `let c = i % sizes.channels;
  let tile = i / sizes.channels;
  let item = tile / (sizes.down * sizes.across);
  let y0 = tile / sizes.across % sizes.down * ${pixels}u;
  let x0 = tile % sizes.across * ${pixels}u;`

/**
 * `fn pixel(item: u32, y: u32, x: u32, c: u32) -> f32`: a number of an image, 0 beyond it; negative
 * coordinates are beyond its end.
 */
export const pixelCode = `fn pixel(item: u32, y: u32, x: u32, c: u32) -> f32 {
  let inside = y < sizes.height && x < sizes.width;
  let at = ((item * sizes.height + y) * sizes.width + x) * sizes.channels + c;
  return select(0f, input[select(0u, at, inside)], inside);
}`

/** Returns U = G g G^T for every pair of channels. */
const transformFilter = (
  backend: WebGPUBackend,
  weight: TensorInfo,
  { channels, columns, pixels }: Shape,
  rotated: boolean,
): TensorInfo => {
  const tap = (i: number, j: number) => (rotated ? 8 - 3 * i - j : 3 * i + j)
  const total = channels * columns
  return runTransform(backend, {
    name: `filter by ${pixels}${rotated ? ' turned' : ''}`,
    input: weight,
    output: float32Output(planes({ pixels }, total)),
    total,
    sizes: { channels, columns },
    body: `let pair = ${rotated ? 'i % sizes.columns * sizes.channels + i / sizes.columns' : 'i'};
  ${unrollMatrix(3, 3, (i, j) => `let g${i}_${j} = input[${tap(i, j)}u * sizes.total + pair];`)}
  ${transformSquare(tileTransforms[pixels].timesG, 'g', 3, storeComponent(pixels + 2))}`,
  })
}

/** Returns V = B^T d B of every tile and channel of x, [b, h, w, c]. */
export function transformInput(
  backend: WebGPUBackend,
  x: TensorInfo,
  tiles: WinogradTiles,
): TensorInfo {
  const { height, width, pad, pixels } = tiles
  const channels = x.shape[3]
  const side = tileSide(tiles)
  const total = tileTotal(tiles) * channels
  return runTransform(backend, {
    name: `input by ${pixels}`,
    input: x,
    output: float32Output(planes(tiles, total)),
    total,
    sizes: { ...tilePlaceSizes(tiles), height, width, channels, top: pad.top, left: pad.left },
    functions: pixelCode,
    body: `${tilePlaceCode(pixels)}
  let y = y0 - sizes.top;
  let x = x0 - sizes.left;
  ${unrollMatrix(side, side, (r, s) => `let d${r}_${s} = pixel(item, y + ${r}u, x + ${s}u, c);`)}
  ${transformSquare(tileTransforms[pixels].timesB, 'd', side, storeComponent(side))}`,
  })
}

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
    // Beyond the last channel is the gap between planes, which may have NaN.
    const channel = channels % 4 === 0 ? 'c' : `min(c, ${channels - 1}u)`
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
  return U[part * ${planeSize(channels * columns)}u + ${channel} * ${columns}u + n];
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

/** Returns Y = A^T M A + bias. */
function transformOutput(
  backend: WebGPUBackend,
  M: TensorInfo,
  tiles: Shape,
  bias: TensorInfo | undefined,
): TensorInfo {
  const { items, columns, high, wide, pixels } = tiles
  const side = tileSide(tiles)
  const isWhole = high % pixels === 0 && wide % pixels === 0
  const store = (r: number, s: number, value: string) => {
    const row = `(item * sizes.high + y0 + ${r}u) * sizes.wide + x0 + ${s}u`
    const line = `output[(${row}) * sizes.channels + c] = start + ${value};`
    return isWhole ? line : `if (y0 + ${r}u < sizes.high && x0 + ${s}u < sizes.wide) { ${line} }`
  }
  return runTransform(backend, {
    name: `output by ${pixels}${isWhole ? ' whole' : ''}${bias ? ' bias' : ''}`,
    input: M,
    bias,
    output: float32Output([items, high, wide, columns]),
    total: tileTotal(tiles) * columns,
    sizes: { ...tilePlaceSizes(tiles), high, wide, channels: columns },
    body: `${tilePlaceCode(pixels)}
  ${loadComponents(side)}
  let start = ${bias ? 'bias[c]' : '0f'};
  ${transformSquare(tileTransforms[pixels].timesA, 'm', side, store)}`,
  })
}
