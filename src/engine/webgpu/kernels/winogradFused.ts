// Convolutions with 3x3 filters and stride 1 by Winograd's F(2x2, 3x3) in one dispatch, for GPUs (Lavin & Gray, "Fast Algorithms
// for Convolutional Neural Networks", 2016, section 4.1). With d a 4x4 piece of x and g the filter, four pixels of y are
//   Y = A^T [sum over c of (G g G^T) (B^T d B)] A,
// 16 multiplications for each pair of channels where 36 are usual. The 16 numbers in brackets are the components below.
//
// A workgroup takes `squares` of 2x2 pixels and some columns (channels of y), and goes through the channels of x by fours:
//   1. what the filter sees of these channels, each pixel once, and the filter come into workgroup memory;
//   2. there they become V = B^T d B and U = G g G^T;
//   3. every 16th of the threads has a component, and adds V U of it to its sums, which are registers.
// At last the sums go through workgroup memory to the threads that make a pixel of four of them. Nothing but x, the filter and
// y is in the memory of the device: V and M would be four times as large as x and y (winograd.ts, for devices made of
// software, has them).
//
// On paper, 64 channels to 64 at 32x32 in batches of 64, with 32 squares and 32 columns a workgroup, in multiply-adds of the
// device: 1.07e9 products, and 0.08e9 for V, 0.09e9 for U, 0.03e9 for Y; direct they are 2.42e9. Workgroup memory is read and
// written by 1.07 GB for the products and 0.96 GB for all else; the direct kernel's tile of 64x64 takes 3.92 GB. A GPU that
// reads a byte of it in the time of a multiply-add (NVIDIA's, say) is bound by that: 1.9 times as fast as direct, not 2.25. The
// affine map and SiLU of x are computed 2.8 times for each number of x, where direct it is 9 times.
import type { Work } from '../choices.ts'
import { choiceFor } from '../choices.ts'
import type { Program } from '../program.ts'
import { unrolled, workgroups } from '../wgsl.ts'
import type { Gemm } from './gemm.ts'
import { accumulators, multiplyAdd } from './gemm.ts'

/** How a workgroup divides its work: a thread has, of one component, the products of `rows` squares and `across` columns. */
export interface Squares {
  shape: 'winograd'
  squares: number
  columns: number
  /** A power of two, as all of them. */
  rows: number
  across: number
}

/** What is to be computed: y [items, height, width, columns], where y(0, 0) sees x from (-top, -left) on. */
export interface Image {
  items: number
  height: number
  width: number
  top: number
  left: number
  /** The filter's pixels are taken from the last to the first. */
  turned: boolean
}

/** The products of a component that are summed at once: channels of x in a turn. */
const DEPTH = 4
const COMPONENTS = 16

/** As it is part of a program's key. */
export const squaresName = ({ squares, columns, rows, across }: Squares): string =>
  `winograd ${squares}x${columns} of ${rows}x${across}`

const threadsOf = ({ squares, columns, rows, across }: Squares): number => (COMPONENTS * squares * columns) / (rows * across)

/** The squares of a workgroup: a block of an image, or of several where images are small. */
interface Block {
  items: number
  down: number
  across: number
}

const powerFrom = (n: number) => 2 ** Math.ceil(Math.log2(n))

function blockOf({ height, width }: Image, { squares }: Squares): Block {
  const across = Math.min(powerFrom(Math.ceil(width / 2)), 2 ** Math.ceil(Math.log2(squares) / 2))
  const down = Math.min(powerFrom(Math.ceil(height / 2)), squares / across)
  return { items: squares / (across * down), down, across }
}

/** How many blocks there are in each direction. */
function blocksOf({ items, height, width }: Image, block: Block): Block {
  return {
    items: Math.ceil(items / block.items),
    down: Math.ceil(Math.ceil(height / 2) / block.down),
    across: Math.ceil(Math.ceil(width / 2) / block.across),
  }
}

/** Pixels of x that a block sees, of each of its items. */
const seenOf = ({ down, across }: Block) => ({ high: 2 * down + 2, wide: 2 * across + 2 })

