// dW of a convolution, and db: dW[k] = sum over pixels i of z[stride i + k - pad]^T dy[i], over all items. As an implicit GEMM
// its rows are the pixels and channels of the filter, its columns the channels of y, and its sum is a long one: it goes over
// every pixel of the batch. Each of several groups of workgroups sums some rows of the images (split-K), and a second program
// adds what they found, always in the same order, now or together with that of other layers (arena.ts). What the convolution
// read is computed again from what it was made of.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import { waitingSums } from '../arena.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader } from '../wgsl.ts'
import type { ConvInput, InputShape, Pad } from './convInput.ts'
import { channelsOf, inputBound, inputCode, inputName, inputShape, inputTensors, prepared } from './convInput.ts'
import type { Gemm, Tile } from './gemm.ts'
import { gemm, tileFor, tileName, tilesOf } from './gemm.ts'
import type { PartialSum } from './partialSums.ts'
import { sumPartials } from './partialSums.ts'

export interface ConvFilterGradient extends ConvInput {
  /** [b, h', w', cout]. */
  dy: TensorInfo
  /** [kh, kw, cin, cout]. */
  filterShape: readonly number[]
  stride: 1 | 2
  pad: Pad
  /** Whether the gradient of the bias is wanted. */
  bias: boolean
  /** Tensors that dW and db are written into, where they are not to be new ones. */
  into?: readonly (TensorInfo | undefined)[]
}

interface Shape {
  input: InputShape
  y: readonly number[]
  filter: readonly number[]
  stride: number
  pad: Pad
  bias: boolean
}

/**
 * dW, and db if `bias`. Reads x once for each tile of columns and dy once for each tile of rows; the sums of splits, where there
 * are several, are written and read once. Where gradients are written into that of all weights, those sums are added up later.
 */
export function convFilterGradient(backend: Backend, conv: ConvFilterGradient, tile?: Tile): TensorInfo[] {
  const { filterShape, bias, into = [] } = conv
  const columns = filterShape[3]!
  const weights = tf.util.sizeFromShape(filterShape as number[])
  const shapes = bias ? [filterShape, [columns]] : [filterShape]
  const gradients = shapes.map((shape, i) => into[i] ?? backend.makeTensorInfo(shape, 'float32'))
  const places = [
    { from: 0, columns: weights, stride: weights },
    { from: weights, columns, stride: columns },
  ]
  sumFilterGradient(
    backend,
    conv,
    gradients.map((to, i) => ({ to, ...places[i]! })),
    { tile, direct: gradients },
  )
  return gradients
}

/** Where numbers of [kh kw cin (+ 1), cout] go, the last row of which is that of the bias. */
type Target = Pick<PartialSum, 'to' | 'from' | 'columns' | 'stride'>

/** Both stages; `direct`: dW and db as they are, which one stage may write if it needs no second one. */
export function sumFilterGradient(
  backend: Backend,
  conv: Omit<ConvFilterGradient, 'into'>,
  targets: readonly Target[],
  { tile, direct }: { tile?: Tile | undefined; direct?: readonly TensorInfo[] } = {},
): void {
  const { input, made } = prepared(backend, conv)
  const { dy, filterShape, stride, pad, bias } = conv
  const shape = inRows({ input: inputShape(backend, input), y: dy.shape, filter: filterShape, stride, pad, bias })
  const chosen = tile ?? tileFor(backend.device, { ...extentsOf(shape), parts: shape.y[0]! * shape.y[1]! }, 'filter gradient')
  const splits = splitsOf(shape, chosen, isSoftware(backend.device) ? ENOUGH_FOR_SOFTWARE : ENOUGH)
  const run = (outputs: readonly TensorInfo[]) =>
    backend.dispatch(partialSums(shape, splits, chosen, outputs === direct), [...inputTensors(input, shape.input), dy], outputs)
  if (direct && splits === 1) run(direct)
  else {
    const apart = rowsOf(shape) * filterShape[3]!
    const sums = targets.map((target) => ({ ...target, splits, apart }))
    inTwoStages(backend, [splits, rowsOf(shape), filterShape[3]!], sums, (partials) => run([partials]))
  }
  if (made) backend.disposeData(made.dataId)
}

function inTwoStages(
  backend: Backend,
  shape: readonly number[],
  sums: readonly PartialSum[],
  first: (partials: TensorInfo) => void,
): void {
  const waiting = waitingSums(sums.map(({ to }) => to))
  const room = waiting?.make(shape, sums.length)
  const partials = room ?? backend.makeTensorInfo(shape, 'float32')
  first(partials)
  if (room) waiting!.add(room, sums)
  else sumPartials(backend, partials, sums)
  backend.disposeData(partials.dataId)
}

/** The most numbers of a row. */
const LONGEST = 64

/**
 * For a filter of one pixel it does not matter where pixels are: those of an item, or of all, are rows that suit a tile, and
 * rows of [n, in], which come as images of one pixel, can be split.
 */
