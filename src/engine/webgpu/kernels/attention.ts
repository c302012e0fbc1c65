// Attention without its matrix of shares (after Dao et al. 2022, FlashAttention): a workgroup takes a tile of queries of one head
// and goes through the keys in tiles, with the maximum and the sum of the softmax corrected as it goes. What goes back computes
// the shares again from the logarithm of that sum. Heads are read where they lie.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import { asStored } from '../half.ts'
import type { Bound } from '../wgsl.ts'
import { bound, reader, unrolled, writer } from '../wgsl.ts'
import { float32, mainCode, runSized } from './sized.ts'

export interface Attention {
  /** q of [b, n, heads d], k and v of [b, m, heads d]; or all of them side by side in one tensor, [b, n, 3 heads d]. */
  qkv: TensorInfo | readonly [q: TensorInfo, k: TensorInfo, v: TensorInfo]
  heads: number
}

export interface AttentionGradient extends Attention {
  /** What {@link attentionForward} made, and the gradient of y, [b, n, heads d]. */
  y: TensorInfo
  logsumexp: TensorInfo
  dy: TensorInfo
}

interface Shape {
  items: number
  heads: number
  /** Queries. */
  n: number
  /** Keys and values. */
  m: number
  /** Channels of a head. */
  d: number
  /** q, k and v are one tensor. */
  packed: boolean
  /** Which tensors are read or written as halves, by the names of their bindings. */
  halves: ReadonlySet<string>
}

/**
 * y = softmax(q k^T / sqrt(d)) v for every head, [b, n, heads d], and the logarithms of the sums of the softmax,
 * `logsumexp`, [b, heads, n]. For every tile of queries reads all keys and values of the head; writes y, as halves if `half` and if
 * the channels of a head are a multiple of four.
 */
export function attentionForward(
  backend: Backend,
  { half = false, ...attention }: Attention & { half?: boolean },
  height?: number,
): { y: TensorInfo; logsumexp: TensorInfo } {
  const read = shapeOf(backend, attention)
  const { items, heads, n, d } = read
  const shape = half && d % 4 === 0 ? { ...read, halves: new Set([...read.halves, 'y']) } : read
  const [y, logsumexp] = runTiles(backend, shape, tileOf(backend.device, shape, n, 128, height), {
    name: 'forward',
    bound: [[...boundAs(['y'], shape), ...scalars('logsumexp')], inputsOf(shape)],
    inputs: storedOf(attention, shape),
    outputs: [{ ...float32([items, n, heads * d]), half: shape.halves.has('y') }, float32([items, heads, n])],
    code: forward,
  })
  return { y: y!, logsumexp: logsumexp! }
}

/**
 * The gradients of q, k and v, in tensors like theirs: three, or one. With p = softmax, dp = dy v^T and D = sum dy y over the
 * channels: ds = p (dp - D) / sqrt(d), dq = ds k in one dispatch, dk = ds^T q and dv = p^T dy in another.
 */
export function attentionBackward(backend: Backend, attention: AttentionGradient, height?: number): TensorInfo[] {
  const { y, logsumexp, dy } = attention
  const shape = shapeOf(backend, attention, y)
  const { items, heads, n, m, packed } = shape
  const tensors = storedOf(attention, shape)
  const like = tensors.map((each) => float32(each.shape))
  const { q, k, v } = matricesOf(shape, 'd')
  const [dq, slopes] = runTiles(backend, shape, tileOf(backend.device, shape, n, 128, height), {
    name: 'gradient of q',
    bound: [
      [...boundAs([q.binding], shape), ...scalars('slopes')],
      [...inputsOf(shape), ...boundAs(['y', 'dy'], shape), ...scalars('logsumexp')],
    ],
    inputs: [...tensors, asStored(y, shape.halves.has('y')), dy, logsumexp],
    outputs: [like[0]!, float32([items, heads, n])],
    code: queryGradient,
  })
  const rest = runTiles(backend, shape, tileOf(backend.device, shape, m, 64, height), {
    name: 'gradient of k and v',
    bound: [
      boundAs(packed ? [k.binding] : [k.binding, v.binding], shape),
      [...inputsOf(shape), ...boundAs(['dy'], shape), ...scalars('logsumexp', 'slopes')],
    ],
    inputs: [...tensors, dy, logsumexp, slopes!],
    outputs: packed ? [dq!] : like.slice(1),
    code: keyGradient,
  })
  backend.disposeData(slopes!.dataId)
  return packed ? [dq!] : [dq!, ...rest]
}

