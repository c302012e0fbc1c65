// Sums over rows without a transpose: [outer, rows, c] to [outer, c], in an order that is always the same.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import { bound, reader, writer } from '../wgsl.ts'
import { rowSumsCode } from './normInput.ts'
import { float32, mainCode, runSized } from './sized.ts'

interface Shape {
  outer: number
  rows: number
  channels: number
}

/** Of a workgroup: `lanes` of four channels by `tall` invocations; the rows in so many `parts`, a workgroup each. */
interface Layout {
  lanes: number
  tall: number
  parts: number
}

/** Rows of a part: enough for a workgroup to be worth it. */
const PART = 256
/** So many workgroups fill a GPU. */
const MANY = 512

interface Options {
  /** What the sums are divided by; 1 if left out. */
  divisor?: number
  /** What fits the device, if left out. */
  layout?: Layout
}

/**
 * The sums of [outer, rows, c] over the rows: [outer, c]. Reads x once. Many rows are summed in parts first, which is a second
 * dispatch.
 */
export function columnSums(backend: Backend, x: TensorInfo, shape: Shape, { divisor = 1, layout }: Options = {}): TensorInfo {
  const { outer, rows, channels } = shape
  const { lanes, tall, parts } = layout ?? layoutFor(backend.device, shape)
  const [sums, read] = [bound('sums', channels), bound('x', channels)]
  const across = Math.ceil(Math.ceil(channels / 4) / lanes)
  const [found] = runSized(backend, {
    name: `sums of rows by ${lanes}x${tall} of ${channels % 4 === 0 ? 4 : 1}`,
    sizes: {
      count: outer * parts * across,
      rows,
      channels,
      across,
      parts,
      part: Math.ceil(rows / parts),
      divisor: parts === 1 ? divisor : 1,
    },
    bound: [[sums], [read]],
    inputs: [x],
    outputs: [float32(parts === 1 ? [outer, channels] : [outer, parts, channels])],
    code: () => `${writer(sums)}
${reader(read)}
${tall > 1 ? `var<workgroup> partial: array<vec4f, ${lanes * tall}>;` : ''}
${rowSumsCode(lanes, tall)}
${mainCode(lanes * tall, sumCode(lanes, tall))}`,
  })
  if (parts === 1) return found!
  const total = columnSums(backend, found!, { outer, rows: parts, channels }, { divisor, layout: { lanes, tall, parts: 1 } })
  backend.disposeData(found!.dataId)
  return total
}

function layoutFor(device: GPUDevice, { outer, rows, channels }: Shape): Layout {
  const fours = Math.ceil(channels / 4)
  const lanes = Math.min(2 ** Math.ceil(Math.log2(fours)), 16)
  const most = isSoftware(device) ? 1 : Math.min(256, device.limits.maxComputeInvocationsPerWorkgroup) / lanes
  const tall = Math.min(most, 2 ** Math.ceil(Math.log2(rows)))
  const wanted = Math.ceil(MANY / (outer * Math.ceil(fours / lanes)))
  return { lanes, tall, parts: Math.max(1, Math.min(wanted, Math.floor(rows / PART))) }
}

const sumCode = (lanes: number, tall: number) => `let c = 4u * (group % sizes.across * ${lanes}u + thread % ${lanes}u);
  // A part of the rows of an outer index; both are counted in one.
  let one = group / sizes.across;
  let first = one % sizes.parts * sizes.part;
  var sum = vec4f();
  if (c < sizes.channels) {
    for (var r = first + thread / ${lanes}u; r < min(first + sizes.part, sizes.rows); r += ${tall}u) {
      sum += x_at((one / sizes.parts * sizes.rows + r) * sizes.channels + c);
    }
  }
  sum = over_rows(thread, sum);
  if (thread < ${lanes}u && c < sizes.channels) { sums_put(one * sizes.channels + c, sum / f32(sizes.divisor), sizes.channels - c); }`
