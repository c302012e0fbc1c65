// Many small linear layers with the same input, [rows, d] to [rows, c] with a different c for each:
// the projections of an embedding for all blocks of a network. A dispatch takes as many layers as
// it can bind, which is all of them if their weights are parts of one tensor, as in training. The
// outputs, and their gradients, are one vector, laid out by {@link projectionLayout}.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { readerCode, siluCode, tensorBinding, unroll } from '../../wgsl.ts'
import { asViewsOfOne, bindRange, dispatchLayers, groupByBindings, THREADS } from './layerTable.ts'
import { sumPartials } from '../elementwise/partialSums.ts'

export interface Projections {
  /** [rows, d]. */
  x: TensorInfo
  /** Applies SiLU to x; default false. */
  silu?: boolean
  /** [d, c], for each layer. */
  weights: readonly TensorInfo[]
  /** [c], for each layer. */
  biases: readonly TensorInfo[]
}

/** In elements; a binding has to begin at a multiple of 256 bytes. */
const ALIGNMENT = 64

/** Returns the offset of each layer's [rows, c] in the vector of all outputs, and its size. */
export function projectionLayout(
  rows: number,
  columns: readonly number[],
): { offsets: number[]; size: number } {
  let size = 0
  const offsets = columns.map((each) => {
    const offset = size
    size += Math.ceil((rows * each) / ALIGNMENT) * ALIGNMENT
    return offset
  })
  return { offsets, size }
}

/**
 * Returns x W + b, or silu(x) W + b, of every layer. Reads x and the weights once for every 8 rows, writes the
 * outputs.
 */
export function projections(
  backend: WebGPUBackend,
  { x, silu = false, weights, biases }: Projections,
): TensorInfo {
  const [rows, depth] = x.shape as [number, number]
  const columns = weights.map(({ shape }) => shape[1])
  const { offsets, size } = projectionLayout(rows, columns)
  const y = backend.makeTensorInfo([size], 'float32')
  const layers = weights.map((weight, i) => ({
    tensors: [weight, biases[i]],
    numbers: [columns[i], offsets[i]],
  }))
  for (const group of groupByBindings(backend, layers, 2)) {
    dispatchLayers(backend, {
      name: `projections${silu ? ' of silu' : ''}${depth % 4 === 0 ? ' of 4' : ''}`,
      rows,
      depth,
      layers: group.layers.map(({ numbers: [c, offset], locations: [weight, bias] }) => ({
        groups: Math.ceil(c / THREADS) * Math.ceil(rows / ROWS),
        words: [c, offset, ...weight, ...bias],
      })),
      bindings: [
        [tensorBinding('y', 1)],
        [tensorBinding('x', depth), ...group.buffers.map((_, i) => tensorBinding(`buffer${i}`, 1))],
      ],
      inputs: [x, ...group.buffers],
      output: y,
      code: () => forwardCode(group.buffers.length, depth % 4 === 0 ? 4 : 1, silu),
    })
    group.release()
  }
  return y
}

/** Rows of an invocation, which has one column. */
const ROWS = 8

/** `layer`: columns, output offset, buffer and offset of the weight; `more`: those of the bias. */
function forwardCode(buffers: number, step: number, silu: boolean): string {
  const weight = (e: number) =>
    `let w${e} = buffer_value(layer.z, layer.w + (k + ${e}u) * layer.x + n);`
  const xIndex = '(first + r) * sizes.depth + k'
  const x = step === 4 ? `x_at(${xIndex})` : `vec4f(x[${xIndex}])`
  return `${readerCode(tensorBinding('x', step))}
${silu ? siluCode : ''}
${bufferReaderCode(buffers)}
fn run(group: u32, thread: u32, layer: vec4u, more: vec4u) {
  let across = (layer.x + ${THREADS - 1}u) / ${THREADS}u;
  let n = group % across * ${THREADS}u + thread;
  let first = group / across * ${ROWS}u;
  if (n >= layer.x) { return; }
  var sums: array<f32, ${ROWS}>;
  for (var k = 0u; k < sizes.depth; k += ${step}u) {
    ${unroll(step, weight)}
    for (var r = 0u; r < ${ROWS}u; r++) {
      let x = ${silu ? `silu(${x})` : x};
      ${unroll(step, (e) => `sums[r] = fma(x[${e}], w${e}, sums[r]);`)}
    }
  }
  let bias = buffer_value(more.x, more.y + n);
  for (var r = 0u; r < min(${ROWS}u, sizes.rows - first); r++) {
    y[layer.y + (first + r) * layer.x + n] = sums[r] + bias;
  }
}`
}