/** Where in workgroup memory things begin, in fours: V, U, the pixels of x, the filter. The sums of a round take it over. */
function memoryOf(block: Block, { squares, columns }: Squares) {
  const { high, wide } = seenOf(block)
  const U = COMPONENTS * squares
  const pixels = U + COMPONENTS * columns
  const filter = pixels + block.items * high * wide
  return { U, pixels, filter, size: filter + 9 * columns }
}

/** The share of its products that is wanted; the others are of squares and channels that are not there. */
function shareOf(image: Image, columns: number, tile: Squares): number {
  const blocks = blocksOf(image, blockOf(image, tile))
  const computed =
    blocks.items * blocks.down * blocks.across * tile.squares * 4 * Math.ceil(columns / tile.columns) * tile.columns
  return (image.items * image.height * image.width * columns) / computed
}

/** Below this share, and with fewer channels, it is not quicker even where multiplications are dear. */
const LEAST_SHARE = 0.75
const FEWEST_CHANNELS = 16

/** Whether the device has room for it. */
export const fits = ({ limits }: Pick<GPUDevice, 'limits'>, image: Image, tile: Squares): boolean =>
  16 * memoryOf(blockOf(image, tile), tile).size <= limits.maxComputeWorkgroupStorageSize &&
  threadsOf(tile) <= limits.maxComputeInvocationsPerWorkgroup

/**
 * The squares for a convolution with stride 1, [kh, kw, channels of x, of y], if it is one that can be computed by them, and
 * they were quicker on this device for convolutions of its size. By rule none is.
 */
export function squaresFor(
  device: GPUDevice,
  work: Work,
  image: Image,
  [kh, kw, channels, columns]: readonly [number, number, number, number],
): Squares | undefined {
  if (kh !== 3 || kw !== 3 || channels < FEWEST_CHANNELS) return undefined
  const extents = { rows: image.items * image.height * image.width, columns, parts: 1 }
  const squares = choiceFor(device, work, extents)?.squares
  return squares && fits(device, image, squares) && shareOf(image, columns, squares) >= LEAST_SHARE ? squares : undefined
}

/**
 * The code for a product whose rows are the pixels of `image`, and whose steps are the 9 pixels of the filter. Besides what its
 * code has for the tiled shape, it needs `place_at(item: u32, y: i32, x: i32) -> Place`, any pixel as `a_at` takes it. Reads
 * x once for each tile of columns, with two rows and columns around a block, and the filter once for each block.
 */
