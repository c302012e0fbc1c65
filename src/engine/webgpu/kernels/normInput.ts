// What the kernels of a normalisation read: [b, ..., c], one tensor or two whose channels follow each other; and how the work
// on it is shared: an item and some whole groups of channels for every workgroup, or for every invocation.
import type { Activations } from '../activations.ts'
import { tensorsOf } from '../activations.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import { asStored } from '../half.ts'
import type { Bound } from '../wgsl.ts'
import { bound, reader } from '../wgsl.ts'

/** The sizes of activations. */
export interface Extents {
  items: number
  pixels: number
  /** Of each tensor. */
  channels: readonly number[]
  /** Of all tensors. */
  all: number
}

export function extentsOf(x: Activations): Extents {
  const tensors = tensorsOf(x)
  const { shape } = tensors[0]!
  const channels = tensors.map(({ shape }) => shape.at(-1)!)
  const pixels = shape.slice(1, -1).reduce((product, size) => product * size, 1)
  return { items: shape[0]!, pixels, channels, all: channels.reduce((sum, each) => sum + each, 0) }
}

/** Whether all tensors can be read four channels at a time. */
export const inFours = ({ channels }: Extents) => channels.every((each) => each % 4 === 0)

/** How the tensors of x are read: all of them four channels at a time or none, each as halves or not. */
export interface InputForm {
  fours: boolean
  halves: readonly boolean[]
}

export const formOf = (backend: Backend, x: Activations, fours: boolean): InputForm => ({
  fours,
  halves: tensorsOf(x).map((tensor) => fours && backend.stored(tensor).half),
})

export const formName = ({ fours, halves }: InputForm) =>
  `${halves.length} by ${fours ? 4 : 1}${halves.some(Boolean) ? ` halves ${halves.map(Number).join('')}` : ''}`

/** What is bound for x, in the order of {@link inputBound}. */
export const inputTensors = (x: Activations, { halves }: InputForm) =>
  tensorsOf(x).map((tensor, i) => asStored(tensor, halves[i]!))

/** The bindings of x, `x0` and `x1`. */
export const inputBound = ({ fours, halves }: InputForm): Bound[] => halves.map((half, i) => bound(`x${i}`, fours ? 4 : 1, half))

/** `fn x_at(pixel: u32, c: u32) -> vec4f`: four channels of a pixel, counted over all items; by sizes `all`, and `first` of two tensors. */
export function inputCode(form: InputForm): string {
  const readers = inputBound(form).map(reader).join('\n')
  if (form.halves.length === 1) return `${readers}\nfn x_at(pixel: u32, c: u32) -> vec4f { return x0_at(pixel * sizes.all + c); }`
  if (form.fours)
    return `${readers}
fn x_at(pixel: u32, c: u32) -> vec4f {
  if (c < sizes.first) { return x0_at(pixel * sizes.first + c); }
  return x1_at(pixel * (sizes.all - sizes.first) + c - sizes.first);
}`
  return `fn x_value(pixel: u32, c: u32) -> f32 {
  if (c < sizes.first) { return x0[pixel * sizes.first + c]; }
  return x1[pixel * (sizes.all - sizes.first) + c - sizes.first];
}
fn x_at(pixel: u32, c: u32) -> vec4f {
  return vec4f(x_value(pixel, c), x_value(pixel, c + 1u), x_value(pixel, c + 2u), x_value(pixel, c + 3u));
}`
}

// ---- how the work is shared

/**
 * A span is a number of channels of one item: whole groups. A workgroup takes one, `lanes` by `rows` invocations: each lane
 * four channels (or, of a single large group, every `lanes`-th four), each row every `rows`-th pixel.
 */
export interface Span {
  channels: number
  lanes: number
  rows: number
  /** Every invocation has a span of its own, and needs no workgroup memory. */
  alone: boolean
}

/** Channels a row of a span should have, so that what is read together lies together: 64 bytes. */
const WIDE = 16
/** Fewer workgroups than this leave a GPU idle. */
const FEW = 256

/** Software devices are quickest without workgroup memory. */
export function spanFor(device: GPUDevice, extents: Extents, groups: number): Span {
  const size = extents.all / groups
  if (isSoftware(device)) return { channels: 4 % size === 0 ? Math.min(4, extents.all) : size, lanes: 1, rows: 1, alone: true }
  return sharedSpan(extents, groups, Math.min(256, device.limits.maxComputeInvocationsPerWorkgroup))
}

export function sharedSpan({ items, pixels, all }: Extents, groups: number, threads: number): Span {
  const size = all / groups
  const fours = size % 4 === 0 ? size : size % 2 === 0 ? 2 * size : 4 * size
  const unit = Math.ceil(Math.min(fours, all) / 4) > threads ? size : Math.min(fours, all)
  const many = (items * all) / WIDE >= FEW
  const channels = many ? Math.min(all, unit * Math.max(1, Math.floor(WIDE / unit))) : unit
  const lanes = Math.min(Math.ceil(channels / 4), threads)
  const rows = Math.min(2 ** Math.floor(Math.log2(threads / lanes)), 2 ** Math.ceil(Math.log2(pixels)))
  return { channels, lanes, rows, alone: false }
}

/** How a group lies in a span: within the four channels of a lane, as all of it, in whole lanes, or anyhow. */
export type Lying = 1 | 2 | 4 | 'all' | 'lanes' | 'any'

export function lyingOf({ channels, lanes }: Span, size: number): Lying {
  if (size === 1 || size === 2 || size === 4) return size
  if (channels === size) return lanes === 1 ? 4 : 'all'
  return size % 4 === 0 ? 'lanes' : 'any'
}

/**
 * Sums within a span, in an order that is always the same:
 * - `over_rows(t: u32, mine: vec4f) -> vec4f`: over the rows, for the lane of invocation t;
 * - `over_group(t: u32, mine: vec4f) -> vec4f`: over the groups of the four channels of a lane, from what each lane has.
 */
export function sumsCode({ lanes, rows }: Span, lying: Lying): string {
  const shared = rows > 1 || typeof lying === 'string'
  return `${shared ? `var<workgroup> partial: array<vec4f, ${lanes * rows}>;` : ''}
${rowSumsCode(lanes, rows)}
fn over_group(t: u32, mine: vec4f) -> vec4f {
  ${typeof lying === 'string' ? groupCode(lanes, lying) : laneSums[lying]}
}`
}

const laneSums = {
  1: 'return mine;',
  2: 'return mine + mine.yxwz;',
  4: 'return vec4f(dot(mine, vec4f(1.0)));',
}

/** `over_rows` alone; for more than one row with `partial`, a vec4f for each invocation, in workgroup memory. */
export const rowSumsCode = (lanes: number, rows: number) => `fn over_rows(t: u32, mine: vec4f) -> vec4f {
  ${rows === 1 ? 'return mine;' : treeCode(lanes, rows)}
}`

const treeCode = (lanes: number, rows: number) => `workgroupBarrier();
  partial[t] = mine;
  for (var n = ${rows / 2}u; n > 0u; n /= 2u) {
    workgroupBarrier();
    if (t < n * ${lanes}u) { partial[t] += partial[t + n * ${lanes}u]; }
  }
  workgroupBarrier();
  return partial[t % ${lanes}u];`

function groupCode(lanes: number, lying: 'all' | 'lanes' | 'any'): string {
  const begin = `workgroupBarrier();
  if (t < ${lanes}u) { partial[t] = mine; }`
  if (lying === 'all')
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
  if (lying === 'lanes')
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
