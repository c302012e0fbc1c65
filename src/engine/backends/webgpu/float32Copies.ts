// Kernels that copy tensors of other storage types to float32. Each serves tensors of all sizes.
import type { HalfStorage } from './halfStorage.ts'
import { bindingsCode, MAX_WORKGROUPS, readerCode, tensorBinding, writerCode } from './wgsl.ts'

export const halfToFloat32 = copyProgram('halves to float32', true)
export const scaledToFloat32 = copyProgram('scaled halves to float32', 'scaled')

function copyProgram(key: string, half: HalfStorage) {
  const x = tensorBinding('x', 4, half)
  return {
    key,
    code: `${bindingsCode([tensorBinding('y', 4)], [x])}
${readerCode(x)}
${writerCode(tensorBinding('y', 4))}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let four = (workgroup.x + workgroup.y * ${MAX_WORKGROUPS}u) * 64u + thread;
  if (four < arrayLength(&y)) { y_put(4u * four, x_at(4u * four), 4u); }
}`,
  }
}

export const int32ToFloat32 = {
  key: 'whole numbers to float32',
  code: `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<i32>;
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = 4u * ((workgroup.x + workgroup.y * ${MAX_WORKGROUPS}u) * 64u + thread);
  for (var i = first; i < min(first + 4u, arrayLength(&y)); i++) { y[i] = f32(x[i]); }
}`,
}
