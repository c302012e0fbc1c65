// Several linear layers of the same size with the same input, in one dispatch: q, k and v of an
// attention. Their outputs are side by side, [b, n, layers d], as the attention kernels read them.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { describeHalves, gradientStorage, withStorage } from '../../halfStorage.ts'
import type { HalfStorage } from '../../halfStorage.ts'
import type { Program } from '../../program.ts'
import type { BoundTensor } from '../../wgsl.ts'
import {
  bindingsCode,
  cachedProgram,
  maskFour,
  readerCode,
  tensorBinding,
  writerCode,
} from '../../wgsl.ts'
import { sumFilterGradient } from '../convolution/convFilterGradient.ts'
import type { ConvInput, InputShape } from '../convolution/convInput.ts'
import {
  describeInput,
  inputBindings,
  inputCode,
  inputShape,
  inputTensors,
  noPad,
  totalChannels,
} from '../convolution/convInput.ts'
import { materializeInput } from '../software/materializeInput.ts'
import type { Gemm } from './gemm.ts'
import { chooseTile, tileName } from './gemm.ts'
import { gemmProgram } from './gemmProgram.ts'
import type { Tile } from './tiles.ts'

interface LinearInput {
  /** [b, n, c]. */
  x: TensorInfo
  /** [b, 2, c]: x becomes x * affine[:, 0] + affine[:, 1]. */
  affine?: TensorInfo
}

export interface Linears extends LinearInput {
  /** [c, d], of each layer. */
  weights: readonly TensorInfo[]
  /** [d], of each layer, or none at all. */
  biases?: readonly TensorInfo[]
  /** Stores y in half precision if d is a multiple of four. */
  half?: boolean
}

/**
 * Returns x W + b of every layer, [b, n, layers d]. A dispatch takes as many layers as the device
 * has bindings for: with an affine map and biases, three layers take nine. Reads x once for each
 * layer and tile of columns, writes y.
 */
export function linears(
  backend: WebGPUBackend,
  { weights, biases = [], half = false, ...linearInput }: Linears,
  tile?: Tile,
): TensorInfo {
  const { input, temporary } = materializeInput(backend, asConvInput(linearInput))
  const [b, n] = linearInput.x.shape as [number, number]
  const layerCount = weights.length
  const columns = weights[0].shape[1]
  const storesHalf = half && columns % 4 === 0
  const outputShape = [b, n, layerCount * columns]
  const y = storesHalf
    ? backend.makeHalfTensor(outputShape)
    : backend.makeTensorInfo(outputShape, 'float32')
  const convShape = inputShape(backend, input)
  const inputs = inputTensors(input, convShape)
  const bindingsPerLayer = biases.length > 0 ? 2 : 1
  const maxLayers = Math.floor(
    (backend.device.limits.maxStorageBuffersPerShaderStage - 1 - inputs.length) / bindingsPerLayer,
  )
  for (let first = 0; first < layerCount; first += maxLayers) {
    const count = Math.min(maxLayers, layerCount - first)
    const shape = {
      input: convShape,
      columns,
      layerCount,
      first,
      count,
      bias: biases.length > 0,
      half: storesHalf,
    }
    const chosen = tile ?? chooseTile(backend.device, linearsGemmExtents(shape))
    const layers = [weights, biases].flatMap((tensors) => tensors.slice(first, first + count))
    backend.dispatch(linearsProgram(shape, chosen), [...inputs, ...layers], [y])
  }
  if (temporary) backend.disposeData(temporary.dataId)
  return y
}

const rowsAsPixels = ({ dataId, dtype, shape: [b, n, c] }: TensorInfo): TensorInfo => ({
  dataId,
  dtype,
  shape: [b, 1, n, c],
})

const asConvInput = ({ x, affine }: LinearInput): ConvInput => ({
  x: rowsAsPixels(x),
  ...(affine && { affine }),
})

interface Shape {
  input: InputShape
  /** Columns of one layer. */
  columns: number
  layerCount: number
  /** The layers of a dispatch. */
  first: number
  count: number
  bias: boolean
  half: boolean
}

const inputRows = ({ items, height, width }: InputShape) => items * height * width

const linearsGemmExtents = ({ input, columns, count }: Shape) => ({
  rows: inputRows(input),
  columns,
  parts: count,
})