/** `fn buffer_value(buffer: u32, at: u32) -> f32`: reads one of several buffers. */
const bufferReaderCode = (buffers: number) => `fn buffer_value(buffer: u32, at: u32) -> f32 {
  ${unroll(buffers - 1, (i) => `if (buffer == ${i}u) { return buffer${i}[at]; }`)}
  return buffer${buffers - 1}[at];
}`

// ---- gradients

export interface ProjectionsInputGradient {
  /** In the layout of {@link projections}' output. */
  dy: TensorInfo
  rows: number
  weights: readonly TensorInfo[]
}

/**
 * Returns dx = sum over the layers of dy W^T, [rows, d]: each layer writes its own part, and a
 * second dispatch adds them. Reads dy and the weights once for every 8 rows.
 */
export function projectionsInputGradient(
  backend: WebGPUBackend,
  { dy, rows, weights }: ProjectionsInputGradient,
): TensorInfo {
  const depth = weights[0].shape[0]
  const columns = weights.map(({ shape }) => shape[1])
  const { offsets } = projectionLayout(rows, columns)
  const size = columns.every((c) => c % 4 === 0) ? 4 : 1
  const partials = backend.makeTensorInfo([weights.length, rows, depth], 'float32')
  const layers = weights.map((weight, i) => ({
    tensors: [weight],
    numbers: [columns[i], offsets[i], i * rows * depth],
  }))
  for (const group of groupByBindings(backend, layers, 2)) {
    dispatchLayers(backend, {
      name: `projections input gradient of ${size}`,
      rows,
      depth,
      layers: group.layers.map(({ numbers: [c, offset, to], locations: [weight] }) => ({
        groups: Math.ceil(depth / THREADS) * Math.ceil(rows / ROWS),
        words: [c, offset, ...weight, to],
      })),
      bindings: [
        [tensorBinding('partials', 1)],
        [
          tensorBinding('dy', size),
          ...group.buffers.map((_, i) => tensorBinding(`buffer${i}`, size)),
        ],
      ],
      inputs: [dy, ...group.buffers],
      output: partials,
      code: () => projectionGradientCode(group.buffers.length, size),
    })
    group.release()
  }
  const dx = backend.makeTensorInfo([rows, depth], 'float32')
  const count = rows * depth
  sumPartials(backend, partials, [
    { to: dx, from: 0, columns: count, stride: count, splits: weights.length, splitStride: count },
  ])
  backend.disposeData(partials.dataId)
  return dx
}

/**
 * `layer`: columns, offset of dy, buffer and offset of the weight; `more.x`: offset of the layer's
 * part of dx.
 */
