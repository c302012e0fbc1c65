// WGSL of the attention kernels. A workgroup of 8 by 8 invocations computes a tile of scores, four
// columns for each invocation, and multiplies it with rows of another matrix.
import { unroll } from '../../wgsl.ts'
import { mainCode } from '../elementwise/sizedKernel.ts'
import { reduceCode } from '../elementwise/subgroupSums.ts'

export interface AttentionShape {
  items: number
  heads: number
  /** Number of queries. */
  n: number
  /** Number of keys and values. */
  m: number
  /** Channels of a head. */
  d: number
  /** q, k and v are one tensor. */
  packed: boolean
  /** Names of the bindings that are read or written in half precision. */
  halves: ReadonlySet<string>
  /** Names of those in scaled half precision, as gradients are stored. */
  scaled: ReadonlySet<string>
}

const THREADS = 64
/** Columns of a tile of scores. */
export const COLUMNS = 32

/**
 * A tile of 8 `height` rows of scores, and of `fours` times four channels of the output. Heads with
 * more channels are divided into `parts`.
 */
export interface AttentionTile {
  height: number
  rows: number
  tiles: number
  fours: number
  parts: number
}

export const inputNames = (packed: boolean) => (packed ? ['qkv'] : ['q', 'k', 'v'])

/**
 * Returns how the invocations divide the output tile: `across` of them share the channels of a row,
 * and each has `rows` rows with `fours` times four channels.
 */
function divideOutput({ rows, fours }: AttentionTile) {
  const across = Math.min(8, 2 ** Math.ceil(Math.log2(fours)))
  const down = THREADS / across
  return { across, down, rows: Math.ceil(rows / down), fours: Math.ceil(fours / across) }
}

// ---- matrices

/** The matrix of a head, [n or m, d], and WGSL expressions of where it is in memory. */
interface HeadMatrix {
  name: string
  binding: string
  /** Rows of an item. */
  rows: string
  /** Distance between rows, and offset of the first head. */
  stride: string
  offset: string
}

const WIDTH = 'sizes.heads * sizes.d'

export function headMatrices(
  { packed }: AttentionShape,
  prefix = '',
): { [name in 'q' | 'k' | 'v']: HeadMatrix } {
  const matrix = (name: string, i: number, rows: string): HeadMatrix => ({
    name: prefix + name,
    binding: prefix + (packed ? 'qkv' : name),
    rows,
    stride: packed ? `3u * ${WIDTH}` : WIDTH,
    offset: packed ? `${i}u * ${WIDTH}` : '0u',
  })
  return {
    q: matrix('q', 0, 'sizes.n'),
    k: matrix('k', 1, 'sizes.m'),
    v: matrix('v', 2, 'sizes.m'),
  }
}

const outputMatrix = (name: string): HeadMatrix => ({
  name,
  binding: name,
  rows: 'sizes.n',
  stride: WIDTH,
  offset: '0u',
})

/**
 * `<name>_row(row: u32) -> u32`: the offset of a row of the head, clamped to the last one.
 * `<name>_four(begin: u32, c: u32) -> vec4f`: four channels of the row at `begin`, 0 beyond the
 * last.
 */
const matrixCode = (
  { name, binding, rows, stride, offset }: HeadMatrix,
  { d }: AttentionShape,
) => `fn ${name}_row(row: u32) -> u32 {
  return (item * ${rows} + min(row, ${rows} - 1u)) * ${stride} + ${offset} + head * sizes.d;
}
fn ${name}_four(begin: u32, c: u32) -> vec4f {
  ${
    d % 4 === 0
      ? `return ${binding}_at(begin + c);`
      : `return select(vec4f(), ${binding}_at(begin + c),
    vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(sizes.d));`
  }
}`

// ---- parts of a kernel

/**
 * Defines `item` and `head`, the `part` of the channels, the `first` row of the tile, `tx` and `ty`
 * of the invocation, and `scale`.
 */
const tileMainCode = ({ rows }: AttentionTile, body: string, lanes = 1) => `var<private> item: u32;
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
  lanes,
)}`

/**
 * Computes `<into>0` ...: for each row of the invocation, the products a b^T with its four columns.
 */