function linearsProgram(shape: Shape, tile: Tile): Program {
  const { input, columns, layerCount, first, count, bias, half } = shape
  const options = `${bias ? ' bias' : ''}${half ? ' to half' : ''}`
  const key = [
    `linears ${describeInput(input)} > ${columns}`,
    `${first + 1} to ${first + count} of ${layerCount}${options}`,
    tileName(tile),
  ].join(' ')
  return cachedProgram(key, () => gemmProgram(linearsGemm(shape, tile), tile))
}

/** Each layer is a part of the product. */
function linearsGemm(shape: Shape, tile: Tile): Gemm {
  const { input, columns, layerCount, first, count, bias } = shape
  const [from, rows] = [totalChannels(input), inputRows(input)]
  const tiled = tile.shape === 'tiled'
  const bindLayers = (name: string) =>
    Array.from({ length: count }, (_, i) => tensorBinding(`${name}${i}`, tiled ? columns : 1))
  const [weights, biases] = [bindLayers('weight'), bias ? bindLayers('bias') : []]
  const y = tensorBinding('y', columns, shape.half)
  const read = [...weights, ...biases]
  const code = `${bindingsCode([y], [...inputBindings(input), ...read])}
${writerCode(y)}
${tiled ? read.map(readerCode).join('\n') : ''}
${inputCode(input)}
fn row_at(m: u32, part: u32) -> Source {
  return Source(m / ${input.height * input.width}u, m, m < ${rows}u);
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, 1u); }
fn source_at(row: Source, step: u32, part: u32) -> Source { return row; }
fn a_at(source: Source, c: u32) -> vec4f { return z4(source, c); }
${selectTensorCode('weight_value', 'part', weights, tiled)}
fn ${weightSignature('c', tiled)} {
  return weight_value(part, c * ${columns}u + n);
}
${bias ? selectTensorCode('bias_value', 'part', biases, tiled) : ''}
${bias && !tiled ? 'fn initial_sum(n: u32, part: u32) -> f32 { return bias_value(part, n); }' : ''}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n >= ${columns}u) { return; }
  let sum = ${bias && tiled ? 'value + bias_value(part, n)' : 'value'};
  y_put(m * ${layerCount * columns}u + (${first}u + part) * ${columns}u + n, sum, ${columns}u - n);
}`
  return {
    ...linearsGemmExtents(shape),
    depth: from,
    aAlong: 'k',
    bAlong: 'columns',
    columnStart: bias && !tiled,
    code,
  }
}

/** The signature of the function that reads B, `b_at` or `b_value`. */
const weightSignature = (k: string, tiled: boolean) => {
  const [name, type] = tiled ? ['b_at', 'vec4f'] : ['b_value', 'f32']
  return `${name}(step: u32, ${k}: u32, n: u32, part: u32) -> ${type}`
}

/** `fn <name>(<index>: u32, at: u32)`: one number, or four, of one of several tensors. */
function selectTensorCode(
  name: string,
  index: string,
  tensors: readonly BoundTensor[],
  four: boolean,
): string {
  const value = ({ name }: BoundTensor) => (four ? `${name}_at(at)` : `${name}[at]`)
  const last = tensors.length - 1
  return `fn ${name}(${index}: u32, at: u32) -> ${four ? 'vec4f' : 'f32'} {
  ${tensors
    .slice(0, last)
    .map((tensor, i) => `if (${index} == ${i}u) { return ${value(tensor)}; }`)
    .join('\n  ')}
  return ${value(tensors[last])};
}`
}

// ---- gradients

export interface LinearsInputGradient {
  /** [b, n, layers d]. */
  dy: TensorInfo
  /** [c, d], of each layer. */
  weights: readonly TensorInfo[]
  /** Stores dx in scaled half precision, where its channels allow it. */
  half?: boolean
}

/**
 * Returns dx = sum over the layers of dy W^T, [b, n, c]. Reads dy once for each tile of columns,
 * writes dx.
 */
export function linearsInputGradient(
  backend: WebGPUBackend,
  { dy, weights, half = false }: LinearsInputGradient,
  tile?: Tile,
): TensorInfo {
  const [b, n] = dy.shape as [number, number]
  const [from, columns] = weights[0].shape as [number, number]
  const stored = {
    dy: columns % 4 === 0 && backend.storedGradient(dy).half,
    dx: gradientStorage([from], half),
  }
  const shape = { rows: b * n, from, columns, layerCount: weights.length, stored }
  const chosen = tile ?? chooseTile(backend.device, { rows: b * n, columns: from, parts: 1 })
  return backend.dispatch(
    linearsGradientProgram(shape, chosen),
    [withStorage(dy, stored.dy), ...weights],
    [{ shape: [b, n, from], dtype: 'float32', half: stored.dx }],
  )[0]
}

