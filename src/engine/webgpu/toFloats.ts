// Copies in float32 of tensors that are stored in another way, for as many numbers as there are.
import { bindings, bound, MOST_WORKGROUPS, reader, writer } from './wgsl.ts'

/** Of halves. */
export const widening = {
  key: 'halves to float32',
  code: `${bindings([bound('y', 4)], [bound('x', 4, true)])}
${reader(bound('x', 4, true))}
${writer(bound('y', 4))}
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let four = (workgroup.x + workgroup.y * ${MOST_WORKGROUPS}u) * 64u + thread;
  if (four < arrayLength(&y)) { y_put(4u * four, x_at(4u * four), 4u); }
}`,
}

/** Of whole numbers. */
export const floating = {
  key: 'whole numbers to float32',
  code: `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<i32>;
@compute @workgroup_size(64) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = 4u * ((workgroup.x + workgroup.y * ${MOST_WORKGROUPS}u) * 64u + thread);
  for (var i = first; i < min(first + 4u, arrayLength(&y)); i++) { y[i] = f32(x[i]); }
}`,
}