function scoresCode(
  tile: AttentionTile,
  products: readonly { a: HeadMatrix; b: HeadMatrix; into: string }[],
): string {
  const forRows = (line: (i: number) => string) => unroll(tile.height, line)
  const rowOffsets = ({ a, b }: { a: HeadMatrix; b: HeadMatrix }) =>
    `${forRows((i) => `let ${a.name}${i} = ${a.name}_row(first + ${tile.height}u * ty + ${i}u);`)}
    ${unroll(4, (j) => `let ${b.name}At${j} = ${b.name}_row(column + ${j}u);`)}`
  const dotProducts = ({ a, b, into }: { a: HeadMatrix; b: HeadMatrix; into: string }) =>
    `${unroll(4, (j) => `let ${b.name}${j} = ${b.name}_four(${b.name}At${j}, c);`)}
      ${forRows((i) => {
        const four = unroll(4, (j) => `dot(${into}Row${i}, ${b.name}${j})`, ', ')
        return `let ${into}Row${i} = ${a.name}_four(${a.name}${i}, c);
      ${into}${i} += vec4f(${four});`
      })}`
  return `let column = columns + 4u * tx;
    ${products.map(({ into }) => forRows((i) => `var ${into}${i} = vec4f();`)).join('\n')}
    ${products.map(rowOffsets).join('\n')}
    for (var c = 0u; c < sizes.d; c += 4u) {
      ${products.map(dotProducts).join('\n')}
    }`
}

/**
 * Declares the accumulators of an invocation, `<name><row>_<four>`, with its first `row` and
 * `channel` in the output tile.
 */
function accumulatorCode(tile: AttentionTile, names: readonly string[]): string {
  const division = divideOutput(tile)
  const variables = names
    .map((name) => forAccumulators(tile, (r, q) => `var ${name}${r}_${q} = vec4f();`))
    .join('\n')
  return `let row = thread / ${division.across}u * ${division.rows}u;
  let channel = 4u * (part * ${tile.fours}u + thread % ${division.across}u);
  ${variables}`
}

const forAccumulators = (tile: AttentionTile, line: (row: number, four: number) => string) => {
  const division = divideOutput(tile)
  return unroll(division.rows, (r) => unroll(division.fours, (q) => line(r, q)))
}

/**
 * Adds products to the accumulators `into`. `weights` is a tile in workgroup memory, with 8 fours
 * in a row; `values` are the rows it is multiplied with.
 */
function accumulateCode(
  tile: AttentionTile,
  sums: readonly { weights: string; values: HeadMatrix; into: string }[],
): string {
  const { across, rows, fours } = divideOutput(tile)
  const addProducts = ({
    weights,
    values,
    into,
  }: {
    weights: string
    values: HeadMatrix
    into: string
  }) => {
    const weightRow = (r: number) => `${weights}[min(row + ${r}u, ${tile.rows - 1}u) * 8u + j]`
    const value = (q: number) => `${values.name}_four(begin, channel + ${4 * across * q}u)`
    const add = (r: number, q: number) => {
      const sum = `${into}${r}_${q}`
      return `${sum} = fma(vec4f(${weights}${r}[e]), value${q}, ${sum});`
    }
    return `${unroll(rows, (r) => `let ${weights}${r} = ${weightRow(r)};`)}
      for (var e = 0u; e < 4u; e++) {
        let begin = ${values.name}_row(columns + 4u * j + e);
        ${unroll(fours, (q) => `let value${q} = ${value(q)};`)}
        ${forAccumulators(tile, add)}
      }`
  }
  return `for (var j = 0u; j < sizes.wide; j++) {
      ${sums.map(addProducts).join('\n')}
    }`
}

/** Writes the accumulators of an invocation, times a factor. */
function storeOutputCode(
  tile: AttentionTile,
  { name, binding, rows, stride, offset }: HeadMatrix,
  factor = (_row: number) => '1.0',
): string {
  const { across } = divideOutput(tile)
  return forAccumulators(tile, (r, q) => {
    const row = `first + row + ${r}u`
    const c = `channel + ${4 * across * q}u`
    const end = `min(sizes.d, 4u * (part + 1u) * ${tile.fours}u)`
    const value = `${name}${r}_${q} * ${factor(r)}`
    return `if (row + ${r}u < ${tile.rows}u && ${row} < ${rows} && ${c} < ${end}) {
    let at = (item * ${rows} + ${row}) * ${stride} + ${offset} + head * sizes.d + ${c};
    ${binding}_put(at, ${value}, sizes.d - (${c}));
  }`
  })
}

/** True for the columns of an invocation that are beyond the last key or query. */
const outsideCode = (count: string) =>
  `vec4u(column, column + 1u, column + 2u, column + 3u) >= vec4u(${count})`

