// Many small linear layers of one input, [rows, d] to [rows, c] with a c of each layer: the projections of an embedding to all
// blocks of a network. A dispatch takes as many of them as it can bind, which is all of them where weights are parts of one
// tensor, as they are in training. What comes out, and the gradient of it, is one tensor: {@link placesOf} says where what of a
// layer begins, [rows, c].
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Bound } from '../wgsl.ts'
import { bindings, bound, MOST_WORKGROUPS, programOf, reader, unrolled } from '../wgsl.ts'
import { sumPartials } from './partialSums.ts'

export interface Projections {
  /** [rows, d]. */
  x: TensorInfo
  /** [d, c], of each layer. */
  weights: readonly TensorInfo[]
  /** [c], of each layer. */
  biases: readonly TensorInfo[]
}

/** In elements: what is bound begins at multiples of 256 bytes. */
const APART = 64

/** Where what of each layer begins, and how many numbers there are in all. */
export function placesOf(rows: number, columns: readonly number[]): { places: number[]; size: number } {
  let size = 0
  const places = columns.map((each) => {
    const place = size
    size += Math.ceil((rows * each) / APART) * APART
    return place
  })
  return { places, size }
}

/** x W + b of every layer. Reads x and the weights once for each 8 rows, writes as much as comes out. */
export function projections(backend: Backend, { x, weights, biases }: Projections): TensorInfo {
  const [rows, depth] = x.shape as [number, number]
  const columns = weights.map(({ shape }) => shape[1]!)
  const { places, size } = placesOf(rows, columns)
  const y = backend.makeTensorInfo([size], 'float32')
  const bias = (i: number) => biases[i]!
  const layers = weights.map((weight, i) => ({ read: [weight, bias(i)], numbers: [columns[i]!, places[i]!] }))
  for (const part of partsOf(backend, layers, 2)) {
    runLayers(backend, {
      name: `projections${depth % 4 === 0 ? ' of 4' : ''}`,
      rows,
      depth,
      layers: part.layers.map(({ numbers: [c, place], at: [weight, bias] }) => ({
        groups: Math.ceil(c! / THREADS) * Math.ceil(rows / ROWS),
        words: [c!, place!, ...weight!, ...bias!],
      })),
      bound: [[bound('y', 1)], [bound('x', depth), ...part.buffers.map((_, i) => bound(`buffer${i}`, 1))]],
      inputs: [x, ...part.buffers],
      output: y,
      code: () => forwardCode(part.buffers.length, depth % 4 === 0 ? 4 : 1),
    })
    part.release()
  }
  return y
}

/** An invocation has a column of so many rows. */
const THREADS = 64
const ROWS = 8

/** `layer`: columns, place, buffer and place of the weight; `more`: those of the bias. */
const forwardCode = (buffers: number, step: number) => `${reader(bound('x', step))}
${numberOf(buffers)}
fn run(group: u32, thread: u32, layer: vec4u, more: vec4u) {
  let across = (layer.x + ${THREADS - 1}u) / ${THREADS}u;
  let n = group % across * ${THREADS}u + thread;
  let first = group / across * ${ROWS}u;
  if (n >= layer.x) { return; }
  var sums: array<f32, ${ROWS}>;
  for (var k = 0u; k < sizes.depth; k += ${step}u) {
    ${unrolled(step, (e) => `let w${e} = number_of(layer.z, layer.w + (k + ${e}u) * layer.x + n);`)}
    for (var r = 0u; r < ${ROWS}u; r++) {
      let x = ${step === 4 ? 'x_at((first + r) * sizes.depth + k)' : 'vec4f(x[(first + r) * sizes.depth + k])'};
      ${unrolled(step, (e) => `sums[r] = fma(x[${e}], w${e}, sums[r]);`)}
    }
  }
  let bias = number_of(more.x, more.y + n);
  for (var r = 0u; r < min(${ROWS}u, sizes.rows - first); r++) { y[layer.y + (first + r) * layer.x + n] = sums[r] + bias; }
}`

