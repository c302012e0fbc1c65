// Fused Winograd convolution F(2x2, 3x3) in one dispatch, for GPUs: 3x3 filters with stride 1
// (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, section 4.1). With d a
// 4x4 tile of x and g the filter, four pixels of y are
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A,
// 16 multiplications for each pair of channels instead of 36. The 16 numbers in brackets are called
// components, and the 2x2 pixels of y a square.
//
// A workgroup computes some squares and columns (channels of y), and loops over the channels of x
// in fours:
//   1. It loads these channels of the pixels that the filter sees, each once, and of the filter
//      into workgroup memory.
//   2. There it transforms them to V = B^T d B and U = G g G^T.
//   3. A sixteenth of the threads has one component each, and adds its V U to accumulators in
//      registers.
// In the end the sums are exchanged through workgroup memory, and each thread computes pixels from
// four columns of them. Only x, the filter and y are in device memory; V and M would be four times
// as large as x and y (winograd.ts stores them, for software devices).
//
// Estimate for 64 channels to 64 at 32x32 in batches of 64, with 32 squares and 32 columns a
// workgroup:
// - multiply-adds: 1.07e9 for the products, 0.08e9 for V, 0.09e9 for U, 0.03e9 for Y; direct
//   2.42e9;
// - workgroup memory traffic: 1.07 GB for the products, 0.96 GB for the rest; 3.92 GB for the
//   direct kernel with a tile of 64x64. A GPU that reads a byte in the time of a multiply-add
//   (NVIDIA's, for example) is bound by this: 1.9 times as fast as direct, not 2.25;
// - the affine map and SiLU of x are computed 2.8 times for each number, 9 times in the direct
//   kernel.
import type { Program } from '../../program.ts'
import type { ProductKind } from '../../tunedChoices.ts'
import { tunedChoice } from '../../tunedChoices.ts'
import { unroll, workgroupGrid } from '../../wgsl.ts'
import type { Gemm } from '../gemm/gemm.ts'
import { accumulatorsCode, multiplyAddCode } from '../gemm/gemm.ts'
import type { WinogradTile } from '../gemm/tiles.ts'

/** The output, [items, height, width, columns]; y(0, 0) sees x from (-top, -left) on. */
export interface ConvImage {
  items: number
  height: number
  width: number
  top: number
  left: number
  /** The filter is rotated by 180 degrees. */
  rotated: boolean
}

/** Channels of x in a pass of the loop. */
const DEPTH = 4
const COMPONENTS = 16

/** Returns the name of a tile, which is a part of program keys and of stored choices. */
export const winogradTileName = ({ squares, columns, rows, across }: WinogradTile): string =>
  `winograd ${squares}x${columns} of ${rows}x${across}`

const workgroupThreads = ({ squares, columns, rows, across }: WinogradTile): number =>
  (COMPONENTS * squares * columns) / (rows * across)

/** The squares of a workgroup: a block of one image, or of several if they are small. */
interface Block {
  items: number
  down: number
  across: number
}

const nextPowerOfTwo = (n: number) => 2 ** Math.ceil(Math.log2(n))

function chooseBlock({ height, width }: ConvImage, { squares }: WinogradTile): Block {
  const across = Math.min(
    nextPowerOfTwo(Math.ceil(width / 2)),
    2 ** Math.ceil(Math.log2(squares) / 2),
  )
  const down = Math.min(nextPowerOfTwo(Math.ceil(height / 2)), squares / across)
  return { items: squares / (across * down), down, across }
}

/** Returns the number of blocks in each direction. */
function countBlocks({ items, height, width }: ConvImage, block: Block): Block {
  return {
    items: Math.ceil(items / block.items),
    down: Math.ceil(Math.ceil(height / 2) / block.down),
    across: Math.ceil(Math.ceil(width / 2) / block.across),
  }
}

/** Returns the size of the input region of a block, in pixels of each of its items. */
const inputRegion = ({ down, across }: Block) => ({ high: 2 * down + 2, wide: 2 * across + 2 })

/**
 * Returns offsets in workgroup memory, in fours: V comes first, then U, the pixels of x, and the
 * filter. The exchange of sums reuses all of it.
 */
function memoryLayout(block: Block, { squares, columns }: WinogradTile) {
  const { high, wide } = inputRegion(block)
  const U = COMPONENTS * squares
  const pixels = U + COMPONENTS * columns
  const filter = pixels + block.items * high * wide
  return { U, pixels, filter, size: filter + 9 * columns }
}

