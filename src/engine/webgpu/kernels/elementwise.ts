// Functions of every number by itself, where tfjs takes several kernels.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Program } from '../program.ts'
import { bindings, bound, programOf, reader, silu, workgroups, writer } from '../wgsl.ts'
import { slopeCode } from './norm.ts'

/** x / (1 + exp(-x)). Reads x, writes as much. */
export const siluForward = (backend: Backend, x: TensorInfo): TensorInfo =>
  backend.dispatch(elementwise('silu', countOf(x), ['x'], silu, 'silu(x_at(i))'), [x], [like(x)])[0]!

/** dy silu'(x). Reads both, writes as much. */
export const siluGradient = (backend: Backend, x: TensorInfo, dy: TensorInfo): TensorInfo =>
  backend.dispatch(
    elementwise('silu gradient', countOf(x), ['x', 'dy'], slopeCode(true), 'dz_of(dy_at(i), x_at(i))'),
    [x, dy],
    [like(x)],
  )[0]!

const like = ({ shape }: TensorInfo) => ({ shape, dtype: 'float32' }) as const
const countOf = ({ shape }: TensorInfo) => tf.util.sizeFromShape(shape)

const THREADS = 64

/** `value`, of four numbers of each input, `<input>_at(i)`. */
const elementwise = (name: string, count: number, inputs: readonly string[], functions: string, value: string): Program =>
  programOf(`${name} ${count}`, () => {
    const y = bound('y', count)
    const read = inputs.map((input) => bound(input, count))
    const fours = Math.ceil(count / 4)
    const grid = workgroups(Math.ceil(fours / THREADS))
    const code = `${bindings([y], read)}
${writer(y)}
${read.map(reader).join('\n')}
${functions}
@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  ${grid.begin}
  let i = 4u * (group * ${THREADS}u + thread);
  if (i >= ${count}u) { return; }
  y_put(i, ${value}, ${count}u - i);
}`
    return { code, workgroups: grid.workgroups }
  })
