// Kernels that are told the sizes of tensors as numbers, so that one serves all shapes: a network has norms of many, and devices
// made of software take longer to compile a kernel than to run it.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Made } from '../half.ts'
import type { Binding } from '../wgsl.ts'
import { bindings, MOST_WORKGROUPS, programOf } from '../wgsl.ts'

interface Sized {
  /** Names the code. */
  name: string
  /** For `sizes.<name>` in the code: `count` is of workgroups. Their order is part of the code. */
  sizes: { count: number; [name: string]: number }
  bound: readonly [outputs: readonly Binding[], inputs: readonly Binding[]]
  inputs: readonly TensorInfo[]
  outputs: readonly (TensorInfo | Made)[]
  /** All but the bindings. */
  code: () => string
}

export function runSized(backend: Backend, { name, sizes, bound: [written, read], inputs, outputs, code }: Sized): TensorInfo[] {
  const names = Object.keys(sizes)
  const { key, code: all } = programOf(name, () => ({
    code: `${bindings(written, read)}
struct Sizes { ${names.map((name) => `${name}: u32`).join(', ')} }
@group(0) @binding(${written.length + read.length}) var<uniform> sizes: Sizes;
${code()}`,
    workgroups: [1, 1, 1],
  }))
  const { count } = sizes
  const workgroups = [Math.min(count, MOST_WORKGROUPS), Math.ceil(count / MOST_WORKGROUPS), 1] as const
  return backend.dispatch({ key, code: all, workgroups }, inputs, outputs, Uint32Array.from(Object.values(sizes)))
}

/** A `main` of `threads` invocations: the number of the workgroup is `group`, that of the invocation `thread`. */
export const mainCode = (threads: number, body: string) => `@compute @workgroup_size(${threads}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = workgroup.x + workgroup.y * ${MOST_WORKGROUPS}u;
  if (group >= sizes.count) { return; }
  ${body}
}`

export const float32 = (shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const