const tensorsOf = ({ qkv }: Attention): readonly TensorInfo[] => ('dataId' in qkv ? [qkv] : qkv)

const storedOf = (attention: Attention, { packed, halves }: Shape) =>
  tensorsOf(attention).map((tensor, i) => asStored(tensor, halves.has(bindingsOf(packed)[i]!)))

const bindingsOf = (packed: boolean) => (packed ? ['qkv'] : ['q', 'k', 'v'])

function shapeOf(backend: Backend, attention: Attention, y?: TensorInfo): Shape {
  const tensors = tensorsOf(attention)
  const [q, k] = tensors
  const [items, n, channels] = q!.shape as [number, number, number]
  const { heads } = attention
  const packed = !k
  const d = channels / heads / (packed ? 3 : 1)
  const named = [...bindingsOf(packed).map((name, i) => [name, tensors[i]!] as const), ...(y ? [['y', y] as const] : [])]
  const halves = new Set(named.filter(([, tensor]) => d % 4 === 0 && backend.stored(tensor).half).map(([name]) => name))
  return { items, heads, n, m: k?.shape[1] ?? n, d, packed, halves }
}

// ---- tiles

/** Invocations of a workgroup, 8 by 8. Each has four columns of a tile of scores. */
const THREADS = 64
const COLUMNS = 32

/** 8 `height` rows of scores, and of what comes out `fours` times four channels: heads with more have several parts. */
interface Tile {
  height: number
  rows: number
  tiles: number
  fours: number
  parts: number
}

/** Fewer workgroups than this leave a GPU idle; then tiles are lower. */
const FEW = 128

function tileOf(device: GPUDevice, { items, heads, d }: Shape, rows: number, channels: number, given?: number): Tile {
  const all = Math.ceil(d / 4)
  const fours = Math.min(all, channels / 4)
  const parts = Math.ceil(all / fours)
  const enough = (height: number) => isSoftware(device) || items * heads * parts * Math.ceil(rows / (8 * height)) >= FEW
  const height = given ?? [4, 2].find((height) => rows > 4 * height && enough(height)) ?? 1
  return { height, rows: 8 * height, tiles: Math.ceil(rows / (8 * height)), fours, parts }
}

interface Run {
  name: string
  bound: readonly [outputs: readonly Bound[], inputs: readonly Bound[]]
  inputs: readonly TensorInfo[]
  outputs: Parameters<typeof runSized>[1]['outputs']
  code: (shape: Shape, tile: Tile) => string
}

/** `wide` is told as well, though it is always the same: loops over it are not to be unrolled, which takes long to compile. */
function runTiles(backend: Backend, shape: Shape, tile: Tile, { name, bound: [written, read], inputs, outputs, code }: Run) {
  const { items, heads, n, m, d, packed, halves } = shape
  const { tiles, parts, height, fours } = tile
  return runSized(backend, {
    name: `attention ${name} of ${d % 4 === 0 ? 4 : 1}${packed ? ' packed' : ''}${[...halves].map((each) => ` half ${each}`).join('')} in tiles of ${8 * height}x${COLUMNS}, ${4 * fours} channels`,
    sizes: { count: items * heads * parts * tiles, tiles, parts, heads, n, m, d, wide: COLUMNS / 4 },
    bound: [written, read],
    inputs,
    outputs,
    code: () => `${read.map(reader).join('\n')}
${written
  .filter(({ name }) => !['logsumexp', 'slopes'].includes(name))
  .map(writer)
  .join('\n')}
${code(shape, tile)}`,
  })
}

/** Who has what of the outcome: `across` invocations share the channels of a row, each has `rows` times `fours` of them. */
function shares({ rows, fours }: Tile) {
  const across = Math.min(8, 2 ** Math.ceil(Math.log2(fours)))
  const down = THREADS / across
  return { across, down, rows: Math.ceil(rows / down), fours: Math.ceil(fours / across) }
}

// ---- WGSL

/** A matrix of a head, [n or m, d], and where it lies, in WGSL. */
interface Matrix {
  name: string
  binding: string
  /** Rows of an item, numbers from one to the next, numbers before the first head. */
  rows: string
  stride: string
  offset: string
}

