// Linear layers of the same size and the same input, in one dispatch: q, k and v of an attention. What comes out lies side by
// side, as the kernels of attention read it: [b, n, layers d].
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import type { Bound } from '../wgsl.ts'
import { bindings, bound, programOf, reader, within, writer } from '../wgsl.ts'
import { sumFilterGradient } from './convFilterGradient.ts'
import type { ConvInput, InputShape, Pad } from './convInput.ts'
import { channelsOf, inputBound, inputCode, inputName, inputShape, inputTensors, prepared } from './convInput.ts'
import type { Gemm, Tile } from './gemm.ts'
import { gemm, tileFor, tileName } from './gemm.ts'

interface LinearInput {
  /** [b, n, c]. */
  x: TensorInfo
  /** [b, 2, c]: x becomes x * affine[:, 0] + affine[:, 1]. */
  affine?: TensorInfo
}

export interface Linears extends LinearInput {
  /** [c, d], of each layer. */
  weights: readonly TensorInfo[]
  /** [d], of each layer; none if there are none. */
  biases?: readonly TensorInfo[]
  /** Whether y is stored as halves, if d is a multiple of four. */
  half?: boolean
}

/**
 * x W + b of every layer, [b, n, layers d]. A dispatch takes as many layers as the device has bindings for, three of them with an
 * affine map and biases if it has nine. Reads x once for each layer and tile of columns, writes y.
 */
export function linears(backend: Backend, { weights, biases = [], half = false, ...read }: Linears, tile?: Tile): TensorInfo {
  const { input, made } = prepared(backend, asPixels(read))
  const [b, n] = read.x.shape as [number, number]
  const of = weights.length
  const columns = weights[0]!.shape[1]!
  const isHalf = half && columns % 4 === 0
  const y = isHalf ? backend.makeHalf([b, n, of * columns]) : backend.makeTensorInfo([b, n, of * columns], 'float32')
  const form = inputShape(backend, input)
  const inputs = inputTensors(input, form)
  const each = biases.length > 0 ? 2 : 1
  const most = Math.floor((backend.device.limits.maxStorageBuffersPerShaderStage - 1 - inputs.length) / each)
  for (let first = 0; first < of; first += most) {
    const count = Math.min(most, of - first)
    const shape = { input: form, columns, of, first, count, bias: biases.length > 0, half: isHalf }
    const chosen = tile ?? tileFor(backend.device, extentsOf(shape))
    const layers = [weights, biases].flatMap((tensors) => tensors.slice(first, first + count))
    backend.dispatch(forward(shape, chosen), [...inputs, ...layers], [y])
  }
  if (made) backend.disposeData(made.dataId)
  return y
}

const none: Pad = { top: 0, bottom: 0, left: 0, right: 0 }

const pixelsOf = ({ dataId, dtype, shape: [b, n, c] }: TensorInfo): TensorInfo => ({ dataId, dtype, shape: [b!, 1, n!, c!] })

const asPixels = ({ x, affine }: LinearInput): ConvInput => ({ x: pixelsOf(x), ...(affine && { affine }) })

interface Shape {
  input: InputShape
  /** Of a layer. */
  columns: number
  /** How many layers there are, and which ones a dispatch takes. */
  of: number
  first: number
  count: number
  bias: boolean
  half: boolean
}

const rowsOf = ({ items, height, width }: InputShape) => items * height * width

const extentsOf = ({ input, columns, count }: Shape) => ({ rows: rowsOf(input), columns, parts: count })

function forward(shape: Shape, tile: Tile): Program {
  const { input, columns, of, first, count, bias, half } = shape
  const key = [
    `linears ${inputName(input)} > ${columns}`,
    `${first + 1} to ${first + count} of ${of}${bias ? ' bias' : ''}${half ? ' to half' : ''}`,
    tileName(tile),
  ].join(' ')
  return programOf(key, () => gemm(productOf(shape, tile), tile))
}

/** Each layer is a part of the product. */
function productOf(shape: Shape, tile: Tile): Gemm {
  const { input, columns, of, first, count, bias } = shape
  const [from, rows] = [channelsOf(input), rowsOf(input)]
  const tiled = tile.shape === 'tiled'
  const size = tiled ? columns : 1
  const named = (name: string) => Array.from({ length: count }, (_, i) => bound(`${name}${i}`, size))
  const [weights, biases] = [named('weight'), bias ? named('bias') : []]
  const y = bound('y', columns, shape.half)
  const read = [...weights, ...biases]
  const code = `${bindings([y], [...inputBound(input), ...read])}
${writer(y)}
${tiled ? read.map(reader).join('\n') : ''}
${inputCode(input)}
fn row_of(m: u32, part: u32) -> Place { return Place(m / ${input.height * input.width}u, m, m < ${rows}u); }
fn steps_of(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn place_of(row: Place, step: u32, part: u32) -> Place { return row; }
fn a_at(place: Place, c: u32) -> vec4f { return z4(place, c); }
${chosen('weight_of', 'part', weights, tiled)}
fn ${tiled ? 'b_at' : 'b_value'}(step: u32, c: u32, n: u32, part: u32) -> ${tiled ? 'vec4f' : 'f32'} {
  return weight_of(part, c * ${columns}u + n);
}
${bias ? chosen('bias_of', 'part', biases, tiled) : ''}
${bias && !tiled ? 'fn start_of(n: u32, part: u32) -> f32 { return bias_of(part, n); }' : ''}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${columns}u) { return; }
  let sum = ${bias && tiled ? 'value + bias_of(part, n)' : 'value'};
  y_put(m * ${of * columns}u + (${first}u + part) * ${columns}u + n, sum, ${columns}u - n);
}`
  return {
    ...extentsOf(shape),
    depth: from,
    aAlong: 'k',
    bAlong: 'columns',
    columnStart: bias && !tiled,
    code,
  }
}