/** `fn number_of(buffer: u32, at: u32) -> f32`: of one of several buffers. */
const numberOf = (buffers: number) => `fn number_of(buffer: u32, at: u32) -> f32 {
  ${unrolled(buffers - 1, (i) => `if (buffer == ${i}u) { return buffer${i}[at]; }`)}
  return buffer${buffers - 1}[at];
}`

// ---- gradients

export interface ProjectionsInputGradient {
  /** As what comes out of {@link projections}. */
  dy: TensorInfo
  rows: number
  weights: readonly TensorInfo[]
}

/**
 * dx = sum over the layers of dy W^T, [rows, d]: each layer writes its own, and another dispatch adds them up. Reads dy and the
 * weights once for each 8 rows.
 */
export function projectionsInputGradient(backend: Backend, { dy, rows, weights }: ProjectionsInputGradient): TensorInfo {
  const depth = weights[0]!.shape[0]!
  const columns = weights.map(({ shape }) => shape[1]!)
  const { places } = placesOf(rows, columns)
  const size = columns.every((c) => c % 4 === 0) ? 4 : 1
  const partials = backend.makeTensorInfo([weights.length, rows, depth], 'float32')
  const layers = weights.map((weight, i) => ({ read: [weight], numbers: [columns[i]!, places[i]!, i * rows * depth] }))
  for (const part of partsOf(backend, layers, 2)) {
    runLayers(backend, {
      name: `projections input gradient of ${size}`,
      rows,
      depth,
      layers: part.layers.map(({ numbers: [c, place, to], at: [weight] }) => ({
        groups: Math.ceil(depth / THREADS) * Math.ceil(rows / ROWS),
        words: [c!, place!, ...weight!, to!],
      })),
      bound: [[bound('partials', 1)], [bound('dy', size), ...part.buffers.map((_, i) => bound(`buffer${i}`, size))]],
      inputs: [dy, ...part.buffers],
      output: partials,
      code: () => inputGradientCode(part.buffers.length, size),
    })
    part.release()
  }
  const dx = backend.makeTensorInfo([rows, depth], 'float32')
  const count = rows * depth
  sumPartials(backend, partials, [{ to: dx, from: 0, columns: count, stride: count, splits: weights.length, apart: count }])
  backend.disposeData(partials.dataId)
  return dx
}

/** `layer`: columns, place, buffer and place of the weight; `more.x`: where its part of the sum goes. */
const inputGradientCode = (buffers: number, size: number) => {
  const from = (name: string, at: string) => (size === 4 ? `${name}[(${at}) / 4u]` : `${name}[${at}]`)
  const product = (a: string, b: string) => (size === 4 ? `dot(${a}, ${b})` : `${a} * ${b}`)
  return `fn weight_of(buffer: u32, at: u32) -> ${size === 4 ? 'vec4f' : 'f32'} {
  ${unrolled(buffers - 1, (i) => `if (buffer == ${i}u) { return ${from(`buffer${i}`, 'at')}; }`)}
  return ${from(`buffer${buffers - 1}`, 'at')};
}
fn run(group: u32, thread: u32, layer: vec4u, more: vec4u) {
  let across = (sizes.depth + ${THREADS - 1}u) / ${THREADS}u;
  let k = group % across * ${THREADS}u + thread;
  let first = group / across * ${ROWS}u;
  if (k >= sizes.depth) { return; }
  var sums: array<f32, ${ROWS}>;
  for (var n = 0u; n < layer.x; n += ${size}u) {
    let w = weight_of(layer.z, layer.w + k * layer.x + n);
    for (var r = 0u; r < ${ROWS}u; r++) { sums[r] += ${product(from('dy', 'layer.y + (first + r) * layer.x + n'), 'w')}; }
  }
  for (var r = 0u; r < min(${ROWS}u, sizes.rows - first); r++) { partials[more.x + (first + r) * sizes.depth + k] = sums[r]; }
}`
}