const WIDTH = 'sizes.heads * sizes.d'

function matricesOf({ packed }: Shape, prefix = ''): { [name in 'q' | 'k' | 'v']: Matrix } {
  const one = (name: string, i: number, rows: string): Matrix => ({
    name: prefix + name,
    binding: prefix + (packed ? 'qkv' : name),
    rows,
    stride: packed ? `3u * ${WIDTH}` : WIDTH,
    offset: packed ? `${i}u * ${WIDTH}` : '0u',
  })
  return { q: one('q', 0, 'sizes.n'), k: one('k', 1, 'sizes.m'), v: one('v', 2, 'sizes.m') }
}

const outcome = (name: string): Matrix => ({ name, binding: name, rows: 'sizes.n', stride: WIDTH, offset: '0u' })

/** Four numbers at a time where every head begins at a multiple of four. */
const boundAs = (names: readonly string[], { d, halves }: Shape): Bound[] => names.map((name) => bound(name, d, halves.has(name)))
const inputsOf = (shape: Shape) => boundAs(bindingsOf(shape.packed), shape)
const scalars = (...names: string[]): Bound[] => names.map((name) => ({ name, of: 'f32' }))

/**
 * `<name>_row(row: u32) -> u32`, where a row of the head begins (the last one for those beyond), and
 * `<name>_four(begin: u32, c: u32) -> vec4f`, four channels of it, 0 beyond the last one.
 */
const matrixCode = ({ name, binding, rows, stride, offset }: Matrix, { d }: Shape) => `fn ${name}_row(row: u32) -> u32 {
  return (item * ${rows} + min(row, ${rows} - 1u)) * ${stride} + ${offset} + head * sizes.d;
}
fn ${name}_four(begin: u32, c: u32) -> vec4f {
  ${
    d % 4 === 0
      ? `return ${binding}_at(begin + c);`
      : `return select(vec4f(), ${binding}_at(begin + c), vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(sizes.d));`
  }
}`

/** `item`, `head`, the `part` of its channels and the `first` row of the tile; `tx` and `ty` of an invocation; `scale`. */
const mainOf = ({ rows }: Tile, body: string) => `var<private> item: u32;
var<private> head: u32;
${mainCode(
  THREADS,
  `let scale = 1.0 / sqrt(f32(sizes.d));
  let first = group % sizes.tiles * ${rows}u;
  let part = group / sizes.tiles % sizes.parts;
  head = group / (sizes.tiles * sizes.parts) % sizes.heads;
  item = group / (sizes.tiles * sizes.parts * sizes.heads);
  let tx = thread % 8u;
  let ty = thread / 8u;
  ${body}`,
)}`

/** `<into>0` ...: of each row of an invocation the products with its four columns, `a` b^T. */
function productsCode(tile: Tile, products: readonly { a: Matrix; b: Matrix; into: string }[]): string {
  const each = (line: (i: number) => string) => unrolled(tile.height, line)
  const rowsOf = ({ a, b }: { a: Matrix; b: Matrix }) =>
    `${each((i) => `let ${a.name}${i} = ${a.name}_row(first + ${tile.height}u * ty + ${i}u);`)}
    ${unrolled(4, (j) => `let ${b.name}At${j} = ${b.name}_row(column + ${j}u);`)}`
  const dots = ({ a, b, into }: { a: Matrix; b: Matrix; into: string }) =>
    `${unrolled(4, (j) => `let ${b.name}${j} = ${b.name}_four(${b.name}At${j}, c);`)}
      ${each((i) => {
        const four = unrolled(4, (j) => `dot(${into}Of${i}, ${b.name}${j})`, ', ')
        return `let ${into}Of${i} = ${a.name}_four(${a.name}${i}, c); ${into}${i} += vec4f(${four});`
      })}`
  return `let column = columns + 4u * tx;
    ${products.map(({ into }) => each((i) => `var ${into}${i} = vec4f();`)).join('\n')}
    ${products.map(rowsOf).join('\n')}
    for (var c = 0u; c < sizes.d; c += 4u) {
      ${products.map(dots).join('\n')}
    }`
}

