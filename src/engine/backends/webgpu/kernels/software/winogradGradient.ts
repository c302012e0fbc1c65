// Filter gradient of a 3x3 convolution with stride 1 by Winograd, F(3x3, 2x2) and F(3x3, 4x4) (Lavin
// & Gray 2016, section 4): dW = A^T [sum over tiles of (G e G^T) (B^T d B)] A, with e a tile of dy
// and d the tile of x around it, of the same size as in the forward pass (winograd.ts). The sums
// over all tiles of a batch are 16 or 36 matrix products. For software devices.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { Program } from '../../program.ts'
import { bindingsCode, cachedProgram, readerCode, tensorBinding } from '../../wgsl.ts'
import type { Pad } from '../convolution/convInput.ts'
import { chooseTile, tileName } from '../gemm/gemm.ts'
import { gemmProgram } from '../gemm/gemmProgram.ts'
import { columnSums } from '../elementwise/reduce.ts'
import { float32Output } from '../elementwise/sizedKernel.ts'
import type { WinogradTiles } from './winograd.ts'
import {
  componentCount,
  describeTiles,
  loadComponents,
  pixelCode,
  planes,
  planeSize,
  runTransform,
  storeComponent,
  tilePlaceCode,
  tilePlaceSizes,
  tileSide,
  tileTotal,
  transformInput,
  unrollMatrix,
} from './winograd.ts'
import type { TilePixels } from '../../../winogradTransforms.ts'
import { tileTransforms, transformSquare } from './winogradSquare.ts'

interface FilterGradient {
  /** [b, h, w, c], c a multiple of four. */
  x: TensorInfo
  /** [b, h', w', n], of a convolution with stride 1. */
  dy: TensorInfo
  /** Not negative. */
  pad: Pad
  /** Default: with the fewest multiplications. */
  tilePixels?: TilePixels | undefined
  /** The results: dW, [3, 3, c, n], and db, [n]. */
  into: readonly [dweight: TensorInfo, dbias?: TensorInfo]
}

/** Writes dW and db. Reads x and dy nine times or less, writes up to four times as much. */
export function winogradFilterGradient(
  backend: WebGPUBackend,
  { x, dy, pad, tilePixels, into: [dweight, dbias] }: FilterGradient,
): void {
  const tiles = describeTiles(x.shape, pad, tilePixels)
  const [channels, columns] = [x.shape[3], dy.shape[3]]
  const V = transformInput(backend, x, tiles)
  const E = transformGradient(backend, dy, tiles)
  const M = backend.dispatch(
    tileProducts(backend, tiles, channels, columns),
    [V, E],
    [float32Output(planes(tiles, channels * columns))],
  )[0]
  transformBack(backend, M, tiles, { total: channels * columns, dweight })
  for (const { dataId } of [V, E, M]) backend.disposeData(dataId)
  if (dbias) {
    const rows = tiles.items * tiles.high * tiles.wide
    columnSums(backend, dy, { outer: 1, rows, channels: columns }, { into: dbias })
  }
}

/** Returns E = G e G^T of every tile of dy, for every channel; pixels beyond the image are 0. */
function transformGradient(
  backend: WebGPUBackend,
  dy: TensorInfo,
  tiles: WinogradTiles,
): TensorInfo {
  const { high, wide, pixels } = tiles
  const channels = dy.shape[3]
  const total = tileTotal(tiles) * channels
  const load = (r: number, s: number) => `let e${r}_${s} = pixel(item, y0 + ${r}u, x0 + ${s}u, c);`
  return runTransform(backend, {
    name: `gradient by ${pixels}`,
    input: dy,
    output: float32Output(planes(tiles, total)),
    total,
    sizes: { ...tilePlaceSizes(tiles), height: high, width: wide, channels },
    functions: pixelCode,
    body: `${tilePlaceCode(pixels)}
  ${unrollMatrix(pixels, pixels, load)}
  ${transformSquare(
    tileTransforms[pixels].timesGradientG,
    'e',
    pixels,
    storeComponent(tileSide(tiles)),
  )}`,
  })
}

/** M = V^T E for each component. */
function tileProducts(
  { device }: WebGPUBackend,
  tiles: WinogradTiles,
  channels: number,
  columns: number,
): Program {
  const depth = tileTotal(tiles)
  const parts = componentCount(tiles)
  const tile = chooseTile(device, { rows: channels, columns, parts }, 'filter gradient')
  const name = `winograd gradient products ${parts} of ${channels}x${depth}x${columns} ${tileName(tile)}`
  return cachedProgram(name, () => {
    const [V, E] = [tensorBinding('V', channels), tensorBinding('E', 1)]
    const code = `${bindingsCode([tensorBinding('M', 1)], [V, E])}
${readerCode(V)}
fn row_at(m: u32, part: u32) -> u32 {
  return part * ${planeSize(depth * channels)}u + min(m, ${channels - 4}u);
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn source_at(row: u32, step: u32, part: u32) -> u32 { return row; }
fn a_at(row: u32, k: u32) -> vec4f { return V_at(row + k * ${channels}u); }
fn b_value(step: u32, k: u32, n: u32, part: u32) -> f32 {
  return E[part * ${planeSize(depth * columns)}u + k * ${columns}u + n];
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  let at = part * ${planeSize(channels * columns)}u + m * ${columns}u + n;
  for (var e = 0u; e < 4u && n + e < ${columns}u; e++) { M[at + e] = value[e]; }
}`
    return gemmProgram(
      { rows: channels, columns, parts, depth, aAlong: 'rows', bAlong: 'columns', code },
      tile,
    )
  })
}

/** Writes dW = A^T M A for every pair of channels. */
function transformBack(
  backend: WebGPUBackend,
  M: TensorInfo,
  tiles: WinogradTiles,
  { total, dweight }: { total: number; dweight: TensorInfo },
): void {
  const side = tileSide(tiles)
  const store = (r: number, s: number, value: string) =>
    `output[${3 * r + s}u * sizes.total + i] = ${value};`
  runTransform(backend, {
    name: `filter gradient by ${tiles.pixels}`,
    input: M,
    output: dweight,
    total,
    sizes: {},
    body: `${loadComponents(side)}
  ${transformSquare(tileTransforms[tiles.pixels].timesGradientA, 'm', side, store)}`,
  })
}