export interface ProjectionsFilterGradient {
  /** [rows, d]. */
  x: TensorInfo
  /** As what comes out of {@link projections}. */
  dy: TensorInfo
  /** c of each layer. */
  columns: readonly number[]
  /** Parts of one tensor that dW and db of each layer are written into, in the order of what comes out. */
  into?: readonly (TensorInfo | undefined)[]
}

/**
 * dW and db of the first layer, of the second, ...: parts of one tensor. Reads dy once for each 8 rows of dW and x once for each 64
 * columns, writes the gradients.
 */
export function projectionsFilterGradient(backend: Backend, { x, dy, columns, into }: ProjectionsFilterGradient): TensorInfo[] {
  const [rows, depth] = x.shape as [number, number]
  const { places } = placesOf(rows, columns)
  const gradients =
    inOneTensor(backend, into) ??
    partsOfOne(
      backend,
      columns.flatMap((c) => [[depth, c], [c]]),
    )
  const target = boundTogether(backend, gradients)
  runLayers(backend, {
    name: 'projections filter gradient',
    rows,
    depth,
    layers: columns.map((c, i) => ({
      groups: Math.ceil(c / THREADS) * Math.ceil(depth / ROWS),
      words: [c, places[i]!, target.places[2 * i]!, target.places[2 * i + 1]!],
    })),
    bound: [[bound('gradients', 1)], [bound('x', 1), bound('dy', 1)]],
    inputs: [x, dy],
    output: target.tensor,
    code: () => filterGradientCode,
  })
  backend.disposeData(target.tensor.dataId)
  return [...gradients]
}