/** What an invocation has of the outcome: `row`, `channel` of its first, and variables `<name><row>_<four>`. */
function ownCode(tile: Tile, names: readonly string[]): string {
  const own = shares(tile)
  const variables = names.map((name) => eachOwn(tile, (r, q) => `var ${name}${r}_${q} = vec4f();`)).join('\n')
  return `let row = thread / ${own.across}u * ${own.rows}u;
  let channel = 4u * (part * ${tile.fours}u + thread % ${own.across}u);
  ${variables}`
}

const eachOwn = (tile: Tile, line: (row: number, four: number) => string) => {
  const own = shares(tile)
  return unrolled(own.rows, (r) => unrolled(own.fours, (q) => line(r, q)))
}

/** Adds to `into` the products of `weights`, a tile of 4 x 8 numbers a row in workgroup memory, with rows of `values`. */
function accumulateCode(tile: Tile, sums: readonly { weights: string; values: Matrix; into: string }[]): string {
  const own = shares(tile)
  const one = ({ weights, values, into }: { weights: string; values: Matrix; into: string }) =>
    `${unrolled(own.rows, (r) => `let ${weights}${r} = ${weights}[min(row + ${r}u, ${tile.rows - 1}u) * 8u + j];`)}
      for (var e = 0u; e < 4u; e++) {
        let begin = ${values.name}_row(columns + 4u * j + e);
        ${unrolled(own.fours, (q) => `let value${q} = ${values.name}_four(begin, channel + ${4 * own.across * q}u);`)}
        ${eachOwn(tile, (r, q) => `${into}${r}_${q} = fma(vec4f(${weights}${r}[e]), value${q}, ${into}${r}_${q});`)}
      }`
  return `for (var j = 0u; j < sizes.wide; j++) {
      ${sums.map(one).join('\n')}
    }`
}

/** Writes what an invocation has, times a factor. */
function putCode(tile: Tile, { name, binding, rows, stride, offset }: Matrix, factor = (_row: number) => '1.0'): string {
  const own = shares(tile)
  return eachOwn(tile, (r, q) => {
    const c = `channel + ${4 * own.across * q}u`
    const end = `min(sizes.d, 4u * (part + 1u) * ${tile.fours}u)`
    return `if (row + ${r}u < ${tile.rows}u && first + row + ${r}u < ${rows} && ${c} < ${end}) {
    let at = (item * ${rows} + first + row + ${r}u) * ${stride} + ${offset} + head * sizes.d + ${c};
    ${binding}_put(at, ${name}${r}_${q} * ${factor(r)}, sizes.d - (${c}));
  }`
  })
}

/** Columns of an invocation that are none: beyond the last key or query. */
const beyond = (count: string) => `vec4u(column, column + 1u, column + 2u, column + 3u) >= vec4u(${count})`

// ---- kernels