const projectionGradientCode = (buffers: number, size: number) => {
  const element = (name: string, at: string) =>
    size === 4 ? `${name}[(${at}) / 4u]` : `${name}[${at}]`
  const dy = element('dy', 'layer.y + (first + r) * layer.x + n')
  const product = (a: string, b: string) => (size === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`)
  return `fn weight_value(buffer: u32, at: u32) -> ${size === 4 ? 'vec4f' : 'f32'} {
  ${unroll(buffers - 1, (i) => `if (buffer == ${i}u) { return ${element(`buffer${i}`, 'at')}; }`)}
  return ${element(`buffer${buffers - 1}`, 'at')};
}
fn run(group: u32, thread: u32, layer: vec4u, more: vec4u) {
  let across = (sizes.depth + ${THREADS - 1}u) / ${THREADS}u;
  let k = group % across * ${THREADS}u + thread;
  let first = group / across * ${ROWS}u;
  if (k >= sizes.depth) { return; }
  var sums: array<f32, ${ROWS}>;
  for (var n = 0u; n < layer.x; n += ${size}u) {
    let w = weight_value(layer.z, layer.w + k * layer.x + n);
    for (var r = 0u; r < ${ROWS}u; r++) { sums[r] += ${product(dy, 'w')}; }
  }
  for (var r = 0u; r < min(${ROWS}u, sizes.rows - first); r++) {
    partials[more.x + (first + r) * sizes.depth + k] = sums[r];
  }
}`
}

export interface ProjectionsFilterGradient {
  /** [rows, d]. */
  x: TensorInfo
  /** In the layout of {@link projections}' output. */
  dy: TensorInfo
  /** c of each layer. */
  columns: readonly number[]
  /** Parts of one tensor to write dW and db of each layer to, in the order of the results. */
  into?: readonly (TensorInfo | undefined)[]
}

/**
 * Returns dW and db of the first layer, of the second, ..., as parts of one tensor. Reads dy once
 * for every 8 rows of dW and x once for every 64 columns, writes the gradients.
 */
export function projectionsFilterGradient(
  backend: WebGPUBackend,
  { x, dy, columns, into }: ProjectionsFilterGradient,
): TensorInfo[] {
  const [rows, depth] = x.shape as [number, number]
  const { offsets } = projectionLayout(rows, columns)
  const gradients =
    asViewsOfOne(backend, into) ??
    makeViews(
      backend,
      columns.flatMap((c) => [[depth, c], [c]]),
    )
  const target = bindRange(backend, gradients)
  dispatchLayers(backend, {
    name: 'projections filter gradient',
    rows,
    depth,
    layers: columns.map((c, i) => ({
      groups: Math.ceil(c / THREADS) * Math.ceil(depth / ROWS),
      words: [c, offsets[i], target.offsets[2 * i], target.offsets[2 * i + 1]],
    })),
    bindings: [[tensorBinding('gradients', 1)], [tensorBinding('x', 1), tensorBinding('dy', 1)]],
    inputs: [x, dy],
    output: target.tensor,
    code: () => filterGradientCode,
  })
  backend.disposeData(target.tensor.dataId)
  return [...gradients]
}

/** Returns new tensors of these shapes, as views of one. */
function makeViews(backend: WebGPUBackend, shapes: readonly (readonly number[])[]): TensorInfo[] {
  const { offsets, size } = projectionLayout(
    1,
    shapes.map((shape) => tf.util.sizeFromShape(shape as number[])),
  )
  const base = backend.makeTensorInfo([size], 'float32')
  const views = shapes.map((shape, i) => backend.view(base, offsets[i], shape))
  backend.disposeData(base.dataId)
  return views
}

/** `layer`: columns, offsets of dy, of dW and of db. */
const filterGradientCode = `fn run(group: u32, thread: u32, layer: vec4u, more: vec4u) {
  let across = (layer.x + ${THREADS - 1}u) / ${THREADS}u;
  let n = group % across * ${THREADS}u + thread;
  let first = group / across * ${ROWS}u;
  if (n >= layer.x) { return; }
  var sums: array<f32, ${ROWS}>;
  var sum = 0f;
  for (var row = 0u; row < sizes.rows; row++) {
    let slope = dy[layer.y + row * layer.x + n];
    sum += slope;
    for (var k = 0u; k < ${ROWS}u; k++) {
      sums[k] = fma(x[row * sizes.depth + first + k], slope, sums[k]);
    }
  }
  for (var k = 0u; k < min(${ROWS}u, sizes.depth - first); k++) {
    gradients[layer.z + (first + k) * layer.x + n] = sums[k];
  }
  if (first == 0u) { gradients[layer.w + n] = sum; }
}`