/** `fn <name>(<which>: u32, at: u32)`: one number, or four, of one of several tensors. */
function chosen(name: string, which: string, tensors: readonly Bound[], four: boolean): string {
  const value = ({ name }: Bound) => (four ? `${name}_at(at)` : `${name}[at]`)
  const last = tensors.length - 1
  return `fn ${name}(${which}: u32, at: u32) -> ${four ? 'vec4f' : 'f32'} {
  ${tensors
    .slice(0, last)
    .map((tensor, i) => `if (${which} == ${i}u) { return ${value(tensor)}; }`)
    .join('\n  ')}
  return ${value(tensors[last]!)};
}`
}

// ---- gradients

export interface LinearsInputGradient {
  /** [b, n, layers d]. */
  dy: TensorInfo
  /** [c, d], of each layer. */
  weights: readonly TensorInfo[]
}

/** dx = sum over the layers of dy W^T, [b, n, c]: of what the layers read. Reads dy once for each tile of columns, writes dx. */
export function linearsInputGradient(backend: Backend, { dy, weights }: LinearsInputGradient, tile?: Tile): TensorInfo {
  const [b, n] = dy.shape as [number, number]
  const [from, columns] = weights[0]!.shape as [number, number]
  const shape = { rows: b * n, from, columns, of: weights.length }
  const chosen = tile ?? tileFor(backend.device, { rows: b * n, columns: from, parts: 1 })
  return backend.dispatch(inputGradient(shape, chosen), [dy, ...weights], [{ shape: [b, n, from], dtype: 'float32' }])[0]!
}

interface GradientShape {
  rows: number
  from: number
  columns: number
  of: number
}

const inputGradient = (shape: GradientShape, tile: Tile): Program =>
  programOf(`linears input gradient ${shape.rows}x${shape.from} < ${shape.of} of ${shape.columns} ${tileName(tile)}`, () =>
    gemm(gradientProduct(shape, tile), tile),
  )

/** Each layer is a step of the sum. */
function gradientProduct({ rows, from, columns, of }: GradientShape, tile: Tile): Gemm {
  const tiled = tile.shape === 'tiled'
  const [dx, dy] = [bound('dx', from), bound('dy', columns)]
  const weights = Array.from({ length: of }, (_, i) => bound(`weight${i}`, tiled ? columns : 1))
  const code = `${bindings([dx], [dy, ...weights])}
${writer(dx)}
${reader(dy)}
${tiled ? weights.map(reader).join('\n') : ''}
/** Where the numbers of a layer begin in a row of dy. */
struct Place { at: u32, inside: bool }
fn row_of(m: u32, part: u32) -> Place { return Place(m * ${of * columns}u, m < ${rows}u); }
fn steps_of(part: u32) -> vec2u { return vec2u(0u, ${of}u); }
fn place_of(row: Place, step: u32, part: u32) -> Place { return Place(row.at + step * ${columns}u, row.inside); }
fn a_at(place: Place, k: u32) -> vec4f {
  let value = dy_at(place.at + k);
  return ${within('value', 'place.inside', 'k', columns)};
}
${chosen('weight_of', 'step', weights, tiled)}
fn ${tiled ? 'b_at' : 'b_value'}(step: u32, k: u32, n: u32, part: u32) -> ${tiled ? 'vec4f' : 'f32'} {
  return weight_of(step, n * ${columns}u + k);
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n < ${from}u) { dx_put(m * ${from}u + n, value, ${from}u - n); }
}`
  return { rows, columns: from, parts: 1, depth: columns, aAlong: 'k', bAlong: 'k', code }
}

export interface LinearsFilterGradient extends LinearInput {
  /** [b, n, layers d]. */
  dy: TensorInfo
  /** How many layers there are. */
  layers: number
  /** Whether the gradients of biases are wanted. */
  bias: boolean
  /** Tensors that they are written into, in the order of what comes out, where they are not to be new ones. */
  into?: readonly (TensorInfo | undefined)[]
}

/** dW and db of the first layer, of the second, ...; without `bias` dW alone. As {@link convFilterGradient} in two stages. */
export function linearsFilterGradient(
  backend: Backend,
  { dy, layers, bias, into = [], ...read }: LinearsFilterGradient,
  tile?: Tile,
): TensorInfo[] {
  const from = read.x.shape[2]!
  const stride = dy.shape[2]!
  const columns = stride / layers
  const targets = Array.from({ length: layers }, (_, i) => [
    { shape: [from, columns], from: i * columns },
    ...(bias ? [{ shape: [columns], from: from * stride + i * columns }] : []),
  ])
    .flat()
    .map(({ shape, from }, i) => ({ to: into[i] ?? backend.makeTensorInfo(shape, 'float32'), from, columns, stride }))
  const conv = { ...asPixels(read), dy: pixelsOf(dy), filterShape: [1, 1, from, stride], stride: 1, pad: none, bias } as const
  sumFilterGradient(backend, conv, targets, { tile })
  return targets.map(({ to }) => to)
}