function forward(shape: Shape, tile: Tile): string {
  const { q, k, v } = matricesOf(shape)
  const own = shares(tile)
  const code = mainOf(
    tile,
    `${ownCode(tile, ['y'])}
  // Of the row numbered as the invocation: the largest score, and the sum of exp(score - largest).
  var largest = -3e38;
  var sum = 0.0;
  for (var columns = 0u; columns < sizes.m; columns += ${COLUMNS}u) {
    ${productsCode(tile, [{ a: q, b: k, into: 's' }])}
    let beyond = ${beyond('sizes.m')};
    ${unrolled(tile.height, (i) => `scores[(${tile.height}u * ty + ${i}u) * 8u + tx] = select(s${i} * scale, vec4f(-3e38), beyond);`)}
    workgroupBarrier();
    if (thread < ${tile.rows}u) {
      var top = vec4f(largest);
      for (var j = 0u; j < sizes.wide; j++) { top = max(top, scores[thread * 8u + j]); }
      let now = max(max(top.x, top.y), max(top.z, top.w));
      let factor = exp(largest - now);
      var sums = vec4f();
      for (var j = 0u; j < sizes.wide; j++) {
        let p = exp(scores[thread * 8u + j] - now);
        scores[thread * 8u + j] = p;
        sums += p;
      }
      sum = fma(sum, factor, dot(sums, vec4f(1.0)));
      largest = now;
      factors[thread] = factor;
    }
    workgroupBarrier();
    ${unrolled(own.rows, (r) => `let factor${r} = factors[min(row + ${r}u, ${tile.rows - 1}u)];`)}
    ${eachOwn(tile, (r, q) => `y${r}_${q} *= factor${r};`)}
    ${accumulateCode(tile, [{ weights: 'scores', values: v, into: 'y' }])}
    workgroupBarrier();
  }
  if (thread < ${tile.rows}u) {
    factors[thread] = 1.0 / sum;
    if (part == 0u && first + thread < sizes.n) {
      logsumexp[(item * sizes.heads + head) * sizes.n + first + thread] = largest + log(sum);
    }
  }
  workgroupBarrier();
  ${putCode(tile, outcome('y'), (r) => `factors[row + ${r}u]`)}`,
  )
  return `var<workgroup> scores: array<vec4f, ${8 * tile.rows}>;
var<workgroup> factors: array<f32, ${tile.rows}>;
${[q, k, v].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}

/** dq, and D, the sums of dy y over the channels, [b, heads, n]. */
function queryGradient(shape: Shape, tile: Tile): string {
  const { q, k, v } = matricesOf(shape)
  const [y, dy, dq] = [outcome('y'), outcome('dy'), matricesOf(shape, 'd').q]
  const code = mainOf(
    tile,
    `${ownCode(tile, ['dq'])}
  if (thread < ${tile.rows}u) {
    let begin = y_row(first + thread);
    var sums = vec4f();
    for (var c = 0u; c < sizes.d; c += 4u) { sums = fma(dy_four(begin, c), y_four(begin, c), sums); }
    let at = (item * sizes.heads + head) * sizes.n + min(first + thread, sizes.n - 1u);
    ofRow[thread] = vec2f(logsumexp[at], dot(sums, vec4f(1.0)));
    if (part == 0u && first + thread < sizes.n) { slopes[at] = ofRow[thread].y; }
  }
  workgroupBarrier();
  for (var columns = 0u; columns < sizes.m; columns += ${COLUMNS}u) {
    ${productsCode(tile, [
      { a: q, b: k, into: 's' },
      { a: dy, b: v, into: 'dp' },
    ])}
    let beyond = ${beyond('sizes.m')};
    ${unrolled(
      tile.height,
      (i) => `let of${i} = ofRow[${tile.height}u * ty + ${i}u];
    let p${i} = select(exp(s${i} * scale - of${i}.x), vec4f(), beyond);
    ds[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i} * (dp${i} - of${i}.y) * scale;`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [{ weights: 'ds', values: k, into: 'dq' }])}
    workgroupBarrier();
  }
  ${putCode(tile, dq)}`,
  )
  return `var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
/** The logarithm of the sum of the softmax, and D. */
var<workgroup> ofRow: array<vec2f, ${tile.rows}>;
${[q, k, v, y, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}

/** dk and dv: rows are keys, columns queries. */
function keyGradient(shape: Shape, tile: Tile): string {
  const { q, k, v } = matricesOf(shape)
  const dy = outcome('dy')
  const { k: dk, v: dv } = matricesOf(shape, 'd')
  const ofColumns = (name: string) => `vec4f(${unrolled(4, (j) => `${name}[rows + min(column + ${j}u, sizes.n - 1u)]`, ', ')})`
  const code = mainOf(
    tile,
    `${ownCode(tile, ['dk', 'dv'])}
  let rows = (item * sizes.heads + head) * sizes.n;
  for (var columns = 0u; columns < sizes.n; columns += ${COLUMNS}u) {
    ${productsCode(tile, [
      { a: k, b: q, into: 's' },
      { a: v, b: dy, into: 'dp' },
    ])}
    let beyond = ${beyond('sizes.n')};
    let ofSum = ${ofColumns('logsumexp')};
    let slope = ${ofColumns('slopes')};
    ${unrolled(
      tile.height,
      (i) => `let p${i} = select(exp(s${i} * scale - ofSum), vec4f(), beyond);
    p[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i};
    ds[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i} * (dp${i} - slope) * scale;`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [
      { weights: 'ds', values: q, into: 'dk' },
      { weights: 'p', values: dy, into: 'dv' },
    ])}
    workgroupBarrier();
  }
  ${putCode(tile, dk)}
  ${putCode(tile, dv)}`,
  )
  return `var<workgroup> p: array<vec4f, ${8 * tile.rows}>;
var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
${[q, k, v, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}