/** The index of an invocation's i-th row in a tile of scores in workgroup memory. */
const scoreIndex = ({ height }: AttentionTile, i: number) => `(${height}u * ty + ${i}u) * 8u + tx`

// ---- kernels

/** Invocations that have the columns of a row of scores. */
export const SCORE_LANES = 8

/** With subgroups of `lanes`, those of a row exchange its maximum and sum. */
export function attentionForwardCode(
  shape: AttentionShape,
  tile: AttentionTile,
  lanes: number,
): string {
  const { q, k, v } = headMatrices(shape)
  const exchanges = lanes >= SCORE_LANES
  const softmax = exchanges ? exchangedSoftmax(tile, lanes) : sharedSoftmax(tile)
  const division = divideOutput(tile)
  const rowFactor = (r: number) => `let factor${r} = factors[min(row + ${r}u, ${tile.rows - 1}u)];`
  const code = tileMainCode(
    tile,
    `${accumulatorCode(tile, ['y'])}
  ${softmax.begin}
  for (var columns = 0u; columns < sizes.m; columns += ${COLUMNS}u) {
    ${scoresCode(tile, [{ a: q, b: k, into: 's' }])}
    let outside = ${outsideCode('sizes.m')};
    ${softmax.update}
    workgroupBarrier();
    ${unroll(division.rows, rowFactor)}
    ${forAccumulators(tile, (r, q) => `y${r}_${q} *= factor${r};`)}
    ${accumulateCode(tile, [{ weights: 'scores', values: v, into: 'y' }])}
    workgroupBarrier();
  }
  ${softmax.end}
  workgroupBarrier();
  ${storeOutputCode(tile, outputMatrix('y'), (r) => `factors[row + ${r}u]`)}`,
    lanes,
  )
  return `var<workgroup> scores: array<vec4f, ${8 * tile.rows}>;
var<workgroup> factors: array<f32, ${tile.rows}>;
${[q, k, v].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}

const maskedScore = (i: number) => `select(s${i} * scale, vec4f(-3e38), outside)`

/** Stores the sum of the softmax of a row, and its inverse as the factor of the output. */
const finishRow = (row: string, largest: string, sum: string) => `factors[${row}] = 1.0 / ${sum};
    if (part == 0u && first + ${row} < sizes.n) {
      logsumexp[(item * sizes.heads + head) * sizes.n + first + ${row}] = ${largest} + log(${sum});
    }`

/** The softmax of a row while more of its columns arrive: the code before, in and after the loop. */
interface OnlineSoftmax {
  begin: string
  /** Stores weights of the scores `s0` ..., and the factors by which earlier sums are multiplied. */
  update: string
  end: string
}

/** An invocation has the row with its index, which it reads from workgroup memory. */
const sharedSoftmax = (tile: AttentionTile): OnlineSoftmax => ({
  begin: `// For the row with the index of the invocation: the largest score, the sum of exp(score -
  // largest).
  var largest = -3e38;
  var sum = 0.0;`,
  update: `${unroll(tile.height, (i) => `scores[${scoreIndex(tile, i)}] = ${maskedScore(i)};`)}
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
    }`,
  end: `if (thread < ${tile.rows}u) { ${finishRow('thread', 'largest', 'sum')} }`,
})

/** The invocations of a row exchange its maximum and sum, and have both. */
function exchangedSoftmax(tile: AttentionTile, lanes: number): OnlineSoftmax {
  const exchange = (variable: string, combine: (a: string, b: string) => string) =>
    reduceCode({
      variable,
      count: SCORE_LANES,
      stride: 1,
      lanes,
      combine,
      thread: 'thread',
      index: 'tx',
      memory: '',
    })
  const row = (i: number) => `${tile.height}u * ty + ${i}u`
  return {
    begin: unroll(tile.height, (i) => `var largest${i} = -3e38; var sum${i} = 0.0;`),
    update: unroll(
      tile.height,
      (i) => `let masked${i} = ${maskedScore(i)};
    let top${i} = max(max(masked${i}.x, masked${i}.y), max(masked${i}.z, masked${i}.w));
    var now${i} = max(largest${i}, top${i});
    ${exchange(`now${i}`, (a, b) => `max(${a}, ${b})`)}
    let p${i} = exp(masked${i} - now${i});
    var added${i} = dot(p${i}, vec4f(1.0));
    ${exchange(`added${i}`, (a, b) => `${a} + ${b}`)}
    let scaled${i} = exp(largest${i} - now${i});
    sum${i} = fma(sum${i}, scaled${i}, added${i});
    largest${i} = now${i};
    scores[${scoreIndex(tile, i)}] = p${i};
    if (tx == 0u) { factors[${row(i)}] = scaled${i}; }`,
    ),
    end: `if (tx == 0u) {
    ${unroll(tile.height, (i) => finishRow(row(i), `largest${i}`, `sum${i}`))}
  }`,
  }
}

/** dq, and delta, the sums of dy y over the channels, [b, heads, n]. */
export function queryGradientCode(shape: AttentionShape, tile: AttentionTile): string {
  const { q, k, v } = headMatrices(shape)
  const [y, dy, dq] = [outputMatrix('y'), outputMatrix('dy'), headMatrices(shape, 'd').q]
  const code = tileMainCode(
    tile,
    `${accumulatorCode(tile, ['dq'])}
  if (thread < ${tile.rows}u) {
    let begin = y_row(first + thread);
    var sums = vec4f();
    for (var c = 0u; c < sizes.d; c += 4u) {
      sums = fma(dy_four(begin, c), y_four(begin, c), sums);
    }
    let at = (item * sizes.heads + head) * sizes.n + min(first + thread, sizes.n - 1u);
    rowStats[thread] = vec2f(logsumexp[at], dot(sums, vec4f(1.0)));
    if (part == 0u && first + thread < sizes.n) { delta[at] = rowStats[thread].y; }
  }
  workgroupBarrier();
  for (var columns = 0u; columns < sizes.m; columns += ${COLUMNS}u) {
    ${scoresCode(tile, [
      { a: q, b: k, into: 's' },
      { a: dy, b: v, into: 'dp' },
    ])}
    let outside = ${outsideCode('sizes.m')};
    ${unroll(
      tile.height,
      (i) => `let stats${i} = rowStats[${tile.height}u * ty + ${i}u];
    let p${i} = select(exp(s${i} * scale - stats${i}.x), vec4f(), outside);
    ds[${scoreIndex(tile, i)}] = p${i} * (dp${i} - stats${i}.y) * scale;`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [{ weights: 'ds', values: k, into: 'dq' }])}
    workgroupBarrier();
  }
  ${storeOutputCode(tile, dq)}`,
  )
  return `var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
