// Input of the norm kernels, [b, ..., c] as one tensor or two concatenated along the channels; and
// the division of the work into spans of channels.
import { countElements } from '../../../../base/shapes.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import { withStorage } from '../../halfStorage.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { readerCode, tensorBinding } from '../../wgsl.ts'
import { needsMemory, reduceCode } from '../elementwise/subgroupSums.ts'

/** The sizes of activations. */
export interface Extents {
  items: number
  pixels: number
  /** Channels of each tensor. */
  channels: readonly number[]
  /** The sum of these. */
  all: number
}

export function activationExtents(x: Activations): Extents {
  const tensors = activationTensors(x)
  const { shape } = tensors[0]
  const channels = tensors.map(({ shape }) => shape[shape.length - 1])
  const pixels = countElements(shape.slice(1, -1))
  return { items: shape[0], pixels, channels, all: channels.reduce((sum, each) => sum + each, 0) }
}

/** Returns whether all tensors can be read four channels at a time. */
export const isVectorizable = ({ channels }: Extents) => channels.every((each) => each % 4 === 0)

/** The form of reading x: all tensors in fours or none, each in half precision or not. */
export interface InputForm {
  fours: boolean
  halves: readonly boolean[]
}

export const inputForm = (backend: WebGPUBackend, x: Activations, fours: boolean): InputForm => ({
  fours,
  halves: activationTensors(x).map((tensor) => fours && backend.storedTensor(tensor).half),
})

export const describeForm = ({ fours, halves }: InputForm) => {
  const precision = halves.some(Boolean) ? ` halves ${halves.map(Number).join('')}` : ''
  return `${halves.length} by ${fours ? 4 : 1}${precision}`
}

/** Returns the tensors to bind, in the order of {@link normInputBindings}. */
export const normInputTensors = (x: Activations, { halves }: InputForm) =>
  activationTensors(x).map((tensor, i) => withStorage(tensor, halves[i]))

/** Returns the bindings of x, `x0` and `x1`. */
export const normInputBindings = ({ fours, halves }: InputForm): BoundTensor[] =>
  halves.map((half, i) => tensorBinding(`x${i}`, fours ? 4 : 1, half))

/**
 * `fn <name>(pixel: u32, c: u32) -> vec4f`: four channels of a pixel, which is counted over all
 * items. Uses `sizes.all` and, with two tensors, `sizes.first`, the channels of both and of the
 * first.
 */
export function normInputCode(form: InputForm, name = 'x_at'): string {
  const readers = normInputBindings(form).map(readerCode).join('\n')
  if (form.halves.length === 1)
    return `${readers}
fn ${name}(pixel: u32, c: u32) -> vec4f { return x0_at(pixel * sizes.all + c); }`
  if (form.fours)
    return `${readers}
fn ${name}(pixel: u32, c: u32) -> vec4f {
  if (c < sizes.first) { return x0_at(pixel * sizes.first + c); }
  return x1_at(pixel * (sizes.all - sizes.first) + c - sizes.first);
}`
  return `fn x_value(pixel: u32, c: u32) -> f32 {
  if (c < sizes.first) { return x0[pixel * sizes.first + c]; }
  return x1[pixel * (sizes.all - sizes.first) + c - sizes.first];
}
fn ${name}(pixel: u32, c: u32) -> vec4f {
  return vec4f(
    x_value(pixel, c), x_value(pixel, c + 1u), x_value(pixel, c + 2u), x_value(pixel, c + 3u));
}`
}

// ---- spans

/**
 * A span is a number of channels of one item, made of entire groups. A workgroup of `lanes` by
 * `rows` invocations has one span: each lane has four channels (or, of one large group, every
 * `lanes`-th four), and each row has every `rows`-th pixel.
 */
export interface Span {
  channels: number
  lanes: number
  rows: number
  /** Every invocation has a span of its own, and no workgroup memory is needed. */
  perInvocation: boolean
}

/** Channels of a span's row for coalesced reads: 64 bytes. */
const COALESCED_CHANNELS = 16
/** Fewer workgroups than this leave a GPU idle. */
const MIN_WORKGROUPS = 256

/** Returns whether there are enough spans of coalesced channels to fill a GPU. */
export const fillsDevice = ({ items, all }: Pick<Extents, 'items' | 'all'>): boolean =>
  (items * all) / COALESCED_CHANNELS >= MIN_WORKGROUPS

/** Chooses a span. */
export function chooseSpan(device: GPUDevice, extents: Extents, groups: number): Span {
  const size = extents.all / groups
  if (!rulesFor(device).sharesMemory)
    return {
      channels: 4 % size === 0 ? Math.min(4, extents.all) : size,
      lanes: 1,
      rows: 1,
      perInvocation: true,
    }
  return sharedSpan(extents, groups, Math.min(256, device.limits.maxComputeInvocationsPerWorkgroup))
}