/**
 * Returns the share of the products that is needed; the others belong to squares beyond the image.
 */
function usefulShare(image: ConvImage, columns: number, tile: WinogradTile): number {
  const blocks = countBlocks(image, chooseBlock(image, tile))
  const computed =
    blocks.items *
    blocks.down *
    blocks.across *
    tile.squares *
    4 *
    Math.ceil(columns / tile.columns) *
    tile.columns
  return (image.items * image.height * image.width * columns) / computed
}

/**
 * With a smaller share, or fewer channels, Winograd is not faster even where multiplications are
 * slow.
 */
const MIN_SHARE = 0.75
const MIN_CHANNELS = 16

/** Returns whether the device has enough workgroup memory and threads. */
export const fitsDevice = (
  { limits }: Pick<GPUDevice, 'limits'>,
  image: ConvImage,
  tile: WinogradTile,
): boolean =>
  16 * memoryLayout(chooseBlock(image, tile), tile).size <= limits.maxComputeWorkgroupStorageSize &&
  workgroupThreads(tile) <= limits.maxComputeInvocationsPerWorkgroup

/**
 * Returns the tile for a convolution with stride 1, [kh, kw, channels of x, of y], if Winograd
 * supports it and the autotuner found it faster for this size. Without tuning it is never used.
 */
export function chooseWinogradTile(
  device: GPUDevice,
  kind: ProductKind,
  image: ConvImage,
  [kh, kw, channels, columns]: readonly [number, number, number, number],
): WinogradTile | undefined {
  if (kh !== 3 || kw !== 3 || channels < MIN_CHANNELS) return undefined
  const extents = { rows: image.items * image.height * image.width, columns, parts: 1 }
  const tile = tunedChoice(device, kind, extents)?.winograd
  return tile && fitsDevice(device, image, tile) && usefulShare(image, columns, tile) >= MIN_SHARE
    ? tile
    : undefined
}

/**
 * Returns the program for a product whose rows are the pixels of `image` and whose steps are the 9
 * pixels of the filter. In addition to the tiled variant, it needs `pixel_at(item: u32, y: i32, x:
 * i32) -> Source`, any pixel as `a_at` takes it. Reads x once for each tile of columns, with a
 * margin of one pixel around each block, and the filter once for each block.
 */
export function fusedWinograd(
  product: Gemm,
  image: ConvImage,
  tile: WinogradTile,
): Omit<Program, 'key'> {
  const block = chooseBlock(image, tile)
  const blocks = countBlocks(image, block)
  const memory = memoryLayout(block, tile)
  const threads = workgroupThreads(tile)
  const { high, wide } = inputRegion(block)
  const pixels = block.items * high * wide
  const across = Math.ceil(product.columns / tile.columns)
  const grid = workgroupGrid(blocks.items * blocks.down * blocks.across * across)
  const pixelLoads = Math.ceil(pixels / threads)
  const loadPixel = (i: number) => {
    const index = `thread + ${i * threads}u`
    const load = `S[${memory.pixels}u + ${index}] = a_at(source${i}, k);`
    return (i + 1) * threads <= pixels ? load : `if (${index} < ${pixels}u) { ${load} }`
  }
  const code = `${product.code}
var<workgroup> S: array<vec4f, ${memory.size}>;
@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let n0 = group % ${across}u * ${tile.columns}u;
  let block = group / ${across}u;
  let item0 = block / ${blocks.down * blocks.across}u * ${block.items}u;
  let y0 = block / ${blocks.across}u % ${blocks.down}u * ${2 * block.down}u;
  let x0 = block % ${blocks.across}u * ${2 * block.across}u;
  ${unroll(pixelLoads, (i) => pixelSource(image, block, threads, i))}
  ${accumulatorsCode(tile.rows, tile.across)}
  for (var k = 0u; k < ${DEPTH * Math.ceil(product.depth / DEPTH)}u; k += ${DEPTH}u) {
    ${unroll(pixelLoads, loadPixel)}
    for (var i = thread; i < ${9 * tile.columns}u; i += ${threads}u) {
      S[${memory.filter}u + i] = ${filterValue(product, image, tile)};
    }
    workgroupBarrier();
    for (var task = thread; task < ${2 * (tile.squares + tile.columns)}u; task += ${threads}u) {
      if (task < ${2 * tile.squares}u) {
        ${inputTransformCode(block, tile, memory)}
      } else {
        ${filterTransformCode(product, tile, memory)}
      }
    }
    workgroupBarrier();
    ${componentProductsCode(product, tile, memory)}
  }
  ${outputCode(image, block, tile)}
}`
  return { code, workgroups: grid.workgroups }
}