export function fusedWinograd(product: Gemm, image: Image, tile: Squares): Omit<Program, 'key'> {
  const block = blockOf(image, tile)
  const blocks = blocksOf(image, block)
  const memory = memoryOf(block, tile)
  const threads = threadsOf(tile)
  const { high, wide } = seenOf(block)
  const pixels = block.items * high * wide
  const across = Math.ceil(product.columns / tile.columns)
  const grid = workgroups(blocks.items * blocks.down * blocks.across * across)
  const pixelRounds = Math.ceil(pixels / threads)
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
  ${unrolled(pixelRounds, (i) => pixelPlace(image, block, threads, i))}
  ${accumulators(tile.rows, tile.across)}
  for (var k = 0u; k < ${DEPTH * Math.ceil(product.depth / DEPTH)}u; k += ${DEPTH}u) {
    ${unrolled(pixelRounds, (i) => {
      const at = `thread + ${i * threads}u`
      const bring = `S[${memory.pixels}u + ${at}] = a_at(place${i}, k);`
      return (i + 1) * threads <= pixels ? bring : `if (${at} < ${pixels}u) { ${bring} }`
    })}
    for (var i = thread; i < ${9 * tile.columns}u; i += ${threads}u) {
      S[${memory.filter}u + i] = ${filterAt(product, image, tile)};
    }
    workgroupBarrier();
    for (var task = thread; task < ${2 * (tile.squares + tile.columns)}u; task += ${threads}u) {
      if (task < ${2 * tile.squares}u) {
        ${pieceCode(block, tile, memory)}
      } else {
        ${filterCode(product, tile, memory)}
      }
    }
    workgroupBarrier();
    ${productsCode(product, tile, memory)}
  }
  ${outputCode(image, block, tile)}
}`
  return { code, workgroups: grid.workgroups }
}

/** The i-th pixel that a thread brings, of an item that is there. */
const pixelPlace = ({ items, top, left }: Image, block: Block, threads: number, i: number) => {
  const { high, wide } = seenOf(block)
  const at = `(thread + ${i * threads}u)`
  return `let place${i} = place_at(
    min(item0 + ${at} / ${high * wide}u, ${items - 1}u),
    i32(y0 + ${at} / ${wide}u % ${high}u) - ${top},
    i32(x0 + ${at} % ${wide}u) - ${left},
  );`
}

/** Four numbers of the filter: of channels of y for one of x, or of channels of x for one of y; `columns` fours a pixel. */
function filterAt({ bAlong }: Gemm, { turned }: Image, { columns }: Squares): string {
  const tap = `i / ${columns}u`
  const step = turned ? `8u - ${tap}` : tap
  return bAlong === 'columns'
    ? `b_at(${step}, k + i % ${columns}u / ${columns / 4}u, n0 + 4u * (i % ${columns / 4}u), 0u)`
    : `b_at(${step}, k, n0 + i % ${columns}u, 0u)`
}

type Memory = ReturnType<typeof memoryOf>

/** Two rows of V = B^T d B for a square, the first or the last: each takes three rows of d. */
function pieceCode(block: Block, { squares }: Squares, { pixels }: Memory): string {
  const { high, wide } = seenOf(block)
  const { down, across } = block
  return `let square = task % ${squares}u;
        let last = task / ${squares}u;
        let line = square / ${down * across}u * ${high}u + square / ${across}u % ${down}u * 2u + last;
        let corner = ${pixels}u + line * ${wide}u + square % ${across}u * 2u;
        ${unrolled(4, (j) => {
          const [a, b, c] = [0, 1, 2].map((i) => `S[corner + ${i * wide + j}u]`)
          return `let a${j} = ${a}; let b${j} = ${b}; let c${j} = ${c};
        let p${j} = select(b${j} - a${j}, a${j} - c${j}, last == 0u);
        let q${j} = select(a${j} - c${j}, b${j} + c${j}, last == 0u);`
        })}
        let to = ${8 * squares}u * last + square;
        ${unrolled(2, (i) => {
          const [d0, d1, d2, d3] = [0, 1, 2, 3].map((j) => `${'pq'[i]}${j}`)
          const row = [`${d0} - ${d2}`, `${d1} + ${d2}`, `${d2} - ${d1}`, `${d1} - ${d3}`]
          return unrolled(4, (j) => `S[to + ${(4 * i + j) * squares}u] = ${row[j]};`, ' ')
        })}`
}

/** Two rows of U = G g G^T for four pairs of channels. Along k, columns that one thread reads one after another are apart. */
function filterCode({ bAlong }: Gemm, { squares, columns }: Squares, { U, filter }: Memory): string {
  const place = bAlong === 'columns' ? 'i' : `i % 4u * ${columns / 4}u + i / 4u`
  return `let i = (task - ${2 * squares}u) % ${columns}u;
        let last = (task - ${2 * squares}u) / ${columns}u;
        ${unrolled(3, (j) => {
          const [a, b, c] = [0, 1, 2].map((i) => `S[${filter + (3 * i + j) * columns}u + i]`)
          return `let a${j} = ${a}; let b${j} = 0.5 * ${b}; let c${j} = ${c};
        let sum${j} = 0.5 * (a${j} + c${j});
        let p${j} = select(sum${j} - b${j}, a${j}, last == 0u);
        let q${j} = select(c${j}, sum${j} + b${j}, last == 0u);`
        })}
        let to = ${U}u + ${8 * columns}u * last + ${place};
        ${unrolled(2, (i) => {
          const [g0, g1, g2] = [0, 1, 2].map((j) => `${'pq'[i]}${j}`)
          const [outer, half] = [`0.5 * (${g0} + ${g2})`, `0.5 * ${g1}`]
          const row = [g0, `${outer} + ${half}`, `${outer} - ${half}`, g2]
          return unrolled(4, (j) => `S[to + ${(4 * i + j) * columns}u] = ${row[j]};`, ' ')
        })}`
}

/** Where a thread's squares and columns are among those of its component: `down` and `across` of them come first. */
function partOf({ squares, columns, rows, across }: Squares) {
  const [high, wide] = [squares / rows, columns / across]
  return { high, wide, threads: high * wide }
}

/** M += V U, of four channels. */
function productsCode({ bAlong }: Gemm, tile: Squares, { U }: Memory): string {
  const { squares, columns, rows, across } = tile
  const { high, wide, threads } = partOf(tile)
  const alongK = bAlong === 'k'
  const quad = (j: number) => `across + ${j * wide}u`
  return `{
      let component = thread / ${threads}u;
      let down = thread / ${wide}u % ${high}u;
      let across = thread % ${wide}u;
      let v = component * ${squares}u + down;
      let u = ${U}u + component * ${columns}u;
      ${unrolled(rows, (i) => `let a${i} = S[v + ${i * high}u];`)}
      ${alongK ? unrolled(across, (n) => `let b${n} = S[u + ${((n % 4) * columns) / 4}u + ${quad(Math.floor(n / 4))}];`) : ''}
      ${unrolled(4, (t) => {
        const four = (j: number) =>
          alongK ? `vec4f(${unrolled(4, (e) => `b${4 * j + e}[${t}]`, ', ')})` : `S[u + ${(t * columns) / 4}u + ${quad(j)}]`
        return `{
        ${unrolled(across / 4, (j) => `let four${j} = ${four(j)};`)}
        ${multiplyAdd(
          rows,
          across,
          (i) => `a${i}[${t}]`,
          (j) => `four${j}`,
        )}
      }`
      })}
    }`
}

/**
 * Y = A^T M A. In a round every thread has a pixel and four columns of it, of as many squares as that makes; their components
 * go through workgroup memory.
 */
function outputCode({ items, height, width }: Image, block: Block, tile: Squares): string {
  const { columns, rows, across } = tile
  const { high, wide, threads } = partOf(tile)
  const rounds = (rows * across) / COMPONENTS
  const each = rows / rounds
  const quads = columns / 4
  const squares = each * high
  const put = (round: number, i: number, j: number) =>
    `S[(thread / ${threads}u * ${squares}u + ${i * high}u + thread / ${wide}u % ${high}u) * ${quads}u + thread % ${wide}u + ${j * wide}u] = c${round * each + i}_${j};`
  const component = (i: number, j: number) => `S[at + ${(4 * i + j) * squares * quads}u]`
  return unrolled(
    rounds,
    (round) => `workgroupBarrier();
  ${unrolled(each, (i) => unrolled(across / 4, (j) => put(round, i, j), ' '))}
  workgroupBarrier();
  {
    let quad = thread % ${quads}u;
    let down = thread / ${quads}u % 2u;
    let right = thread / ${2 * quads}u % 2u;
    let own = thread / ${columns}u;
    let square = own + ${round * squares}u;
    let signs = 1f - 2f * vec2f(vec2u(down, right));
    let at = ((4u * down + right) * ${squares}u + own) * ${quads}u + quad;
    ${unrolled(3, (i) => `let m${i} = ${component(i, 0)} + signs.y * (${component(i, 1)} + ${component(i, 2)});`)}
    let item = item0 + square / ${block.down * block.across}u;
    let y = y0 + square / ${block.across}u % ${block.down}u * 2u + down;
    let x = x0 + square % ${block.across}u * 2u + right;
    if (item < ${items}u && y < ${height}u && x < ${width}u) {
      put((item * ${height}u + y) * ${width}u + x, n0 + 4u * quad, m0 + signs.x * (m1 + m2), 0u);
    }
  }`,
  )
}