interface GradientShape {
  rows: number
  from: number
  columns: number
  layerCount: number
  /** Storage of the gradients. */
  stored: { dy: HalfStorage; dx: HalfStorage }
}

function linearsGradientProgram(shape: GradientShape, tile: Tile): Program {
  const { rows, from, columns, layerCount, stored } = shape
  const sizes = `${rows}x${from} < ${layerCount} of ${columns}${describeHalves(stored)}`
  const key = `linears input gradient ${sizes} ${tileName(tile)}`
  return cachedProgram(key, () => gemmProgram(linearsGradientGemm(shape, tile), tile))
}

/** Each layer is a step of the sum. */
function linearsGradientGemm(shape: GradientShape, tile: Tile): Gemm {
  const { rows, from, columns, layerCount, stored } = shape
  const tiled = tile.shape === 'tiled'
  const dx = tensorBinding('dx', from, stored.dx)
  const dy = tensorBinding('dy', columns, stored.dy)
  const weights = Array.from({ length: layerCount }, (_, i) =>
    tensorBinding(`weight${i}`, tiled ? columns : 1),
  )
  const code = `${bindingsCode([dx], [dy, ...weights])}
${writerCode(dx)}
${readerCode(dy)}
${tiled ? weights.map(readerCode).join('\n') : ''}
/** The offset of a layer in a row of dy. */
struct Source { at: u32, inside: bool }
fn row_at(m: u32, part: u32) -> Source {
  return Source(m * ${layerCount * columns}u, m < ${rows}u);
}
fn step_range(part: u32) -> vec2u { return vec2u(0u, ${layerCount}u); }
fn source_at(row: Source, step: u32, part: u32) -> Source {
  return Source(row.at + step * ${columns}u, row.inside);
}
fn a_at(source: Source, k: u32) -> vec4f {
  let value = dy_at(source.at + k);
  return ${maskFour('value', 'source.inside', 'k', columns)};
}
${selectTensorCode('weight_value', 'step', weights, tiled)}
fn ${weightSignature('k', tiled)} {
  return weight_value(step, n * ${columns}u + k);
}
fn put(m: u32, n: u32, value: vec4f, part: u32) {
  if (n < ${from}u) { dx_put(m * ${from}u + n, value, ${from}u - n); }
}`
  return { rows, columns: from, parts: 1, depth: columns, aAlong: 'k', bAlong: 'k', code }
}

export interface LinearsFilterGradient extends LinearInput {
  /** [b, n, layers d]. */
  dy: TensorInfo
  /** The number of layers. */
  layers: number
  /** Also computes the gradients of the biases. */
  bias: boolean
  /** Tensors to write to, in the order of the results; missing ones are created. */
  into?: readonly (TensorInfo | undefined)[]
}

/**
 * Returns dW and db of the first layer, of the second, ...; without `bias` only dW. Sums in two
 * stages, like {@link convFilterGradient}.
 */
export function linearsFilterGradient(
  backend: WebGPUBackend,
  { dy, layers, bias, into = [], ...linearInput }: LinearsFilterGradient,
  tile?: Tile,
): TensorInfo[] {
  const from = linearInput.x.shape[2]
  const stride = dy.shape[2]
  const columns = stride / layers
  const targets = Array.from({ length: layers }, (_, i) => [
    { shape: [from, columns], from: i * columns },
    ...(bias ? [{ shape: [columns], from: from * stride + i * columns }] : []),
  ])
    .flat()
    .map(({ shape, from }, i) => ({
      to: into[i] ?? backend.makeTensorInfo(shape, 'float32'),
      from,
      columns,
      stride,
    }))
  const conv = {
    ...asConvInput(linearInput),
    dy: rowsAsPixels(dy),
    filterShape: [1, 1, from, stride],
    stride: 1,
    pad: noPad,
    bias,
  } as const
  sumFilterGradient(backend, conv, targets, { tile })
  return targets.map(({ to }) => to)
}