/** Finds the i-th pixel that a thread loads; the item is clamped to the last one. */
const pixelSource = ({ items, top, left }: ConvImage, block: Block, threads: number, i: number) => {
  const { high, wide } = inputRegion(block)
  const index = `(thread + ${i * threads}u)`
  return `let source${i} = pixel_at(
    min(item0 + ${index} / ${high * wide}u, ${items - 1}u),
    i32(y0 + ${index} / ${wide}u % ${high}u) - ${top},
    i32(x0 + ${index} % ${wide}u) - ${left},
  );`
}

/**
 * Four numbers of the filter: four channels of y for one of x, or four channels of x for one of y;
 * `columns` fours for each pixel.
 */
function filterValue({ bAlong }: Gemm, { rotated }: ConvImage, { columns }: WinogradTile): string {
  const tap = `i / ${columns}u`
  const step = rotated ? `8u - ${tap}` : tap
  return bAlong === 'columns'
    ? `b_at(${step}, k + i % ${columns}u / ${columns / 4}u, n0 + 4u * (i % ${columns / 4}u), 0u)`
    : `b_at(${step}, k, n0 + i % ${columns}u, 0u)`
}

type MemoryLayout = ReturnType<typeof memoryLayout>

/**
 * Computes two rows of V = B^T d B for a square, the first or the last; each takes three rows of d.
 */
function inputTransformCode(
  block: Block,
  { squares }: WinogradTile,
  { pixels }: MemoryLayout,
): string {
  const { high, wide } = inputRegion(block)
  const { down, across } = block
  const squareRow = `square / ${down * across}u * ${high}u + square / ${across}u % ${down}u * 2u`
  return `let square = task % ${squares}u;
        let last = task / ${squares}u;
        let line = ${squareRow} + last;
        let corner = ${pixels}u + line * ${wide}u + square % ${across}u * 2u;
        ${unroll(4, (j) => {
          const [a, b, c] = [0, 1, 2].map((i) => `S[corner + ${i * wide + j}u]`)
          return `let a${j} = ${a}; let b${j} = ${b}; let c${j} = ${c};
        let p${j} = select(b${j} - a${j}, a${j} - c${j}, last == 0u);
        let q${j} = select(a${j} - c${j}, b${j} + c${j}, last == 0u);`
        })}
        let to = ${8 * squares}u * last + square;
        ${unroll(2, (i) => {
          const [d0, d1, d2, d3] = [0, 1, 2, 3].map((j) => `${'pq'[i]}${j}`)
          const row = [`${d0} - ${d2}`, `${d1} + ${d2}`, `${d2} - ${d1}`, `${d1} - ${d3}`]
          return unroll(4, (j) => `S[to + ${(4 * i + j) * squares}u] = ${row[j]};`, ' ')
        })}`
}

/**
 * Computes two rows of U = G g G^T for four pairs of channels. Along k, columns that one thread
 * reads in a row are stored apart.
 */
function filterTransformCode(
  { bAlong }: Gemm,
  { squares, columns }: WinogradTile,
  { U, filter }: MemoryLayout,
): string {
  const column = bAlong === 'columns' ? 'i' : `i % 4u * ${columns / 4}u + i / 4u`
  return `let i = (task - ${2 * squares}u) % ${columns}u;
        let last = (task - ${2 * squares}u) / ${columns}u;
        ${unroll(3, (j) => {
          const [a, b, c] = [0, 1, 2].map((i) => `S[${filter + (3 * i + j) * columns}u + i]`)
          return `let a${j} = ${a}; let b${j} = 0.5 * ${b}; let c${j} = ${c};
        let sum${j} = 0.5 * (a${j} + c${j});
        let p${j} = select(sum${j} - b${j}, a${j}, last == 0u);
        let q${j} = select(c${j}, sum${j} + b${j}, last == 0u);`
        })}
        let to = ${U}u + ${8 * columns}u * last + ${column};
        ${unroll(2, (i) => {
          const [g0, g1, g2] = [0, 1, 2].map((j) => `${'pq'[i]}${j}`)
          const [outer, half] = [`0.5 * (${g0} + ${g2})`, `0.5 * ${g1}`]
          const row = [g0, `${outer} + ${half}`, `${outer} - ${half}`, g2]
          return unroll(4, (j) => `S[to + ${(4 * i + j) * columns}u] = ${row[j]};`, ' ')
        })}`
}

