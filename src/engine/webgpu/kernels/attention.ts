// Attention without its matrix of shares (after Dao et al. 2022, FlashAttention): a workgroup takes a tile of queries of one head
// and goes through the keys in tiles, with the maximum and the sum of the softmax corrected as it goes. What goes back computes
// the shares again from the logarithm of that sum. Heads are read where they lie.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import type { Program } from '../program.ts'
import type { Bound } from '../wgsl.ts'
import { bindings, bound, programOf, reader, unrolled, workgroups, writer } from '../wgsl.ts'

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
}

/**
 * y = softmax(q k^T / sqrt(d)) v for every head, [b, n, heads d], and the logarithms of the sums of the softmax,
 * `logsumexp`, [b, heads, n]. For every tile of queries reads all keys and values of the head; writes y.
 */
export function attentionForward(
  backend: Backend,
  attention: Attention,
  height?: number,
): { y: TensorInfo; logsumexp: TensorInfo } {
  const shape = shapeOf(attention)
  const { items, heads, n, d } = shape
  const tile = tileOf(backend.device, shape, n, 128, height)
  const outputs = [float32([items, n, heads * d]), float32([items, heads, n])]
  const [y, logsumexp] = backend.dispatch(forward(shape, tile), tensorsOf(attention), outputs)
  return { y: y!, logsumexp: logsumexp! }
}

/**
 * The gradients of q, k and v, in tensors like theirs: three, or one. With p = softmax, dp = dy v^T and D = sum dy y over the
 * channels: ds = p (dp - D) / sqrt(d), dq = ds k in one dispatch, dk = ds^T q and dv = p^T dy in another.
 */
export function attentionBackward(backend: Backend, attention: AttentionGradient, height?: number): TensorInfo[] {
  const shape = shapeOf(attention)
  const { items, heads, n, m, packed } = shape
  const { y, logsumexp, dy } = attention
  const tensors = tensorsOf(attention)
  const like = tensors.map((each) => float32(each.shape))
  const [queries, keys] = [tileOf(backend.device, shape, n, 128, height), tileOf(backend.device, shape, m, 64, height)]
  const [dq, slopes] = backend.dispatch(
    queryGradient(shape, queries),
    [...tensors, y, dy, logsumexp],
    [like[0]!, float32([items, heads, n])],
  )
  const rest = backend.dispatch(keyGradient(shape, keys), [...tensors, dy, logsumexp, slopes!], packed ? [dq!] : like.slice(1))
  backend.disposeData(slopes!.dataId)
  return packed ? [dq!] : [dq!, ...rest]
}

