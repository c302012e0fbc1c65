// Sums over rows without a transpose, [outer, rows, c] to [outer, c], in a fixed order.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import { readerCode, tensorBinding, writerCode } from '../../wgsl.ts'
import { rowSumsCode } from '../norm/normInput.ts'
import { dispatchSized, float32Output, mainCode } from './sizedKernel.ts'
import { needsMemory, reductionLanes } from './subgroupSums.ts'

interface Shape {
  outer: number
  rows: number
  channels: number
}

/**
 * A workgroup has `lanes` of four channels by `tall` invocations. The rows are divided into
 * `parts`, each for a workgroup of its own.
 */
interface Layout {
  lanes: number
  tall: number
  parts: number
}

/** Rows of a part that are worth a workgroup. */
const MIN_PART_ROWS = 256
/** The number of workgroups that fills a GPU. */
const WANTED_WORKGROUPS = 512

interface Options {
  /** Divides the sums; default 1. */
  divisor?: number
  /** Default: chosen for the device. */
  layout?: Layout
  /** A tensor to write the sums to, [outer, c]. */
  into?: TensorInfo | undefined
}

/**
 * Sums [outer, rows, c] over the rows: [outer, c]. Reads x once. Many rows are summed in parts
 * first, which takes a second dispatch.
 */
export function columnSums(
  backend: WebGPUBackend,
  x: TensorInfo,
  shape: Shape,
  { divisor = 1, layout, into }: Options = {},
): TensorInfo {
  const { outer, rows, channels } = shape
  const { lanes, tall, parts } = layout ?? chooseLayout(backend.device, shape)
  const [sums, read] = [tensorBinding('sums', channels), tensorBinding('x', channels)]
  const across = Math.ceil(Math.ceil(channels / 4) / lanes)
  const subgroups = tall > 1 ? reductionLanes(backend.device) : 1
  const usesMemory = needsMemory({ count: tall, stride: lanes, lanes: subgroups })
  const [partialSums] = dispatchSized(backend, {
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
    bindings: [[sums], [read]],
    inputs: [x],
    lanes: subgroups,
    outputs: [
      parts > 1
        ? float32Output([outer, parts, channels])
        : (into ?? float32Output([outer, channels])),
    ],
    code: () => `${writerCode(sums)}
${readerCode(read)}
${usesMemory ? `var<workgroup> partial: array<vec4f, ${lanes * tall}>;` : ''}
${rowSumsCode(lanes, tall, subgroups)}
${mainCode(lanes * tall, rowSumCode(lanes, tall), subgroups)}`,
  })
  if (parts === 1) return partialSums
  const total = columnSums(
    backend,
    partialSums,
    { outer, rows: parts, channels },
    { divisor, layout: { lanes, tall, parts: 1 }, into },
  )
  backend.disposeData(partialSums.dataId)
  return total
}

function chooseLayout(device: GPUDevice, { outer, rows, channels }: Shape): Layout {
  const fours = Math.ceil(channels / 4)
  const lanes = Math.min(2 ** Math.ceil(Math.log2(fours)), 16)
  const maxTall = rulesFor(device).sharesMemory
    ? Math.min(256, device.limits.maxComputeInvocationsPerWorkgroup) / lanes
    : 1
  const tall = Math.min(maxTall, 2 ** Math.ceil(Math.log2(rows)))
  const wanted = Math.ceil(WANTED_WORKGROUPS / (outer * Math.ceil(fours / lanes)))
  return { lanes, tall, parts: Math.max(1, Math.min(wanted, Math.floor(rows / MIN_PART_ROWS))) }
}

const rowSumCode = (
  lanes: number,
  tall: number,
) => `let c = 4u * (group % sizes.across * ${lanes}u + thread % ${lanes}u);
  // The index of a part, counted over all outer indices.
  let one = group / sizes.across;
  let first = one % sizes.parts * sizes.part;
  var sum = vec4f();
  if (c < sizes.channels) {
    let end = min(first + sizes.part, sizes.rows);
    for (var r = first + thread / ${lanes}u; r < end; r += ${tall}u) {
      sum += x_at((one / sizes.parts * sizes.rows + r) * sizes.channels + c);
    }
  }
  sum = sum_rows(thread, sum);
  if (thread < ${lanes}u && c < sizes.channels) {
    sums_put(one * sizes.channels + c, sum / f32(sizes.divisor), sizes.channels - c);
  }`