/** Returns how the threads of one component divide its squares (`high`) and columns (`wide`). */
function divideComponent({ squares, columns, rows, across }: WinogradTile) {
  const [high, wide] = [squares / rows, columns / across]
  return { high, wide, threads: high * wide }
}

/** M += V U, of four channels. */
function componentProductsCode({ bAlong }: Gemm, tile: WinogradTile, { U }: MemoryLayout): string {
  const { squares, columns, rows, across } = tile
  const { high, wide, threads } = divideComponent(tile)
  const alongK = bAlong === 'k'
  const four = (j: number) => `across + ${j * wide}u`
  const readColumn = (n: number) => {
    const offset = `${((n % 4) * columns) / 4}u + ${four(Math.floor(n / 4))}`
    return `let b${n} = S[u + ${offset}];`
  }
  const addTerm = (t: number) => {
    const value = (j: number) =>
      alongK
        ? `vec4f(${unroll(4, (e) => `b${4 * j + e}[${t}]`, ', ')})`
        : `S[u + ${(t * columns) / 4}u + ${four(j)}]`
    return `{
        ${unroll(across / 4, (j) => `let four${j} = ${value(j)};`)}
        ${multiplyAddCode(
          rows,
          across,
          (i) => `a${i}[${t}]`,
          (j) => `four${j}`,
        )}
      }`
  }
  return `{
      let component = thread / ${threads}u;
      let down = thread / ${wide}u % ${high}u;
      let across = thread % ${wide}u;
      let v = component * ${squares}u + down;
      let u = ${U}u + component * ${columns}u;
      ${unroll(rows, (i) => `let a${i} = S[v + ${i * high}u];`)}
      ${alongK ? unroll(across, readColumn) : ''}
      ${unroll(4, addTerm)}
    }`
}

/**
 * Y = A^T M A. The components of some squares are exchanged through workgroup memory in each round,
 * as many as give every thread one pixel and four columns.
 */
function outputCode({ items, height, width }: ConvImage, block: Block, tile: WinogradTile): string {
  const { columns, rows, across } = tile
  const { high, wide, threads } = divideComponent(tile)
  const rounds = (rows * across) / COMPONENTS
  const rowsPerRound = rows / rounds
  const fours = columns / 4
  const squares = rowsPerRound * high
  const storeSum = (round: number, i: number, j: number) => {
    const [base, row] = [`thread / ${threads}u * ${squares}u`, `thread / ${wide}u % ${high}u`]
    const index = `(${base} + ${i * high}u + ${row}) * ${fours}u + thread % ${wide}u + ${j * wide}u`
    return `S[${index}] = c${round * rowsPerRound + i}_${j};`
  }
  const component = (i: number, j: number) => `S[at + ${(4 * i + j) * squares * fours}u]`
  const sumRow = (i: number) =>
    `let m${i} = ${component(i, 0)} + signs.y * (${component(i, 1)} + ${component(i, 2)});`
  return unroll(
    rounds,
    (round) => `workgroupBarrier();
  ${unroll(rowsPerRound, (i) => unroll(across / 4, (j) => storeSum(round, i, j), ' '))}
  workgroupBarrier();
  {
    let quad = thread % ${fours}u;
    let down = thread / ${fours}u % 2u;
    let right = thread / ${2 * fours}u % 2u;
    let own = thread / ${columns}u;
    let square = own + ${round * squares}u;
    let signs = 1f - 2f * vec2f(vec2u(down, right));
    let at = ((4u * down + right) * ${squares}u + own) * ${fours}u + quad;
    ${unroll(3, sumRow)}
    let item = item0 + square / ${block.down * block.across}u;
    let y = y0 + square / ${block.across}u % ${block.down}u * 2u + down;
    let x = x0 + square % ${block.across}u * 2u + right;
    if (item < ${items}u && y < ${height}u && x < ${width}u) {
      put((item * ${height}u + y) * ${width}u + x, n0 + 4u * quad, m0 + signs.x * (m1 + m2), 0u);
    }
  }`,
  )
}