const float32 = (shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const

const tensorsOf = ({ qkv }: Attention): readonly TensorInfo[] => ('dataId' in qkv ? [qkv] : qkv)

function shapeOf(attention: Attention): Shape {
  const [q, k] = tensorsOf(attention)
  const [items, n, channels] = q!.shape as [number, number, number]
  const { heads } = attention
  return k
    ? { items, heads, n, m: k.shape[1]!, d: channels / heads, packed: false }
    : { items, heads, n, m: n, d: channels / 3 / heads, packed: true }
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

const nameOf = (kernel: string, { items, heads, n, m, d, packed }: Shape, { height, parts }: Tile) =>
  `attention ${kernel} ${items}x${n}>${m} ${heads} heads of ${d}${packed ? ' packed' : ''} tile ${8 * height}x${COLUMNS} parts ${parts}`

/** Who has what of the outcome: `across` invocations share the channels of a row, each has `rows` times `fours` of them. */
function shares({ rows, fours }: Tile) {
  const across = Math.min(8, 2 ** Math.ceil(Math.log2(fours)))
  const down = THREADS / across
  return { across, down, rows: Math.ceil(rows / down), fours: Math.ceil(fours / across) }
}

// ---- WGSL

/** A matrix of a head, [n or m, d], and where it lies. */
interface Matrix {
  name: string
  binding: string
  /** Rows of an item, numbers from one to the next, numbers before the first head. */
  rows: number
  stride: number
  offset: number
}

function matricesOf({ heads, n, m, d, packed }: Shape, prefix = ''): { [name in 'q' | 'k' | 'v']: Matrix } {
  const width = heads * d
  const one = (name: string, i: number, rows: number): Matrix => ({
    name: prefix + name,
    binding: prefix + (packed ? 'qkv' : name),
    rows,
    stride: packed ? 3 * width : width,
    offset: packed ? i * width : 0,
  })
  return { q: one('q', 0, n), k: one('k', 1, m), v: one('v', 2, m) }
}

const outcome = (name: string, { heads, n, d }: Shape): Matrix => ({ name, binding: name, rows: n, stride: heads * d, offset: 0 })

/** Four numbers at a time where every head begins at a multiple of four. */
const boundAs = (names: readonly string[], { d }: Shape): Bound[] => names.map((name) => bound(name, d))
const inputsOf = (shape: Shape) => boundAs(shape.packed ? ['qkv'] : ['q', 'k', 'v'], shape)
const scalars = (...names: string[]): Bound[] => names.map((name) => ({ name, of: 'f32' }))

/**
 * `<name>_row(row: u32) -> u32`, where a row of the head begins (the last one for those beyond), and
 * `<name>_four(begin: u32, c: u32) -> vec4f`, four channels of it, 0 beyond the last one.
 */
const matrixCode = ({ name, binding, rows, stride, offset }: Matrix, { d }: Shape) => `fn ${name}_row(row: u32) -> u32 {
  return (item * ${rows}u + min(row, ${rows - 1}u)) * ${stride}u + ${offset}u + head * ${d}u;
}
fn ${name}_four(begin: u32, c: u32) -> vec4f {
  ${
    d % 4 === 0
      ? `return ${binding}_at(begin + c);`
      : `return select(vec4f(), ${binding}_at(begin + c), vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(${d}u));`
  }
}`

/** `item`, `head`, the `part` of its channels and the `first` row of the tile; `tx` and `ty` of an invocation. */
const mainOf = ({ items, heads }: Shape, { tiles, parts, rows }: Tile, body: string) => {
  const grid = workgroups(items * heads * parts * tiles)
  const code = `var<private> item: u32;
var<private> head: u32;
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let first = group % ${tiles}u * ${rows}u;
  let part = group / ${tiles}u % ${parts}u;
  head = group / ${tiles * parts}u % ${heads}u;
  item = group / ${tiles * parts * heads}u;
  let tx = thread % 8u;
  let ty = thread / 8u;
  ${body}
}`
  return { code, workgroups: grid.workgroups }
}

/** `<into>0` ...: of each row of an invocation the products with its four columns, `a` b^T. */
function productsCode(tile: Tile, { d }: Shape, products: readonly { a: Matrix; b: Matrix; into: string }[]): string {
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
    for (var c = 0u; c < ${d}u; c += 4u) {
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
  return `for (var j = 0u; j < ${COLUMNS / 4}u; j++) {
      ${sums.map(one).join('\n')}
    }`
}

/** Writes what an invocation has, times a factor. */
function putCode(
  tile: Tile,
  { d }: Shape,
  { name, binding, rows, stride, offset }: Matrix,
  factor = (_row: number) => '1.0',
): string {
  const own = shares(tile)
  const put = eachOwn(tile, (r, q) => {
    const c = `channel + ${4 * own.across * q}u`
    const inside = `row + ${r}u < ${tile.rows}u && first + row + ${r}u < ${rows}u && ${c} < min(${d}u, 4u * (part + 1u) * ${tile.fours}u)`
    return `if (${inside}) {
    let at = (item * ${rows}u + first + row + ${r}u) * ${stride}u + ${offset}u + head * ${d}u + ${c};
    ${binding}_put(at, ${name}${r}_${q} * ${factor(r)}, ${d}u - (${c}));
  }`
  })
  return put
}

const scaleOf = ({ d }: Shape) => 1 / Math.sqrt(d)

/** Columns of an invocation that are none: beyond the last key or query. */
const beyond = (count: number) => `vec4u(column, column + 1u, column + 2u, column + 3u) >= vec4u(${count}u)`

// ---- kernels

const forward = (shape: Shape, tile: Tile): Program =>
  programOf(nameOf('forward', shape, tile), () => {
    const { q, k, v } = matricesOf(shape)
    const own = shares(tile)
    const outputs = [...boundAs(['y'], shape), ...scalars('logsumexp')]
    const { code, workgroups } = mainOf(
      shape,
      tile,
      `${ownCode(tile, ['y'])}
  // Of the row numbered as the invocation: the largest score, and the sum of exp(score - largest).
  var largest = -3e38;
  var sum = 0.0;
  for (var columns = 0u; columns < ${shape.m}u; columns += ${COLUMNS}u) {
    ${productsCode(tile, shape, [{ a: q, b: k, into: 's' }])}
    let beyond = ${beyond(shape.m)};
    ${unrolled(tile.height, (i) => `scores[(${tile.height}u * ty + ${i}u) * 8u + tx] = select(s${i} * ${scaleOf(shape)}, vec4f(-3e38), beyond);`)}
    workgroupBarrier();
    if (thread < ${tile.rows}u) {
      var top = vec4f(largest);
      for (var j = 0u; j < 8u; j++) { top = max(top, scores[thread * 8u + j]); }
      let now = max(max(top.x, top.y), max(top.z, top.w));
      let factor = exp(largest - now);
      var sums = vec4f();
      for (var j = 0u; j < 8u; j++) {
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
    if (part == 0u && first + thread < ${shape.n}u) {
      logsumexp[(item * ${shape.heads}u + head) * ${shape.n}u + first + thread] = largest + log(sum);
    }
  }
  workgroupBarrier();
  ${putCode(tile, shape, outcome('y', shape), (r) => `factors[row + ${r}u]`)}`,
    )
    return {
      code: `${bindings(outputs, inputsOf(shape))}
${inputsOf(shape).map(reader).join('\n')}
${writer(outputs[0]!)}
var<workgroup> scores: array<vec4f, ${8 * tile.rows}>;
var<workgroup> factors: array<f32, ${tile.rows}>;
${[q, k, v].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`,
      workgroups,
    }
  })

/** dq, and D, the sums of dy y over the channels, [b, heads, n]. */
const queryGradient = (shape: Shape, tile: Tile): Program =>
  programOf(nameOf('gradient of q', shape, tile), () => {
    const { q, k, v } = matricesOf(shape)
    const [y, dy, dq] = [outcome('y', shape), outcome('dy', shape), matricesOf(shape, 'd').q]
    const outputs = [...boundAs([dq.binding], shape), ...scalars('slopes')]
    const inputs = [...inputsOf(shape), ...boundAs(['y', 'dy'], shape)]
    const { code, workgroups } = mainOf(
      shape,
      tile,
      `${ownCode(tile, ['dq'])}
  if (thread < ${tile.rows}u) {
    let begin = y_row(first + thread);
    var sums = vec4f();
    for (var c = 0u; c < ${shape.d}u; c += 4u) { sums = fma(dy_four(begin, c), y_four(begin, c), sums); }
    let at = (item * ${shape.heads}u + head) * ${shape.n}u + min(first + thread, ${shape.n - 1}u);
    ofRow[thread] = vec2f(logsumexp[at], dot(sums, vec4f(1.0)));
    if (part == 0u && first + thread < ${shape.n}u) { slopes[at] = ofRow[thread].y; }
  }
  workgroupBarrier();
  for (var columns = 0u; columns < ${shape.m}u; columns += ${COLUMNS}u) {
    ${productsCode(tile, shape, [
      { a: q, b: k, into: 's' },
      { a: dy, b: v, into: 'dp' },
    ])}
    let beyond = ${beyond(shape.m)};
    ${unrolled(
      tile.height,
      (i) => `let of${i} = ofRow[${tile.height}u * ty + ${i}u];
    let p${i} = select(exp(s${i} * ${scaleOf(shape)} - of${i}.x), vec4f(), beyond);
    ds[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i} * (dp${i} - of${i}.y) * ${scaleOf(shape)};`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [{ weights: 'ds', values: k, into: 'dq' }])}
    workgroupBarrier();
  }
  ${putCode(tile, shape, dq)}`,
    )
    return {
      code: `${bindings(outputs, [...inputs, ...scalars('logsumexp')])}
${inputs.map(reader).join('\n')}
${writer(outputs[0]!)}
var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
/** The logarithm of the sum of the softmax, and D. */
var<workgroup> ofRow: array<vec2f, ${tile.rows}>;
${[q, k, v, y, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`,
      workgroups,
    }
  })

/** dk and dv: rows are keys, columns queries. */
const keyGradient = (shape: Shape, tile: Tile): Program =>
  programOf(nameOf('gradient of k and v', shape, tile), () => {
    const { q, k, v } = matricesOf(shape)
    const dy = outcome('dy', shape)
    const { k: dk, v: dv } = matricesOf(shape, 'd')
    const outputs = boundAs(shape.packed ? [dk.binding] : [dk.binding, dv.binding], shape)
    const inputs = [...inputsOf(shape), ...boundAs(['dy'], shape)]
    const ofColumns = (name: string) =>
      `vec4f(${unrolled(4, (j) => `${name}[rows + min(column + ${j}u, ${shape.n - 1}u)]`, ', ')})`
    const { code, workgroups } = mainOf(
      shape,
      tile,
      `${ownCode(tile, ['dk', 'dv'])}
  let rows = (item * ${shape.heads}u + head) * ${shape.n}u;
  for (var columns = 0u; columns < ${shape.n}u; columns += ${COLUMNS}u) {
    ${productsCode(tile, shape, [
      { a: k, b: q, into: 's' },
      { a: v, b: dy, into: 'dp' },
    ])}
    let beyond = ${beyond(shape.n)};
    let ofSum = ${ofColumns('logsumexp')};
    let slope = ${ofColumns('slopes')};
    ${unrolled(
      tile.height,
      (i) => `let p${i} = select(exp(s${i} * ${scaleOf(shape)} - ofSum), vec4f(), beyond);
    p[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i};
    ds[(${tile.height}u * ty + ${i}u) * 8u + tx] = p${i} * (dp${i} - slope) * ${scaleOf(shape)};`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [
      { weights: 'ds', values: q, into: 'dk' },
      { weights: 'p', values: dy, into: 'dv' },
    ])}
    workgroupBarrier();
  }
  ${putCode(tile, shape, dk)}
  ${putCode(tile, shape, dv)}`,
    )
    return {
      code: `${bindings(outputs, [...inputs, ...scalars('logsumexp', 'slopes')])}
${inputs.map(reader).join('\n')}
${outputs.map(writer).join('\n')}
var<workgroup> p: array<vec4f, ${8 * tile.rows}>;
var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
${[q, k, v, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`,
      workgroups,
    }
  })
