// Filter gradient of a 3x3 convolution with stride 1 by Winograd, F(3x3, 2x2) and F(3x3, 4x4) (Lavin
// & Gray 2016, section 4): dW = A^T [sum over tiles of (G e G^T) (B^T d B)] A, with e a tile of dy
// and d the tile of x around it, of the same size as in the forward pass (winograd.ts). The sums
// over all tiles of a batch are 16 or 36 matrix products. For software devices.
import type { TensorInfo } from '../../../base/tf.ts'
import type { WebGPUBackend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindingsCode, cachedProgram, readerCode, tensorBinding } from '../wgsl.ts'
import type { Pad } from './convInput.ts'
import { chooseTile, tileName } from './gemm.ts'
import { gemmProgram } from './gemmProgram.ts'
import { columnSums } from './reduce.ts'
import type { WinogradTiles } from './winograd.ts'
import {
  componentCount,
  describeTiles,
  describeWinograd,
  indexedProgram,
  planeSize,
  runProgram,
  storeComponent,
  tilePlaceCode,
  tileSide,
  tileTotal,
  transformInput,
  unrollMatrix,
} from './winograd.ts'
import type { TilePixels } from './winogradTransforms.ts'
import { tileTransforms, transformSquare } from './winogradTransforms.ts'

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
  const E = runProgram(
    backend,
    gradientTransform(tiles, columns),
    [dy],
    [componentCount(tiles) * planeSize(tileTotal(tiles) * columns)],
  )
  const M = runProgram(
    backend,
    tileProducts(backend, tiles, channels, columns),
    [V, E],
    [componentCount(tiles) * planeSize(channels * columns)],
  )
  backend.dispatch(filterTransform(tiles, channels * columns), [M], [dweight])
  for (const { dataId } of [V, E, M]) backend.disposeData(dataId)
  if (dbias) {
    const rows = tiles.items * tiles.high * tiles.wide
    columnSums(backend, dy, { outer: 1, rows, channels: columns }, { into: dbias })
  }
}

/** E = G e G^T of every tile of dy, for every channel; pixels beyond the image are 0. */
const gradientTransform = (tiles: WinogradTiles, columns: number): Program =>
  cachedProgram(`winograd gradient ${describeWinograd(tiles)} x ${columns}`, () => {
    const { high, wide, pixels } = tiles
    const count = tileTotal(tiles) * columns
    const index = `((item * ${high}u + y) * ${wide}u + x) * ${columns}u + n`
    const declarations = `${bindingsCode([tensorBinding('E', 1)], [tensorBinding('dy', 1)])}
fn pixel(item: u32, y: u32, x: u32, n: u32) -> f32 {
  let inside = y < ${high}u && x < ${wide}u;
  return select(0f, dy[select(0u, ${index}, inside)], inside);
}`
    const body = `let n = i % ${columns}u;
  let tile = i / ${columns}u;
  ${tilePlaceCode(tiles)}
  ${unrollMatrix(pixels, pixels, (r, s) => `let e${r}_${s} = pixel(item, y0 + ${r}u, x0 + ${s}u, n);`)}
  ${transformSquare(
    tileTransforms[pixels].timesGradientG,
    'e',
    pixels,
    storeComponent('E', tileSide(tiles), count),
  )}`
    return indexedProgram(count, declarations, body)
  })

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

/** dW = A^T M A for every pair of channels. */
const filterTransform = (tiles: WinogradTiles, count: number): Program => {
  const { pixels } = tiles
  return cachedProgram(`winograd filter gradient ${count} by ${pixels}`, () => {
    const side = tileSide(tiles)
    const component = (r: number, s: number) =>
      `let m${r}_${s} = M[${(side * r + s) * planeSize(count)}u + i];`
    const store = (r: number, s: number, value: string) =>
      `dweight[${(3 * r + s) * count}u + i] = ${value};`
    const body = `${unrollMatrix(side, side, component)}
  ${transformSquare(tileTransforms[pixels].timesGradientA, 'm', side, store)}`
    return indexedProgram(
      count,
      bindingsCode([tensorBinding('dweight', 1)], [tensorBinding('M', 1)]),
      body,
    )
  })
}
