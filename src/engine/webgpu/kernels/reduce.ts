// Sums over rows without a transpose: [outer, rows, c] to [outer, c], in an order that is always the same.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, workgroups, writer } from '../wgsl.ts'
import { rowSumsCode } from './normInput.ts'

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

/**
 * The sums of [outer, rows, c] over the rows, times `factor`: [outer, c]. Reads x once. Many rows are summed in parts first, which
 * is a second dispatch.
 */
export function columnSums(backend: Backend, x: TensorInfo, shape: Shape, factor = 1, given?: Layout): TensorInfo {
  const layout = given ?? layoutFor(backend.device, shape)
  const { outer, channels } = shape
  const { parts } = layout
  const output = { shape: parts === 1 ? [outer, channels] : [outer, parts, channels], dtype: 'float32' } as const
  const [sums] = backend.dispatch(summation(shape, layout, parts === 1 ? factor : 1), [x], [output])
  if (parts === 1) return sums!
  const total = columnSums(backend, sums!, { outer, rows: parts, channels }, factor, { ...layout, parts: 1 })
  backend.disposeData(sums!.dataId)
  return total
}

function layoutFor(device: GPUDevice, { outer, rows, channels }: Shape): Layout {
  const fours = Math.ceil(channels / 4)
  const software = isSoftware(device)
  const lanes = Math.min(fours, 16)
  const tall = software ? 1 : Math.min(2 ** Math.floor(Math.log2(256 / lanes)), 2 ** Math.ceil(Math.log2(rows)))
  const wanted = Math.ceil(MANY / (outer * Math.ceil(fours / lanes)))
  return { lanes, tall, parts: Math.max(1, Math.min(wanted, Math.floor(rows / PART))) }
}

const summation = (shape: Shape, { lanes, tall, parts }: Layout, factor: number): Program =>
  programOf(`sum of rows ${Object.values(shape).join('x')} by ${lanes}x${tall} in ${parts} times ${factor}`, () => {
    const { outer, rows, channels } = shape
    const [sums, x] = [bound('sums', channels), bound('x', channels)]
    const across = Math.ceil(Math.ceil(channels / 4) / lanes)
    const part = Math.ceil(rows / parts)
    const grid = workgroups(outer * parts * across)
    const code = `${bindings([sums], [x])}
${writer(sums)}
${reader(x)}
${tall > 1 ? `var<workgroup> partial: array<vec4f, ${lanes * tall}>;` : ''}
${rowSumsCode(lanes, tall)}
@compute @workgroup_size(${lanes * tall}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let c = 4u * (group % ${across}u * ${lanes}u + thread % ${lanes}u);
  // A part of the rows of an outer index; both are counted in one.
  let one = group / ${across}u;
  let first = one % ${parts}u * ${part}u;
  var sum = vec4f();
  if (c < ${channels}u) {
    for (var r = first + thread / ${lanes}u; r < min(first + ${part}u, ${rows}u); r += ${tall}u) {
      sum += x_at((one / ${parts}u * ${rows}u + r) * ${channels}u + c);
    }
  }
  sum = over_rows(thread, sum);
  if (thread < ${lanes}u && c < ${channels}u) { sums_put(one * ${channels}u + c, sum * ${factor}, ${channels}u - c); }
}`
    return { code, workgroups: grid.workgroups }
  })
