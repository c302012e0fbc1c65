// Kernels over several small layers in one dispatch, driven by a table in a uniform buffer; and
// tensors bound together as one range of a buffer, so that a dispatch can take many of them.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { bindingsCode, cachedProgram, MAX_WORKGROUPS } from '../../wgsl.ts'

/** Several tensors in one range of a buffer. */
interface BoundRange {
  /** A view of the range, to be disposed. */
  tensor: TensorInfo
  /** The offset of each tensor in it, in elements. */
  offsets: number[]
}

/** Binds views of the same tensor as one range. */
export function bindRange(backend: WebGPUBackend, views: readonly TensorInfo[]): BoundRange {
  const located = views.map((tensor) => ({
    ...backend.locate(tensor),
    count: tf.util.sizeFromShape(tensor.shape),
  }))
  const begin = located.reduce((least, { offset }) => Math.min(least, offset), Infinity)
  const end = located.reduce((most, { offset, count }) => Math.max(most, offset + count), 0)
  return {
    tensor: backend.view(located[0].root, begin, [end - begin]),
    offsets: located.map(({ offset }) => offset - begin),
  }
}

/** Returns the tensors if there are any, none is missing, and all are views of the same tensor. */
export function asViewsOfOne(
  backend: WebGPUBackend,
  tensors: readonly (TensorInfo | undefined)[] = [],
): readonly TensorInfo[] | undefined {
  const present = tensors.filter((tensor) => tensor !== undefined)
  const roots = new Set(present.map((tensor) => backend.locate(tensor).root.dataId))
  return present.length > 0 && present.length === tensors.length && roots.size === 1
    ? present
    : undefined
}

/** A layer, the tensors it reads, and the numbers the kernel needs of it. */
interface Layer {
  tensors: readonly TensorInfo[]
  numbers: readonly number[]
}

/** Layers whose tensors fit the bindings of one dispatch. */
interface LayerGroup {
  /** With the buffer of each tensor, by index, and the offset in it. */
  layers: { numbers: readonly number[]; locations: [buffer: number, offset: number][] }[]
  buffers: TensorInfo[]
  release: () => void
}

/** Divides layers into as few groups as the bindings of the device allow beside `otherBindings`. */
export function groupByBindings(
  backend: WebGPUBackend,
  layers: readonly Layer[],
  otherBindings: number,
): LayerGroup[] {
  const limit = backend.device.limits.maxStorageBuffersPerShaderStage - otherBindings
  const groups: Layer[][] = []
  let roots = new Set<object>()
  for (const layer of layers) {
    const layerRoots = layer.tensors.map((tensor) => backend.locate(tensor).root.dataId)
    const union = new Set([...roots, ...layerRoots])
    const group = groups.at(-1)
    const fits = group !== undefined && union.size <= limit
    if (fits) group.push(layer)
    else groups.push([layer])
    roots = fits ? union : new Set(layerRoots)
  }
  return groups.map((group) => bindGroup(backend, group))
}

function bindGroup(backend: WebGPUBackend, layers: readonly Layer[]): LayerGroup {
  const viewsByRoot = new Map<object, TensorInfo[]>()
  for (const tensor of layers.flatMap(({ tensors }) => tensors)) {
    const { dataId } = backend.locate(tensor).root
    if (!viewsByRoot.get(dataId)?.push(tensor)) viewsByRoot.set(dataId, [tensor])
  }
  const ranges = [...viewsByRoot.values()].map((views) => ({ views, ...bindRange(backend, views) }))
  const findLocation = (tensor: TensorInfo): [number, number] => {
    const buffer = ranges.findIndex(({ views }) => views.includes(tensor))
    const { views, offsets } = ranges[buffer]
    return [buffer, offsets[views.indexOf(tensor)]]
  }
  const buffers = ranges.map(({ tensor }) => tensor)
  return {
    layers: layers.map(({ tensors, numbers }) => ({
      numbers,
      locations: tensors.map(findLocation),
    })),
    buffers,
    release: () => buffers.forEach(({ dataId }) => backend.disposeData(dataId)),
  }
}

// ---- dispatch

interface LayerKernel {
  name: string
  rows: number
  depth: number
  /**
   * Workgroups of each layer, and at most seven words, which the code gets as `layer` and `more`.
   */
  layers: readonly { groups: number; words: readonly number[] }[]
  bindings: readonly [outputs: readonly BoundTensor[], inputs: readonly BoundTensor[]]
  inputs: readonly TensorInfo[]
  output: TensorInfo
  /** `fn run(group: u32, thread: u32, layer: vec4u, more: vec4u)`: one workgroup of a layer. */
  code: () => string
}

export const THREADS = 64
/** Programs are compiled for numbers of layers that are powers of two from here on. */
const MIN_ENTRIES = 8
/** Words of a table entry; the last is the index of the layer's first workgroup. */
const ENTRY_WORDS = 8

/** Runs a kernel over the workgroups of all layers. */
export function dispatchLayers(
  backend: WebGPUBackend,
  { name, rows, depth, layers, bindings: [written, read], inputs, output, code }: LayerKernel,
) {
  const entries = Math.max(MIN_ENTRIES, 2 ** Math.ceil(Math.log2(layers.length)))
  const table = new Uint32Array(4 + ENTRY_WORDS * entries).fill(2 ** 32 - 1, 4)
  table.set([rows, depth])
  let count = 0
  layers.forEach(({ groups, words }, i) => {
    const padding = Array<number>(ENTRY_WORDS - 1 - words.length).fill(0)
    table.set([...words, ...padding, count], 4 + ENTRY_WORDS * i)
    count += groups
  })
  table[2] = count
  const key = `${name}, ${entries} layers or fewer, ${read.length} inputs`
  const program = cachedProgram(key, () => ({
    workgroups: [1, 1, 1],
    code: tableCode(written, read, entries, code()),
  }))
  const workgroups = [
    Math.min(count, MAX_WORKGROUPS),
    Math.ceil(count / MAX_WORKGROUPS),
    1,
  ] as const
  backend.dispatch({ ...program, workgroups }, inputs, [output], table)
}

const tableCode = (
  written: readonly BoundTensor[],
  read: readonly BoundTensor[],
  entries: number,
  runCode: string,
) => `${bindingsCode(written, read)}
struct Sizes { rows: u32, depth: u32, groups: u32, none: u32, layers: array<vec4u, ${2 * entries}> }
@group(0) @binding(${written.length + read.length}) var<uniform> sizes: Sizes;
${runCode}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = workgroup.x + workgroup.y * ${MAX_WORKGROUPS}u;
  if (group >= sizes.groups) { return; }
  // Binary search for the last layer whose first workgroup is at most this one. Unused entries have
  // the largest index.
  var entry = 0u;
  for (var step = ${entries / 2}u; step > 0u; step /= 2u) {
    if (sizes.layers[2u * (entry + step) + 1u].w <= group) { entry += step; }
  }
  let more = sizes.layers[2u * entry + 1u];
  run(group - more.w, thread, sizes.layers[2u * entry], more);
}`