/** Chooses a span for workgroups of at most `threads` invocations. */
export function sharedSpan({ items, pixels, all }: Extents, groups: number, threads: number): Span {
  const size = all / groups
  const alignedSize = size % 4 === 0 ? size : size % 2 === 0 ? 2 * size : 4 * size
  const unit =
    Math.ceil(Math.min(alignedSize, all) / 4) > threads ? size : Math.min(alignedSize, all)
  const channels = fillsDevice({ items, all })
    ? Math.min(all, unit * Math.max(1, Math.floor(COALESCED_CHANNELS / unit)))
    : unit
  const lanes = Math.min(Math.ceil(channels / 4), threads)
  const rows = Math.min(
    2 ** Math.floor(Math.log2(threads / lanes)),
    2 ** Math.ceil(Math.log2(pixels)),
  )
  return { channels, lanes, rows, perInvocation: false }
}

/**
 * The position of groups in a span: of 1, 2 or 4 channels within those of a lane, one group that is
 * all of the span, entire lanes, or any.
 */
export type GroupLayout = 1 | 2 | 4 | 'all' | 'lanes' | 'any'

export function chooseGroupLayout({ channels, lanes }: Span, size: number): GroupLayout {
  if (size === 1 || size === 2 || size === 4) return size
  if (channels === size) return lanes === 1 ? 4 : 'all'
  return size % 4 === 0 ? 'lanes' : 'any'
}

/**
 * Sums within a span, in a fixed order, with subgroups of `subgroups` lanes:
 * - `sum_rows(t: u32, value: vec4f) -> vec4f`: over the rows, for the lane of invocation t;
 * - `sum_groups(t: u32, value: vec4f) -> vec4f`: over the groups of a lane's four channels, from
 *   the value of each lane.
 */
export function sumsCode(
  { lanes, rows }: Span,
  groupLayout: GroupLayout,
  subgroups: number,
): string {
  const groupCode =
    typeof groupLayout === 'string'
      ? sharedGroupCode(lanes, groupLayout, subgroups)
      : laneGroupCode[groupLayout]
  const shared =
    needsMemory({ count: rows, stride: lanes, lanes: subgroups }) ||
    (typeof groupLayout === 'string' && !exchangesGroup(lanes, groupLayout, subgroups))
  return `${shared ? `var<workgroup> partial: array<vec4f, ${lanes * rows}>;` : ''}
${rowSumsCode(lanes, rows, subgroups)}
fn sum_groups(t: u32, value: vec4f) -> vec4f {
  ${groupCode}
}`
}

const laneGroupCode = {
  1: 'return value;',
  2: 'return value + value.yxwz;',
  4: 'return vec4f(dot(value, vec4f(1.0)));',
}

/**
 * `sum_rows` alone. With several rows it may need `partial` in workgroup memory, a vec4f per
 * invocation; see {@link needsMemory}.
 */
export const rowSumsCode = (
  lanes: number,
  rows: number,
  subgroups: number,
): string => `fn sum_rows(t: u32, value: vec4f) -> vec4f {
  var sum = value;
  ${
    rows === 1
      ? ''
      : reduceCode({
          variable: 'sum',
          count: rows,
          stride: lanes,
          lanes: subgroups,
          combine: addVectors,
          thread: 't',
          index: 't',
          memory: 'partial',
        })
  }
  return sum;
}`

const addVectors = (a: string, b: string) => `${a} + ${b}`

/** Returns whether the lanes of a group that is all of the span are in one subgroup. */
const exchangesGroup = (lanes: number, groupLayout: GroupLayout, subgroups: number) =>
  groupLayout === 'all' && (lanes & (lanes - 1)) === 0 && lanes <= subgroups

function sharedGroupCode(
  lanes: number,
  groupLayout: 'all' | 'lanes' | 'any',
  subgroups: number,
): string {
  if (exchangesGroup(lanes, groupLayout, subgroups))
    return `var sum = value;
  ${reduceCode({
    variable: 'sum',
    count: lanes,
    stride: 1,
    lanes: subgroups,
    combine: addVectors,
    thread: 't',
    index: `(t % ${lanes}u)`,
    memory: 'partial',
  })}
  return vec4f(dot(sum, vec4f(1.0)));`
  const begin = `workgroupBarrier();
  if (t < ${lanes}u) { partial[t] = value; }`
  if (groupLayout === 'all')
    return `${begin}
  var n = ${lanes}u;
  while (n > 1u) {
    let half = (n + 1u) / 2u;
    workgroupBarrier();
    if (t < n - half) { partial[t] += partial[t + half]; }
    n = half;
  }
  workgroupBarrier();
  return vec4f(dot(partial[0], vec4f(1.0)));`
  if (groupLayout === 'lanes')
    return `${begin}
  workgroupBarrier();
  let fours = sizes.size / 4u;
  let begin = t % ${lanes}u / fours * fours;
  var sum = vec4f();
  for (var q = 0u; q < fours; q++) { sum += partial[begin + q]; }
  return vec4f(dot(sum, vec4f(1.0)));`
  return `${begin}
  workgroupBarrier();
  var sums = vec4f();
  for (var e = 0u; e < 4u; e++) {
    let begin = (4u * (t % ${lanes}u) + e) / sizes.size * sizes.size;
    for (var c = begin; c < begin + sizes.size; c++) { sums[e] += partial[c / 4u][c % 4u]; }
  }
  return sums;`
}