/** The logarithm of the sum of the softmax, and delta. */
var<workgroup> rowStats: array<vec2f, ${tile.rows}>;
${[q, k, v, y, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}

/** dk and dv: rows are keys, columns are queries. */
export function keyGradientCode(shape: AttentionShape, tile: AttentionTile): string {
  const { q, k, v } = headMatrices(shape)
  const dy = outputMatrix('dy')
  const { k: dk, v: dv } = headMatrices(shape, 'd')
  const columnValues = (name: string) => {
    const at = (j: number) => `${name}[rows + min(column + ${j}u, sizes.n - 1u)]`
    return `vec4f(${unroll(4, at, ', ')})`
  }
  const code = tileMainCode(
    tile,
    `${accumulatorCode(tile, ['dk', 'dv'])}
  let rows = (item * sizes.heads + head) * sizes.n;
  for (var columns = 0u; columns < sizes.n; columns += ${COLUMNS}u) {
    ${scoresCode(tile, [
      { a: k, b: q, into: 's' },
      { a: v, b: dy, into: 'dp' },
    ])}
    let outside = ${outsideCode('sizes.n')};
    let logSum = ${columnValues('logsumexp')};
    let columnDelta = ${columnValues('delta')};
    ${unroll(
      tile.height,
      (i) => `let p${i} = select(exp(s${i} * scale - logSum), vec4f(), outside);
    p[${scoreIndex(tile, i)}] = p${i};
    ds[${scoreIndex(tile, i)}] = p${i} * (dp${i} - columnDelta) * scale;`,
    )}
    workgroupBarrier();
    ${accumulateCode(tile, [
      { weights: 'ds', values: q, into: 'dk' },
      { weights: 'p', values: dy, into: 'dv' },
    ])}
    workgroupBarrier();
  }
  ${storeOutputCode(tile, dk)}
  ${storeOutputCode(tile, dv)}`,
  )
  return `var<workgroup> p: array<vec4f, ${8 * tile.rows}>;
var<workgroup> ds: array<vec4f, ${8 * tile.rows}>;
${[q, k, v, dy].map((matrix) => matrixCode(matrix, shape)).join('\n')}
${code}`
}
