// Filter of a convolution of upsampled images, summed for all taps.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { bindingsCode, cachedProgram, tensorBinding, workgroupGrid } from '../../wgsl.ts'
import { PARITIES, tapLoop, TAPS } from '../convolution/upsampledConv.ts'

/**
 * Returns the sums of the filter for all 16 taps, [16, cin, cout]: for software devices, which would
 * otherwise sum again for every few rows of a product. Reads the filter, writes 16/9 as much.
 */
export function summedFilter(backend: WebGPUBackend, weight: TensorInfo): TensorInfo {
  const [, , from, to] = weight.shape
  const shape = [TAPS * PARITIES, from, to]
  return backend.dispatch(summingProgram(from * to), [weight], [{ shape, dtype: 'float32' }])[0]
}

const summingProgram = (pairs: number) =>
  cachedProgram(`upsampled filter ${pairs}`, () => {
    const grid = workgroupGrid(Math.ceil(pairs / 64))
    const code = `${bindingsCode([tensorBinding('sums', 1)], [tensorBinding('weight', 1)])}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let pair = group * 64u + thread;
  if (pair >= ${pairs}u) { return; }
  for (var i = 0; i < 16; i++) {
    let tap = vec2i(i / 4, i % 4) - 1;
    var sum = 0f;
    ${tapLoop(`sum += weight[u32(y * 3 + x) * ${pairs}u + pair];`)}
    sums[u32(i) * ${pairs}u + pair] = sum;
  }
}`
    return { code, workgroups: grid.workgroups }
  })