function inRows(shape: Shape): Shape {
  const { input, y, filter, stride, pad } = shape
  const isPointwise = filter[0]! * filter[1]! * stride === 1 && pad.top + pad.bottom + pad.left + pad.right === 0
  if (!isPointwise || input.upsample) return shape
  const items = input.affine ? input.items : 1
  const pixels = (y[0]! * y[1]! * y[2]!) / items
  let width = 1
  while (width < LONGEST && pixels % (2 * width) === 0) width *= 2
  const height = pixels / width
  return { ...shape, input: { ...input, items, height, width }, y: [items, height, width, y[3]!] }
}

/** Workgroups that keep a device busy. More of them are more partial sums to write and to read. */
const ENOUGH = 256
const ENOUGH_FOR_SOFTWARE = 8

function splitsOf(shape: Shape, tile: Tile, enough: number): number {
  const steps = shape.y[0]! * shape.y[1]!
  const wanted = Math.min(steps, Math.ceil(enough / tilesOf(extentsOf(shape), tile)))
  return Math.ceil(steps / Math.ceil(steps / wanted))
}

const rowsOf = ({ filter, bias }: Shape) => filter[0]! * filter[1]! * filter[2]! + Number(bias)

/** Channels of x in the rows of the product: four rows have the same pixel of the filter. */
const channelRows = ({ input }: Shape) => 4 * Math.ceil(channelsOf(input) / 4)
const extentsOf = (shape: Shape) => ({
  rows: shape.filter[0]! * shape.filter[1]! * channelRows(shape),
  columns: shape.filter[3]!,
})

function partialSums(shape: Shape, splits: number, tile: Tile, direct: boolean): Program {
  const { input, y, filter, stride, pad, bias } = shape
  const key = [
    `conv${filter[0]}x${filter[1]} filter gradient ${inputName(input)} > ${y.slice(1).join('x')}`,
    `stride ${stride} pad ${pad.top} ${pad.left}${bias ? ' bias' : ''} splits ${splits}${direct ? ' direct' : ''}`,
    tileName(tile),
  ].join(' ')
  return programOf(key, () => gemm(productOf(shape, splits, tile, direct), tile))
}

function productOf(shape: Shape, splits: number, tile: Tile, direct: boolean): Gemm {
  const { input, y, filter, stride, pad, bias } = shape
  const [items, high, wide, to] = y as [number, number, number, number]
  const kw = filter[1]!
  const [from, rows] = [channelsOf(input), channelRows(shape)]
  const each = Math.ceil((items * high) / splits)
  const dy = bound('dy', tile.shape === 'tiled' ? to : 1)
  const outputs = [bound('partials', 1), ...(direct && bias ? [bound('db', 1)] : [])]
  /** Nothing is beyond the end of a row. */
  const within = (four: string) => (wide % 4 === 0 ? four : `select(vec4f(), ${four}, x < ${wide}u)`)
  const code = `${bindings(outputs, [...inputBound(input), dy])}
${inputCode(input)}
/** A pixel of the filter and the first of four channels. */
struct Tap { y: u32, x: u32, c: u32 }
/** What it looks at from the pixels of a row of y. */
struct Row { item: u32, y: i32, x: i32, c: u32 }
`
  return {
    ...extentsOf(shape),
    parts: splits,
    depth: wide,
    aAlong: 'rows',
    bAlong: 'columns',
    columnSums: bias,
    code:
      code +
      `fn row_of(m: u32, part: u32) -> Tap { let tap = m / ${rows}u; return Tap(tap / ${kw}u, tap % ${kw}u, m % ${rows}u); }
fn steps_of(part: u32) -> vec2u { return vec2u(part * ${each}u, min((part + 1u) * ${each}u, ${items * high}u)); }
fn place_of(tap: Tap, step: u32, part: u32) -> Row {
  return Row(step / ${high}u, i32(step % ${high}u * ${stride}u + tap.y) - ${pad.top}, i32(tap.x) - ${pad.left}, tap.c);
}
fn a_at(row: Row, x: u32) -> vec4f {
  let z = z4(place_at(row.item, row.y, row.x + i32(x * ${stride}u)), row.c);
  return ${within('z')};
}
${
  tile.shape === 'tiled'
    ? `${reader(dy)}
fn b_at(step: u32, x: u32, n: u32, part: u32) -> vec4f {
  let value = dy_at((step * ${wide}u + x) * ${to}u + n);
  return ${within('value')};
}`
    : `fn b_value(step: u32, x: u32, n: u32, part: u32) -> f32 { return dy[(step * ${wide}u + x) * ${to}u + n]; }`
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  let c = m % ${rows}u;
  if (c >= ${from}u) { return; }
  let row = part * ${rowsOf(shape)}u + m / ${rows}u * ${from}u + c;
  for (var e = 0u; e < 4u && n + e < ${to}u; e++) { partials[row * ${to}u + n + e] = value[e]; }
}
${bias ? sumCode(shape, direct) : ''}`,
  }
}

const sumCode = (shape: Shape, direct: boolean) => {
  const to = shape.y[3]!
  const row = rowsOf(shape)
  return `fn put_sum(n: u32, value: f32, part: u32) {
  if (n < ${to}u) { ${direct ? 'db[n]' : `partials[(part * ${row}u + ${row - 1}u) * ${to}u + n]`} = value; }
}`
}