/** `layer`: columns, place of dy, of dW and of db. */
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
    for (var k = 0u; k < ${ROWS}u; k++) { sums[k] = fma(x[row * sizes.depth + first + k], slope, sums[k]); }
  }
  for (var k = 0u; k < min(${ROWS}u, sizes.depth - first); k++) { gradients[layer.z + (first + k) * layer.x + n] = sums[k]; }
  if (first == 0u) { gradients[layer.w + n] = sum; }
}`

/** The tensors, if all are there and parts of one. */
function inOneTensor(backend: Backend, tensors: readonly (TensorInfo | undefined)[] = []): readonly TensorInfo[] | undefined {
  const there = tensors.filter((tensor) => tensor !== undefined)
  const wholes = new Set(there.map((tensor) => backend.placeOf(tensor).whole.dataId))
  return there.length > 0 && there.length === tensors.length && wholes.size === 1 ? there : undefined
}

/** New tensors of these shapes. */
function partsOfOne(backend: Backend, shapes: readonly (readonly number[])[]): TensorInfo[] {
  const { places, size } = placesOf(
    1,
    shapes.map((shape) => tf.util.sizeFromShape(shape as number[])),
  )
  const whole = backend.makeTensorInfo([size], 'float32')
  const parts = shapes.map((shape, i) => backend.view(whole, places[i]!, shape))
  backend.disposeData(whole.dataId)
  return parts
}

// ---- several buffers

interface Together {
  /** All of them, to be disposed. */
  tensor: TensorInfo
  /** Where each begins in it. */
  places: number[]
}

/** Parts of one tensor as what is bound of it. */
function boundTogether(backend: Backend, tensors: readonly TensorInfo[]): Together {
  const found = tensors.map((tensor) => ({ ...backend.placeOf(tensor), count: tf.util.sizeFromShape(tensor.shape) }))
  const begin = found.reduce((least, { at }) => Math.min(least, at), Infinity)
  const end = found.reduce((most, { at, count }) => Math.max(most, at + count), 0)
  return { tensor: backend.view(found[0]!.whole, begin, [end - begin]), places: found.map(({ at }) => at - begin) }
}

interface Layer {
  read: readonly TensorInfo[]
  numbers: readonly number[]
}

interface Part {
  /** `at`: of each tensor that is read which buffer has it, and where. */
  layers: { numbers: readonly number[]; at: [buffer: number, place: number][] }[]
  buffers: TensorInfo[]
  release: () => void
}

/** The layers in as few parts as the bindings of the device allow beside `others`, with what is bound for each. */
function partsOf(backend: Backend, layers: readonly Layer[], others: number): Part[] {
  const most = backend.device.limits.maxStorageBuffersPerShaderStage - others
  const parts: Layer[][] = []
  let wholes = new Set<object>()
  for (const layer of layers) {
    const own = layer.read.map((tensor) => backend.placeOf(tensor).whole.dataId)
    const both = new Set([...wholes, ...own])
    const fits = parts.length > 0 && both.size <= most
    if (fits) parts.at(-1)!.push(layer)
    else parts.push([layer])
    wholes = fits ? both : new Set(own)
  }
  return parts.map((part) => partOf(backend, part))
}

function partOf(backend: Backend, layers: readonly Layer[]): Part {
  const byWhole = new Map<object, TensorInfo[]>()
  for (const tensor of layers.flatMap(({ read }) => read)) {
    const { dataId } = backend.placeOf(tensor).whole
    if (!byWhole.get(dataId)?.push(tensor)) byWhole.set(dataId, [tensor])
  }
  const together = [...byWhole.values()].map((tensors) => ({ tensors, ...boundTogether(backend, tensors) }))
  const atOf = (tensor: TensorInfo): [number, number] => {
    const buffer = together.findIndex(({ tensors }) => tensors.includes(tensor))
    const { tensors, places } = together[buffer]!
    return [buffer, places[tensors.indexOf(tensor)]!]
  }
  const buffers = together.map(({ tensor }) => tensor)
  return {
    layers: layers.map(({ read, numbers }) => ({ numbers, at: read.map(atOf) })),
    buffers,
    release: () => buffers.forEach(({ dataId }) => backend.disposeData(dataId)),
  }
}

interface Run {
  name: string
  rows: number
  depth: number
  /** Workgroups of each layer, and at most seven numbers that are `layer` and `more` in the code. */
  layers: readonly { groups: number; words: readonly number[] }[]
  bound: readonly [outputs: readonly Bound[], inputs: readonly Bound[]]
  inputs: readonly TensorInfo[]
  output: TensorInfo
  /** `fn run(group: u32, thread: u32, layer: vec4u, more: vec4u)`: a workgroup of a layer. */
  code: () => string
}

/** There is a program for each power of two of layers from here on. */
const FEWEST_LAYERS = 8
const WORDS = 8

/** Runs a kernel over the workgroups of all layers. */
function runLayers(backend: Backend, { name, rows, depth, layers, bound: [written, read], inputs, output, code }: Run) {
  const entries = Math.max(FEWEST_LAYERS, 2 ** Math.ceil(Math.log2(layers.length)))
  const table = new Uint32Array(4 + WORDS * entries).fill(2 ** 32 - 1, 4)
  table.set([rows, depth])
  let count = 0
  layers.forEach(({ groups, words }, i) => {
    table.set([...words, ...Array<number>(WORDS - 1 - words.length).fill(0), count], 4 + WORDS * i)
    count += groups
  })
  table[2] = count
  const program = programOf(`${name}, ${entries} layers or fewer, ${read.length} inputs`, () => ({
    workgroups: [1, 1, 1],
    code: `${bindings(written, read)}
struct Sizes { rows: u32, depth: u32, groups: u32, none: u32, layers: array<vec4u, ${2 * entries}> }
@group(0) @binding(${written.length + read.length}) var<uniform> sizes: Sizes;
${code()}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = workgroup.x + workgroup.y * ${MOST_WORKGROUPS}u;
  if (group >= sizes.groups) { return; }
  // The last layer that begins at this workgroup or before; what there is not begins at none.
  var found = 0u;
  for (var step = ${entries / 2}u; step > 0u; step /= 2u) {
    if (sizes.layers[2u * (found + step) + 1u].w <= group) { found += step; }
  }
  let more = sizes.layers[2u * found + 1u];
  run(group - more.w, thread, sizes.layers[2u * found], more);
}`,
  }))
  const workgroups = [Math.min(count, MOST_WORKGROUPS), Math.ceil(count / MOST_WORKGROUPS), 1] as const
  backend.dispatch({ ...program, workgroups }, inputs, [output], table)
}
