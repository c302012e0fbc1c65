// Kernels that get the sizes of tensors as uniforms, so that one program serves all shapes. A
// network has norms of many shapes, and software devices take longer to compile a kernel than to
// run it.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { OutputSpec } from '../../halfStorage.ts'
import type { StorageBinding } from '../../wgsl.ts'
import { bindingsCode, MAX_WORKGROUPS, cachedProgram } from '../../wgsl.ts'
import { describeLanes } from './subgroupSums.ts'

interface SizedKernel {
  /** Identifies the code. */
  name: string
  /** The fields of `sizes` in the code. `count`: the number of workgroups. Their order matters. */
  sizes: { count: number; [name: string]: number }
  bindings: readonly [outputs: readonly StorageBinding[], inputs: readonly StorageBinding[]]
  inputs: readonly TensorInfo[]
  outputs: readonly (TensorInfo | OutputSpec)[]
  /** The size of subgroups that the code uses; default 1, none. */
  lanes?: number
  /** Everything but the bindings. */
  code: () => string
}

export function dispatchSized(
  backend: WebGPUBackend,
  { name, sizes, bindings: [written, read], inputs, outputs, lanes = 1, code }: SizedKernel,
): TensorInfo[] {
  const names = Object.keys(sizes)
  const { key, code: all } = cachedProgram(`${name}${describeLanes(lanes)}`, () => ({
    code: `${lanes > 1 ? 'enable subgroups;' : ''}
${bindingsCode(written, read)}
struct Sizes { ${names.map((name) => `${name}: u32`).join(', ')} }
@group(0) @binding(${written.length + read.length}) var<uniform> sizes: Sizes;
${code()}`,
    workgroups: [1, 1, 1],
  }))
  const { count } = sizes
  const workgroups = [
    Math.min(count, MAX_WORKGROUPS),
    Math.ceil(count / MAX_WORKGROUPS),
    1,
  ] as const
  return backend.dispatch(
    { key, code: all, workgroups },
    inputs,
    outputs,
    Uint32Array.from(Object.values(sizes)),
  )
}

/**
 * A `main` for workgroups of `threads` invocations. Defines `group` and `thread`, their indices; with
 * subgroups of `lanes`, those of a subgroup follow each other.
 */
export const mainCode = (
  threads: number,
  body: string,
  lanes = 1,
): string => `@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  ${
    lanes > 1
      ? '@builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) subgroup_lane: u32,'
      : '@builtin(local_invocation_index) thread: u32,'
  }
) {
  ${lanes > 1 ? `let thread = subgroup * ${lanes}u + subgroup_lane;` : ''}
  let group = workgroup.x + workgroup.y * ${MAX_WORKGROUPS}u;
  if (group >= sizes.count) { return; }
  ${body}
}`

export const float32Output = (shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const
